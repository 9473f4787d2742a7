import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { SpeechError } from "./speech.errors.ts";
import { isAlive } from "./speech.testing.ts";
import { WorkerProcess } from "./worker.ts";

/**
 * A worker of ten lines: `say` echoes, `parts` answers in so many lines, `hang` never answers, `crash` ends it, `fail`
 * is an error. A `cancel` is answered for whatever hangs.
 */
const PROGRAM = `
  const out = (message) => process.stdout.write(JSON.stringify(message) + "\\n");
  console.error("loading");
  process.stdout.write("a library prints here\\n");
  setTimeout(() => out({ ready: true, model: "toy" }), Number(process.env.LOADING ?? 0));
  require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, say, parts = 0, hang, crash, fail, cancel } = JSON.parse(line);
    if (cancel) return out({ id: cancel, error: { code: "cancelled", message: "called off" } });
    if (crash) process.exit(3);
    if (fail) return out({ id, error: { code: "failed", message: fail } });
    for (let part = 0; part < parts; part++) out({ id, part, last: false });
    if (!hang) out({ id, said: say, pid: process.pid });
  }).on("close", () => process.exit(0));
`;

const workers: WorkerProcess[] = [];
after(() => Promise.all(workers.map((worker) => worker.close())));

function makeWorker(options: Partial<ConstructorParameters<typeof WorkerProcess>[0]> = {}): WorkerProcess {
  const worker = new WorkerProcess({ name: "toy", command: process.execPath, args: ["-e", PROGRAM], ...options });
  workers.push(worker);
  return worker;
}

const failure = (code: string, retryable: boolean) => (error: SpeechError) =>
  error.code === code && error.retryable === retryable;

describe("a worker process", () => {
  it("says what it is, and answers each request with its own answer", async () => {
    const worker = makeWorker();
    assert.equal((await worker.ready())["model"], "toy");
    const answers = await Promise.all([1, 2, 3].map((say) => worker.request({ say })));
    assert.deepEqual(
      answers.map((answer) => answer["said"]),
      [1, 2, 3],
    );
    assert.deepEqual(worker.log, ["loading"]);
  });

  it("takes requests before it is ready", async () => {
    const worker = makeWorker({ env: { ...process.env, LOADING: "100" } });
    assert.equal((await worker.request({ say: "early" }))["said"], "early");
  });

  it("hands the parts of an answer over in order, the last one at the end", async () => {
    const parts: unknown[] = [];
    const last = await makeWorker().request({ say: "end", parts: 3 }, { onPart: (part) => parts.push(part["part"]) });
    assert.deepEqual(parts, [0, 1, 2]);
    assert.equal(last["said"], "end");
  });

  it("passes the program's own error on and goes on", async () => {
    const worker = makeWorker();
    await assert.rejects(worker.request({ fail: "bad sound" }), failure("SPEECH_FAILED", false));
    assert.equal((await worker.request({ say: 1 }))["said"], 1);
  });

  it("refuses more than may wait", async () => {
    const worker = makeWorker({ maxQueue: 2 });
    await worker.ready();
    const requests = [worker.request({ hang: true }), worker.request({ say: 1 }), worker.request({ say: 2 })];
    const running = Promise.allSettled(requests);
    await assert.rejects(worker.request({ say: 3 }), failure("SPEECH_BUSY", true));
    await worker.close();
    for (const result of await running) assert.equal(result.status, "rejected");
  });

  it("fails what ran at a crash, starts again, and answers what waited", async () => {
    const worker = makeWorker();
    const before = (await worker.request({ say: 1 }))["pid"];
    const [crashed, waited] = await Promise.allSettled([worker.request({ crash: true }), worker.request({ say: 2 })]);
    assert.ok(crashed.status === "rejected" && failure("SPEECH_UNAVAILABLE", true)(crashed.reason));
    assert.ok(waited.status === "fulfilled" && waited.value["said"] === 2);
    assert.notEqual(waited.value["pid"], before);
  });

  it("ends a program that hangs, and starts another", async () => {
    const worker = makeWorker({ requestTimeoutMs: 100 });
    const before = Number((await worker.request({ say: 1 }))["pid"]);
    await assert.rejects(worker.request({ hang: true }), failure("SPEECH_TIMEOUT", true));
    assert.notEqual((await worker.request({ say: 2 }))["pid"], before);
    assert.equal(isAlive(before), false);
  });

  it("calls off what waits and what runs, without harm to the rest", async () => {
    const worker = makeWorker();
    await worker.ready();
    const [first, second] = [new AbortController(), new AbortController()];
    const running = worker.request({ hang: true }, { signal: first.signal });
    const waiting = worker.request({ say: "never" }, { signal: second.signal });
    const behind = worker.request({ say: "behind" });
    second.abort();
    first.abort(new Error("left"));
    await assert.rejects(running, /left/);
    await assert.rejects(waiting, { name: "AbortError" });
    assert.equal((await behind)["said"], "behind");
    await assert.rejects(worker.request({ say: 1 }, { signal: AbortSignal.abort() }), { name: "AbortError" });
  });

  it("says that a program is not there, and why a start failed", async () => {
    const absent = makeWorker({ command: "/no/such/python" });
    await assert.rejects(absent.ready(), failure("SPEECH_UNAVAILABLE", true));
    const script = `console.error("No module named x"); process.exit(1)`;
    const broken = makeWorker({ args: ["-e", script] });
    await assert.rejects(broken.ready(), /ended with 1 \(No module named x\)/);
    await assert.rejects(broken.request({ say: 1 }), failure("SPEECH_UNAVAILABLE", true));
  });

  it("gives up on a start that takes too long", async () => {
    const worker = makeWorker({ readyTimeoutMs: 50, env: { ...process.env, LOADING: "60000" } });
    await assert.rejects(worker.ready(), /not ready in time/);
  });

  it("leaves nothing running when it is closed, and refuses what comes later", async () => {
    const worker = makeWorker();
    await worker.ready();
    const pid = worker.pid!;
    await worker.close();
    assert.equal(isAlive(pid), false);
    await assert.rejects(worker.request({ say: 1 }), failure("SPEECH_UNAVAILABLE", true));
    await assert.rejects(worker.ready(), failure("SPEECH_UNAVAILABLE", true));
  });

  it("dies with a parent that was killed", async () => {
    const module = new URL("./worker.ts", import.meta.url).href;
    const options = { name: "toy", command: process.execPath, args: ["-e", PROGRAM] };
    const script = `
      import { WorkerProcess } from ${JSON.stringify(module)};
      const worker = new WorkerProcess(${JSON.stringify(options)});
      await worker.ready();
      console.log(worker.pid);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    assert.ok(isAlive(pid));
    parent.kill("SIGKILL");
    for (let round = 0; isAlive(pid) && round < 100; round++) await wait(50);
    assert.equal(isAlive(pid), false);
  });
});
