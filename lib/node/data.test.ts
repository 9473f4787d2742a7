// The data directory: one process at a time, secrets for its owner only.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, type TestContext, test } from "node:test";
import { ConfigError, readConfig } from "../config/config.ts";
import { lockData, tokenSecret } from "./data.ts";

let data: string;
beforeEach((t) => {
  data = mkdtempSync(join(tmpdir(), "vivavoce-data-"));
  (t as TestContext).after(() => rmSync(data, { recursive: true, force: true }));
});

const HOLD = `
  import { lockData } from ${JSON.stringify(new URL("data.ts", import.meta.url).href)};
  lockData(process.argv[1], ["todo"]);
  console.log("held");
  setInterval(() => {}, 1000);
`;

/** Another process that holds the lock. */
async function holder() {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", HOLD, data], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

describe("the lock", () => {
  test("keeps a second process out, and is gone when the first is killed", async (t) => {
    const child = await holder();
    t.after(() => child.kill("SIGKILL"));
    assert.throws(
      () => lockData(data, ["auth", "todo"]),
      (error) => error instanceof ConfigError && /in use by another running Vivavoce/.test(error.message),
    );
    // What it had taken before it failed is free again.
    lockData(data, ["auth"])();
    child.kill("SIGKILL");
    await once(child, "exit");
    lockData(data, ["todo"])();
  });

  test("holds within one process, too, until it is given back", () => {
    const release = lockData(data, ["todo"]);
    assert.throws(() => lockData(data, ["todo"]), ConfigError);
    release();
    lockData(data, ["todo"])();
  });

  test("is one for each service, so that a cluster's processes share a directory", () => {
    const releases = [lockData(data, ["todo"]), lockData(data, ["auth"])];
    for (const release of releases) release();
  });

  test("says so where the directory cannot be written", () => {
    const file = join(data, "file");
    writeFileSync(file, "");
    assert.throws(
      () => lockData(file, ["todo"]),
      (error) => error instanceof ConfigError && /cannot be written/.test(error.message),
    );
  });
});

describe("the token secret", () => {
  test("is made once, kept, and readable by its owner only", () => {
    const config = readConfig({ VIVAVOCE_DATA: data });
    const secret = tokenSecret(config);
    assert(secret.length >= 32);
    assert.equal(tokenSecret(config), secret);
    const file = join(data, "secrets.json");
    assert.match(readFileSync(file, "utf8"), /tokenSecret/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  test("is never made up in a cluster", () => {
    const config = readConfig({ VIVAVOCE_DATA: data, VIVAVOCE_NATS_URL: "nats://127.0.0.1:4222" });
    assert.throws(
      () => tokenSecret(config),
      (error) => error instanceof ConfigError && /VIVAVOCE_TOKEN_SECRET/.test(error.message),
    );
  });
});
