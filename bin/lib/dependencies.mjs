// The npm packages of the repository.

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Problem, runCommand, which } from "./process.mjs";
import { logOf, say } from "./setup.mjs";
import { hashOf, removeStamp, stampOf, writeStamp } from "./stamp.mjs";

/**
 * The packages of package-lock.json.
 *
 * @param {string} root
 * @param {{dev: boolean}} options dev: also what only tests and checks need. Without it what is there may stay.
 * @returns {import("./setup.mjs").Step}
 */
export function dependenciesStep(root, { dev }) {
  const folder = join(root, "node_modules");
  const title = dev ? "dependencies" : "dependencies to run";
  const lock = `${hashOf([join(root, "package-lock.json")])} ${process.platform}-${process.arch}`;
  const [all, lean] = [`${lock} with dev`, `${lock} without dev`];
  return {
    title,
    done: () => stampOf(folder) === all || (!dev && stampOf(folder) === lean),
    async make() {
      say(`${title}: npm ci (about ${dev ? 250 : 100} MB on disk)`);
      removeStamp(folder);
      await runCommand([...npm(), "ci", dev ? "--include=dev" : "--omit=dev", "--loglevel=error"], {
        cwd: root,
        log: logOf(root),
        what: "npm cannot install them; with a network, run the same command again",
      });
      writeStamp(folder, dev ? all : lean);
    },
  };
}

/**
 * The npm that runs this, or the one on the PATH, without a shell (npm.cmd would need one).
 *
 * @returns {string[]} the beginning of a command
 * @throws {Problem} if there is none
 */
export function npm() {
  const own = process.env["npm_execpath"];
  if (own && basename(own) === "npm-cli.js") return [process.execPath, own];
  const beside = join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js");
  if (existsSync(beside)) return [process.execPath, beside];
  const found = which("npm");
  if (!found) throw new Problem("npm is missing: install Node.js with npm, version 20 or newer");
  return [found];
}
