// Programs of the benchmark: started with an IPC channel, so that they end with this process; their CPU time.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

const STOP_WITH_PARENT = new URL("../bin/lib/stop-with-parent.mjs", import.meta.url).href;
const READY_MS = 30_000;
/** What Linux counts CPU time in, in microseconds (USER_HZ is 100 on every platform that Node runs on). */
const TICK_US = 10_000;

export interface Program {
  child: ChildProcess;
  /** What it sends when it is ready: its address, if it has one. */
  ready: Promise<string>;
}

/**
 * Starts a TypeScript program. Its `ready` fails if it ends before, or has not sent `{ready}` in 30 s.
 * @param options of node, such as `--cpu-prof`
 */
export function start(path: string, env: Record<string, string>, options: string[] = []): Program {
  const child = fork(path, {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    execArgv: ["--import", STOP_WITH_PARENT, ...options],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${path} ended with exit code ${code} before it was ready`);
  });
  const message = once(child, "message", { signal: AbortSignal.timeout(READY_MS) });
  const ready = Promise.race([message, ended]).then(([{ ready: said }]) => said as string);
  // Whoever does not ask is not told: a program may have nothing to send.
  for (const promise of [message, ended, ready]) promise.catch(() => {});
  return { child, ready };
}

/**
 * Sends a program one message and waits for its answer.
 * @throws Error if it ends before
 */
export async function ask<T>({ child }: Pick<Program, "child">, message: object): Promise<T> {
  const answer = once(child, "message");
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the process ended with exit code ${code} before it answered`);
  });
  for (const promise of [answer, ended]) promise.catch(() => {});
  child.send(message);
  const [value] = await Promise.race([answer, ended]);
  return value as T;
}

/** SIGTERM; resolves when it has ended. */
export async function stop({ child }: Pick<Program, "child">): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** CPU time that these processes have taken, user and system, in microseconds; only Linux tells. */
export function cpuOf(pids: readonly number[]): number {
  if (process.platform !== "linux") return Number.NaN;
  let ticks = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold spaces: fields are counted after it (proc(5): utime is the 14th).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK_US;
}
