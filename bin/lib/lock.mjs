// A lock between processes of one machine that ends with its holder, also after kill -9, and leaves no file behind: a
// loopback port is listened on by one process at a time.

import { createHash } from "node:crypto";
import { connect, createServer } from "node:net";
import { Problem } from "./process.mjs";

/** Below the ports that systems give to outgoing connections. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** How long a holder may take to say its name, in milliseconds, before its port counts as somebody else's. */
const GREETING_TIMEOUT = 10_000;

/**
 * Runs `work` while no other process does so under the same name.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {() => void} [onWait] called when another process holds the lock
 * @returns {Promise<T>} what `work` gives
 */
export async function withLock(name, work, onWait = () => {}) {
  const hash = createHash("sha256").update(name).digest();
  const greeting = `vivavoce lock ${hash.toString("hex")}\n`;
  // Where a port belongs to another program, everybody who wants this name meets it and goes on to the next one.
  for (let step = 0; step < 20; step++) {
    const port = FIRST_PORT + ((hash.readUInt16BE(0) + step) % PORTS);
    for (let silent = 0; silent < 3; ) {
      const release = await hold(port, greeting);
      if (release) return work().finally(release);
      const met = await meet(port, greeting, onWait);
      if (met === "stranger") break;
      if (met === "silent") silent++;
    }
  }
  throw new Problem(`no loopback port from ${FIRST_PORT} to ${FIRST_PORT + PORTS} can be listened on`);
}

/**
 * @param {number} port
 * @param {string} greeting
 * @returns {Promise<(() => void) | undefined>} ends the hold, undefined if the port is taken
 */
function hold(port, greeting) {
  return new Promise((resolve) => {
    /** @type {Set<import("node:net").Socket>} */
    const waiting = new Set();
    const server = createServer((socket) => {
      waiting.add(socket);
      socket.on("error", () => {}).on("close", () => waiting.delete(socket));
      socket.write(greeting);
    });
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      resolve(() => {
        server.close();
        for (const socket of waiting) socket.destroy();
      });
    });
  });
}

/**
 * Waits for the end of the hold on a taken port: its holder's connection closes with it.
 *
 * @param {number} port
 * @param {string} greeting
 * @param {() => void} onWait
 * @returns {Promise<"gone" | "silent" | "stranger">} silent: it was gone before it said its name
 */
function meet(port, greeting, onWait) {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect({ port, host: "127.0.0.1" });
    const stranger = () => {
      resolve("stranger");
      socket.destroy();
    };
    const timer = setTimeout(stranger, GREETING_TIMEOUT);
    socket.setEncoding("utf8").on("data", (text) => {
      said += text;
      if (!greeting.startsWith(said)) stranger();
      if (said !== greeting) return;
      clearTimeout(timer);
      onWait();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(said === greeting ? "gone" : "silent");
    });
  });
}
