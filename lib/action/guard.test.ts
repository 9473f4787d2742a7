import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Context, ServiceBroker, type ServiceSchema } from "moleculer";
import { natsOrSkip, startNats } from "../../test/support/servers.ts";
import { brokerOptions, type ClusterSettings } from "./broker.ts";
import { declare } from "./declare.ts";
import { type CallMeta, defineErrors, fail, implement, Type, type User } from "./index.ts";

const Nothing = Type.Object({});
const Any = Type.Unknown();
const ann: User = { id: "ann", roles: ["user"], scopes: ["*"], session: "s1" };
const bob: User = { id: "bob", roles: ["user"], scopes: [], session: "s2" };
const boss: User = { id: "boss", roles: ["admin", "user"], scopes: ["*"], session: "s3" };
const errors = defineErrors({ PROBE_BROKEN: { status: 409, message: "It is broken.", retryable: false } });

async function startBroker(t: TestContext, services: ServiceSchema[], settings: ClusterSettings = {}) {
  const broker = new ServiceBroker(brokerOptions({ logLevel: "fatal", ...settings }));
  t.after(() => broker.stop());
  for (const service of services) broker.createService(service);
  await broker.start();
  return broker;
}

const failure = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => assert.fail("it went through"),
    (error: { code: number; type: string; data?: unknown }) => error,
  );
  return { status: error.code, code: error.type };
};

const probe = implement(
  "probe",
  {
    open: declare({ summary: "Open", auth: "public", params: Nothing, returns: Any }),
    mine: declare({
      summary: "Mine",
      auth: "user",
      params: Type.Object({ n: Type.Optional(Type.Integer()) }),
      returns: Any,
    }),
    scoped: declare({ summary: "Scoped", auth: "user", scope: "probe:write", params: Nothing, returns: Any }),
    ruled: declare({ summary: "Ruled", auth: "admin", params: Nothing, returns: Any }),
    inner: declare({ summary: "For services", params: Nothing, returns: Any }),
    broken: declare({
      summary: "Broken",
      auth: "public",
      params: Nothing,
      returns: Any,
      errors: [errors.PROBE_BROKEN],
    }),
  },
  {
    open: () => "open",
    mine: () => "mine",
    scoped: () => "scoped",
    ruled: () => "ruled",
    inner: () => "inner",
    broken: () => fail(errors.PROBE_BROKEN, { message: "It is broken since noon.", retryAfter: 7 }),
  },
);

for (const [action, user, expected] of [
  ["open", undefined, "open"],
  ["mine", undefined, "UNAUTHENTICATED"],
  ["mine", ann, "mine"],
  ["scoped", ann, "scoped"],
  ["scoped", bob, "FORBIDDEN"],
  ["scoped", { ...bob, scopes: ["probe:write"] }, "scoped"],
  ["ruled", undefined, "UNAUTHENTICATED"],
  ["ruled", ann, "FORBIDDEN"],
  ["ruled", boss, "ruled"],
  ["inner", undefined, "inner"],
] as const) {
  test(`a call of probe.${action} as ${user?.id ?? "nobody"} (${user?.scopes ?? "-"}) gives ${expected}`, async (t) => {
    const broker = await startBroker(t, [probe]);
    const answer = broker.call(`probe.${action}`, {}, { meta: user ? { user } : {} });
    if (expected === action) assert.equal(await answer, expected);
    else assert.equal((await failure(answer)).code, expected);
  });
}

test("parameters are checked on a plain call between services", async (t) => {
  const broker = await startBroker(t, [probe]);
  const call = (params: unknown) => failure(broker.call("probe.mine", params as object, { meta: { user: ann } }));
  for (const params of [
    { n: "5" },
    { n: 1.5 },
    { m: 1 },
    { n: null },
    [],
    "text",
    5,
    JSON.parse('{"__proto__": {"n": 1}}'),
  ])
    assert.deepEqual(await call(params), { status: 422, code: "VALIDATION_FAILED" }, JSON.stringify(params));
});

test("who may not call is not told what the parameters should be", async (t) => {
  const broker = await startBroker(t, [probe]);
  assert.equal((await failure(broker.call("probe.mine", { wrong: 1 }))).code, "UNAUTHENTICATED");
});

test("a cached list is each user's own, and nobody's", async (t) => {
  let calls = 0;
  const shop = implement(
    "shop",
    {
      list: declare({
        summary: "List",
        auth: "user",
        params: Type.Object({ page: Type.Optional(Type.Integer()) }),
        returns: Any,
        cache: 60,
      }),
      price: declare({ summary: "Price", auth: "public", params: Nothing, returns: Any, cache: 60 }),
    },
    { list: ({ meta }) => ({ owner: meta.user.id, zone: meta.zone, call: ++calls }), price: () => ++calls },
  );
  const broker = await startBroker(t, [shop]);
  const list = (user?: User, zone = "UTC") => broker.call("shop.list", {}, { meta: { ...(user && { user }), zone } });
  assert.deepEqual(await list(ann), { owner: "ann", zone: "UTC", call: 1 });
  assert.deepEqual(await list(ann), { owner: "ann", zone: "UTC", call: 1 });
  assert.deepEqual(await list(bob), { owner: "bob", zone: "UTC", call: 2 });
  assert.equal((await failure(list())).code, "UNAUTHENTICATED");
  assert.deepEqual(await list(ann, "Europe/Berlin"), { owner: "ann", zone: "Europe/Berlin", call: 3 });
  assert.equal(await broker.call("shop.price"), 4);
  assert.equal(await broker.call("shop.price", {}, { meta: { user: ann } }), 4);
  assert.equal(
    (await failure(broker.call("shop.list", { page: "x" }, { meta: { user: ann } }))).code,
    "VALIDATION_FAILED",
  );
});

test("two cached answers do not share an object with each other or with their callers", async (t) => {
  const shop = implement(
    "shop",
    { list: declare({ summary: "List", auth: "public", params: Nothing, returns: Any, cache: 60 }) },
    { list: () => ({ items: ["a"] }) },
  );
  const broker = await startBroker(t, [shop]);
  const first = await broker.call<{ items: string[] }>("shop.list");
  first.items.push("mine");
  assert.deepEqual(await broker.call("shop.list"), { items: ["a"] });
});

/** A service that calls another, which tries to become somebody else; both write down what they see. */
function chain() {
  const seen: Record<string, unknown> = {};
  const outer = implement(
    "outer",
    { run: declare({ summary: "Run", auth: "user", params: Nothing, returns: Any, idempotent: "key" }) },
    {
      async run(ctx) {
        const context = ctx as unknown as Context<unknown, CallMeta>;
        await context.call("thief.steal");
        await context.call("thief.stealAndFail").catch(() => {});
        seen["after"] = { ...context.meta };
        seen["key"] = ctx.locals.idempotencyKey;
        return { user: context.meta.user?.id, roles: context.meta.user?.roles };
      },
    },
  );
  const rewrite = (ctx: { meta: object; locals: object }, name: string): void => {
    seen[name] = { ...ctx.meta, key: (ctx.locals as { idempotencyKey?: string }).idempotencyKey };
    const meta = ctx.meta as { user: unknown; evil: boolean };
    try {
      (meta.user as User & { roles: string[] }).roles.push("admin");
    } catch {
      // frozen: as it should be
    }
    meta.user = { ...boss };
    meta.evil = true;
  };
  const thief = implement(
    "thief",
    {
      steal: declare({ summary: "Steal", auth: "user", params: Nothing, returns: Any, idempotent: "key" }),
      stealAndFail: declare({ summary: "Steal and fail", auth: "user", params: Nothing, returns: Any }),
    },
    {
      steal: (ctx) => rewrite(ctx, "steal"),
      stealAndFail(ctx) {
        rewrite(ctx, "stealAndFail");
        throw new Error("no");
      },
    },
  );
  return { outer, thief, seen };
}

async function assertMetaStays(broker: ServiceBroker, seen: Record<string, unknown>) {
  const meta = { user: { ...ann, roles: ["user"] }, zone: "UTC", idempotencyKey: "k1" };
  assert.deepEqual(await broker.call("outer.run", {}, { meta }), { user: "ann", roles: ["user"] });
  assert.deepEqual(seen["after"], { user: ann, zone: "UTC" });
  assert.equal(seen["key"], "k1");
  assert.deepEqual(seen["steal"], { user: ann, zone: "UTC", key: undefined });
  assert.deepEqual(seen["stealAndFail"], { user: ann, zone: "UTC", key: undefined });
  assert.deepEqual(meta.user, ann);
}

test("a callee that rewrites the user changes nothing for its caller, and inherits no idempotency key", async (t) => {
  const { outer, thief, seen } = chain();
  await assertMetaStays(await startBroker(t, [outer, thief]), seen);
});

test("a remote callee that rewrites the user changes nothing for its caller", { skip: natsOrSkip }, async (t) => {
  const nats = await startNats();
  t.after(nats.stop);
  const { outer, thief, seen } = chain();
  await startBroker(t, [thief], { nats: nats.url, nodeID: "thief" });
  const broker = await startBroker(t, [outer], { nats: nats.url, nodeID: "outer" });
  await broker.waitForServices("thief", 5_000, 20);
  await assertMetaStays(broker, seen);
});

test("a remote call is guarded, and codes, messages and details cross the wire", { skip: natsOrSkip }, async (t) => {
  const nats = await startNats();
  t.after(nats.stop);
  await startBroker(t, [probe], { nats: nats.url, nodeID: "probe" });
  const broker = await startBroker(t, [], { nats: nats.url, nodeID: "caller" });
  await broker.waitForServices("probe", 5_000, 20);
  assert.deepEqual(await failure(broker.call("probe.mine")), { status: 401, code: "UNAUTHENTICATED" });
  await assert.rejects(broker.call("probe.broken"), {
    type: "PROBE_BROKEN",
    code: 409,
    message: "It is broken since noon.",
    retryable: false,
    data: { retryAfter: 7 },
  });
  await assert.rejects(broker.call("probe.mine", { n: "x" }, { meta: { user: ann } }), {
    type: "VALIDATION_FAILED",
    data: { errors: [{ path: "n", message: "is of the wrong type", accepts: "a whole number" }] },
  });
});

test("parameters and results cross the JSON boundary also within a process", async (t) => {
  const seen: unknown[] = [];
  const shared = { list: [1] };
  const echo = implement(
    "echo",
    { run: declare({ summary: "Run", auth: "public", params: Type.Object({ at: Any, nested: Any }), returns: Any }) },
    {
      run({ params }) {
        seen.push(params);
        (params as { nested: { list: number[] } }).nested.list.push(2);
        return { at: new Date(0), gone: undefined, shared } as unknown;
      },
    },
  );
  const broker = await startBroker(t, [echo]);
  const mine = { at: new Date(0), nested: { list: [1], gone: undefined } };
  const result = await broker.call<{ shared: { list: number[] } }, object>("echo.run", mine);
  assert.deepEqual(seen, [{ at: "1970-01-01T00:00:00.000Z", nested: { list: [1, 2] } }]);
  assert.deepEqual(mine.nested.list, [1]);
  assert.deepEqual(result, { at: "1970-01-01T00:00:00.000Z", shared: { list: [1] } });
  result.shared.list.push(3);
  assert.deepEqual(shared.list, [1]);
});

test("a call that can be repeated by its key only is retried with one and not without", async (t) => {
  let calls = 0;
  const keys: unknown[] = [];
  const flaky = implement(
    "flaky",
    {
      keyed: declare({ summary: "Keyed", auth: "public", params: Nothing, returns: Any, idempotent: "key" }),
      plain: declare({ summary: "Plain", auth: "public", params: Nothing, returns: Any }),
      read: declare({ summary: "Read", auth: "public", params: Nothing, returns: Any, idempotent: true }),
    },
    Object.fromEntries(
      ["keyed", "plain", "read"].map((name) => [
        name,
        (ctx: { locals: { idempotencyKey?: string } }) => {
          keys.push(ctx.locals.idempotencyKey);
          if (calls++ % 2 === 0) fail(defineErrors({ AWAY: { status: 503, message: "Away.", retryable: true } }).AWAY);
          return "done";
        },
      ]),
    ) as never,
  );
  const broker = await startBroker(t, [flaky]);
  assert.equal(await broker.call("flaky.keyed", {}, { meta: { idempotencyKey: "k" } }), "done");
  assert.deepEqual(keys, ["k", "k"]);
  assert.equal((await failure(broker.call("flaky.keyed"))).code, "AWAY");
  calls = 0;
  assert.equal((await failure(broker.call("flaky.plain"))).code, "AWAY");
  calls = 0;
  assert.equal(await broker.call("flaky.read"), "done");
});
