// A program that holds a model and talks JSON lines (speech/worker_io.py), kept running and never trusted to answer.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { messageOf, SpeechError } from "./speech.errors.ts";

/** How to run the program. */
export interface WorkerOptions {
  /** For messages. */
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Requests that wait; one more is refused with SPEECH_BUSY. Default 32. */
  maxQueue?: number;
  /** From start to the first line. Default 60,000: a model may have to come from the disk's far end. */
  readyTimeoutMs?: number;
  /** Of one request, once it is the program's turn. Default 30,000; past it the program is killed. */
  requestTimeoutMs?: number;
}

/** One JSON line from the program. */
export type WorkerMessage = Record<string, unknown>;

/** How to ask. */
export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** Called for every answer but the last, in order. */
  onPart?: (message: WorkerMessage) => void;
}

interface Job {
  id: number;
  payload: WorkerMessage;
  onPart: ((message: WorkerMessage) => void) | undefined;
  resolve: (message: WorkerMessage) => void;
  reject: (error: unknown) => void;
}

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 30_000;
const STDERR_LINES = 20;

/**
 * One request at a time is with the program, so that what waits can still be called off. A crash or a missed deadline
 * fails the request that was running (SPEECH_UNAVAILABLE, SPEECH_TIMEOUT: both may be repeated); those that wait go to
 * its successor, started after 0.2 s, doubling up to 30 s while it does not get ready. It ends when its standard
 * input closes: also when this process dies without a word.
 */
export class WorkerProcess {
  readonly #options: WorkerOptions;
  readonly #waiting: Job[] = [];
  readonly #stderr: string[] = [];
  #running: Job | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #child: ChildProcess | undefined;
  #about: WorkerMessage | undefined;
  #starting: PromiseWithResolvers<WorkerMessage>;
  #restart: NodeJS.Timeout | undefined;
  #failures = 0;
  #lastId = 0;
  #closed = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#starting = this.#expectReady();
    this.#start();
  }

  /** What the program said about itself when it was ready; rejects with SPEECH_UNAVAILABLE when this start failed. */
  ready(): Promise<WorkerMessage> {
    return this.#starting.promise;
  }

  /** The program's process id while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The last lines of its standard error. */
  get log(): readonly string[] {
    return this.#stderr;
  }

  /**
   * Asks, and gives the last answer.
   * @throws SpeechError SPEECH_BUSY, SPEECH_TIMEOUT, SPEECH_UNAVAILABLE, SPEECH_FAILED (the program's own error), or
   * the signal's reason.
   */
  request(payload: WorkerMessage, { signal, onPart }: RequestOptions = {}): Promise<WorkerMessage> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#closed) return reject(this.#unavailable("is closed"));
      const { maxQueue = 32 } = this.#options;
      if (this.#waiting.length >= maxQueue) return reject(new SpeechError("SPEECH_BUSY", `${maxQueue} wait already`));
      const abort = () => this.#callOff(job, signal?.reason);
      const job: Job = {
        id: ++this.#lastId,
        payload,
        onPart,
        resolve: (message) => {
          signal?.removeEventListener("abort", abort);
          resolve(message);
        },
        reject: (error) => {
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiting.push(job);
      this.#next();
    });
  }

  /** Ends the program; what was asked and not answered fails with SPEECH_UNAVAILABLE. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    this.#lose(this.#unavailable("is closed"));
    for (const job of this.#waiting.splice(0)) job.reject(this.#unavailable("is closed"));
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once("close", () => resolve());
      child.stdin?.end();
      child.kill("SIGKILL");
    });
  }

  #start(): void {
    const { command, args, env, readyTimeoutMs = 60_000 } = this.#options;
    const child = spawn(command, args, { env: env ?? process.env, stdio: ["pipe", "pipe", "pipe"], windowsHide: true });
    this.#child = child;
    const timer = setTimeout(() => this.#lost(child, "was not ready in time"), readyTimeoutMs);
    timer.unref();
    // A write to a program that just died: its exit tells more.
    child.stdin.on("error", () => {});
    child.on("error", (error) => this.#lost(child, messageOf(error)));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      this.#lost(child, `ended with ${signal ?? code}`);
    });
    createInterface({ input: child.stderr }).on("line", (line) => {
      this.#stderr.push(line);
      if (this.#stderr.length > STDERR_LINES) this.#stderr.shift();
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (this.#child !== child) return;
      const message = parse(line);
      if (message?.["ready"]) clearTimeout(timer);
      if (message) this.#receive(child, message);
    });
  }

  #receive(child: ChildProcess, message: WorkerMessage): void {
    if (message["ready"]) {
      this.#failures = 0;
      this.#about = message;
      this.#starting.resolve(message);
      this.#next();
    } else if (message["fatal"]) {
      this.#lost(child, String(message["fatal"]));
    } else if (this.#running && message["id"] === this.#running.id) {
      if (message["last"] === false) this.#running.onPart?.(message);
      else this.#settle(message);
    }
  }

  #settle(message: WorkerMessage): void {
    const job = this.#running!;
    this.#running = undefined;
    clearTimeout(this.#deadline);
    const error = message["error"] as { message?: string } | undefined;
    if (error) job.reject(new SpeechError("SPEECH_FAILED", `${this.#options.name}: ${error.message}`));
    else job.resolve(message);
    this.#next();
  }

  #next(): void {
    if (this.#running || !this.#about || !this.#child) return;
    const job = this.#waiting.shift();
    if (!job) return;
    const child = this.#child;
    this.#running = job;
    const { requestTimeoutMs = 30_000, name } = this.#options;
    this.#deadline = setTimeout(() => {
      this.#lost(child, "hung", new SpeechError("SPEECH_TIMEOUT", `${name}: no answer in ${requestTimeoutMs} ms`));
    }, requestTimeoutMs);
    child.stdin!.write(`${JSON.stringify({ ...job.payload, id: job.id })}\n`);
  }

  /** A running request is told to stop; the program's answer to that frees the turn. */
  #callOff(job: Job, reason: unknown): void {
    job.reject(reason);
    const at = this.#waiting.indexOf(job);
    if (at >= 0) this.#waiting.splice(at, 1);
    else if (this.#running === job) {
      job.onPart = undefined;
      this.#child?.stdin?.write(`${JSON.stringify({ cancel: job.id })}\n`);
    }
  }

  /** This child is of no use any more: end it, fail what it had, plan a successor. Later news of it is ignored. */
  #lost(child: ChildProcess, why: string, error?: SpeechError): void {
    if (this.#child !== child || this.#closed) return;
    child.kill("SIGKILL");
    const last = this.#stderr.at(-1);
    this.#lose(error ?? this.#unavailable(last ? `${why} (${last})` : why));
    const delay = Math.min(FIRST_RETRY_MS * 2 ** this.#failures++, LAST_RETRY_MS);
    this.#restart = setTimeout(() => {
      this.#start();
    }, delay);
    this.#restart.unref();
  }

  #lose(error: SpeechError): void {
    this.#child = undefined;
    clearTimeout(this.#deadline);
    const job = this.#running;
    this.#running = undefined;
    this.#starting.reject(error);
    this.#starting = this.#expectReady();
    if (this.#closed) this.#starting.reject(error);
    this.#about = undefined;
    job?.reject(error);
    // Twice without getting ready in between: those who wait should hear it.
    if (this.#failures > 0) for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }

  #expectReady(): PromiseWithResolvers<WorkerMessage> {
    const starting = Promise.withResolvers<WorkerMessage>();
    // Somebody may look at it later, or never.
    starting.promise.catch(() => {});
    return starting;
  }

  #unavailable(why: string): SpeechError {
    return new SpeechError("SPEECH_UNAVAILABLE", `${this.#options.name} ${why}`);
  }
}

function parse(line: string): WorkerMessage | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === "object" && message !== null ? (message as WorkerMessage) : undefined;
  } catch {
    return undefined;
  }
}
