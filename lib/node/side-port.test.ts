import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type TestContext, test } from "node:test";
import { ServiceBroker } from "moleculer";
import { freePort } from "../../bin/lib/servers.mjs";
import { until } from "../../test/cluster/support.ts";
import { makeFolder } from "../../test/support/platform.ts";
import { natsOrSkip, startNats } from "../../test/support/servers.ts";
import { type Config, ConfigError, readConfig } from "../config/config.ts";
import { startNode } from "./node.ts";
import { openSidePort } from "./side-port.ts";

async function start(t: TestContext, overrides: Partial<Config>) {
  const metricsPort = await freePort();
  const config = { ...readConfig({}), data: makeFolder(t), logLevel: "fatal" as const, metricsPort, ...overrides };
  const node = await startNode(config);
  t.after(() => node.stop());
  const url = `http://127.0.0.1:${metricsPort}`;
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(url + path, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { node, get, metricsPort };
}

test("a node without a gateway serves its metrics and its health on a port of its own", async (t) => {
  const { node, get } = await start(t, { services: ["todo"] });
  assert.deepEqual(JSON.parse((await get("/health/live")).text), { status: "live" });
  assert.deepEqual(JSON.parse((await get("/health/ready?from=kubelet")).text), { status: "ready", waitingFor: [] });
  const metrics = await get("/metrics");
  assert.match(metrics.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(metrics.text, /^moleculer_registry_services_total\{[^}]*\} \d+/m);

  assert.equal((await get("/todos")).status, 404);
  assert.equal((await get("/constructor")).status, 404);
  const posted = await get("/metrics", { method: "POST" });
  assert.deepEqual([posted.status, posted.headers.get("allow")], [405, "GET, HEAD"]);
  const head = await get("/health/ready", { method: "HEAD" });
  assert.deepEqual([head.status, head.text], [200, ""]);

  await node.stop();
  await assert.rejects(get("/health/live"));
});

test("it is not ready before its services have started", async (t) => {
  const broker = new ServiceBroker({ logger: false });
  const port = await openSidePort(broker, ["todo"], { host: "127.0.0.1", metricsPort: 0 });
  t.after(() => port.close());
  const response = await fetch(`http://127.0.0.1:${port.port}/health/ready`);
  assert.equal(response.status, 503);
  assert.deepEqual(await response.json(), { status: "waiting", waitingFor: ["todo"] });
  assert.equal((await fetch(`http://127.0.0.1:${port.port}/health/live`)).status, 200);
});

test("it is not ready any more when it stops", async (t) => {
  const { node, get } = await start(t, { services: ["todo"] });
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<unknown>();
  node.broker.createService({
    name: "slow",
    async stopped() {
      stopped.resolve(await get("/health/ready"));
      await promise;
    },
  });
  const stopping = node.stop();
  const { status, text } = (await stopped.promise) as { status: number; text: string };
  assert.deepEqual([status, JSON.parse(text)], [503, { status: "waiting", waitingFor: ["todo"] }]);
  assert.equal((await get("/health/live")).status, 200);
  resolve();
  await stopping;
});

test("it is not ready while NATS is away, and again when it is back", { skip: natsOrSkip }, async (t) => {
  const nats = await startNats();
  t.after(nats.stop);
  const tokenSecret = "a secret of at least 32 characters";
  const { get } = await start(t, { services: ["todo"], nats: nats.url, tokenSecret });
  assert.equal((await get("/health/ready")).status, 200);
  await nats.kill();
  const { status, text } = await get("/health/ready");
  assert.deepEqual([status, JSON.parse(text).waitingFor], [503, ["nats"]]);
  assert.equal((await get("/health/live")).status, 200);
  await nats.restart();
  await until("it to be ready again", async () => (await get("/health/ready")).status === 200);
});

test("a port that is taken stops the start with one line, and leaves nothing running", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  const config = { ...readConfig({}), data: makeFolder(t), services: ["todo"], logLevel: "fatal" as const };
  await assert.rejects(startNode({ ...config, metricsPort: port }), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, new RegExp(`^Port ${port} is taken by another program\\. .*VIVAVOCE_METRICS_PORT.*$`));
    return true;
  });
  await (await startNode(config)).stop();
});

test("a node with a gateway has its metrics there and opens no second port", async (t) => {
  const { node, get } = await start(t, { services: ["gateway"], port: 0 });
  await assert.rejects(get("/metrics"));
  const { port } = node.broker.metadata["gateway"] as { port: number };
  assert.match(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(), /moleculer_registry_services_total/);
});
