// A bare node:http server with three routes: the door of two peers.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Ajv } from "ajv";
import { type CreateBody, createSchema, userOf } from "./todos.ts";

/** What answers a request of a user; `undefined` is a 404. An answer is JSON text. */
export interface Actions {
  create(owner: string, body: CreateBody): Promise<string | Uint8Array | undefined>;
  get(owner: string, id: string): Promise<string | Uint8Array | undefined>;
  list(owner: string, limit: number): Promise<string | Uint8Array | undefined>;
}

const MAX_BODY_BYTES = 256 * 1024;
const TODOS = "/api/v1/todos";

const isCreateBody = new Ajv().compile<CreateBody>(createSchema);

/** Serves on a free port of loopback and tells the parent where. */
export function serve(actions: Actions): void {
  const server = createServer((request, response) => {
    answer(actions, request, response).catch(() => send(response, 500, '{"code":"INTERNAL"}'));
  });
  server.listen(0, "127.0.0.1", () => {
    process.send?.({ ready: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  });
}

async function answer(actions: Actions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = "" } = request;
  const owner = userOf(request.headers.authorization);
  if (owner === undefined) return send(response, 401, '{"code":"UNAUTHENTICATED"}');
  if (method === "GET" && url.startsWith(`${TODOS}/`))
    return sendFound(response, 200, await actions.get(owner, url.slice(TODOS.length + 1)));
  if (method === "GET" && url.startsWith(`${TODOS}?`)) {
    const limit = Number(new URLSearchParams(url.slice(TODOS.length)).get("limit"));
    if (!Number.isInteger(limit) || limit < 1 || limit > 200)
      return send(response, 422, '{"code":"VALIDATION_FAILED"}');
    return sendFound(response, 200, await actions.list(owner, limit));
  }
  if (method !== "POST" || url !== TODOS) return send(response, 404, '{"code":"NOT_FOUND"}');
  const body = await readJson(request);
  if (!isCreateBody(body)) return send(response, 422, '{"code":"VALIDATION_FAILED"}');
  return sendFound(response, 201, await actions.create(owner, body));
}

function readJson(request: IncomingMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on("error", reject);
    request.on("end", () => {
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString()));
      } catch {
        resolve(undefined);
      }
    });
  });
}

const sendFound = (response: ServerResponse, status: number, found: string | Uint8Array | undefined): void =>
  found === undefined ? send(response, 404, '{"code":"NOT_FOUND"}') : send(response, status, found);

function send(response: ServerResponse, status: number, json: string | Uint8Array): void {
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(json),
  });
  response.end(json);
}
