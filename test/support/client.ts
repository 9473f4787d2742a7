// A REST client: real requests over HTTP.
import type { Problem } from "../../lib/action/index.ts";

export interface Answer<T> {
  status: number;
  headers: Headers;
  /** The JSON body, or `undefined` where there is none. */
  body: T;
  /** The same body, where it is problem details. */
  problem: Problem;
}

type HeaderFields = Record<string, string>;

export class Client {
  readonly #base: string;
  readonly #token: string | undefined;

  constructor(base: string, token?: string) {
    this.#base = base;
    this.#token = token;
  }

  async send<T = unknown>(
    method: string,
    path: string,
    body?: BodyInit,
    headers: HeaderFields = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const json: unknown = text && /json/.test(response.headers.get("content-type") ?? "") ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: json as T, problem: json as Problem };
  }

  get<T>(path: string, headers?: HeaderFields): Promise<Answer<T>> {
    return this.send<T>("GET", path, undefined, headers);
  }

  post<T>(path: string, body: object = {}, headers?: HeaderFields): Promise<Answer<T>> {
    return this.send<T>("POST", path, JSON.stringify(body), headers);
  }

  patch<T>(path: string, body: object, headers?: HeaderFields): Promise<Answer<T>> {
    return this.send<T>("PATCH", path, JSON.stringify(body), headers);
  }

  delete<T>(path: string, headers?: HeaderFields): Promise<Answer<T>> {
    return this.send<T>("DELETE", path, undefined, headers);
  }
}
