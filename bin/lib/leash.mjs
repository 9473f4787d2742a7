// Runs a command for its parent and never outlives it: `node leash.mjs [folder to remove at the end]`, forked with an
// IPC channel. When the parent is gone, however it went (kill -9 too), the command with all it started is killed and
// the folder removed. A command can be started again after it has ended; the folder stays until then.
//
// From the parent: {start: [command, ...args]}, {kill: signal}, {end: true}.
// To the parent:   {started: pid}, {failed: message}, {exited: {code, signal}}.

import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

const folder = process.argv[2];
const ownGroup = process.platform !== "win32";
/** @type {import("node:child_process").ChildProcess | undefined} */
let command;
let ending = false;

process.on("message", (/** @type {{start?: string[], kill?: NodeJS.Signals, end?: true}} */ message) => {
  if (message.start) start(message.start);
  if (message.kill) kill(message.kill);
  if (message.end) end();
});
process.on("disconnect", end);
process.on("SIGTERM", end);
process.on("SIGINT", end);

/** @param {string[]} words */
function start([name = "", ...args]) {
  // A process group of its own, so that what it starts can be killed with it.
  command = spawn(name, args, { stdio: "inherit", detached: ownGroup, windowsHide: true });
  command.on("spawn", () => tell({ started: command?.pid }));
  command.on("error", (error) => ended({ failed: error.message }));
  command.on("exit", (code, signal) => {
    kill("SIGKILL");
    ended({ exited: { code, signal } });
  });
}

/** @param {object} message */
function ended(message) {
  command = undefined;
  tell(message);
  if (ending) leave();
}

/** @param {NodeJS.Signals} signal */
function kill(signal) {
  if (!command?.pid) return;
  try {
    if (ownGroup) process.kill(-command.pid, signal);
    else command.kill(signal);
  } catch {
    // Nothing of it is left.
  }
}

function end() {
  if (ending) return;
  ending = true;
  if (command) kill("SIGKILL");
  else leave();
}

function leave() {
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

/** @param {object} message */
function tell(message) {
  // A parent that is going just now is no failure.
  if (process.connected) process.send?.(message, undefined, {}, () => {});
}
