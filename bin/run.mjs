#!/usr/bin/env node
// `npm start` and its kin: node bin/run.mjs <task> [arguments]. Sets up what the task needs, then runs it. Needs nothing
// but Node 20 with npm; everything it makes is in node_modules, web/dist and .runtime, and may be deleted.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dependenciesStep } from "./lib/dependencies.mjs";
import { nodeOf, nodeStep } from "./lib/node.mjs";
import { guardProcessTree, Problem, runNode, runTree } from "./lib/process.mjs";
import { speechStep } from "./lib/python.mjs";
import { say, setUp } from "./lib/setup.mjs";
import { partSteps } from "./lib/system.mjs";
import { webStep } from "./lib/web.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Where node looks for tests, unless files are named on the command line. */
const TESTS = ["lib", "services", "mixins", "test", "bin", "web", "samples"].map((dir) => `${dir}/**/*.test.ts`);

const LINT = [
  ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."],
  ["node_modules/typescript/bin/tsc", "--noEmit"],
  ["node_modules/knip/bin/knip.js"],
];

/** @typedef {{steps: import("./lib/setup.mjs").Step[], run: (args: string[]) => Promise<number>}} Task */

const lean = [nodeStep(root), dependenciesStep(root, { dev: false })];
const full = [nodeStep(root), dependenciesStep(root, { dev: true })];
const platform = [webStep(root), speechStep(root)];
const nats = partSteps(root, ["nats"], { optional: false });
const parts = partSteps(root, ["nats", "mongo", "flite", "ffmpeg", "chromium"], { optional: true });

/** @type {Record<string, Task>} */
const TASKS = {
  start: { steps: [...lean, ...platform], run: script("lib/main.ts") },
  demo: { steps: [...lean, ...platform], run: script("samples/demo.ts") },
  cluster: { steps: [...lean, ...platform, ...nats], run: script("lib/cluster.ts") },
  admin: { steps: lean, run: script("lib/admin/main.ts") },
  repl: { steps: lean, run: script("lib/repl.ts") },
  bench: { steps: [...full, ...nats], run: script("bench/main.ts") },
  lint: { steps: full, run: lint },
  test: { steps: [...full, ...platform, ...parts], run: test },
};

async function main() {
  guardProcessTree();
  const [name = "", ...args] = process.argv.slice(2);
  const task = TASKS[name];
  if (!task) throw new Problem(`there is no task "${name}": ${Object.keys(TASKS).join(", ")}`, 2);

  const missing = await setUp(root, task.steps);
  report(missing);
  if (missing.length > 0 && process.env["CI"] === "true") throw new Problem("in CI nothing may be missing");
  const exitCode = await task.run(args);
  if (name === "test") report(missing);
  return exitCode;
}

/** @param {import("./lib/setup.mjs").Missing[]} missing */
function report(missing) {
  for (const { title, reason } of missing) say(`without ${title}: ${reason}`);
}

/**
 * @param {string} path of a script in the repository
 * @returns {Task["run"]}
 */
function script(path) {
  return async (args) => {
    if (!existsSync(join(root, path))) throw new Problem(`${path} is missing`);
    return runNode(nodeOf(root), [path, ...args], { cwd: root });
  };
}

/** @param {string[]} args options of `node --test`; test files instead of all of them */
async function test(args) {
  const named = args.some((arg) => arg.includes(".test."));
  return runTree([nodeOf(root), "--test", ...args, ...(named ? [] : TESTS)], { cwd: root });
}

async function lint() {
  for (const args of LINT) {
    const exitCode = await runTree([nodeOf(root), ...args], { cwd: root });
    if (exitCode !== 0) return exitCode;
  }
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(`vivavoce: ${error.message}`);
  process.exitCode = error.exitCode;
}
