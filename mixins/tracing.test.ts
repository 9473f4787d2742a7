import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import type { ServiceBroker } from "moleculer";
import { freePort } from "../bin/lib/servers.mjs";
import { readConfig } from "../lib/config/config.ts";
import { startNode } from "../lib/node/node.ts";
import { Client } from "../test/support/client.ts";
import { makeFolder, PASSWORD, startPlatform } from "../test/support/platform.ts";
import { natsOrSkip, startNats } from "../test/support/servers.ts";
import { metricsText } from "./metrics.ts";

interface Attribute {
  key: string;
  value: { stringValue?: string; boolValue?: boolean };
}
interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  status: { code?: number };
}
interface OtlpRequest {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { scope: { name: string }; spans: OtlpSpan[] }[];
  }[];
}
type Received = OtlpSpan & { resource: Record<string, string>; values: Record<string, unknown> };

const valuesOf = (attributes: Attribute[]): Record<string, string> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.boolValue])) as never;

/** A collector: it keeps what it gets, or does with a request what a test says. */
async function startCollector(
  t: TestContext,
  answer: (request: IncomingMessage) => number | Promise<number> = () => 200,
) {
  const spans: Received[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const status = await answer(request);
    const body = await text(request);
    if (status === 200) {
      assert.equal(`${request.method} ${request.url}`, "POST /v1/traces");
      assert.equal(request.headers["content-type"], "application/json");
      bodies.push(body);
      for (const { resource, scopeSpans } of (JSON.parse(body) as OtlpRequest).resourceSpans)
        for (const span of scopeSpans.flatMap((scope) => scope.spans))
          spans.push({ ...span, resource: valuesOf(resource.attributes), values: valuesOf(span.attributes) });
    }
    response.writeHead(status, { "Content-Type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const named = (name: string): Received =>
    spans.find((span) => span.name === name) ?? assert.fail(`no span ${name} in ${spans.map((span) => span.name)}`);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, bodies, named };
}

/** What the protocol asks of every span (opentelemetry-proto, trace.proto and its JSON mapping). */
function assertIsOtlp(spans: readonly Received[], since: number): void {
  for (const span of spans) {
    assert.match(span.traceId, /^[0-9a-f]{32}$/);
    assert.match(span.spanId, /^[0-9a-f]{16}$/);
    if (span.parentSpanId !== undefined) assert.match(span.parentSpanId, /^[0-9a-f]{16}$/);
    assert.ok([1, 2, 5].includes(span.kind), `kind ${span.kind}`);
    assert.match(span.startTimeUnixNano, /^\d{19}$/);
    assert.ok(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano));
    assert.ok(BigInt(span.startTimeUnixNano) >= BigInt(since) * 1_000_000n);
    assert.ok(BigInt(span.endTimeUnixNano) <= BigInt(Date.now() + 1_000) * 1_000_000n);
    assert.equal(span.resource["service.namespace"], "vivavoce");
    assert.ok(span.resource["service.name"] && span.resource["service.instance.id"]);
  }
  assert.equal(new Set(spans.map((span) => span.spanId)).size, spans.length);
}

const dropped = (broker: ServiceBroker): number =>
  Number(/^vivavoce_tracing_spans_dropped_total\S* (\d+)/m.exec(metricsText(broker))?.[1] ?? 0);

const exporterOf = (broker: ServiceBroker): { stop(): Promise<void> } =>
  (broker as unknown as { tracer: { exporter: [{ stop(): Promise<void> }] } }).tracer.exporter[0];

test("a request leaves a trace from the gateway to the service, and nothing of what was said", async (t) => {
  const collector = await startCollector(t);
  const since = Date.now();
  const platform = await startPlatform(t, { otlp: `${collector.url}/` });
  const ann = await platform.register("ann");
  await ann.post("/todos", { title: "Visit the oncologist" }, { "X-Request-ID": "a-request-of-mine" });
  await ann.get("/todos?secret=oncologist");
  await ann.get("/todos/0198d3a8-0000-7000-8000-000000000000", {
    "X-Request-ID": "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
  });
  await platform.stop();

  assertIsOtlp(collector.spans, since);
  const create = collector.named("todo.create");
  const door = collector.spans.find((span) => span.spanId === create.parentSpanId);
  assert.equal(door?.name, "gateway.rest");
  assert.equal(door?.parentSpanId, undefined);
  assert.equal(door?.traceId, create.traceId);
  assert.deepEqual([door?.kind, create.kind], [2, 1]);
  assert.deepEqual([door?.resource["service.name"], create.resource["service.name"]], ["gateway", "todo"]);
  assert.equal(create.values["vivavoce.request.id"], "a-request-of-mine");
  assert.deepEqual(create.status, {});
  assert.ok(BigInt(door?.endTimeUnixNano ?? 0) >= BigInt(create.endTimeUnixNano));

  const get = collector.named("todo.get");
  assert.equal(get.traceId, "6ba7b8109dad41d180b400c04fd430c8", "a UUID stays as it is");
  assert.equal(get.status.code, 2);
  assert.equal(get.values["error.type"], "TODO_NOT_FOUND");
  assert.equal(create.values["error.type"], undefined);
  assert.ok(
    collector.spans.some((span) => span.kind === 5),
    "events are there too",
  );

  const all = collector.bodies.join();
  for (const personal of ["oncologist", "ann@", PASSWORD, ann.session.user.id, "127.0.0.1", "secret"])
    assert.ok(!all.includes(personal), `it tells ${personal}`);
});

test("spans of two nodes are one trace", { skip: natsOrSkip }, async (t) => {
  const nats = await startNats();
  t.after(nats.stop);
  const collector = await startCollector(t);
  const base = {
    ...readConfig({}),
    nats: nats.url,
    tokenSecret: "a secret of at least 32 characters",
    otlp: collector.url,
    logLevel: "fatal" as const,
  };
  const todo = await startNode({ ...base, nodeID: "todo-1", services: ["todo", "auth"], data: makeFolder(t) });
  t.after(() => todo.stop());
  const gateway = await startNode({ ...base, nodeID: "gate-1", services: ["gateway"], port: 0, data: makeFolder(t) });
  t.after(() => gateway.stop());
  await gateway.broker.waitForServices(["todo", "auth"]);
  const url = `http://127.0.0.1:${(gateway.broker.metadata["gateway"] as { port: number }).port}/api/v1`;
  const account = { email: "ann@example.org", name: "Ann", password: PASSWORD };
  const { body } = await new Client(url).post<{ accessToken: string }>("/auth/register", account);
  assert.equal((await new Client(url, body.accessToken).post("/todos", { title: "Buy milk" })).status, 201);
  await Promise.all([todo.stop(), gateway.stop()]);

  const create = collector.named("todo.create");
  const door = collector.spans.find((span) => span.spanId === create.parentSpanId);
  assert.deepEqual(
    [door, create].map((span) => [span?.name, span?.kind, span?.resource["service.instance.id"], span?.traceId]),
    [
      ["gateway.rest", 2, "gate-1", create.traceId],
      ["todo.create", 2, "todo-1", create.traceId],
    ],
  );
  assert.deepEqual([create.values["vivavoce.remote"], create.values["vivavoce.caller"]], [true, "gate-1"]);
});

test("a collector that refuses costs its traces and nothing else, and gets those that follow", async (t) => {
  let status = 503;
  const collector = await startCollector(t, () => status);
  const platform = await startPlatform(t, { otlp: collector.url });
  await platform.register("ann");
  const exporter = exporterOf(platform.broker);
  await exporter.stop();
  assert.equal(collector.spans.length, 0);
  const lost = dropped(platform.broker);
  assert.ok(lost > 0);

  status = 200;
  await platform.register("bob");
  await exporter.stop();
  assert.ok(collector.named("auth.register"));
  assert.equal(dropped(platform.broker), lost);
});

test("a platform stops in time where there is no collector", async (t) => {
  const platform = await startPlatform(t, { otlp: `http://127.0.0.1:${await freePort()}` });
  await platform.register("ann");
  const startedAt = Date.now();
  await exporterOf(platform.broker).stop();
  assert.ok(dropped(platform.broker) > 0);
  await platform.stop();
  assert.ok(Date.now() - startedAt < 5_000);
});

test("spans that a hanging collector does not take are bounded and counted", async (t) => {
  const { promise: released, resolve: release } = Promise.withResolvers<number>();
  const collector = await startCollector(t, () => released);
  const platform = await startPlatform(t, { otlp: collector.url, services: ["auth"] });
  const { tracer } = platform.broker as unknown as { tracer: { startSpan(name: string): { finish(): void } } };
  // 512 are on their way and 4,096 wait.
  for (let n = 0; n < 512 + 4_096 + 7; n++) tracer.startSpan("work").finish();
  assert.equal(dropped(platform.broker), 7);
  release(200);
  await platform.stop();
  assert.equal(collector.spans.filter((span) => span.name === "work").length, 512 + 4_096);
});
