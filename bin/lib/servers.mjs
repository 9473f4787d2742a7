// Servers that run beside the platform (nats-server, MongoDB): found, started on loopback, stopped, and never left
// behind. The tests and `npm run cluster` use this.

import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { forkLeash, which } from "./process.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A server that has not stopped by then, in milliseconds, is killed. */
const GRACE = 5_000;

/** What `npm test` builds. Ends in .exe on Windows. @param {string} name @param {string} [at] the repository */
export function builtPath(name, at = root) {
  return join(at, ".runtime", "bin", process.platform === "win32" ? `${name}.exe` : name);
}

/**
 * A nats-server: VIVAVOCE_NATS_SERVER, then one on the PATH of version 2.10 or newer (Debian 12 has 2.9, whose support
 * has ended), then the built one.
 *
 * @returns {string | undefined} its path
 */
export function findNats() {
  const named = process.env["VIVAVOCE_NATS_SERVER"];
  if (named) return named;
  const onPath = which("nats-server");
  if (onPath && isRecentNats(onPath)) return onPath;
  return existsSync(builtPath("nats-server")) ? builtPath("nats-server") : undefined;
}

/** @param {string} path */
function isRecentNats(path) {
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(spawnSync(path, ["--version"], { encoding: "utf8" }).stdout) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 10);
}

/**
 * A server of the MongoDB protocol: MONGO_URL, then `mongod` on the PATH, then the built one.
 *
 * @returns {{url: string} | {path: string, built: boolean} | undefined}
 */
export function findMongo() {
  const url = process.env["MONGO_URL"];
  if (url) return { url };
  const mongod = which("mongod");
  if (mongod) return { path: mongod, built: false };
  return existsSync(builtPath("mongo")) ? { path: builtPath("mongo"), built: true } : undefined;
}

/**
 * @typedef {object} Program
 * @property {string} path
 * @property {(port: number, dir: string) => string[]} args
 * @property {(port: number) => string} url
 * @property {RegExp} ready a line of its output that says that it accepts connections
 *
 * @typedef {object} Place
 * @property {number | undefined} [port] a free one if not given
 * @property {string | undefined} [dir] of its data, kept; if not given a temporary one, removed by stop() and when this
 *   process ends
 *
 * @typedef {object} Server
 * @property {string} url
 * @property {number} port the same after a restart
 * @property {number | undefined} pid of the server itself now, undefined while it is down
 * @property {() => Promise<void>} stop SIGTERM, SIGKILL after 5 s; resolves when it has ended
 * @property {() => Promise<void>} kill SIGKILL; resolves when it has ended
 * @property {() => Promise<void>} restart after kill() or while it runs, on the same port and data
 */

/**
 * Starts nats-server with JetStream on loopback.
 *
 * @param {Place & {args?: string[]}} [options] args: more of nats-server's own
 * @returns {Promise<Server>}
 * @throws {Error} if none is found, or it ends before it is ready: its own words
 */
export async function startNats({ port, dir, args = [] } = {}) {
  const path = findNats();
  if (!path) throw new Error("no nats-server found: `npm test` builds one, or set VIVAVOCE_NATS_SERVER");
  return startServer(
    {
      path,
      args: (port, dir) => ["-a", "127.0.0.1", "-p", `${port}`, "-js", "-sd", dir, ...args],
      url: (port) => `nats://127.0.0.1:${port}`,
      ready: /Server is ready/,
    },
    { port, dir },
  );
}

/**
 * Starts a server of the MongoDB protocol on loopback. With MONGO_URL see {@link findMongo}: nothing is started then.
 *
 * @param {Place} [options]
 * @returns {Promise<Server>}
 * @throws {Error} if none is found, or it ends before it is ready: its own words
 */
export async function startMongo({ port, dir } = {}) {
  const found = findMongo();
  if (!found || "url" in found) throw new Error("no program of a MongoDB server found: `npm test` builds one");
  const { path, built } = found;
  return startServer(
    {
      path,
      args: (port, dir) =>
        built
          ? ["-addr", `127.0.0.1:${port}`, "-dir", dir]
          : ["--bind_ip", "127.0.0.1", "--port", `${port}`, "--dbpath", dir],
      url: (port) => `mongodb://127.0.0.1:${port}/vivavoce`,
      ready: built ? /^ready / : /Waiting for connections/,
    },
    { port, dir },
  );
}

/**
 * Starts a server under a leash: a small process that kills it and removes its temporary data when this process ends in
 * whatever way. A server that is still running does not keep this process from ending.
 *
 * @param {Program} program
 * @param {Place} place
 * @returns {Promise<Server>}
 * @throws {Error} if it ends before it is ready: its own words
 */
async function startServer(program, place) {
  const temporary = place.dir === undefined ? mkdtempSync(join(tmpdir(), "vivavoce-")) : undefined;
  const dir = place.dir ?? /** @type {string} */ (temporary);
  const leash = new Leash(temporary);
  try {
    const port = place.port ?? (await freePort());
    const start = () => leash.run([program.path, ...program.args(port, dir)], program.ready);
    await start();
    return {
      url: program.url(port),
      port,
      get pid() {
        return leash.pid;
      },
      kill: () => leash.kill("SIGKILL"),
      stop: () => leash.kill("SIGTERM").then(() => leash.end()),
      restart: () => leash.kill("SIGTERM").then(start),
    };
  } catch (error) {
    await leash.end();
    throw error;
  }
}

/** The parent's side of leash.mjs. */
class Leash {
  /** @type {number | undefined} */
  pid;
  #said = "";
  /** @type {(line: string) => void} */
  #onOutput = () => {};
  /** @type {Set<() => void>} */
  #onExit = new Set();

  /** @param {string} [folder] */
  constructor(folder) {
    this.child = forkLeash({ env: process.env, ...(folder && { folder }) });
    // Nothing of it keeps this process alive, except while it is waited for.
    this.child.unref();
    this.child.channel?.unref();
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => this.#heard(text));
      /** @type {import("node:net").Socket | null} */ (stream)?.unref();
    }
    this.child.on("message", (/** @type {any} */ { started, failed, exited }) => {
      this.pid = started;
      if (failed) this.#said += failed;
      if (failed || exited) for (const done of [...this.#onExit]) done();
    });
    this.ended = new Promise((resolve) => this.child.once("exit", resolve));
  }

  /** @param {string} text */
  #heard(text) {
    this.#said = (this.#said + text).slice(-4_000);
    this.#onOutput(this.#said);
  }

  /**
   * @param {string[]} command
   * @param {RegExp} ready
   * @returns {Promise<void>}
   */
  run(command, ready) {
    this.#said = "";
    return hold(
      new Promise((resolve, reject) => {
        const failed = () => reject(new Error(`${command[0]} ended before it was ready:\n${this.#said.trim()}`));
        this.#onExit.add(failed);
        this.#onOutput = (said) => {
          if (!said.split("\n").some((line) => ready.test(line))) return;
          this.#onOutput = () => {};
          this.#onExit.delete(failed);
          resolve();
        };
        this.child.send({ start: command });
      }),
    );
  }

  /**
   * @param {NodeJS.Signals} signal
   * @returns {Promise<void>} when it has ended
   */
  kill(signal) {
    if (this.pid === undefined) return Promise.resolve();
    return hold(
      new Promise((resolve) => {
        const timer = setTimeout(() => this.child.send({ kill: "SIGKILL" }), GRACE);
        const done = () => {
          clearTimeout(timer);
          this.#onExit.delete(done);
          resolve();
        };
        this.#onExit.add(done);
        this.child.send({ kill: signal });
      }),
    );
  }

  /** @returns {Promise<void>} */
  end() {
    if (this.child.connected) this.child.send({ end: true });
    return hold(this.ended);
  }
}

/**
 * Keeps this process alive until a promise settles.
 *
 * @template T
 * @param {Promise<T>} promise
 */
function hold(promise) {
  const timer = setInterval(() => {}, 60_000);
  return promise.finally(() => clearInterval(timer));
}

/**
 * A free loopback port below those that systems give to outgoing connections: a client that tries to reconnect to a
 * server that is down could otherwise be given the server's own port and connect to itself.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(10_000, 20_000);
    if (await isFree(port)) return port;
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
