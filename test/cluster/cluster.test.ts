// A cluster as operators run it: real processes over a real nats-server with a shared store; what dies is killed, not asked.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { ServiceBroker } from "moleculer";
import { MongoClient } from "mongodb";
import { brokerOptions } from "../../lib/action/index.ts";
import type { Todo } from "../../services/todo/todo.schema.ts";
import { mongoOrSkip, natsOrSkip, startMongo, startNats, type TestServer } from "../support/servers.ts";
import { allTodos, load } from "./load.ts";
import {
  callSocket,
  connectSocket,
  makeScope,
  ready,
  register,
  request,
  type Shared,
  startNode,
  temporaryDirectory,
  until,
} from "./support.ts";

const IDS = ["gateway-1", "gateway-2", "auth-1", "todo-1", "todo-2", "voice-1", "voice-2"];

describe("a cluster of two gateways, two todo nodes and two voice nodes", { skip: natsOrSkip || mongoOrSkip }, () => {
  const { scope: whole, end } = makeScope();
  let nats: TestServer;
  let shared: Shared;
  let nodes: Map<string, Awaited<ReturnType<typeof startNode>>>;
  /** A node of the tests' own, to ask the others. */
  let observer: ServiceBroker;
  let [one, two] = ["", ""];
  let token: string;

  before(async () => {
    const mongo = await startMongo();
    whole.after(mongo.stop);
    nats = await startNats();
    whole.after(nats.stop);
    shared = { nats: nats.url, mongo: mongo.url, data: temporaryDirectory(whole) };
    const started = await Promise.all(IDS.map((id) => startNode(whole, id, shared)));
    nodes = new Map(started.map((node) => [node.id, node]));
    observer = new ServiceBroker(brokerOptions({ nats: nats.url, nodeID: "observer", logLevel: "fatal" }));
    await observer.start();
    whole.after(() => observer.stop());
    [one, two] = [nodes.get("gateway-1")!.url, nodes.get("gateway-2")!.url];
    await Promise.all([ready(one), ready(two)]);
    await seenBy("gateway-1", IDS);
    token = await register(one);
  });

  after(end);

  /** When a node has all of these, and only these, as available. */
  const seenBy = async (node: string, ids: readonly string[]): Promise<void> => {
    let seen: string[] = [];
    await until(
      () => `${node} to see ${ids}; it sees ${seen}`,
      async () => {
        const list = await ask<{ id: string; available: boolean }[]>(node, "$node.list");
        seen = (list ?? []).filter(({ id, available }) => available && id !== "observer").map(({ id }) => id);
        return seen.sort().join() === [...ids].sort().join();
      },
    );
  };

  const ask = <T>(node: string, action: string, params: object = {}): Promise<T | undefined> =>
    observer.call<T, object>(action, params, { nodeID: node, timeout: 2_000 }).catch(() => undefined);

  /** How often a node was asked for an action by others. */
  const callsOf = async (node: string, action: string): Promise<number> => {
    type Metric = { values: { value: number; labels: Record<string, string> }[] };
    const metrics = await ask<Metric[]>(node, "$node.metrics", { includes: "moleculer.request.total" });
    return (metrics ?? [])
      .flatMap(({ values }) => values)
      .filter(({ labels }) => labels["action"] === action)
      .reduce((sum, { value }) => sum + value, 0);
  };

  /** Due times are whole minutes: nobody waits for the next one here. */
  const bringForward = async (id: string): Promise<void> => {
    const client = await new MongoClient(shared.mongo as string).connect();
    const todos = client
      .db(`${new URL(shared.mongo as string).pathname.slice(1)}_todo`)
      .collection<{ _id: string }>("todos");
    const { matchedCount } = await todos.updateOne({ _id: id }, { $set: { ringAt: new Date().toISOString() } });
    await client.close();
    assert.equal(matchedCount, 1);
  };

  const create = (url: string, title: string, more: { key?: string; due?: string; token?: string } = {}) =>
    request(url, "POST /api/v1/todos", {
      token: more.token ?? token,
      body: { title, ...(more.due && { due: more.due }) },
      headers: more.key ? { "Idempotency-Key": more.key } : {},
    });

  test("sees a node that joins, and that it left", async (t) => {
    const third = await startNode(t, "todo-3", shared);
    await seenBy("gateway-1", [...IDS, "todo-3"]);
    await seenBy("voice-2", [...IDS, "todo-3"]);
    await third.end("SIGTERM");
    await seenBy("gateway-2", IDS);
  });

  test("shares the load over the nodes of a service", async () => {
    const before = await Promise.all(SHARERS.map(([node, action]) => callsOf(node, action)));
    for (let n = 0; n < 20; n++) {
      assert.equal((await create(one, `shared ${n}`)).status, 201);
      const { status } = await request(two, "POST /api/v1/voice/commands", { token, body: { text: "what can i say" } });
      assert.equal(status, 200);
    }
    for (const [index, [node, action]] of SHARERS.entries()) {
      const calls = (await callsOf(node, action)) - (before[index] as number);
      assert.ok(calls >= 5, `${node} was asked ${calls} times of 20 for ${action}`);
    }
  });

  test("brings an event to the user's devices on both gateways, and to nobody else's", async (t) => {
    const devices = [await connectSocket(t, one, token), await connectSocket(t, two, token)];
    const stranger = await connectSocket(t, two, await register(two));
    const overheard: string[] = [];
    stranger.onAny((name: string) => overheard.push(name));
    const heard = Promise.all(devices.map((device) => once(device as never, "todo.created")));
    const { body } = await create(one, "heard everywhere");
    for (const [event] of await heard) assert.equal((event as { todo: Todo }).todo.id, body.id);
    await callSocket(stranger, "todo.lists", {});
    assert.deepEqual(overheard, []);
  });

  test("gives a repeated key its first result on the other gateway", async () => {
    const key = randomUUID();
    const [first, again] = [await create(one, "once", { key }), await create(two, "once", { key })];
    assert.equal(first.status, 201);
    assert.deepEqual(again.body, first.body);
    assert.equal((await create(two, "something else", { key })).body.code, "IDEMPOTENCY_KEY_REUSED");
  });

  test("ends the sockets of a user who logs out everywhere, on the other gateway too", async (t) => {
    const leaving = await register(one);
    const device = await connectSocket(t, two, leaving);
    const began = performance.now();
    const disconnected = once(device as never, "disconnect");
    assert.equal((await request(one, "POST /api/v1/auth/logout-everywhere", { token: leaving })).status, 204);
    await disconnected;
    assert.ok(performance.now() - began < 1_000, "within a second");
    assert.equal((await create(two, "too late", { token: leaving })).status, 401);
  });

  test("rings once, though two nodes see the time come", async (t) => {
    const owner = await register(one);
    const devices = [await connectSocket(t, one, owner), await connectSocket(t, two, owner)];
    const rang = devices.map((device) => {
      const titles: string[] = [];
      device.on("todo.rang", ({ ring }: { ring: { title: string } }) => titles.push(ring.title));
      return titles;
    });
    // One after the other: what rang twice has done so by the time that the last has rung.
    const titles = ["first", "second", "third"];
    for (const title of titles) {
      const { body } = await create(one, title, { due: "2099-01-01", token: owner });
      await bringForward(body.id);
      await until(`${title} to ring`, () => rang.every((heard) => heard.includes(title)));
    }
    assert.deepEqual(rang, [titles, titles]);
    const { body } = await request(two, "GET /api/v1/rings", { token: owner });
    assert.equal(body.items.length, 3);
  });

  test("heals by itself when nats-server was killed and is started again", async (t) => {
    const pids = [...nodes.values()].map(({ child }) => child.pid);
    await nats.kill();
    const { status, headers } = await create(one, "while it is away");
    assert.ok(status === 503 || status === 504, `answered ${status}`);
    assert.ok(headers.get("retry-after"));
    await nats.restart();

    await until("the observer to be back", () => observer.transit?.connected);
    for (const gateway of ["gateway-1", "gateway-2"]) await seenBy(gateway, IDS);
    const device = await connectSocket(t, two, token);
    await until("a todo to be made and heard of", async () => {
      const heard = once(device as never, "todo.created", { signal: AbortSignal.timeout(2_000) }).catch(
        () => undefined,
      );
      return (await create(one, "healed")).status === 201 && (await heard) !== undefined;
    });
    assert.deepEqual(
      [...nodes.values()].map(({ child }) => child.exitCode ?? child.pid),
      pids,
    );
  });

  test("loses no acknowledged write, doubles none and hardly fails when a todo node is killed under load", async (t) => {
    const owner = await register(one);
    const kill = (): Promise<void> => nodes.get("todo-2")!.end("SIGKILL");
    const { acknowledged, failures, slowest } = await load(one, owner, { creates: CREATES, midway: kill });
    t.diagnostic(`${acknowledged.size} created, ${failures.length} failed, slowest ${Math.round(slowest)} ms`);
    assert.ok(failures.length <= CREATES / 1_000, `${failures.length} of ${CREATES} failed: ${failures.slice(0, 5)}`);

    const stored = await allTodos(one, owner);
    const titles = stored.map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length, "doubled");
    const ids = new Set(stored.map(({ id }) => id));
    assert.deepEqual(
      [...acknowledged].filter((id) => !ids.has(id)),
      [],
      "lost",
    );

    nodes.set("todo-2", await startNode(whole, "todo-2", shared));
    await seenBy("gateway-1", IDS);
  });
});

const CREATES = 2_000;

const SHARERS: [node: string, action: string][] = [
  ["todo-1", "todo.create"],
  ["todo-2", "todo.create"],
  ["voice-1", "voice.command"],
  ["voice-2", "voice.command"],
];
