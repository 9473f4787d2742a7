import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ServiceBroker } from "moleculer";
import { brokerOptions, declare, implement, Type, type User } from "../lib/action/index.ts";
import { connectionOf } from "../lib/node/connection.ts";
import type { Lists } from "../services/todo/todo.schema.ts";
import { until } from "../test/cluster/support.ts";
import { startPlatform } from "../test/support/platform.ts";
import { natsOrSkip, startNats } from "../test/support/servers.ts";
import { cleanCache, cleanedCache } from "./cache.ts";

const names = ({ items }: { items: { name: string }[] }): string[] => items.map(({ name }) => name);
const ann: User = { id: "ann", roles: ["user"], scopes: ["*"], session: "s1" };
const bob: User = { id: "bob", roles: ["user"], scopes: ["*"], session: "s2" };

/** A shelf of each user that a test fills behind the service's back, so that a cached answer can be told from a new one. */
function shelf() {
  const books = new Map<string, string[]>();
  let reading: Promise<void> = Promise.resolve();
  const schema = () =>
    implement(
      "shelf",
      {
        list: declare({ summary: "List", auth: "user", params: Type.Object({}), returns: Type.Unknown(), cache: 60 }),
        count: declare({
          summary: "Count",
          auth: "public",
          params: Type.Object({}),
          returns: Type.Unknown(),
          cache: 60,
        }),
      },
      {
        async list({ meta }) {
          const own = [...(books.get(meta.user.id) ?? [])];
          await reading;
          return own;
        },
        count: () => [...books.values()].flat().length,
      },
      { mixins: [cleanedCache] },
    );
  const holdReading = (until: Promise<void>): void => {
    reading = until;
  };
  return { books, schema, holdReading };
}

async function startBroker(t: TestContext, settings: { nats?: string; nodeID: string }, schema = shelf().schema()) {
  const broker = new ServiceBroker(brokerOptions({ logLevel: "fatal", ...settings }));
  t.after(() => broker.stop());
  broker.createService(schema);
  await broker.start();
  return {
    broker,
    list: (user?: User, nodeID = settings.nodeID) =>
      broker.call("shelf.list", {}, { meta: user ? { user } : {}, nodeID }) as Promise<string[]>,
    count: () => broker.call("shelf.count", {}, { nodeID: settings.nodeID }) as Promise<number>,
    clean: (user?: string) => cleanCache(broker, "shelf.list" as "todo.lists", user),
  };
}

test("cleaning ends one user's cached answers and leaves the others'", async (t) => {
  const { books, schema } = shelf();
  const node = await startBroker(t, { nodeID: "one" }, schema());
  assert.deepEqual([await node.list(ann), await node.list(bob)], [[], []]);
  books.set("ann", ["Emma"]).set("bob", ["Ulysses"]);
  assert.deepEqual([await node.list(ann), await node.list(bob)], [[], []], "from the cache");

  await node.clean("ann");
  assert.deepEqual([await node.list(ann), await node.list(bob)], [["Emma"], []]);
  await node.clean();
  assert.deepEqual(await node.list(bob), ["Ulysses"]);
  await assert.rejects(node.list(), { type: "UNAUTHENTICATED" });
});

test("an action that nobody cleaned keeps its answers", async (t) => {
  const { books, schema } = shelf();
  const node = await startBroker(t, { nodeID: "one" }, schema());
  assert.equal(await node.count(), 0);
  books.set("ann", ["Emma"]);
  await node.clean("ann");
  await node.clean();
  assert.equal(await node.count(), 0);
});

test("an answer that was being made when its data changed is not kept", async (t) => {
  const { books, schema, holdReading } = shelf();
  const node = await startBroker(t, { nodeID: "one" }, schema());
  const { promise, resolve } = Promise.withResolvers<void>();
  holdReading(promise);
  const old = node.list(ann);
  await new Promise(setImmediate);
  books.set("ann", ["Emma"]);
  await node.clean("ann");
  resolve();
  assert.deepEqual(await old, []);
  assert.deepEqual(await node.list(ann), ["Emma"]);
});

test("cleaning is right also when more users change than are remembered", async (t) => {
  const { books, schema } = shelf();
  const node = await startBroker(t, { nodeID: "one" }, schema());
  await node.list(ann);
  await node.clean("ann");
  await node.list(ann);
  books.set("ann", ["Emma"]);
  for (let n = 0; n < 10_000; n++) await node.clean(`user ${n}`);
  assert.deepEqual(await node.list(ann), ["Emma"]);
});

test("cleaning on one node reaches the cache of another before the next call does", { skip: natsOrSkip }, async (t) => {
  const nats = await startNats();
  t.after(nats.stop);
  const { books, schema } = shelf();
  const node = await startBroker(t, { nats: nats.url, nodeID: "one" }, schema());
  await startBroker(t, { nats: nats.url, nodeID: "two" }, schema());
  const { registry } = node.broker as unknown as { registry: { hasService(name: string, nodeID: string): boolean } };
  await until("node one to know node two's service", () => registry.hasService("shelf", "two") || undefined);
  const lists = async () =>
    Promise.all(["one", "two"].flatMap((nodeID) => [node.list(ann, nodeID), node.list(bob, nodeID)]));

  assert.deepEqual(await lists(), [[], [], [], []]);
  books.set("ann", ["Emma"]).set("bob", ["Ulysses"]);
  assert.deepEqual(await lists(), [[], [], [], []], "from both caches");
  await node.clean("ann");
  assert.deepEqual(await lists(), [["Emma"], [], ["Emma"], []]);
  for (const nodeID of ["one", "two"]) await assert.rejects(node.list(undefined, nodeID), { type: "UNAUTHENTICATED" });
});

test("a node that was cut off from NATS keeps no answer from before", { skip: natsOrSkip }, async (t) => {
  const nats = await startNats();
  t.after(nats.stop);
  const { books, schema } = shelf();
  const node = await startBroker(t, { nats: nats.url, nodeID: "one" }, schema());
  assert.deepEqual(await node.list(ann), []);
  // Cleaned elsewhere while this node could not hear of it.
  books.set("ann", ["Emma"]);
  await connectionOf(node.broker)?.reconnect();
  await until("a new answer", async () => (await node.list(ann)).length > 0);
});

test("a user's lists are fresh after every change of them, and nobody else's", async (t) => {
  const platform = await startPlatform(t);
  const [ann, bob] = [await platform.register("ann"), await platform.register("bob")];
  const lists = async (user = ann) => names((await user.get<typeof Lists.static>("/lists")).body);
  assert.deepEqual([await lists(), await lists(bob)], [[], []]);

  await ann.post("/lists", { name: "work" });
  assert.deepEqual([await lists(), await lists(bob)], [["work"], []]);
  const { body } = await ann.post<{ id: string }>("/todos", { title: "Buy milk", list: "shopping" });
  assert.deepEqual(await lists(), ["shopping", "work"]);
  await ann.patch(`/todos/${body.id}`, { list: "home" });
  assert.deepEqual(await lists(), ["home", "shopping", "work"]);
  await ann.delete("/lists/work");
  assert.deepEqual([await lists(), await lists(bob)], [["home", "shopping"], []]);
  assert.equal((await platform.guest.get("/lists")).status, 401);
  assert.deepEqual(await lists(), ["home", "shopping"]);
});

test("lists come from the cache in between", async (t) => {
  const platform = await startPlatform(t);
  const ann = await platform.register("ann");
  const cached: unknown[] = [];
  const call = platform.broker.call.bind(platform.broker);
  const fetchLists = async () => {
    const context = call("todo.lists", {}, { meta: { user: { ...ann.session.user, scopes: ["*"], session: "s" } } });
    await context;
    cached.push((context as unknown as { ctx: { cachedResult: boolean } }).ctx.cachedResult);
  };
  await fetchLists();
  await fetchLists();
  await ann.post("/lists", { name: "work" });
  await fetchLists();
  await fetchLists();
  assert.deepEqual(cached, [false, true, false, true]);
});
