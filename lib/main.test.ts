// The process as it is started: what it says, how it fails, how it ends.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { describe, type TestContext, test } from "node:test";

const MAIN = join(import.meta.dirname, "main.ts");

function folder(t: TestContext): string {
  const data = mkdtempSync(join(tmpdir(), "vivavoce-main-"));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  return data;
}

function start(t: TestContext, env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ["--disable-warning=DEP0174", MAIN], {
    env: { PATH: process.env["PATH"] ?? "", VIVAVOCE_PORT: "0", VIVAVOCE_SPEECH: "none", ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

/** The address it says it is at. */
async function ready(child: ChildProcess): Promise<string> {
  const [{ ready: url }] = (await once(child, "message")) as [{ ready: string }];
  return url;
}

/** Exit code and everything said, of a process that ends by itself. */
async function end(child: ChildProcess): Promise<{ code: number | null; err: string }> {
  let err = "";
  child.stderr?.on("data", (text: Buffer) => {
    err += text.toString();
  });
  // Not "close": it never comes once the channel was disconnected.
  const [[code]] = (await Promise.all([once(child, "exit"), once(child.stderr as Readable, "close")])) as [
    [number | null],
    unknown,
  ];
  return { code, err };
}

describe("the process", () => {
  test("says where it is, serves there, and ends on SIGTERM with 0", async (t) => {
    const child = start(t, { VIVAVOCE_DATA: folder(t) });
    const url = await ready(child);
    assert.equal((await fetch(`${url}/health/ready`)).status, 200);
    child.kill("SIGTERM");
    assert.equal((await end(child)).code, 0);
  });

  test("ends when its parent goes away", async (t) => {
    const child = start(t, { VIVAVOCE_DATA: folder(t) });
    await ready(child);
    child.disconnect();
    assert.equal((await end(child)).code, 0);
  });

  test("refuses a taken port in one line", async (t) => {
    const server = createServer().listen(0, "127.0.0.1");
    t.after(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const { code, err } = await end(start(t, { VIVAVOCE_DATA: folder(t), VIVAVOCE_PORT: String(port) }));
    assert.equal(code, 1);
    assert.match(err, new RegExp(`^Port ${port} is taken by another program\\..*VIVAVOCE_PORT`));
    assert.equal(err.trim().split("\n").length, 1, err);
  });

  test("refuses a data directory that another process uses, in one line", async (t) => {
    const data = folder(t);
    await ready(start(t, { VIVAVOCE_DATA: data }));
    const { code, err } = await end(start(t, { VIVAVOCE_DATA: data }));
    assert.equal(code, 1);
    assert.match(err, /^The data directory .* is in use by another running Vivavoce/);
    assert.equal(err.trim().split("\n").length, 1, err);
  });

  const bad: [name: string, env: Record<string, string>, says: RegExp][] = [
    ["a bad setting", { VIVAVOCE_PORT: "many" }, /^VIVAVOCE_PORT is "many"/],
    ["an unknown service", { SERVICES: "todo,tada" }, /^SERVICES names "tada"/],
    [
      "a data directory that cannot be written",
      { VIVAVOCE_DATA: "/dev/null/data" },
      /^The data directory "\/dev\/null\/data" cannot be written/,
    ],
    [
      "a certificate that is not there",
      { VIVAVOCE_TLS_CERT: "/nowhere.pem", VIVAVOCE_TLS_KEY: "/nowhere.key" },
      /^VIVAVOCE_TLS_CERT is "\/nowhere\.pem"/,
    ],
  ];
  for (const [name, env, says] of bad) {
    test(`refuses ${name} in one line, with exit code 1`, async (t) => {
      const { code, err } = await end(start(t, { VIVAVOCE_DATA: folder(t), ...env }));
      assert.equal(code, 1, err);
      assert.match(err, says);
      assert.equal(err.trim().split("\n").length, 1, err);
    });
  }
});
