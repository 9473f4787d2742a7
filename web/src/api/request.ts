// REST calls below /api/v1.
import { offline, readProblem } from "./problem.ts";

const API = "/api/v1";
const TIMEOUT_MS = 20_000;

export interface RequestOptions {
  body?: object;
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  token?: string | undefined;
}

/**
 * One call, without any retry.
 * @returns the answer's JSON; undefined where it has none
 * @throws ProblemError
 */
export async function send<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const { body, query = {}, headers = {}, token } = options;
  const url = new URL(API + path, location.origin);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  const response = await fetch(url, {
    method,
    headers: {
      ...(body && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => {
    throw offline();
  });
  if (!response.ok) throw await readProblem(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A new idempotency key. `crypto.randomUUID` is not there on pages without TLS. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
