// What a node's services need besides the broker: its settings, its secrets and its clock.
import type { ServiceBroker } from "moleculer";
import type { Config } from "../config/config.ts";

/** Time as a value, so that tests decide what time it is. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `task` every `ms` until the returned function is called; never keeps the process alive. A task says by its promise when it is done. */
  every(ms: number, task: () => void | Promise<void>): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  every(ms, task) {
    const timer = setInterval(task, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

export interface Runtime {
  config: Config;
  clock: Clock;
  /** Signs access tokens (HMAC) and derives refresh tokens. */
  tokenSecret: string;
}

const runtimes = new WeakMap<ServiceBroker, Runtime>();

export function setRuntime(broker: ServiceBroker, runtime: Runtime): void {
  runtimes.set(broker, runtime);
}

/** The runtime of a broker made by `startNode` (node.ts). */
export function runtimeOf(broker: ServiceBroker): Runtime {
  const runtime = runtimes.get(broker);
  if (!runtime) throw new Error("This broker was not made by startNode().");
  return runtime;
}
