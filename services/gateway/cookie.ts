// The refresh token of browsers: in a cookie that no script can read. Other clients get it in the body.
import type { IncomingMessage, ServerResponse } from "node:http";

const NAME = "vivavoce_refresh";
const MAX_AGE_S = 30 * 24 * 60 * 60;

/** A client asks for the cookie by a header of its own, which no other site's page can send without being allowed to. */
export function wantsCookie(request: IncomingMessage): boolean {
  return request.headers["x-refresh-token"] === "cookie";
}

/** @param token `undefined` takes the cookie back */
export function setRefreshCookie(response: ServerResponse, token: string | undefined, secure: boolean): void {
  const attributes = `Path=/api/v1/auth; HttpOnly; SameSite=Strict; Max-Age=${token === undefined ? 0 : MAX_AGE_S}${secure ? "; Secure" : ""}`;
  response.setHeader("Set-Cookie", `${NAME}=${token ?? ""}; ${attributes}`);
}

export function readRefreshCookie(request: IncomingMessage): string | undefined {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const [name, value] = pair.trim().split("=");
    if (name === NAME && value) return value;
  }
  return undefined;
}
