// The REST door: what an answer carries besides its body, uploads, limits, health, and an orderly end.
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Static } from "@sinclair/typebox";
import { declare, implement, Type } from "../../lib/action/index.ts";
import type { Todo, TodoPage } from "../../services/todo/todo.schema.ts";
import { odd } from "../support/odd.ts";
import { startPlatform } from "../support/platform.ts";

test("HEAD answers as GET does, without a body", async (t) => {
  const platform = await startPlatform(t);
  const ann = await platform.register("ann");
  const { body } = await ann.post<Todo>("/todos", { title: "Buy milk" });
  for (const path of [`/todos/${body.id}`, "/todos", "/nothing"]) {
    const [get, head] = [await ann.get(path), await ann.send("HEAD", path)];
    assert.equal(head.status, get.status);
    assert.equal(head.body, "");
    for (const name of ["content-type", "etag"]) assert.equal(head.headers.get(name), get.headers.get(name));
    if (get.status === 200) assert.equal(head.headers.get("content-length"), get.headers.get("content-length"));
  }
});

test("a long answer is compressed for whoever takes it, a short one never", async (t) => {
  const platform = await startPlatform(t);
  const { token } = await platform.register("ann");
  const raw = async (path: string, encoding: string) => {
    const request = httpRequest(`${platform.url}${path}`, {
      headers: { "Accept-Encoding": encoding, Authorization: `Bearer ${token}` },
    });
    request.end();
    const [response] = await once(request, "response");
    return { headers: response.headers, bytes: Buffer.concat(await response.toArray()) };
  };
  const plain = await raw("/api/openapi.json", "identity");
  const zipped = await raw("/api/openapi.json", "br, gzip");
  assert.equal(plain.headers["content-encoding"], undefined);
  assert.equal(zipped.headers["content-encoding"], "gzip");
  assert.equal(zipped.headers["vary"], "Accept-Encoding");
  assert.equal(Number(zipped.headers["content-length"]), zipped.bytes.length);
  assert.deepEqual(gunzipSync(zipped.bytes), plain.bytes);
  assert.equal((await raw("/api/v1/todos", "gzip")).headers["content-encoding"], undefined);
  assert.equal((await raw("/api/openapi.json", "gzip;q=0")).headers["content-encoding"], undefined);
});

test("every answer has the security headers and a request id", async (t) => {
  const platform = await startPlatform(t);
  for (const path of ["/", "/api/v1/todos", "/api/v1/nothing", "/health/live", "/metrics", "/api/openapi.json"]) {
    const { headers } = await fetch(`${platform.url}${path}`);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("referrer-policy"), "no-referrer", path);
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'self'.*frame-ancestors 'none'/, path);
    assert.match(headers.get("permissions-policy") ?? "", /microphone=\(self\)/, path);
    assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/, path);
    assert.equal(headers.get("x-powered-by"), null);
  }
});

test("a request id is taken where it is one, and replaced where it is not", async (t) => {
  const platform = await startPlatform(t);
  for (const [given, taken] of [
    ["abc-123_X", true],
    ["a".repeat(64), true],
    ["a".repeat(65), false],
    ["two words", false],
    ["a;b", false],
    ['<script>alert("x")</script>', false],
    ["", false],
  ] as const) {
    const { headers, problem } = await platform.guest.get("/todos", {
      "X-Request-ID": given,
      "X-Correlation-ID": "other",
    });
    assert.equal(headers.get("x-request-id") === given, taken, given);
    assert.equal(problem.requestId, headers.get("x-request-id"), given);
  }
});

test("an ETag leads to a change, and an old one is refused with 412", async (t) => {
  const ann = await (await startPlatform(t)).register("ann");
  const created = await ann.post<Todo>("/todos", { title: "Buy milk" });
  const path = `/todos/${created.body.id}`;
  assert.deepEqual([created.status, created.headers.get("etag")], [201, '"1"']);
  assert.equal(created.headers.get("location"), `/api/v1${path}`);
  assert.equal((await ann.get(path)).headers.get("etag"), '"1"');
  const changed = await ann.patch<Todo>(path, { title: "Buy oat milk" }, { "If-Match": '"1"' });
  assert.deepEqual([changed.status, changed.headers.get("etag"), changed.body.version], [200, '"2"', 2]);
  for (const old of ['"1"', 'W/"1"', '"99"'])
    assert.equal((await ann.patch(path, { title: "x" }, { "If-Match": old })).status, 412, old);
  for (const wrong of ["2", '"a"', '"2", "3"', '""', '"2"x'])
    assert.equal(
      (await ann.patch(path, { title: "x" }, { "If-Match": wrong })).problem.errors?.[0]?.path,
      "If-Match",
      wrong,
    );
  assert.equal((await ann.patch(path, { title: "Any" }, { "If-Match": "*" })).status, 200);
  assert.equal((await ann.get<Todo>(path)).body.title, "Any");
});

test("the path wins over the body, and the body over the query", async (t) => {
  const ann = await (await startPlatform(t)).register("ann");
  const [one, two] = [
    await ann.post<Todo>("/todos", { title: "one" }),
    await ann.post<Todo>("/todos", { title: "two" }),
  ];
  const { body } = await ann.patch<Todo>(`/todos/${one.body.id}?title=query`, { id: two.body.id, title: "body" });
  assert.deepEqual([body.id, body.title], [one.body.id, "body"]);
  assert.equal((await ann.get<Todo>(`/todos/${two.body.id}`)).body.title, "two");
});

test("query text is coerced by the schema, a body is not", async (t) => {
  const ann = await (await startPlatform(t)).register("ann");
  await ann.post("/todos", { title: "7" });
  const { body } = await ann.get<Static<typeof TodoPage>>("/todos?limit=5&done=false&fields=title");
  assert.deepEqual(body.items, [{ title: "7" }]);
  const paths = async (query: string) => (await ann.get(`/todos?${query}`)).problem.errors?.map(({ path }) => path);
  assert.deepEqual(await paths("limit=five"), ["limit"]);
  assert.deepEqual(await paths("limit=5&limit=6"), ["limit"]);
  assert.deepEqual(await paths("limit[$gt]=1"), ["limit"]);
  assert.deepEqual(await paths("done=maybe&nothing=1"), ["nothing", "done"]);
  assert.deepEqual(await paths("fields=title&fields=owner"), ["fields.1"]);
  assert.equal((await ann.post("/todos", { title: 7 })).status, 422);
});

test("X-Time-Zone says whose clock is meant", async (t) => {
  const ann = await (await startPlatform(t)).register("ann", { zone: "America/New_York" });
  const due = async (headers = {}) =>
    (await ann.post<Todo>("/todos", { title: "x", due: "tomorrow at five" }, headers)).body.due;
  assert.deepEqual(await due(), { date: "2027-03-02", time: "17:00", zone: "America/New_York" });
  assert.deepEqual(await due({ "X-Time-Zone": "Asia/Tokyo" }), {
    date: "2027-03-02",
    time: "17:00",
    zone: "Asia/Tokyo",
  });
});

test("too many requests get 429 with the seconds to wait, each caller for himself", async (t) => {
  const platform = await startPlatform(t, { rateLimit: 6 });
  const ann = await platform.register("ann");
  const bob = await platform.register("bob");
  for (let request = 0; request < 6; request++) assert.equal((await ann.get("/todos")).status, 200);
  const { status, problem, headers } = await ann.get("/todos");
  assert.deepEqual([status, problem.code, headers.get("retry-after")], [429, "RATE_LIMITED", "10"]);
  assert.equal((await bob.get("/todos")).status, 200);
  await platform.clock.advance(10_000);
  assert.equal((await ann.get("/todos")).status, 200);
  assert.equal((await ann.get("/todos")).status, 429);
});

test("an upload is handed over as a stream, its type and size bounded", async (t) => {
  const platform = await startPlatform(t);
  await platform.add(odd);
  const ann = await platform.register("ann");
  const upload = (body: BodyInit, type: string, path = "/odd/upload?name=x") =>
    ann.send("POST", path, body, { "Content-Type": type });
  assert.deepEqual((await upload(Buffer.alloc(90_000), "audio/webm;codecs=opus")).body, { bytes: 90_000, name: "x" });
  assert.equal((await upload("x", "text/plain")).status, 415);
  assert.equal((await upload(Buffer.alloc(100_001), "audio/wav")).status, 413);
  assert.equal((await upload("x", "audio/wav", "/odd/upload?nane=x")).status, 422);
  const tooMuch = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(64_000));
    },
  });
  const answer = await fetch(`${platform.url}/api/v1/odd/upload`, {
    method: "POST",
    headers: { "Content-Type": "audio/wav", Authorization: `Bearer ${ann.token}` },
    body: tooMuch,
    duplex: "half",
  } as RequestInit);
  assert.equal(answer.status, 413);
});

test("health says that it lives, and what it waits for", async (t) => {
  const platform = await startPlatform(t, { requiredServices: ["todo", "odd"] });
  const ready = async () => {
    const response = await fetch(`${platform.url}/health/ready`);
    return [response.status, await response.json()];
  };
  assert.equal((await fetch(`${platform.url}/health/live`)).status, 200);
  assert.deepEqual(await ready(), [503, { status: "waiting", waitingFor: ["odd"], conflicts: [] }]);
  await platform.add(odd);
  assert.deepEqual(await ready(), [200, { status: "ready", waitingFor: [], conflicts: [] }]);
});

test("metrics are Prometheus text and count requests", async (t) => {
  const platform = await startPlatform(t);
  const ann = await platform.register("ann");
  await ann.get("/todos");
  const response = await fetch(`${platform.url}/metrics`);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(await response.text(), /^moleculer_request_total\{[^}]*action="todo\.list"[^}]*\} 1$/m);
});

test("a request in flight is answered before the platform is down, and its sockets are free", async (t) => {
  const platform = await startPlatform(t);
  let release = (): void => {};
  const begun = Promise.withResolvers<void>();
  const slow = implement(
    "slow",
    {
      run: declare({
        summary: "Wait",
        auth: "public",
        rest: "GET /slow",
        params: Type.Object({}),
        returns: Type.Literal("done"),
      }),
    },
    {
      run: () =>
        new Promise((resolve) => {
          release = () => resolve("done");
          begun.resolve();
        }),
    },
  );
  await platform.add(slow);
  const answer = platform.guest.get("/slow");
  await begun.promise;
  const stopped = platform.stop();
  release();
  assert.deepEqual([(await answer).status, (await answer).body], [200, "done"]);
  await stopped;
  await assert.rejects(platform.guest.get("/todos"));
});
