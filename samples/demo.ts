// The main job, on real sound: `npm run demo` starts a platform of its own, speaks the samples to it as a user, and reads
// back what each has done. Exit code 0: all did what they should; 1: one did not; 2: there was no recogniser, so that the
// texts were sent instead. Nothing is left running.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Temporal } from "temporal-polyfill";
import { readConfig } from "../lib/config/config.ts";
import { type Node, startNode } from "../lib/node/node.ts";
import { systemClock } from "../lib/node/runtime.ts";
import { type Answer, differences } from "./check.ts";
import { prepare, type Sample, samples } from "./samples.ts";

const REPLIES = join(import.meta.dirname, "../data/demo");
const RING_TIMEOUT_MS = 10_000;
const MINUTE_MS = 60_000;
/** The platform's clock is put forward to the minute in which the prepared todos ring. */
let aheadMs = 0;
const clock = { ...systemClock, now: () => Date.now() + aheadMs };
const COLUMNS = { said: 42, heard: 42, understood: 13, done: 4 };

interface Engines {
  speechToText: string | null;
  textToSpeech: string | null;
  missing: string[];
}

/** Requests of the demo's user. */
class User {
  readonly #base: string;
  readonly zone = Temporal.Now.timeZoneId();
  #token = "";

  constructor(base: string) {
    this.#base = base;
  }

  async register(): Promise<void> {
    const account = { email: "demo@example.org", password: "a demo's own password", name: "Demo", zone: this.zone };
    const { accessToken } = await this.post<{ accessToken: string }>("/auth/register", account);
    this.#token = accessToken;
  }

  get = <T>(path: string): Promise<T> => this.#send<T>(path, { method: "GET" });

  post<T>(path: string, body: object | Uint8Array<ArrayBuffer> = {}): Promise<T> {
    return body instanceof Uint8Array
      ? this.#send<T>(path, { method: "POST", body, headers: { "Content-Type": "audio/wav" } })
      : this.#send<T>(path, {
          method: "POST",
          body: JSON.stringify(body),
          headers: { "Content-Type": "application/json" },
        });
  }

  async #send<T>(path: string, request: RequestInit): Promise<T> {
    const headers = { ...request.headers, ...(this.#token && { Authorization: `Bearer ${this.#token}` }) };
    const response = await fetch(`${this.#base}${path}`, { ...request, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${request.method} ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}

async function prepareTodos(user: User): Promise<void> {
  for (const { done, ...todo } of prepare.todos) {
    const { id } = await user.post<{ id: string }>("/todos", todo);
    if (done) await user.post(`/todos/${id}/complete`);
  }
  const due = Math.ceil((clock.now() + 1) / MINUTE_MS) * MINUTE_MS;
  for (const title of prepare.rings) await user.post("/todos", { title, due: new Date(due).toISOString() });
  aheadMs = due - Date.now();
  const deadline = Date.now() + RING_TIMEOUT_MS;
  while ((await user.get<{ items: unknown[] }>("/rings")).items.length < prepare.rings.length) {
    if (Date.now() > deadline) throw new Error("the prepared todos do not ring");
    await wait(100);
  }
}

async function say(user: User, { file, text }: Sample, speech: boolean): Promise<Answer> {
  if (!speech) return user.post<Answer>("/voice/commands", { text, speak: true });
  return user.post<Answer>("/voice/speech?speak=true", new Uint8Array(readFileSync(join(import.meta.dirname, file))));
}

/** @returns what went wrong, a line each */
async function runSamples(user: User, speech: boolean): Promise<string[]> {
  const problems: string[] = [];
  printRow("", "said", "heard", "understood", "done", "ms");
  for (const [index, sample] of samples.entries()) {
    const saidAt = Temporal.Instant.fromEpochMilliseconds(clock.now()).toZonedDateTimeISO(user.zone);
    const started = performance.now();
    const answer = await say(user, sample, speech);
    const ms = performance.now() - started;
    const wrong = await differences(sample.expect, answer, user.get, saidAt);
    problems.push(...wrong.map((what) => `${sample.file} "${sample.text}": ${what} (reply: ${answer.reply})`));
    if (answer.speech) {
      const reply = join(REPLIES, sample.file.replace(".wav", ".reply.wav"));
      writeFileSync(reply, Buffer.from(answer.speech.data, "base64"));
    }
    const understood = answer.action ?? "nothing";
    const count = `${index + 1}/${samples.length}`;
    printRow(count, sample.text, answer.heard, understood, wrong.length > 0 ? "NO" : "yes", ms.toFixed(0));
  }
  return problems;
}

function printRow(count: string, said: string, heard: string, understood: string, done: string, ms: string): void {
  const cell = (text: string, width: number): string =>
    (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
  const cells = [
    count.padStart(5),
    cell(said, COLUMNS.said),
    cell(heard, COLUMNS.heard),
    cell(understood, COLUMNS.understood),
    cell(done, COLUMNS.done),
    ms.padStart(5),
  ];
  console.log(cells.join("  ").trimEnd());
}

async function demonstrate(node: Node): Promise<number> {
  const { port } = node.broker.metadata["gateway"] as { port: number };
  const user = new User(`http://127.0.0.1:${port}/api/v1`);
  await user.register();
  const engines = await user.get<Engines>("/voice/engines");
  const speech = engines.speechToText !== null;
  console.log(
    `Platform on port ${port}. Hears by ${engines.speechToText ?? "nothing"}, speaks by ${engines.textToSpeech}.`,
  );
  if (!speech) console.log(`${engines.missing.join("\n")}\nThe texts are sent instead of the recordings.`);
  await prepareTodos(user);
  rmSync(REPLIES, { recursive: true, force: true });
  mkdirSync(REPLIES, { recursive: true });

  const problems = await runSamples(user, speech);
  console.log(engines.textToSpeech ? `\nThe spoken replies are in ${REPLIES}` : "");
  for (const problem of problems) console.log(`FAILED ${problem}`);
  if (problems.length === 0) console.log(`All ${samples.length} did what they should.`);
  if (problems.length > 0) return 1;
  return speech ? 0 : 2;
}

const data = mkdtempSync(join(tmpdir(), "vivavoce-demo-"));
let node: Node | undefined;
let ending: Promise<never> | undefined;
const end = (code: number): Promise<never> => {
  ending ??= (async () => {
    await node?.stop().catch((error: unknown) => console.error(error));
    rmSync(data, { recursive: true, force: true });
    process.exit(code);
  })();
  return ending;
};
process.on("SIGINT", () => void end(130));
process.on("SIGTERM", () => void end(143));
// Started by `npm run demo`, it ends with its parent.
process.on("disconnect", () => void end(1));

try {
  // Settings of the surroundings are not for this platform, but for what speech there is.
  const { PATH, WHISPER_MODEL, VIVAVOCE_SPEECH } = process.env;
  node = await startNode({ ...readConfig({ PATH, WHISPER_MODEL, VIVAVOCE_SPEECH }), port: 0, data }, clock);
  await end(await demonstrate(node));
} catch (error) {
  console.error((error as Error).message);
  await end(1);
}
