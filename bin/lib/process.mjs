// Everything that this folder starts: commands of the set-up, and the program itself. Nothing of it stays alive when
// npm, its shell, this process or the terminal goes away.

import { fork, spawn } from "node:child_process";
import { accessSync, appendFileSync, constants, mkdirSync, statSync } from "node:fs";
import { constants as os } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const stopWithParent = pathToFileURL(join(here, "stop-with-parent.mjs")).href;

/** moleculer-db promisifies functions that return promises already; Node's warning of it helps nobody here. */
const QUIET = ["--disable-warning=DEP0174"];

/** How long a program may take to stop, in milliseconds, before it is killed. */
const GRACE = 10_000;

/** A failure that the reader can act on: printed as one line, without a stack. */
export class Problem extends Error {
  /**
   * @param {string} message what is wrong, and what to do about it
   * @param {number} [exitCode] of the whole command, 1 if not given
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * @typedef {object} Running
 * @property {(signal: NodeJS.Signals) => void} stop
 * @property {boolean} hasTerminal Ctrl-C reaches it by itself, and it may take it as it likes (a REPL does)
 */

/** @type {Set<Running>} */
const running = new Set();
/** @type {NodeJS.Signals | undefined} */
let stopping;

/**
 * Makes this process end with those it depends on: SIGTERM, SIGHUP, Ctrl-C and the end of npm's shell stop what is
 * running, then this process.
 */
export function guardProcessTree() {
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP", "SIGINT"])) process.on(signal, () => stop(signal));
  // npm ends its shell and nobody tells this process: only its parent's id changes. Outside npm a parent may leave on
  // purpose (nohup).
  if (!process.env["npm_execpath"]) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop("SIGTERM"), 250).unref();
}

/** @param {NodeJS.Signals} signal */
function stop(signal) {
  const own = [...running].filter((one) => signal !== "SIGINT" || !one.hasTerminal);
  if (stopping || own.length < running.size) return;
  if (own.length === 0) process.exit(exitCodeOf(null, signal));
  stopping = signal;
  for (const one of own) one.stop(signal);
}

/**
 * Runs a Node program in the foreground, with this terminal, and gives its exit code (128 + number after a signal). It
 * is stopped by a SIGTERM.
 *
 * @param {string} node path of the Node to run
 * @param {string[]} args options, script and arguments, as on node's command line
 * @param {{cwd?: string}} [options]
 * @returns {Promise<number>}
 */
export function runNode(node, args, { cwd } = {}) {
  const child = spawn(node, [...QUIET, "--import", stopWithParent, ...args], {
    cwd,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const stop = () => {
    // The preload turns the disconnect into a SIGTERM, on Windows too.
    if (child.connected) child.disconnect();
    setTimeout(() => child.kill("SIGKILL"), GRACE).unref();
  };
  return new Promise((resolve, reject) => {
    const forget = remember({ stop, hasTerminal: true });
    child.once("error", (error) => {
      forget();
      reject(new Problem(`cannot run ${node}: ${error.message}`));
    });
    child.once("exit", (code, signal) => {
      forget();
      resolve(exitCodeOf(code, signal));
    });
  });
}

/**
 * Runs a program that starts others and does not care for them (node --test), showing its output. With it ends all that
 * it started.
 *
 * @param {string[]} command program and arguments
 * @param {{cwd?: string}} [options]
 * @returns {Promise<number>} its exit code (128 + number after a signal)
 */
export async function runTree(command, { cwd } = {}) {
  const { code = null, signal = null, failed } = await runLeashed(command, forkLeash({ cwd, show: true }));
  if (failed) throw new Problem(`cannot run ${command[0]}: ${failed}`);
  return exitCodeOf(code, signal);
}

/**
 * Runs a command of the set-up without showing its output, and gives its standard output. All output goes to the log.
 *
 * @param {string[]} command program and arguments
 * @param {{cwd?: string, env?: Record<string, string>, log: string, what: string}} options log: the file to append to;
 *   what: the beginning of the message if it fails
 * @returns {Promise<string>}
 * @throws {Problem} if it cannot be started or does not exit with 0: what, and the command's own first line of error
 */
export async function runCommand(command, { cwd, env, log, what }) {
  mkdirSync(dirname(log), { recursive: true });
  appendFileSync(log, `\n$ ${command.join(" ")}\n`);
  const leash = forkLeash({ cwd, env: { ...process.env, ...env } });
  let out = "";
  let all = "";
  for (const stream of [leash.stdout, leash.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      appendFileSync(log, text);
      all += text;
      if (stream === leash.stdout) out += text;
    });
  }
  const { code, failed } = await runLeashed(command, leash);
  if (stopping) process.exit(exitCodeOf(null, stopping));
  if (code !== 0) throw new Problem(`${what}: ${failed ?? firstError(all)} (everything it said: ${log})`);
  return out;
}

/**
 * Runs a command on a leash to its end.
 *
 * @param {string[]} command
 * @param {import("node:child_process").ChildProcess} leash
 * @returns {Promise<{code?: number | null, signal?: NodeJS.Signals | null, failed?: string}>}
 */
function runLeashed(command, leash) {
  /** @param {object} message */
  const tell = (message) => leash.connected && leash.send(message);
  return new Promise((resolve) => {
    let end = {};
    const stop = (/** @type {NodeJS.Signals} */ signal) => {
      tell({ kill: signal });
      setTimeout(() => tell({ end: true }), GRACE).unref();
    };
    const forget = remember({ stop, hasTerminal: false });
    leash.on("message", (/** @type {any} */ message) => {
      if (message.started) return;
      end = message.exited ?? message;
      tell({ end: true });
    });
    leash.once("close", () => {
      forget();
      resolve(end);
    });
    tell({ start: command });
  });
}

/**
 * @param {Running} entry
 * @returns {() => void} forgets it
 */
function remember(entry) {
  running.add(entry);
  return () => running.delete(entry);
}

/**
 * Forks `leash.mjs`.
 *
 * @param {{cwd?: string | undefined, env?: NodeJS.ProcessEnv, folder?: string, show?: boolean}} options folder: removed
 *   at the end; show: output goes where this process's goes
 */
export function forkLeash({ cwd, env, folder, show = false }) {
  const output = show ? "inherit" : "pipe";
  return fork(join(here, "leash.mjs"), folder ? [folder] : [], {
    cwd,
    env,
    execArgv: [],
    // In no group that Ctrl-C or another leash may kill: it has to live long enough to end its command.
    detached: process.platform !== "win32",
    stdio: ["ignore", output, output, "ipc"],
  });
}

/**
 * Finds a program on the PATH.
 *
 * @param {string} name without extension
 * @returns {string | undefined} its path
 */
export function which(name) {
  const extensions = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const extension of extensions) {
      const path = join(folder, name + extension);
      if (folder && isProgram(path)) return path;
    }
  }
  return undefined;
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function exitCodeOf(code, signal) {
  return code ?? 128 + (signal ? os.signals[signal] : 0);
}

/** @param {string} output */
function firstError(output) {
  const lines = output.split("\n").map((line) => line.trim());
  // npm's first lines are codes for machines.
  const said =
    lines.find((line) => /^npm error (?!code|errno|syscall)./.test(line)) ??
    lines.find((line) => /^(error|e):/i.test(line)) ??
    lines.filter(Boolean).at(-1);
  return said?.slice(0, 300) ?? "it said nothing";
}
