// The platform's REST door as this client uses it: the document, calls as whoever is signed in, renewed sign-ins.
import type { Command, OpenApi } from "./commands.ts";
import { EXIT, Failure, failureOf, type Problem } from "./failure.ts";
import { type Call, JSON_BODY, requestOf, type Send } from "./request.ts";
import type { Session, Sessions } from "./sessions.ts";

/** Longer than any action takes; a platform that hangs must not hang a script for ever. */
const TIMEOUT_MS = 120_000;
/** Shorter than the lock on the sessions is honoured. */
const RENEW_TIMEOUT_MS = 20_000;
/** An access token is renewed this long before it ends: the request still has to travel. */
const EARLY_MS = 10_000;

/** What the platform answers to a sign-in. */
export interface SignedIn {
  user: { email: string; name: string };
  accessToken: string;
  expiresIn: number;
  refreshToken: string;
}

export interface Client {
  readonly url: string;
  openApi(): Promise<OpenApi>;
  /** Calls an action as its command line says. @throws Failure with the platform's own words */
  call(command: Command, request: Call): Promise<unknown>;
  /** Sends a JSON body, or none. */
  send(method: string, path: string, body?: object): Promise<unknown>;
}

/**
 * @param token an access token to use instead of a sign-in that is kept (VIVAVOCE_TOKEN)
 * @param zone IANA zone in which wall-clock words are meant
 */
export function makeClient(url: string, sessions: Sessions, token: string | undefined, zone: string): Client {
  const fetchFrom = async ({ method, path, headers, body }: Send, timeout = TIMEOUT_MS): Promise<Response> => {
    try {
      return await fetch(`${url}${path}`, {
        method,
        headers: { Accept: "application/json", "X-Time-Zone": zone, ...headers },
        ...(body !== undefined && { body }),
        signal: AbortSignal.timeout(timeout),
      });
    } catch (error) {
      const { cause, message } = error as Error & { cause?: { code?: string } };
      throw new Failure(
        `Vivavoce does not answer at ${url} (${cause?.code ?? message}). Start it, or name another one: --url URL`,
        EXIT.unavailable,
      );
    }
  };

  const refresh = (used: string): Promise<Session | undefined> =>
    sessions.renew(url, used, async (session) => {
      const body = JSON.stringify({ refreshToken: session.refreshToken });
      const response = await fetchFrom(
        { method: "POST", path: "/api/v1/auth/refresh", headers: JSON_BODY, body },
        RENEW_TIMEOUT_MS,
      );
      if (response.status === 401) return undefined;
      return sessionOf((await read(response)) as SignedIn);
    });

  const accessToken = async (): Promise<string | undefined> => {
    if (token !== undefined) return token;
    const session = sessions.get(url);
    if (!session || session.expiresAt - EARLY_MS > Date.now()) return session?.accessToken;
    return (await refresh(session.accessToken))?.accessToken;
  };

  /** As whoever is signed in; once more with a new token where the platform does not take this one any more. */
  const sendSigned = async (request: Send): Promise<Response> => {
    const used = await accessToken();
    const response = await fetchFrom(withToken(request, used));
    if (response.status !== 401 || used === undefined || token !== undefined || isAuth(request)) return response;
    const renewed = (await refresh(used))?.accessToken;
    return renewed === undefined ? response : fetchFrom(withToken(request, renewed));
  };

  return {
    url,
    async openApi() {
      const document = await read(await fetchFrom({ method: "GET", path: "/api/openapi.json" }));
      if (typeof (document as OpenApi | null)?.paths !== "object")
        throw new Failure(`${url} is not Vivavoce`, EXIT.unavailable);
      return document as OpenApi;
    },
    async call(command, request) {
      return read(await sendSigned(requestOf(command, request)), command);
    },
    async send(method, path, body) {
      return read(await sendSigned({ method, path, ...(body && { headers: JSON_BODY, body: JSON.stringify(body) }) }));
    },
  };
}

/** What is kept of a sign-in. */
export function sessionOf({ user, accessToken, expiresIn, refreshToken }: SignedIn): Session {
  return { email: user.email, accessToken, expiresAt: Date.now() + expiresIn * 1000, refreshToken };
}

/** Signing in and up takes no token, and a wrong password is no ended session. */
const isAuth = ({ path }: Send): boolean => /^\/api\/v1\/auth\/(login|register|refresh)$/.test(path);

function withToken(request: Send, token: string | undefined): Send {
  if (token === undefined || isAuth(request)) return request;
  return { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } };
}

async function read(response: Response, command?: Command): Promise<unknown> {
  const text = await response.text();
  const body = parse(text);
  if (response.ok) {
    if (body === undefined && text !== "")
      throw new Failure(`${response.url} answered with something that is not JSON`, EXIT.unavailable);
    return body ?? null;
  }
  const problem: Problem = isProblem(body)
    ? body
    : {
        title: response.statusText,
        detail: `${response.url} answered ${response.status}`,
        status: response.status,
        code: "",
      };
  const flagOf = (path: string): string | undefined => {
    const [head, ...rest] = path.split(".");
    const flag = command?.parameters.find(({ name }) => name === head)?.flag;
    return flag && [`--${flag}`, ...rest].join(".");
  };
  throw failureOf(problem, flagOf, response.headers.get("retry-after"));
}

const isProblem = (body: unknown): body is Problem =>
  typeof (body as Problem | undefined)?.status === "number" && typeof (body as Problem).code === "string";

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
