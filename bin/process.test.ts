// What bin/run.mjs starts: exit codes, and that nothing stays alive. A pipe that all processes of a tree hold closes
// with the last of them, so that its end is the event to wait for.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Problem, runCommand, runNode, runTree } from "./lib/process.mjs";

const module = JSON.stringify(import.meta.resolve("./lib/process.mjs"));
const posix = { skip: process.platform === "win32" && "signals of POSIX" };

/** A server that stops on SIGTERM, and counts its Ctrl-Cs. */
const SERVER = `
  process.on("SIGTERM", () => { console.log("stopped in order"); process.exit(0); });
  process.on("SIGINT", () => { console.log("interrupted"); setImmediate(() => process.exit(5)); });
  setInterval(() => {}, 1000);
  console.log("server", process.pid);
`;

/** As npm starts the platform: a shell, in it the wrapper, and from it the program. */
function startTree(program: string, { underNpm = true } = {}) {
  const wrapper = `
    import { guardProcessTree, runNode } from ${module};
    guardProcessTree();
    console.log("wrapper", process.pid);
    process.exitCode = await runNode(process.execPath, ["--eval", ${JSON.stringify(program)}]);
  `;
  const { npm_execpath: _, ...env } = process.env;
  const shell = spawn("sh", ["-c", '"$0" --input-type=module --eval "$1"; exit $?', process.execPath, wrapper], {
    env: { ...env, ...(underNpm && { npm_execpath: "npm-cli.js" }) },
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  return { shell, ...listen(shell) };
}

function listen(child: ChildProcess) {
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  const allGone = once(child.stdout!, "end").then(() => said);
  /** The number after a word, once it has been printed. */
  const pidOf = async (word: string): Promise<number> => {
    for (;;) {
      const pid = new RegExp(`${word} (\\d+)`).exec(said)?.[1];
      if (pid) return Number(pid);
      await once(child.stdout!, "data");
    }
  };
  return { allGone, pidOf };
}

test("stops the program in order when npm's shell is killed", posix, async () => {
  const { shell, pidOf, allGone } = startTree(SERVER);
  await pidOf("server");
  shell.kill("SIGKILL");
  assert.match(await allGone, /stopped in order/);
});

test("stops the program in order when the wrapper gets SIGTERM", posix, async () => {
  const { pidOf, allGone } = startTree(SERVER, { underNpm: false });
  await pidOf("server");
  process.kill(await pidOf("wrapper"), "SIGTERM");
  assert.match(await allGone, /stopped in order/);
});

test("stops the program in order when the wrapper is killed", posix, async () => {
  const { pidOf, allGone } = startTree(SERVER, { underNpm: false });
  await pidOf("server");
  process.kill(await pidOf("wrapper"), "SIGKILL");
  assert.match(await allGone, /stopped in order/);
});

test("gives the program one Ctrl-C, not two, and passes its exit code on", posix, async () => {
  const { shell, pidOf, allGone } = startTree(SERVER);
  await pidOf("server");
  const exit = once(shell, "exit");
  process.kill(await pidOf("wrapper"), "SIGINT");
  process.kill(await pidOf("server"), "SIGINT");
  assert.equal((await allGone).match(/interrupted/g)?.length, 1);
  assert.deepEqual(await exit, [5, null]);
});

test("lets a program end by itself, though its parent could still stop it", async () => {
  assert.equal(await runNode(process.execPath, ["--eval", "0"]), 0);
});

test("passes exit codes on, and signals as 128 and their number", posix, async () => {
  assert.equal(await runNode(process.execPath, ["--eval", "process.exit(3)"]), 3);
  assert.equal(await runNode(process.execPath, ["--eval", "process.kill(process.pid, 'SIGKILL')"]), 137);
});

test("kills a command of the set-up with the wrapper, also by kill -9", posix, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "vivavoce-test-"));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const command = `require("net").connect(${port}, "127.0.0.1"); setInterval(() => {}, 1000)`;
    const wrapper = `
      import { guardProcessTree, runCommand } from ${module};
      guardProcessTree();
      await runCommand([process.execPath, "--eval", ${JSON.stringify(command)}], { log: process.argv[1], what: "x" });
    `;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", wrapper, join(dir, "log")]);
    const [socket] = await once(server, "connection");
    const exit = once(child, "exit");
    const ended = once(socket.on("error", () => {}).resume(), "close");
    child.kill(signal);
    await ended;
    assert.deepEqual(await exit, signal === "SIGTERM" ? [143, null] : [null, "SIGKILL"]);
    server.close();
  }
});

test("kills what runs on a leash inside a leash, when the outermost program is killed", posix, async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const nested = (command: string) => `
    import { runTree } from ${module};
    await runTree([process.execPath, "--input-type=module", "--eval", ${JSON.stringify(command)}]);
  `;
  const command = `import net from "node:net"; net.connect(${port}, "127.0.0.1"); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", nested(nested(command))]);
  const [socket] = await once(server, "connection");
  child.kill("SIGKILL");
  await once(socket.on("error", () => {}).resume(), "close");
  server.close();
});

test("ends what a program has started and left running", posix, async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const left = `require("net").connect(${port}, "127.0.0.1", () => process.send("ready")); setInterval(() => {}, 1000)`;
  const program = `
    const child = require("child_process").spawn(process.execPath, ["--eval", ${JSON.stringify(left)}], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    child.once("message", () => process.exit(4));
  `;
  const connected = once(server, "connection");
  const exit = runTree([process.execPath, "--eval", program]);
  const [socket] = await connected;
  await once(socket.on("error", () => {}).resume(), "close");
  assert.equal(await exit, 4);
});

test("tells what failed in the command's own words, and keeps all of them in the log", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "vivavoce-test-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const log = join(dir, "setup.log");
  const failing = "console.log('one'); console.error('ERROR: no wheel for it\\nmore'); process.exit(2)";
  await assert.rejects(runCommand([process.execPath, "--eval", failing], { log, what: "it failed" }), (error) => {
    assert.ok(error instanceof Problem);
    assert.equal(error.message, `it failed: ERROR: no wheel for it (everything it said: ${log})`);
    return true;
  });
  assert.match(readFileSync(log, "utf8"), /one\n/);
  await assert.rejects(runCommand(["no-such-program"], { log, what: "it failed" }), /it failed: spawn .*ENOENT/);
});
