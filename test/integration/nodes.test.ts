// Several nodes over a real NATS server and one MongoDB-protocol store: two gateways and two todo nodes act as one.
import assert from "node:assert/strict";
import { type EventEmitter, once } from "node:events";
import { after, before, describe, type TestContext, test } from "node:test";
import type { Static } from "@sinclair/typebox";
import type { ServiceBroker } from "moleculer";
import { type Config, readConfig } from "../../lib/config/config.ts";
import { type Node, startNode } from "../../lib/node/node.ts";
import type { Session } from "../../services/auth/auth.schema.ts";
import type { Ring, Rings, Todo, TodoPage } from "../../services/todo/todo.schema.ts";
import { Client } from "../support/client.ts";
import { FakeClock } from "../support/clock.ts";
import { connect } from "../support/device.ts";
import { emailOf, makeFolder, PASSWORD } from "../support/platform.ts";
import { mongoOrSkip, natsOrSkip, startMongo, startNats, type TestServer } from "../support/servers.ts";

/** Resolves when a node knows the services of all others: until then it misses what they broadcast, and they what it does. */
async function sees(broker: ServiceBroker, names: readonly string[]): Promise<void> {
  const registry = broker.registry as unknown as { getServiceList(o: object): { name: string; nodeID: string }[] };
  const bus = (broker as unknown as { localBus: EventEmitter }).localBus;
  const isComplete = () => {
    const known = registry.getServiceList({}).map(({ name, nodeID }) => `${name} ${nodeID}`);
    return names.every((nodeID) => known.includes(`${nodeID.split("-")[0]} ${nodeID}`));
  };
  while (!isComplete()) await once(bus, "$services.changed");
}

describe("two gateways and two todo nodes", { skip: natsOrSkip || mongoOrSkip }, () => {
  let nats: TestServer;
  let mongo: TestServer;
  let count = 0;
  before(async () => {
    [nats, mongo] = await Promise.all([startNats(), startMongo()]);
  });
  after(() => Promise.all([nats.stop(), mongo.stop()]));

  async function startCluster(
    t: TestContext,
    names: string[] = ["auth-1", "todo-1", "todo-2", "gateway-1", "gateway-2"],
  ) {
    const clock = new FakeClock();
    const url = new URL(mongo.url);
    url.pathname = `${url.pathname}_${count}`;
    const shared: Partial<Config> = {
      port: 0,
      nats: nats.url,
      mongo: url.href,
      namespace: `test${count++}`,
      tokenSecret: "a secret of tests, 32 characters long",
      logLevel: "fatal",
      rateLimit: 0,
      data: makeFolder(t),
    };
    const nodes = new Map<string, Node>();
    for (const nodeID of names) {
      const services = [nodeID.split("-")[0] as string];
      const node = await startNode({ ...readConfig({}), ...shared, nodeID, services }, clock);
      nodes.set(nodeID, node);
      t.after(() => node.stop());
    }
    await Promise.all([...nodes.values()].map(({ broker }) => sees(broker, names)));
    const urls = [...nodes.values()].flatMap(({ broker }) => {
      const { port } = (broker.metadata["gateway"] ?? {}) as { port?: number };
      return port === undefined ? [] : [{ url: `http://127.0.0.1:${port}` }];
    });
    const [one, two] = urls as [{ url: string }, { url: string }];
    const at = (gateway: { url: string }, token?: string) => new Client(`${gateway.url}/api/v1`, token);
    const { body } = await at(one).post<Session>("/auth/register", {
      email: emailOf("ann"),
      password: PASSWORD,
      name: "Ann",
    });
    return { clock, nodes, one, two, at, session: body, token: body.accessToken };
  }

  test("a due time rings once, on the devices of both gateways", async (t) => {
    const { clock, one, two, at, token } = await startCluster(t);
    const devices = [await connect(t, one, { token }), await connect(t, two, { token })];
    for (let index = 0; index < 20; index++)
      await at(one, token).post("/todos", { title: `t${index}`, due: "2027-03-01T12:05:00Z" });
    await clock.advance(5 * 60_000);
    const { items } = (await at(two, token).get<Static<typeof Rings>>("/rings")).body;
    assert.equal(items.length, 20);
    for (const device of devices) {
      while (
        new Set(
          device.events
            .filter(({ name }) => name === "todo.rang")
            .map(({ payload }) => (payload as { ring: Ring }).ring.id),
        ).size < 20
      )
        await new Promise((resolve) => device.socket.once("todo.rang", resolve));
      const rang = device.events.filter(({ name }) => name === "todo.rang");
      assert.equal(rang.length, 20);
    }
    await clock.advance(1000);
    assert.equal((await at(two, token).get<Static<typeof Rings>>("/rings")).body.items.length, 20);
  });

  test("a creation that is repeated with its key at the other gateway is the same todo", async (t) => {
    const { one, two, at, token } = await startCluster(t);
    const make = (gateway: { url: string }) =>
      at(gateway, token).post<Todo>("/todos", { title: "Buy milk" }, { "Idempotency-Key": "k" });
    const answers = await Promise.all([make(one), make(two), make(one), make(two)]);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    assert.equal((await at(two, token).get<Static<typeof TodoPage>>("/todos")).body.items.length, 1);
  });

  test("logging out everywhere reaches requests and sockets at every gateway", async (t) => {
    const { one, two, at, token } = await startCluster(t);
    const devices = [await connect(t, one, { token }), await connect(t, two, { token })];
    const ended = Promise.all(devices.map((device) => device.ended()));
    assert.equal((await at(one, token).post("/auth/logout-everywhere")).status, 204);
    await ended;
    for (const gateway of [one, two]) assert.equal((await at(gateway, token).get("/todos")).status, 401);
  });

  test("a refresh token that both gateways are shown at once has one successor", async (t) => {
    const { one, two, at, session } = await startCluster(t);
    const refresh = (gateway: { url: string }) =>
      at(gateway).post<Session>("/auth/refresh", { refreshToken: session.refreshToken });
    const answers = await Promise.all([refresh(one), refresh(two), refresh(one), refresh(two)]);
    assert.equal(new Set(answers.map(({ body }) => body.refreshToken)).size, 1);
  });

  test("one todo node leaves and requests go on; both leave and the answer is 503 with Retry-After", async (t) => {
    const { nodes, one, at, token } = await startCluster(t);
    const list = () => at(one, token).get("/todos");
    const statuses: Promise<{ status: number }>[] = Array.from({ length: 20 }, list);
    const stopped = nodes.get("todo-1")?.stop();
    statuses.push(...Array.from({ length: 20 }, list));
    await stopped;
    statuses.push(...Array.from({ length: 20 }, list));
    assert.deepEqual(new Set((await Promise.all(statuses)).map(({ status }) => status)), new Set([200]));
    await nodes.get("todo-2")?.stop();
    const { status, problem, headers } = await list();
    assert.deepEqual([status, problem.code, headers.get("retry-after")], [503, "UNAVAILABLE", "2"]);
  });

  test("codes, fields and versions of a remote service arrive at the door", async (t) => {
    const { one, at, token } = await startCluster(t, ["auth-1", "todo-1", "gateway-1"]);
    const ann = at(one, token);
    assert.equal((await ann.get("/todos/none")).problem.code, "TODO_NOT_FOUND");
    const { problem } = await ann.post("/todos", { title: "x", due: "never" });
    assert.deepEqual([problem.status, problem.errors?.[0]?.path], [422, "due"]);
    assert.equal((await ann.post<Todo>("/todos", { title: "x" })).headers.get("etag"), '"1"');
  });
});
