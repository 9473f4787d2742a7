// The Socket.IO door: calls with an acknowledgement, and events in the user's room.
import assert from "node:assert/strict";
import { test } from "node:test";
import { declare, implement, Type } from "../../lib/action/index.ts";
import type { Account } from "../../services/auth/auth.schema.ts";
import type { Todo } from "../../services/todo/todo.schema.ts";
import { connect } from "../support/device.ts";
import { odd } from "../support/odd.ts";
import { startPlatform } from "../support/platform.ts";

test("a call is acknowledged with its result, or with problem details", async (t) => {
  const platform = await startPlatform(t);
  await platform.add(odd);
  const ann = await platform.register("ann", { zone: "Asia/Tokyo" });
  const device = await connect(t, platform, ann);
  const { problem, result } = await device.call<Todo>("todo.create", { title: "Buy milk", due: "tomorrow at five" });
  assert.equal(problem, null);
  assert.deepEqual([result.title, result.due], ["Buy milk", { date: "2027-03-02", time: "17:00", zone: "Asia/Tokyo" }]);
  assert.deepEqual((await device.call("odd.extra")).result, { name: "a", inner: { n: 1 } });
  const cases: [name: string, params: object, code: string][] = [
    ["todo.get", { id: "none" }, "TODO_NOT_FOUND"],
    ["todo.create", { title: 5 }, "VALIDATION_FAILED"],
    ["todo.create", {}, "VALIDATION_FAILED"],
    ["todo.list", { limit: "5" }, "VALIDATION_FAILED"],
    ["auth.invite", {}, "NOT_FOUND"],
    ["odd.throw", {}, "INTERNAL"],
    ["odd.undeclared", {}, "INTERNAL"],
    ["odd.result", {}, "INTERNAL"],
    ["odd.nothing", {}, "INTERNAL"],
  ];
  for (const [name, params, code] of cases) {
    const answer = await device.call(name, params);
    assert.equal(answer.problem?.code, code, name);
    assert.match(answer.problem?.requestId ?? "", /^[0-9a-f-]{36}$/);
    assert.doesNotMatch(JSON.stringify(answer.problem), /hunter2/);
  }
  await platform.broker.destroyService("odd");
  const away = (await device.call("odd.extra")).problem;
  assert.deepEqual([away?.code, away?.status, (away as { retryAfter?: number }).retryAfter], ["UNAVAILABLE", 503, 2]);
});

test("a call may leave out what it does not need", async (t) => {
  const platform = await startPlatform(t);
  const { socket } = await connect(t, platform, await platform.register("ann"));
  const ask = (...args: unknown[]) =>
    new Promise<unknown[]>((resolve) => socket.emit("call", ...args, (...answer: unknown[]) => resolve(answer)));
  for (const args of [["auth.me"], ["auth.me", null], ["auth.me", {}], ["auth.me", {}, null], ["auth.me", {}, {}]]) {
    const [problem, result] = await ask(...args);
    assert.equal(problem, null, JSON.stringify(args));
    assert.equal((result as Account).name, "ann");
  }
});

test("only actions that open this door are called, and each once", async (t) => {
  const platform = await startPlatform(t);
  const calls: string[] = [];
  const probe = (socket: boolean, auth?: "public") =>
    declare({
      summary: "Probe",
      ...(auth && { auth }),
      ...(socket && { socket }),
      params: Type.Object({}),
      returns: Type.Null(),
    });
  const run = (name: string) => () => {
    calls.push(name);
    return null;
  };
  await platform.add(
    implement(
      "probe",
      { open: probe(true, "public"), closed: probe(false, "public"), inner: probe(false) },
      { open: run("open"), closed: run("closed"), inner: run("inner") },
    ),
  );
  const device = await connect(t, platform, await platform.register("ann"));
  for (const [name, code] of [
    ["probe.open", undefined],
    ["probe.closed", "NOT_FOUND"],
    ["probe.inner", "NOT_FOUND"],
    ["$node.list", "NOT_FOUND"],
  ] as const) {
    const problem = await new Promise<{ code: string } | null>((resolve) =>
      device.socket.emit("call", name, {}, resolve),
    );
    assert.equal(problem?.code, code, name);
    assert.equal((await device.call(name, {})).problem?.code, code, name);
  }
  assert.deepEqual(calls, ["open", "open"]);
});

test("the user of a call is the token's, whatever the call says", async (t) => {
  const platform = await startPlatform(t);
  const boss = await platform.register("boss");
  const eve = await platform.register("eve");
  const { body: todo } = await boss.post<Todo>("/todos", { title: "Private" });
  const device = await connect(t, platform, eve, { user: boss.session.user, meta: { user: boss.session.user } });
  const claims = { user: boss.session.user, meta: { user: boss.session.user }, via: "service" };
  assert.equal((await device.call("todo.get", { id: todo.id }, claims)).problem?.code, "TODO_NOT_FOUND");
  assert.equal(
    (await device.call("todo.get", { id: todo.id, meta: claims, $meta: claims })).problem?.code,
    "VALIDATION_FAILED",
  );
  assert.equal((await device.call<Account>("auth.me", {}, claims)).result.name, "eve");
});

test("a zone and an idempotency key belong to one call", async (t) => {
  const platform = await startPlatform(t);
  const device = await connect(t, platform, await platform.register("ann"), { zone: "Asia/Tokyo" });
  const make = (options?: object) => device.call<Todo>("todo.create", { title: "x", due: "tomorrow" }, options);
  const first = await make({ zone: "Europe/Berlin", idempotencyKey: "k" });
  assert.equal(first.result.due?.zone, "Europe/Berlin");
  assert.deepEqual((await make({ zone: "Europe/Berlin", idempotencyKey: "k" })).result, first.result);
  const other = await make();
  assert.notEqual(other.result.id, first.result.id);
  assert.equal(other.result.due?.zone, "Asia/Tokyo");
  for (const options of [
    { zone: "Mars/Base" },
    { zone: 5 },
    { idempotencyKey: "" },
    { idempotencyKey: 5 },
    { idempotencyKey: "x".repeat(256) },
  ])
    assert.equal((await make(options)).problem?.code, "VALIDATION_FAILED", JSON.stringify(options));
});

test("events reach every device of their user and no other's", async (t) => {
  const platform = await startPlatform(t);
  const [ann, eve] = [await platform.register("ann"), await platform.register("eve")];
  const devices = [await connect(t, platform, ann), await connect(t, platform, await platform.login("ann"))];
  const stranger = await connect(t, platform, eve);
  const { body: todo } = await ann.post<Todo>("/todos", { title: "Buy milk" });
  await devices[0]?.call("todo.complete", { id: todo.id });
  for (const device of devices) {
    assert.deepEqual(await device.received("todo.created"), [{ todo }]);
    assert.equal((await device.received<{ todo: Todo }>("todo.completed"))[0]?.todo.done, true);
  }
  await stranger.call("auth.me");
  assert.deepEqual(stranger.events, []);
});

test("a device cannot join another's room or send events to others", async (t) => {
  const platform = await startPlatform(t);
  const ann = await platform.register("ann");
  const eve = await connect(t, platform, await platform.register("eve"));
  const device = await connect(t, platform, ann);
  for (const event of ["join", "$join", "subscribe", "socket.push", "broadcast", "todo.created"])
    eve.socket.emit(event, `user:${ann.session.user.id}`, {
      user: ann.session.user.id,
      event: "todo.created",
      payload: {},
    });
  await eve.call("auth.me");
  await ann.post("/todos", { title: "x" });
  assert.deepEqual(
    (await device.received<{ todo: Todo }>("todo.created")).map(({ todo }) => todo.title),
    ["x"],
  );
  assert.deepEqual(await eve.received("todo.created"), []);
});

test("hostile payloads get a problem, or nothing, and take nobody down", async (t) => {
  const platform = await startPlatform(t);
  const ann = await platform.register("ann");
  const device = await connect(t, platform, ann);
  for (const name of [
    null,
    undefined,
    5,
    "",
    {},
    [],
    "constructor",
    "__proto__",
    "toString",
    "$node.list",
    "gateway.rest",
    "todo",
    "todo.create ",
    "x".repeat(10_000),
  ])
    assert.equal((await device.call(name, {})).problem?.code, "NOT_FOUND", String(name).slice(0, 20));
  for (const params of [
    5,
    "x",
    [],
    [1],
    true,
    { __proto__: null, title: null },
    JSON.parse('{"__proto__": {"title": "x"}}'),
    JSON.parse('{"title": "x", "__proto__": {}}'),
  ])
    assert.equal((await device.call("todo.create", params)).problem?.code, "VALIDATION_FAILED", JSON.stringify(params));
  for (const options of [5, "x", [], null, { idempotencyKey: null }]) {
    const { problem } = await device.call("auth.me", {}, options);
    assert.ok(problem === null || problem.code === "VALIDATION_FAILED", JSON.stringify(options));
  }
  // Without an acknowledgement, or with something else in its place.
  for (const args of [
    [],
    [null],
    ["todo.create"],
    ["todo.create", {}, {}, "no function"],
    ["auth.me", {}, () => {}, () => {}],
  ])
    device.socket.emit("call", ...args);
  for (const event of ["authenticate", "listen", "audio", "audio.end", "disconnecting", "error", "connect_error"].slice(
    0,
    4,
  )) {
    device.socket.emit(event);
    device.socket.emit(event, null, null);
    device.socket.emit(event, { a: 1 }, "x");
  }
  device.socket.emit("audio", Buffer.alloc(1000));
  assert.equal((await device.call("auth.me")).problem, null);
});

test("calls of sockets and requests count against one limit", async (t) => {
  const platform = await startPlatform(t, { rateLimit: 4 });
  const ann = await platform.register("ann");
  const device = await connect(t, platform, ann);
  for (let call = 0; call < 2; call++) assert.equal((await device.call("auth.me")).problem, null);
  for (let call = 0; call < 2; call++) assert.equal((await ann.get("/auth/me")).status, 200);
  const { problem } = await device.call("auth.me");
  assert.deepEqual([problem?.code, (problem as { retryAfter?: number }).retryAfter], ["RATE_LIMITED", 15]);
});
