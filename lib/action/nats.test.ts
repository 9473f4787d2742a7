import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceBroker } from "moleculer";
import { natsOrSkip, startNats } from "../../test/support/servers.ts";
import { brokerOptions } from "./broker.ts";
import { natsOptions } from "./nats.ts";

for (const [addresses, expected] of [
  ["nats://nats:4222", { servers: ["nats:4222"] }],
  ["nats://nats", { servers: ["nats"] }],
  ["nats://ann:p%40ss@one:4222,nats://two:4223", { servers: ["one:4222", "two:4223"], user: "ann", pass: "p@ss" }],
  ["nats://sesame@one", { servers: ["one"], token: "sesame" }],
  ["tls://one:4443", { servers: ["one:4443"], tls: {} }],
] as const) {
  test(`the address ${addresses} is understood`, () => {
    const { maxReconnectAttempts, reconnectTimeWait, noAsyncTraces, ...rest } = natsOptions(addresses);
    assert.deepEqual(rest, expected);
    assert.equal(maxReconnectAttempts, -1);
  });
}

test("a node joins a NATS server that asks for a password", { skip: natsOrSkip }, async (t) => {
  const nats = await startNats({ args: ["--user", "ann", "--pass", "p@ss"] });
  const url = nats.url.replace("//", "//ann:p%40ss@");
  const broker = new ServiceBroker(brokerOptions({ nats: url, nodeID: "one", logLevel: "fatal" }));
  t.after(async () => {
    await broker.stop();
    await nats.stop();
  });
  await broker.start();
  assert.deepEqual(
    (broker.registry as unknown as { getNodeList(o: object): { id: string }[] }).getNodeList({}).map(({ id }) => id),
    ["one"],
  );
});

test("a node stops while its NATS server is away", { skip: natsOrSkip }, async () => {
  const nats = await startNats();
  const broker = new ServiceBroker(brokerOptions({ nats: nats.url, nodeID: "two", logLevel: "fatal" }));
  await broker.start();
  await nats.stop();
  await broker.stop();
});
