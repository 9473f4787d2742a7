// `npm run cluster` and `npm run repl` as somebody at a terminal uses them.
import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ServiceBroker } from "moleculer";
import { freePort } from "../../bin/lib/servers.mjs";
import { brokerOptions } from "../../lib/action/index.ts";
import { readScale } from "../../lib/cluster.ts";
import { natsOrSkip } from "../support/servers.ts";
import { type Process, register, request, start, temporaryDirectory, until } from "./support.ts";

const SETTINGS = { VIVAVOCE_SPEECH: "none", VIVAVOCE_RATE_LIMIT: "0" };

interface Tool extends Process {
  url: string;
  nats: string;
  data: string;
  /** Process ids of the nodes, by node. */
  pids(): Promise<Map<string, number>>;
}

async function startTool(t: TestContext, args: string[] = []): Promise<Tool> {
  const data = join(temporaryDirectory(t), "data");
  const port = await freePort();
  const env = { ...SETTINGS, VIVAVOCE_DATA: data, VIVAVOCE_PORT: String(port) };
  const tool = start(t, ["lib/cluster.ts", ...args], { env });
  const [, nats = ""] = await tool.says(/^NATS is at (\S+)$/m);
  await tool.says(/^Vivavoce is at/m);
  const observer = new ServiceBroker(brokerOptions({ nats, nodeID: "observer", logLevel: "fatal" }));
  await observer.start();
  t.after(() => observer.stop());
  /** Nothing for a node that was killed and is not missed yet. */
  const pidOf = (nodeID: string): Promise<[string, number][]> =>
    observer.call<{ process: { pid: number } }, object>("$node.health", {}, { nodeID, timeout: 1_000 }).then(
      (health) => [[nodeID, health.process.pid]],
      () => [],
    );
  const pids = async () => {
    const nodes = await observer.call<{ id: string; available: boolean }[]>("$node.list");
    const ids = nodes.filter(({ id, available }) => available && id !== "observer").map(({ id }) => id);
    return new Map((await Promise.all(ids.map(pidOf))).flat());
  };
  return { ...tool, url: `http://127.0.0.1:${port}`, nats, data, pids };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const gone = (pids: Iterable<number>): Promise<boolean> =>
  until("all processes to be gone", () => [...pids].every((pid) => !isAlive(pid)));

test("starts every service, two gateways where asked to, and stops all of them on SIGTERM", {
  skip: natsOrSkip,
}, async (t) => {
  const tool = await startTool(t, ["--scale", "gateway=2"]);
  const second = tool.url.replace(/\d+$/, (port) => String(Number(port) + 1));
  assert.match(tool.said(), new RegExp(`^Vivavoce is at ${tool.url} and ${second}$`, "m"));
  const pids = await tool.pids();
  for (const id of ["gateway-1", "gateway-2", "auth-1", "todo-1"]) assert.ok(pids.has(id), id);
  const token = await register(tool.url);
  assert.equal((await request(second, "GET /api/v1/auth/me", { token })).status, 200);
  assert.equal(statSync(join(tool.data, "secrets.json")).mode & 0o077, 0, "the secret is its owner's only");

  await tool.end("SIGTERM");
  assert.equal(tool.child.exitCode, 0);
  await gone(pids.values());
  await assert.rejects(fetch(tool.nats.replace("nats:", "http:")), "nats-server is gone");
  assert.ok(!existsSync(join(tool.data, "cluster.json")));
});

test("says which node ended, starts it again, and keeps the rest", { skip: natsOrSkip }, async (t) => {
  const tool = await startTool(t);
  const token = await register(tool.url);
  const before = await tool.pids();
  process.kill(before.get("todo-1") as number, "SIGKILL");
  await tool.says(/^todo-1 +was ended by SIGKILL; it is started again in 0\.5 s, the others go on$/m);
  const lists = () => request(tool.url, "GET /api/v1/lists", { token });
  await until("todo to be back", async () => {
    const pid = (await tool.pids()).get("todo-1");
    return pid !== undefined && pid !== before.get("todo-1");
  });
  await until("todo to answer", async () => (await lists()).status === 200);
  assert.equal((await tool.pids()).get("auth-1"), before.get("auth-1"));
});

test("leaves nothing running when it is killed", { skip: natsOrSkip }, async (t) => {
  const tool = await startTool(t);
  const pids = await tool.pids();
  assert.ok(pids.size >= 3);
  await tool.end("SIGKILL");
  await gone(pids.values());
  await until("nats-server to be gone", () =>
    fetch(tool.nats.replace("nats:", "http:")).then(
      () => false,
      () => true,
    ),
  );
});

test("takes the REPL as a node", { skip: natsOrSkip }, async (t) => {
  const tool = await startTool(t);
  const repl = start(t, ["lib/repl.ts"], { env: { VIVAVOCE_DATA: tool.data }, input: "nodes\nservices\nexit\n" });
  const { code, out } = await repl.finished();
  assert.equal(code, 0);
  assert.match(out, /repl-\d+ \(\*\)/);
  assert.match(out, /todo-1 .*ONLINE/);
  assert.match(out, /║ todo +│/);
});

const REFUSED: [why: string, args: string[], line: RegExp][] = [
  ["a service there is not", ["--scale", "tudo=2"], /^--scale names "tudo", but the services are: .*todo.*\.\n$/],
  ["a count that is none", ["--scale", "todo=many"], /^--scale has "todo=many", but it accepts SERVICE=COUNT .*\.\n$/],
  [
    "services that would share files",
    ["--scale", "todo=2"],
    /^--scale todo=2 needs a shared store: set MONGO_URL .*\.\n$/,
  ],
  ["a flag there is not", ["--scael", "todo=2"], /^Unknown option '--scael'.*\n$/],
];

for (const [why, args, line] of REFUSED) {
  test(`refuses ${why} in one line`, async (t) => {
    const env = { ...SETTINGS, VIVAVOCE_DATA: join(temporaryDirectory(t), "data") };
    const { code, out, err } = await start(t, ["lib/cluster.ts", ...args], { env }).finished();
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, line);
  });
}

test("ends, and stops all, where a port is taken", { skip: natsOrSkip }, async (t) => {
  const port = await freePort();
  const taken = createServer().listen(port, "127.0.0.1");
  t.after(() => taken.close());
  const env = { ...SETTINGS, VIVAVOCE_DATA: join(temporaryDirectory(t), "data"), VIVAVOCE_PORT: String(port) };
  const { code, out } = await start(t, ["lib/cluster.ts"], { env }).finished();
  assert.equal(code, 1);
  assert.match(out, new RegExp(`^gateway-1 +Port ${port} is taken by another program\\.`, "m"));
});

test("reads how many processes each service gets", () => {
  const services = ["auth", "gateway", "voice"];
  assert.deepEqual(
    [...readScale("voice=2,gateway=3", services)],
    [
      ["auth", 1],
      ["gateway", 3],
      ["voice", 2],
    ],
  );
  assert.deepEqual([...readScale(undefined, services).values()], [1, 1, 1]);
  for (const wrong of ["voice", "voice=", "voice=0", "voice=1.5", "voice=17", "voice=-1"])
    assert.throws(() => readScale(wrong, services), /accepts SERVICE=COUNT/, wrong);
});
