// `npm run cluster [-- --scale voice=2,gateway=2]`: a real nats-server and one process a service, on this machine.
// Promises: a child that ends is named and started again while the rest goes on; whatever ends this process ends them all.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { freePort, startNats } from "../bin/lib/servers.mjs";
import { type Config, ConfigError, readConfig } from "./config/config.ts";
import { lockData, tokenSecret } from "./node/data.ts";
import { serviceNames } from "./node/node.ts";

const MAIN = join(import.meta.dirname, "main.ts");
/** A child ends with this process also where it cannot be told to (kill -9), and before it listens for that itself. */
const STOP_WITH_PARENT = new URL("../bin/lib/stop-with-parent.mjs", import.meta.url).href;
const SERVICES = join(import.meta.dirname, "../services");
/** The port that services from outside look for. */
const NATS_PORT = 4222;
const MAX_SCALE = 16;
const READY_POLL_MS = 200;
const KILL_AFTER_MS = 20_000;
/** The pause before a child is started again: doubled each time, from the first on again after it ran for a minute. */
const RESTART_MS = { first: 500, longest: 30_000, forgetAfter: 60_000 };
const COLOURS = [36, 33, 35, 32, 34, 96, 93, 95];

/** One process to be: `todo-2`. */
interface Place {
  id: string;
  service: string;
  env: Record<string, string>;
}

/**
 * How many processes each service gets.
 * @throws ConfigError for a service there is not, or a count that is none
 */
export function readScale(text: string | undefined, services: readonly string[]): Map<string, number> {
  const scale = new Map(services.map((service) => [service, 1]));
  for (const part of (text ?? "").split(",").filter(Boolean)) {
    const [service = "", digits = ""] = part.split("=");
    const count = Number(digits);
    if (!scale.has(service))
      throw new ConfigError(`--scale names "${service}", but the services are: ${services.join(", ")}.`);
    if (!/^\d+$/.test(digits) || count < 1 || count > MAX_SCALE)
      throw new ConfigError(`--scale has "${part}", but it accepts SERVICE=COUNT with a count from 1 to ${MAX_SCALE}.`);
    scale.set(service, count);
  }
  return scale;
}

/** @throws ConfigError where services that keep something would share files */
function placesOf(scale: ReadonlyMap<string, number>, config: Config, nats: string, secret: string): Place[] {
  const others = [...scale.keys()].filter((service) => service !== "gateway");
  let metricsPort = config.metricsPort;
  return [...scale].flatMap(([service, count]) => {
    if (count > 1 && !config.mongo && existsSync(join(SERVICES, service, `${service}.repository.ts`)))
      throw new ConfigError(`--scale ${service}=${count} needs a shared store: set MONGO_URL to a MongoDB server.`);
    return Array.from({ length: count }, (_, index) => ({
      id: `${service}-${index + 1}`,
      service,
      env: {
        SERVICES: service,
        VIVAVOCE_NATS_URL: nats,
        VIVAVOCE_NODE_ID: `${service}-${index + 1}`,
        VIVAVOCE_TOKEN_SECRET: secret,
        // Each node locks its data directory, also one that keeps nothing there.
        VIVAVOCE_DATA: index === 0 ? config.data : join(config.data, `${service}-${index + 1}`),
        // Gateways have their metrics on their own port.
        ...(config.metricsPort > 0 && service !== "gateway" && { VIVAVOCE_METRICS_PORT: String(metricsPort++) }),
        ...(service === "gateway" && {
          VIVAVOCE_PORT: String(config.port === 0 ? 0 : config.port + index),
          VIVAVOCE_REQUIRED_SERVICES: others.join(","),
        }),
      },
    }));
  });
}

/** The processes, and what happens to them. */
class Cluster {
  readonly #children = new Map<string, ChildProcess>();
  readonly #urls = new Map<string, string>();
  readonly #gateways: number;
  #ready = false;
  #stopping = false;
  #allGone = (): void => {};
  /** Ends with the exit code of the whole: when all were stopped, or one could not start. */
  readonly ended: Promise<number>;
  #end: (code: number) => void = () => {};

  constructor(places: readonly Place[], onReady: (urls: string[]) => void) {
    this.#gateways = places.filter((place) => place.service === "gateway").length;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    for (const [index, place] of places.entries()) this.#start(place, prefixOf(place.id, index), RESTART_MS.first);
    void this.#waitUntilReady(onReady);
  }

  /** Asks all to stop, and after a while makes them; ends when the last is gone. */
  async stop(exitCode: number): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const gone = new Promise<void>((resolve) => {
      this.#allGone = resolve;
    });
    for (const child of this.#children.values()) child.kill("SIGTERM");
    const timer = setTimeout(() => {
      for (const child of this.#children.values()) child.kill("SIGKILL");
    }, KILL_AFTER_MS);
    if (this.#children.size > 0) await gone;
    clearTimeout(timer);
    this.#end(exitCode);
  }

  #start(place: Place, prefix: string, pause: number): void {
    const startedAt = Date.now();
    const child = spawn(process.execPath, ["--import", STOP_WITH_PARENT, MAIN], {
      env: { ...process.env, ...place.env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#children.set(place.id, child);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => line && say(`${prefix}${line}`));
    }
    child.on("message", (message: { ready?: string }) => {
      if (message.ready) this.#urls.set(place.id, message.ready);
    });
    child.once("exit", (code, signal) => {
      this.#children.delete(place.id);
      if (this.#stopping) {
        if (this.#children.size === 0) this.#allGone();
        return;
      }
      const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
      if (!this.#ready) {
        say(`${prefix}${how} before the cluster was ready: all are stopped`);
        void this.stop(1);
        return;
      }
      const next = Date.now() - startedAt > RESTART_MS.forgetAfter ? RESTART_MS.first : pause;
      say(`${prefix}${how}; it is started again in ${next / 1000} s, the others go on`);
      setTimeout(() => {
        if (!this.#stopping) this.#start(place, prefix, Math.min(next * 2, RESTART_MS.longest));
      }, next);
    });
  }

  async #waitUntilReady(onReady: (urls: string[]) => void): Promise<void> {
    while (!this.#stopping) {
      const urls = [...this.#urls.values()];
      const answers = await Promise.all(urls.map(isReady));
      if (urls.length === this.#gateways && answers.every(Boolean)) {
        this.#ready = true;
        return onReady(urls.sort());
      }
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
  }
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    (response) => response.ok,
    () => false,
  );

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function prefixOf(id: string, index: number): string {
  const name = id.padEnd(14);
  return process.stdout.isTTY && !process.env["NO_COLOR"]
    ? `\u001b[${COLOURS[index % COLOURS.length]}m${name}\u001b[0m `
    : `${name} `;
}

/** Where `npm run repl` finds the NATS server of the cluster that runs on this data directory. */
export const addressFile = (config: Pick<Config, "data">): string => join(config.data, "cluster.json");

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { scale: { type: "string" } } });
  const config = readConfig(process.env);
  const scale = readScale(values.scale, serviceNames());
  const secret = tokenSecret({ ...config, nats: undefined });
  const release = lockData(config.data, ["nats"]);
  // Checked before a server is started for it.
  placesOf(scale, config, config.nats ?? "", secret);
  const port = config.nats ? undefined : await startPort();
  const nats = port === undefined ? undefined : await startNats({ port, dir: join(config.data, "nats") });
  const url = config.nats ?? (nats?.url as string);
  writeFileSync(addressFile(config), JSON.stringify({ nats: url }), { mode: 0o600 });
  say(`NATS is at ${url.replace(/\/\/[^@/]*@/, "//")}`);

  const cluster = new Cluster(placesOf(scale, config, url, secret), (urls) =>
    say(`\nVivavoce is at ${urls.join(" and ")}\nJoin it: npm run repl. Ctrl-C stops all.`),
  );
  const stop = (): void => void cluster.stop(0);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.on(signal, stop);
  const exitCode = await cluster.ended;
  await nats?.stop();
  rmSync(addressFile(config), { force: true });
  release();
  return exitCode;
}

/** NATS's own port where it is free, so that services from outside find the cluster without a setting. */
async function startPort(): Promise<number> {
  const { createServer } = await import("node:net");
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(freePort()));
    server.listen({ port: NATS_PORT, host: "127.0.0.1", exclusive: true }, () =>
      server.close(() => resolve(NATS_PORT)),
    );
  });
}

if (import.meta.main) {
  try {
    process.exit(await main());
  } catch (error) {
    const known = error instanceof ConfigError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
    process.stderr.write(`${known ? (error as Error).message : (error as Error).stack}\n`);
    process.exit(known ? 2 : 1);
  }
}
