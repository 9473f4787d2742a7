// The REST door: what is refused before a body is read, how each failure looks, and what an answer carries.
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import type { Todo } from "../../services/todo/todo.schema.ts";
import { odd } from "../support/odd.ts";
import { type Platform, startPlatform } from "../support/platform.ts";

/** A request whose body is never sent to its end, so that only an answer that does not wait for it can come. */
async function headersOnly(
  platform: Platform,
  path: string,
  headers: Record<string, string>,
  begin = "",
): Promise<IncomingMessage> {
  const request = httpRequest(`${platform.url}/api/v1${path}`, { method: "POST", headers });
  request.on("error", () => {});
  request.flushHeaders();
  if (begin) request.write(begin);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  request.destroy();
  return response;
}

test("credentials come before the body: a request of nobody is answered before it is read", async (t) => {
  const platform = await startPlatform(t);
  const headers = { "Content-Type": "application/json", "Content-Length": "1000" };
  assert.equal((await headersOnly(platform, "/todos", headers)).statusCode, 401);
  assert.equal((await headersOnly(platform, "/todos", { ...headers, Authorization: "Bearer x.y.z" })).statusCode, 401);
  assert.equal((await headersOnly(platform, "/todos", { ...headers, "Content-Length": "99999999" })).statusCode, 401);
});

test("a body that is too large is refused before it is read to its end", async (t) => {
  const platform = await startPlatform(t);
  const { token } = await platform.register("ann");
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  assert.equal((await headersOnly(platform, "/todos", { ...headers, "Content-Length": "300000" })).statusCode, 413);
  const chunked = { ...headers, "Transfer-Encoding": "chunked" };
  assert.equal((await headersOnly(platform, "/todos", chunked, "x".repeat(300_000))).statusCode, 413);
});

test("each kind of refusal has its status, its code and the shape of problem details", async (t) => {
  const platform = await startPlatform(t);
  await platform.add(odd);
  const ann = await platform.register("ann");
  const bob = await platform.register("bob");
  const { body: todo } = await ann.post<Todo>("/todos", { title: "Buy milk" });
  const json = (text: string) => ann.send("POST", "/todos", text);

  const cases: [what: string, answer: ReturnType<typeof json>, status: number, code: string, headers?: object][] = [
    ["no token", platform.guest.get("/todos"), 401, "UNAUTHENTICATED", { "www-authenticate": "Bearer" }],
    ["a token of nobody", platform.guest.get("/todos", { Authorization: "Bearer a.b.c" }), 401, "UNAUTHENTICATED"],
    ["another scheme", platform.guest.get("/todos", { Authorization: "Basic YTpi" }), 401, "UNAUTHENTICATED"],
    ["no role", bob.post("/auth/invitations"), 403, "FORBIDDEN"],
    ["another's todo", bob.get(`/todos/${todo.id}`), 404, "TODO_NOT_FOUND"],
    ["no such path", ann.get("/nothing"), 404, "NOT_FOUND"],
    ["no such path, and nobody", platform.guest.get("/nothing"), 404, "NOT_FOUND"],
    ["a bad percent-encoding", ann.get("/todos/%zz"), 404, "NOT_FOUND"],
    ["another method", ann.send("PUT", "/todos", "{}"), 405, "METHOD_NOT_ALLOWED", { allow: "POST, GET" }],
    ["another method, and nobody", platform.guest.send("PUT", "/todos"), 405, "METHOD_NOT_ALLOWED"],
    ["no JSON", json("{"), 400, "BAD_REQUEST"],
    ["an empty body that says it is JSON", ann.send("POST", "/todos", ""), 422, "VALIDATION_FAILED"],
    ["a list", json("[]"), 400, "BAD_REQUEST"],
    ["null", json("null"), 400, "BAD_REQUEST"],
    ["a text", json('"x"'), 400, "BAD_REQUEST"],
    ["__proto__", json('{"title": "x", "__proto__": {}}'), 400, "BAD_REQUEST"],
    ["__proto__ further in, escaped", json('{"title": "x", "due": {"\\u005f_proto__": {}}}'), 400, "BAD_REQUEST"],
    ["bytes that are no UTF-8", ann.send("POST", "/todos", Buffer.from([0x7b, 0xff, 0x7d])), 400, "BAD_REQUEST"],
    [
      "another content type",
      ann.send("POST", "/todos", "title=x", { "Content-Type": "application/x-www-form-urlencoded" }),
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    [
      "a content type that begins alike",
      ann.send("POST", "/todos", "{}", { "Content-Type": "application/jsonx" }),
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    ["no content type", ann.send("POST", "/todos", "{}", { "Content-Type": "" }), 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["too large", json(JSON.stringify({ title: "x".repeat(300_000) })), 413, "PAYLOAD_TOO_LARGE"],
    ["a wrong field", json('{"title": 5}'), 422, "VALIDATION_FAILED"],
    ["a zone that is none", ann.get("/todos", { "X-Time-Zone": "Mars/Base" }), 422, "VALIDATION_FAILED"],
    [
      "a key that is none",
      ann.post("/todos", { title: "x" }, { "Idempotency-Key": "two words" }),
      422,
      "VALIDATION_FAILED",
    ],
    [
      "an If-Match that is none",
      ann.patch(`/todos/${todo.id}`, { title: "y" }, { "If-Match": "abc" }),
      422,
      "VALIDATION_FAILED",
    ],
    [
      "an old If-Match",
      ann.patch(`/todos/${todo.id}`, { title: "y" }, { "If-Match": '"7"' }),
      412,
      "TODO_VERSION_CONFLICT",
    ],
    [
      "what is taken",
      platform.guest.post("/auth/register", { email: "ann@example.org", password: "12345678", name: "A" }),
      409,
      "AUTH_EMAIL_TAKEN",
    ],
    ["an unknown error", ann.get("/odd/throw"), 500, "INTERNAL"],
    ["a thrown undefined", ann.get("/odd/nothing"), 500, "INTERNAL"],
    ["an error that its action does not declare", ann.get("/odd/undeclared"), 500, "INTERNAL"],
    ["a result that is not as declared", ann.get("/odd/result"), 500, "INTERNAL"],
    ["a service that is away", ann.get("/odd/away"), 503, "UNAVAILABLE", { "retry-after": "2" }],
    ["a service that is slow", ann.get("/odd/slow"), 504, "TIMEOUT", { "retry-after": "2" }],
  ];
  for (const [what, pending, status, code, headers = {}] of cases) {
    const answer = await pending;
    const { type, title, detail, requestId, errors, ...rest } = answer.problem;
    assert.deepEqual([answer.status, rest], [status, { status, code }], what);
    assert.equal(type, `urn:vivavoce:problem:${code}`, what);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/, what);
    assert.equal(requestId, answer.headers.get("x-request-id"), what);
    assert.ok(title && detail, what);
    assert.equal(errors !== undefined, code === "VALIDATION_FAILED", what);
    for (const error of errors ?? []) assert.deepEqual(Object.keys(error), ["path", "message", "accepts"], what);
    assert.doesNotMatch(JSON.stringify(answer.problem), /hunter2|node_modules|\.ts/, what);
    for (const [name, value] of Object.entries(headers)) assert.equal(answer.headers.get(name), value, what);
  }
});

test("an action that keeps failing is let rest: it is not called, and the answer is still 503", async (t) => {
  const platform = await startPlatform(t);
  await platform.add(odd);
  const ann = await platform.register("ann");
  for (let call = 0; call < 20; call++) assert.equal((await ann.get("/odd/busy")).problem.detail, "Busy.");
  const { status, headers, problem } = await ann.get("/odd/busy");
  assert.deepEqual([status, problem.code, headers.get("retry-after")], [503, "UNAVAILABLE", "2"]);
  assert.notEqual(problem.detail, "Busy.");
  assert.equal((await ann.get("/odd/extra")).status, 200);
});

test("a service that left is answered with 503 and Retry-After, and marked in the document", async (t) => {
  const platform = await startPlatform(t);
  await platform.add(odd);
  const ann = await platform.register("ann");
  assert.equal((await ann.get("/odd/extra")).status, 200);
  await platform.broker.destroyService("odd");
  const { status, headers, problem } = await ann.get("/odd/extra");
  assert.deepEqual([status, problem.code, headers.get("retry-after")], [503, "UNAVAILABLE", "2"]);
  const { paths } = (await (await fetch(`${platform.url}/api/openapi.json`)).json()) as {
    paths: Record<string, { get?: { "x-departed"?: boolean } }>;
  };
  assert.equal(paths["/api/v1/odd/extra"]?.get?.["x-departed"], true);
  await platform.add(odd);
  assert.equal((await ann.get("/odd/extra")).status, 200);
});

test("an answer holds what is declared and nothing else", async (t) => {
  const platform = await startPlatform(t);
  await platform.add(odd);
  const ann = await platform.register("ann");
  assert.deepEqual((await ann.get("/odd/extra")).body, { name: "a", inner: { n: 1 } });
});

test("what a callee writes into its meta sets neither status nor headers", async (t) => {
  const platform = await startPlatform(t);
  await platform.add(odd);
  const { status, headers } = await (await platform.register("ann")).get("/odd/meta");
  assert.equal(status, 200);
  assert.equal(headers.get("x-evil"), null);
});

test("the gateway's own actions and others that have no REST door are at no address", async (t) => {
  const platform = await startPlatform(t);
  const ann = await platform.register("ann");
  for (const path of ["/todo/create", "/todo.create", "/gateway/rest", "/$node/list", "/~node/list", "/list-aliases"])
    assert.equal((await ann.get(path)).status, 404, path);
});

test("a request that is cut off in the middle takes nothing down", async (t) => {
  const platform = await startPlatform(t);
  const { token } = await platform.register("ann");
  const socket = connect(Number(new URL(platform.url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    `POST /api/v1/todos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"title"`,
  );
  const ended = once(socket, "close");
  socket.destroy();
  await ended;
  assert.equal((await platform.guest.get("/todos")).status, 401);
});
