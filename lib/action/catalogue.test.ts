import assert from "node:assert/strict";
import { test } from "node:test";
import { Catalogue } from "./catalogue.ts";
import { type Declaration, declare } from "./declare.ts";
import { Type } from "./index.ts";

const HOUR_MS = 60 * 60 * 1000;

const action = (rest: string, say: string[] = [], summary = "Do it"): Declaration =>
  declare({
    summary,
    auth: "public",
    rest,
    params: Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) }),
    returns: Type.Null(),
    ...(say.length > 0 && { voice: { en: { say, reply: "" } } }),
  });

interface FakeNode {
  id: string;
  startedAt: number;
  firstParty?: boolean;
  services: Record<string, Record<string, Declaration>>;
}

/** A registry as Moleculer's, of nodes that the test sets. */
function makeCluster(...nodes: FakeNode[]) {
  const cluster = { nodes, now: 0 };
  const registry = {
    getNodeList: () =>
      cluster.nodes.map(({ id, startedAt, firstParty = false }) => ({
        id,
        available: true,
        metadata: { startedAt, firstParty },
      })),
    getServiceList: () =>
      cluster.nodes.flatMap(({ id, services }) =>
        Object.entries(services).map(([name, actions]) => ({
          name,
          nodeID: id,
          available: true,
          actions: Object.fromEntries(
            Object.entries(actions).map(([key, declaration]) => [
              `${name}.${key}`,
              { name: `${name}.${key}`, declaration },
            ]),
          ),
        })),
      ),
  };
  const catalogue = new Catalogue({ registry } as never, () => cluster.now);
  return { cluster, catalogue };
}
const node = (id: string, startedAt: number, services: FakeNode["services"]): FakeNode => ({ id, startedAt, services });

test("the earliest holder keeps a route, and the newcomer is named", () => {
  const { cluster, catalogue } = makeCluster(node("a", 1, { one: { run: action("GET /things/:id") } }));
  assert.deepEqual(catalogue.refresh(), []);
  cluster.nodes.unshift(node("b", 2, { two: { run: action("GET /things/:name") } }));
  assert.deepEqual(catalogue.refresh(), [{ action: "two.run", claim: "GET /things/:name", holder: "one.run" }]);
  assert.deepEqual(
    catalogue.entries.map(({ name, routed }) => [name, routed]),
    [
      ["one.run", true],
      ["two.run", false],
    ],
  );
});

test("at a gateway's own start the node that started first holds, whatever the order of the registry", () => {
  const { catalogue } = makeCluster(
    node("b", 2, { two: { run: action("GET /things") } }),
    node("a", 1, { one: { run: action("GET /things") } }),
  );
  assert.deepEqual(
    catalogue.refresh().map(({ holder }) => holder),
    ["one.run"],
  );
});

test("the earliest holder keeps a template; the newcomer keeps its others and its route", () => {
  const { catalogue } = makeCluster(
    node("a", 1, { one: { run: action("GET /a", ["roll {id}"]) } }),
    node("b", 2, { two: { run: action("GET /b", ["Roll {name}", "throw {name}"]) } }),
  );
  assert.deepEqual(catalogue.refresh(), [{ action: "two.run", claim: "Roll {name}", holder: "one.run" }]);
  assert.deepEqual(catalogue.get("two.run")?.say, ["throw {name}"]);
  assert.equal(catalogue.get("two.run")?.routed, true);
});

test("a conflict is told once, and again after it was gone", () => {
  const { cluster, catalogue } = makeCluster(
    node("a", 1, { one: { run: action("GET /a") } }),
    node("b", 2, { two: { run: action("GET /a") } }),
  );
  assert.equal(catalogue.refresh().length, 1);
  assert.equal(catalogue.refresh().length, 0);
  assert.equal(catalogue.conflicts.length, 1);
  const [a, b] = cluster.nodes as [FakeNode, FakeNode];
  cluster.nodes = [a, node("b", 3, { two: { run: action("GET /b") } })];
  catalogue.refresh();
  assert.equal(catalogue.conflicts.length, 0);
  assert.equal(catalogue.get("two.run")?.routed, true);
  cluster.nodes = [a, b];
  assert.equal(catalogue.refresh().length, 1);
});

test("a first-party route prefix is its service's, also before that is there", () => {
  const { cluster, catalogue } = makeCluster(node("a", 1, { shop: { run: action("GET /todos/best") } }));
  assert.deepEqual(catalogue.refresh(), [{ action: "shop.run", claim: "GET /todos/best", holder: "todo" }]);
  cluster.nodes.push({ ...node("b", 2, { todo: { best: action("GET /todos/best") } }), firstParty: true });
  catalogue.refresh();
  assert.equal(catalogue.get("todo.best")?.routed, true);
  assert.equal(catalogue.get("shop.run")?.routed, false);
});

for (const [route, routed] of [
  ["GET /todos", false],
  ["GET /lists/:id", false],
  ["GET /auth/me", false],
  ["GET /todosoup", true],
  ["GET /my/todos", true],
] as const) {
  test(`an outside service ${routed ? "may" : "may not"} have ${route}`, () => {
    const { catalogue } = makeCluster(node("a", 1, { shop: { run: action(route) } }));
    catalogue.refresh();
    assert.equal(catalogue.get("shop.run")?.routed, routed);
  });
}

test("a parameter route of an outside service does not reach into a first-party prefix", () => {
  const { catalogue } = makeCluster(node("a", 1, { shop: { run: action("GET /:id/:name") } }));
  catalogue.refresh();
  assert.equal(catalogue.get("shop.run")?.routed, false);
});

test("a service with a reserved name on a node that is not first-party is not there", () => {
  const { catalogue } = makeCluster(node("a", 1, { todo: { create: action("POST /todos") } }));
  catalogue.refresh();
  assert.deepEqual(catalogue.entries, []);
});

test("what left is remembered for a day, keeps its claims, and is then forgotten", () => {
  const { cluster, catalogue } = makeCluster(node("a", 1, { one: { run: action("GET /a", ["roll"]) } }));
  catalogue.refresh();
  cluster.nodes = [];
  cluster.now = HOUR_MS;
  catalogue.refresh();
  assert.deepEqual(
    catalogue.entries.map(({ name, present, routed, say }) => ({ name, present, routed, say })),
    [{ name: "one.run", present: false, routed: true, say: ["roll"] }],
  );
  assert.equal(catalogue.hasService("one"), false);
  cluster.nodes = [node("b", 2, { two: { run: action("GET /a") } })];
  assert.equal(catalogue.refresh()[0]?.holder, "one.run");
  cluster.now = 25 * HOUR_MS + 1;
  catalogue.refresh();
  assert.equal(catalogue.get("one.run"), undefined);
  assert.equal(catalogue.get("two.run")?.routed, true);
});

test("the day counts from when it was last seen alive, not from the last change before", () => {
  const { cluster, catalogue } = makeCluster(node("a", 1, { one: { run: action("GET /a") } }));
  catalogue.refresh();
  // Nothing changes for three days, so nothing is refreshed; then it leaves.
  cluster.now = 72 * HOUR_MS;
  cluster.nodes = [];
  catalogue.refresh();
  assert.equal(catalogue.get("one.run")?.present, false);
});

test("what comes back is the one it was, with its place", () => {
  const { cluster, catalogue } = makeCluster(node("a", 1, { one: { run: action("GET /a") } }));
  catalogue.refresh();
  const before = cluster.nodes;
  cluster.nodes = [node("b", 2, { two: { run: action("GET /a") } })];
  catalogue.refresh();
  cluster.nodes = [...before, ...cluster.nodes];
  catalogue.refresh();
  assert.deepEqual(
    [catalogue.get("one.run"), catalogue.get("two.run")].map((entry) => [entry?.present, entry?.routed]),
    [
      [true, true],
      [true, false],
    ],
  );
});

test("an action that its own service has renamed gives its route and template to the new one", () => {
  const { cluster, catalogue } = makeCluster(node("a", 1, { dice: { roll: action("GET /dice", ["roll"]) } }));
  catalogue.refresh();
  cluster.nodes = [node("b", 2, { dice: { throw: action("GET /dice", ["roll"]) } })];
  assert.deepEqual(catalogue.refresh(), []);
  assert.equal(catalogue.get("dice.throw")?.routed, true);
  assert.deepEqual(catalogue.get("dice.throw")?.say, ["roll"]);
  assert.equal(catalogue.get("dice.roll")?.routed ?? false, false);
});

test("of two declarations of an action the newest counts, whichever node is listed last", () => {
  const old = node("a", 1, { one: { run: action("GET /a", [], "Old") } });
  const young = node("b", 2, { one: { run: action("GET /a", [], "New") } });
  for (const nodes of [
    [old, young],
    [young, old],
  ]) {
    const { catalogue } = makeCluster(...nodes);
    catalogue.refresh();
    assert.equal(catalogue.get("one.run")?.declaration.summary, "New");
  }
});

test("refreshing again changes nothing", () => {
  const { catalogue } = makeCluster(
    node("a", 1, { one: { run: action("GET /a", ["roll"]) } }),
    node("b", 2, { two: { run: action("GET /a", ["roll", "throw"]) } }),
  );
  catalogue.refresh();
  const before = structuredClone({ entries: catalogue.entries, conflicts: catalogue.conflicts });
  catalogue.refresh();
  assert.deepEqual({ entries: catalogue.entries, conflicts: catalogue.conflicts }, before);
});

test("one declaration that no node of ours would have let through does not take the others down", () => {
  const broken = { ...action("GET /b"), voice: { en: { say: ["roll (a"], reply: "" } } } as Declaration;
  const odd = { summary: "Odd", auth: "public", rest: 5 } as unknown as Declaration;
  const { catalogue } = makeCluster(
    node("a", 1, { bad: { run: broken, odd } }),
    node("b", 2, { good: { run: action("GET /a") } }),
  );
  catalogue.refresh();
  assert.equal(catalogue.get("good.run")?.routed, true);
  assert.equal(catalogue.get("bad.run"), undefined);
});
