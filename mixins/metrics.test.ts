import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceBroker } from "moleculer";
import { metricsOptions, metricsText } from "./metrics.ts";

async function startBroker(t: { after(task: () => Promise<void>): void }): Promise<ServiceBroker> {
  const metrics = metricsOptions() as unknown as boolean;
  const broker = new ServiceBroker({ logger: false, nodeID: "n1", namespace: "test", metrics });
  broker.createService({
    name: "dice",
    actions: {
      roll: () => 4,
      lose() {
        throw new Error("lost");
      },
    },
  });
  await broker.start();
  t.after(() => broker.stop());
  return broker;
}

/** Values of one metric by the rest of their labels. */
const figureOf = (text: string, name: string, ...labels: string[]): number | undefined => {
  const line = text.split("\n").find((l) => l.startsWith(`${name}{`) && labels.every((label) => l.includes(label)));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ")));
};

test("counts calls and failures by action, with the node's own labels", async (t) => {
  const broker = await startBroker(t);
  for (let call = 0; call < 3; call++) await broker.call("dice.roll");
  await assert.rejects(broker.call("dice.lose"));
  const text = metricsText(broker);
  const roll = ['action="dice.roll"', 'nodeID="n1"', 'namespace="test"'];
  assert.equal(figureOf(text, "moleculer_request_total", ...roll), 3);
  assert.equal(figureOf(text, "moleculer_request_active", ...roll), 0);
  assert.equal(figureOf(text, "moleculer_request_error_total", 'action="dice.lose"', 'errorName="Error"'), 1);
  assert.equal(figureOf(text, "moleculer_request_time_count", ...roll), 3);
});

test("tells durations as a histogram: each bucket holds those below it", async (t) => {
  const broker = await startBroker(t);
  broker.metrics.register({ type: "histogram", name: "test.wait", description: "Waits", labelNames: ["door"] });
  for (const ms of [0.5, 1, 30, 99_999]) broker.metrics.observe("test.wait", ms, { door: "rest", other: "x" });
  const lines = metricsText(broker)
    .split("\n")
    .filter((line) => line.includes("test_wait"));
  const labels = 'namespace="test",nodeID="n1",door="rest"';
  const bucket = (le: string, count: number) => `test_wait_bucket{${labels},le="${le}"} ${count}`;
  assert.deepEqual(lines, [
    "# HELP test_wait Waits",
    "# TYPE test_wait histogram",
    ...["1", "2.5", "5", "10", "25"].map((le) => bucket(le, 2)),
    ...["50", "100", "250", "500", "1000", "2500", "5000", "10000"].map((le) => bucket(le, 3)),
    bucket("+Inf", 4),
    `test_wait_sum{${labels}} 100030.5`,
    `test_wait_count{${labels}} 4`,
  ]);
});

test("sets and resets a gauge", async (t) => {
  const broker = await startBroker(t);
  broker.metrics.register({ type: "gauge", name: "test.level", labelNames: ["tank"] });
  broker.metrics.set("test.level", 2.5, { tank: "a" });
  broker.metrics.decrement("test.level", { tank: "a" }, 1);
  assert.equal(figureOf(metricsText(broker), "test_level", 'tank="a"'), 1.5);
  broker.metrics.resetAll("test.level");
  assert.equal(figureOf(metricsText(broker), "test_level", 'tank="a"'), 0);
});
