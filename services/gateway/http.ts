// What every answer has in common: security headers, compression above a size, and a line in the access log.
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);
/** Below this, compression costs more than it saves: one network packet is sent anyway. */
const COMPRESS_BYTES = 1_400;

/** The console and the reference page need nothing from elsewhere; `blob:` is for spoken answers, `wasm-unsafe-eval` for audio codecs. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join("; ");

/** Set once a response; `no-store` is the default that static files override. */
export function setCommonHeaders(response: ServerResponse, secure: boolean): void {
  response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("Permissions-Policy", "microphone=(self), camera=(), geolocation=()");
  response.setHeader("Cache-Control", "no-store");
  if (secure) response.setHeader("Strict-Transport-Security", "max-age=31536000");
}

/**
 * Lets pages of these origins call and read every answer, errors too (Fetch standard, section 3.3).
 * @returns whether the request was their preflight, which is answered with that
 */
export function allowOrigins(request: IncomingMessage, response: ServerResponse, origins: readonly string[]): boolean {
  const { origin } = request.headers;
  if (origins.length > 0) response.setHeader("Vary", "Origin");
  if (origin === undefined || !origins.includes(origin)) return false;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Expose-Headers", "ETag, Location, Retry-After, X-Request-ID");
  if (request.method !== "OPTIONS" || !request.headers["access-control-request-method"]) return false;
  response.setHeader("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
  response.setHeader("Access-Control-Allow-Headers", request.headers["access-control-request-headers"] ?? "");
  response.setHeader("Access-Control-Max-Age", PREFLIGHT_S);
  response.writeHead(204).end();
  return true;
}

const PREFLIGHT_S = 600;
/** `gzip` among the codings that the client takes, unless with a weight of nothing. */
const TAKES_GZIP = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i;

/** Sends a body, compressed where the client takes it and it is worth it. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
): Promise<void> {
  let body: Buffer | string = text;
  let length = Buffer.byteLength(text);
  if (length > COMPRESS_BYTES && TAKES_GZIP.test(String(request.headers["accept-encoding"] ?? ""))) {
    body = await compress(text);
    length = body.length;
    response.setHeader("Content-Encoding", "gzip");
    response.appendHeader("Vary", "Accept-Encoding");
  }
  response.writeHead(status, { "Content-Type": type, "Content-Length": length });
  // A text leaves in one write with the head, bytes would be a second one: a third of a small answer's cost.
  response.end(request.method === "HEAD" ? undefined : body);
}

export const JSON_TYPE = "application/json; charset=utf-8";

/** One line of JSON a request: the route's pattern rather than the address, so that it holds no personal data. */
export function logAccess(
  request: IncomingMessage,
  response: ServerResponse,
  line: { requestId: string; route: string; startedAt: number },
): void {
  const entry = {
    time: new Date().toISOString(),
    level: "info",
    event: "request",
    requestId: line.requestId,
    method: request.method,
    route: line.route,
    status: response.statusCode,
    ms: Math.round((performance.now() - line.startedAt) * 10) / 10,
    bytes: Number(response.getHeader("content-length") ?? 0),
  };
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}
