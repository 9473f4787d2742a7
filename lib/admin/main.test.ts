import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { which } from "../../bin/lib/process.mjs";
import { freePort } from "../../bin/lib/servers.mjs";
import { start } from "../../test/cluster/support.ts";
import { Client } from "../../test/support/client.ts";
import { FakeClock } from "../../test/support/clock.ts";
import { emailOf, makeFolder, PASSWORD, startPlatform } from "../../test/support/platform.ts";
import { mongoOrSkip, natsOrSkip, startMongo, startNats } from "../../test/support/servers.ts";
import { readConfig } from "../config/config.ts";
import { startNode } from "../node/node.ts";

type Env = Record<string, string | undefined>;
const openssl = which("openssl");
const QUIET = "--disable-warning=DEP0174";

/** Runs the command line to its end. */
async function admin(t: TestContext, env: Env, args: string[], input?: string) {
  const options = { env, ...(input !== undefined && { input }) };
  return start(t, [QUIET, "lib/admin/main.ts", ...args], options).finished();
}

/** It fails with exactly one line, and exit code 1. */
async function assertRefused(t: TestContext, env: Env, args: string[], line: RegExp): Promise<void> {
  const { code, out, err } = await admin(t, env, args);
  assert.deepEqual({ code, out }, { code: 1, out: "" }, err);
  assert.match(err, line);
  assert.match(err, /^[^\n]+\n$/);
}

/** A platform in a process of its own, as `npm start` runs it. */
async function startProcess(t: TestContext, env: Env = {}) {
  const data = makeFolder(t);
  const all = {
    VIVAVOCE_DATA: data,
    VIVAVOCE_PORT: "0",
    VIVAVOCE_SPEECH: "none",
    SERVICES: "gateway,auth,todo",
    ...env,
  };
  const child = start(t, [QUIET, "lib/main.ts"], { env: all });
  const url = (await child.says(/Vivavoce is at (https?:\S+)/))[1] as string;
  return { env: all, data, child, url, client: new Client(`${url}/api/v1`) };
}

const register = (client: Client, name: string, more: object = {}) =>
  client.post("/auth/register", { email: emailOf(name), name, password: PASSWORD, ...more });
const login = async (client: Client, name: string, password: string): Promise<number> =>
  (await client.post("/auth/login", { email: emailOf(name), password })).status;
/** The code that is printed in the first line. */
const codeIn = (out: string): string => /^(?:Invitation|Reset code) (\S+)$/m.exec(out)?.[1] ?? "";

test("invites and resets on a stopped platform", async (t) => {
  const platform = await startPlatform(t, { registration: "invitation" });
  await platform.register("ann");
  const env = { VIVAVOCE_DATA: platform.config.data };
  await platform.stop();
  const invited = await admin(t, env, ["invite"]);
  assert.equal(invited.code, 0, invited.err);
  const reset = await admin(t, env, ["reset-password", "Ann@Example.org"]);
  assert.equal(reset.code, 0, reset.err);
  const set = await admin(t, env, ["reset-password", emailOf("ann"), "--set"], "set on the server\n");
  assert.match(set.out, /^The password of ann@example\.org is set/, set.err);
  await assertRefused(t, env, ["reset-password", emailOf("nobody")], /^There is no such user\.$/m);
  await assertRefused(t, env, ["reset-password", "nobody"], /^Some fields .* it accepts an e-mail address/);

  const { data } = platform.config;
  // The command line's clock is the real one, which the codes go by.
  const again = await startPlatform(t, { data, registration: "invitation" }, new FakeClock(Date.now()));
  assert.equal((await register(again.guest, "bob")).status, 403);
  assert.equal((await register(again.guest, "bob", { invitation: codeIn(invited.out) })).status, 201);
  assert.equal(await login(again.guest, "ann", "set on the server"), 200);
  const body = { code: codeIn(reset.out), password: "set in the console" };
  assert.equal((await again.guest.post("/auth/reset", body)).status, 200);
  assert.equal(await login(again.guest, "ann", "set in the console"), 200);
});

test("invites and resets on a running platform, through it", async (t) => {
  const { env, client, data } = await startProcess(t, { VIVAVOCE_REGISTRATION: "invitation" });
  assert.equal((await register(client, "ann")).status, 201);
  assert.equal((await register(client, "bob")).status, 403);
  // The settings of the command line need not name the port.
  const own = { VIVAVOCE_DATA: env.VIVAVOCE_DATA };
  const { out, code, err } = await admin(t, own, ["invite"]);
  assert.equal(code, 0, err);
  assert.equal((await register(client, "bob", { invitation: codeIn(out) })).status, 201);
  await assertRefused(t, own, ["reset-password", emailOf("nobody")], /^There is no such user\.$/m);

  assert.equal((await admin(t, own, ["reset-password", emailOf("bob"), "--set"], "short")).code, 1);
  assert.equal(await login(client, "bob", PASSWORD), 200);
  assert.equal((await admin(t, own, ["reset-password", emailOf("bob"), "--set"], "set on the server\n")).code, 0);
  assert.deepEqual([await login(client, "bob", PASSWORD), await login(client, "bob", "set on the server")], [401, 200]);

  const users = await admin(t, own, ["users"]);
  assert.match(users.out, /^E-MAIL .*\nann@example\.org +admin,user +\S+Z +ann\nbob@example\.org +user +\S+Z +bob\n$/);
  assert.ok(existsSync(join(data, "gateway", "address.json")));
});

test("invites on a running platform that has TLS, and trusts no other certificate", {
  skip: !openssl && "it needs openssl to make a certificate",
}, async (t) => {
  const folder = makeFolder(t);
  const [first, second] = [makeCertificate(folder, "first"), makeCertificate(folder, "second")];
  const tls = { VIVAVOCE_TLS_CERT: first.cert, VIVAVOCE_TLS_KEY: first.key };
  const { env } = await startProcess(t, tls);
  const invited = await admin(t, { VIVAVOCE_DATA: env.VIVAVOCE_DATA, ...tls }, ["invite"]);
  assert.match(invited.out, /^Invitation \S+\n/, invited.err);
  const other = { VIVAVOCE_DATA: env.VIVAVOCE_DATA, VIVAVOCE_TLS_CERT: second.cert, VIVAVOCE_TLS_KEY: second.key };
  await assertRefused(t, other, ["invite"], /does not answer at https:.*certificate/);
});

function makeCertificate(folder: string, name: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", `/CN=${name}.example.org`];
  const { status, stderr } = spawnSync(openssl ?? "", [...args, "-keyout", key, "-out", cert], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return { cert, key };
}

test("invites over NATS, as a node of the cluster", { skip: natsOrSkip }, async (t) => {
  const nats = await startNats();
  t.after(nats.stop);
  const tokenSecret = "a secret of at least 32 characters";
  const config = { ...readConfig({}), nats: nats.url, tokenSecret, logLevel: "fatal" as const, data: makeFolder(t) };
  const node = await startNode({ ...config, port: 0, services: ["gateway", "auth"], registration: "invitation" });
  t.after(() => node.stop());
  const { port } = node.broker.metadata["gateway"] as { port: number };
  const client = new Client(`http://127.0.0.1:${port}/api/v1`);
  await register(client, "ann");
  const env = { VIVAVOCE_NATS_URL: nats.url };
  const { out, code, err } = await admin(t, env, ["invite"]);
  assert.equal(code, 0, err);
  assert.equal((await register(client, "bob", { invitation: codeIn(out) })).status, 201);
  assert.equal((await admin(t, env, ["reset-password", emailOf("ann"), "--set"], "set on the server\n")).code, 0);
  assert.equal(await login(client, "ann", "set on the server"), 200);
  await assertRefused(t, env, ["reset-password", emailOf("nobody")], /^There is no such user\.$/m);
});

test("says in one line that NATS cannot be reached, without the password in its address", async (t) => {
  const env = { VIVAVOCE_NATS_URL: `nats://user:secret@127.0.0.1:${await freePort()}` };
  await assertRefused(t, env, ["invite"], /^NATS cannot be reached at nats:\/\/127\.0\.0\.1:\d+ /);
});

test("with MongoDB, accounts are at hand while the platform runs", { skip: mongoOrSkip }, async (t) => {
  const mongo = await startMongo();
  t.after(() => mongo.stop());
  const platform = await startPlatform(t, { mongo: mongo.url, registration: "invitation" }, new FakeClock(Date.now()));
  await platform.register("ann");
  const env = { MONGO_URL: mongo.url, VIVAVOCE_DATA: platform.config.data };
  const { out, code, err } = await admin(t, env, ["invite"]);
  assert.equal(code, 0, err);
  assert.equal((await register(platform.guest, "bob", { invitation: codeIn(out) })).status, 201);
  assert.match((await admin(t, env, ["users"])).out, /ann@example\.org .*\nbob@example\.org /);
});

test("backs up a running platform, and restores neither into it nor a broken file", async (t) => {
  const { env, data, client, child } = await startProcess(t);
  await register(client, "ann");
  const folder = makeFolder(t);
  const file = join(folder, "backup.gz");
  // As npm calls it: relative to where the operator is.
  const made = await admin(t, { ...env, INIT_CWD: folder }, ["backup", "backup.gz"]);
  assert.equal(made.code, 0, made.err);
  assert.match(
    made.out,
    /^Backed up \d+ documents \(.*auth\/users 1.*\) to .*backup\.gz\.\nIt holds password hashes and the secret/,
  );
  assert.deepEqual(readdirSync(folder), ["backup.gz"]);

  const users = readFileSync(join(data, "auth", "users.db"), "utf8");
  await assertRefused(t, env, ["restore", file], /is in use by another running Vivavoce/);
  await child.end("SIGTERM");
  assert.ok(!existsSync(join(data, "gateway", "address.json")));
  await assertRefused(t, env, ["restore", file], /^There is data already: /);
  assert.equal(readFileSync(join(data, "auth", "users.db"), "utf8"), users);

  const fresh = { VIVAVOCE_DATA: join(folder, "fresh") };
  const cut = join(folder, "cut.gz");
  writeFileSync(cut, readFileSync(file));
  truncateSync(cut, 300);
  await assertRefused(t, fresh, ["restore", cut], /was cut/);
  await assertRefused(t, fresh, ["restore", join(import.meta.dirname, "main.ts")], /is not a backup of Vivavoce/);
  await assertRefused(t, fresh, ["restore", join(folder, "none.gz")], /^There is no file /);
  assert.ok(!existsSync(fresh.VIVAVOCE_DATA));

  const restored = await admin(t, fresh, ["restore", file]);
  assert.match(
    restored.out,
    /^Restored \d+ documents .* to .*fresh\.\nTokens of that platform are good here/,
    restored.err,
  );
  const again = await startProcess(t, fresh);
  assert.equal(await login(again.client, "ann", PASSWORD), 200);
});

test("a command line that is not understood ends with 2", async (t) => {
  const env = { VIVAVOCE_DATA: makeFolder(t) };
  const lines = ["", "nothing", "backup", "users more", "backup a b", "invite --set", "--unknown"];
  const ends = await Promise.all(lines.map((line) => admin(t, env, line.split(" ").filter(Boolean))));
  for (const [n, { code, out, err }] of ends.entries()) {
    assert.deepEqual([code, out], [2, ""], lines[n]);
    assert.ok(err.length > 0);
  }
  assert.match((await admin(t, env, ["--help"])).out, /reset-password <email>/);
  assert.deepEqual(readdirSync(env.VIVAVOCE_DATA), []);
});

test("a bad setting is one line", async (t) => {
  await assertRefused(t, { VIVAVOCE_PORT: "x" }, ["users"], /^VIVAVOCE_PORT is "x", but it accepts /);
});
