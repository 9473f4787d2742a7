import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import database from "moleculer-db";
import { brokerOptions } from "./broker.ts";
import { declare } from "./declare.ts";
import { implement, Type } from "./index.ts";

const route = (rest: string, say?: string) =>
  declare({
    summary: rest,
    auth: "public",
    rest,
    params: Type.Object({ id: Type.Optional(Type.String()) }),
    returns: Type.Unknown(),
    ...(say && { voice: { en: { say: [say], reply: "" } } }),
  });
const service = (name: string, rest: string, say?: string) =>
  implement(name, { run: route(rest, say) }, { run: () => null });

for (const [what, services, message] of [
  [
    "an action of a database mixin",
    [{ name: "rows", mixins: [database as unknown as ServiceSchema] }],
    /"rows\.\w+" has no declaration/,
  ],
  [
    "an action of its own without a declaration",
    [{ name: "plain", actions: { run: () => 1 } }],
    /"plain\.run" has no declaration/,
  ],
  [
    "a declaration that is not plain JSON",
    [{ name: "odd", actions: { run: { declaration: { params: {}, returns: undefined }, handler: () => 1 } } }],
    /"odd\.run" is not plain JSON/,
  ],
  [
    "two actions on one route",
    [service("one", "GET /things/:id"), service("two", "GET /things/:id")],
    /two\.run claims "GET \/things\/:id", which is one\.run's/,
  ],
  [
    "two actions with one template",
    [service("one", "GET /a", "roll a die"), service("two", "GET /b", "Roll a die")],
    /two\.run claims "Roll a die", which is one\.run's/,
  ],
  ["a reserved name", [service("todo", "GET /a")], /"todo" is the name of a Vivavoce service/],
] as [string, ServiceSchema[], RegExp][]) {
  test(`a node refuses to hold ${what}, and names it`, async (t) => {
    const broker = new ServiceBroker(brokerOptions({ logLevel: "fatal" }));
    t.after(() => broker.stop());
    assert.throws(() => services.map((schema) => broker.createService(schema)), message);
  });
}
