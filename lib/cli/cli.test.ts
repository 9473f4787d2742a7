// The client as a process: sign-ins kept and shared by several at once, and what its exit codes tell.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { DOCUMENT } from "./cli.testing.ts";
import { Failure } from "./failure.ts";
import { Sessions } from "./sessions.ts";

const SESSION = { email: "ann@example.com", accessToken: "a0", expiresAt: 0, refreshToken: "r0" };

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "vivavoce-test-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

test("keeps one sign-in a platform, for its owner's eyes", async (t) => {
  const directory = join(makeDirectory(t), "vivavoce");
  const sessions = new Sessions(directory);
  assert.equal(sessions.get("http://a"), undefined);
  await sessions.keep("http://a", SESSION);
  await sessions.keep("http://b", { ...SESSION, email: "bob@example.com" });
  assert.equal(statSync(join(directory, "sessions.json")).mode & 0o077, 0);
  assert.equal(sessions.lastUrl, "http://b");
  await sessions.forget("http://b");
  assert.equal(sessions.get("http://b"), undefined);
  assert.deepEqual(sessions.get("http://a"), SESSION);
});

test("takes over the lock of a process that has ended, and tells of a file that cannot be read", async (t) => {
  const directory = makeDirectory(t);
  const ended = spawn(process.execPath, ["--eval", "0"]);
  await once(ended, "exit");
  writeFileSync(join(directory, "sessions.json.lock"), String(ended.pid));
  await new Sessions(directory).keep("http://a", SESSION);
  const old = new Date(Date.now() - 60_000);
  writeFileSync(join(directory, "sessions.json.lock"), String(process.pid));
  utimesSync(join(directory, "sessions.json.lock"), old, old);
  await new Sessions(directory).keep("http://a", SESSION);
  writeFileSync(join(directory, "sessions.json"), "{");
  assert.throws(
    () => new Sessions(directory).get("http://a"),
    (error) => error instanceof Failure,
  );
});

/** A platform that renews a refresh token once, and takes every second use of one for theft. */
async function startPlatform(t: TestContext) {
  const used = new Set<string>();
  const served = { refreshes: 0, reused: 0, ok: 0, zones: new Set<string>() };
  const reply = (response: ServerResponse, status: number, body: object): void =>
    void response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  const problem = (status: number, code: string) => ({ status, code, title: code, detail: `This is ${code}.` });
  const server = createServer(async (request: IncomingMessage, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    if (request.url === "/api/openapi.json") return reply(response, 200, DOCUMENT);
    if (request.url === "/api/v1/auth/refresh") {
      const { refreshToken } = JSON.parse(text) as { refreshToken: string };
      served.refreshes++;
      if (used.has(refreshToken)) served.reused++;
      used.add(refreshToken);
      const next = Number(refreshToken.slice(1)) + 1;
      const user = { email: "ann@example.com", name: "Ann" };
      return reply(response, 200, { user, accessToken: `a${next}`, expiresIn: 900, refreshToken: `r${next}` });
    }
    served.zones.add(String(request.headers["x-time-zone"]));
    if (request.headers.authorization !== `Bearer a${used.size}` || used.size === 0)
      return reply(response, 401, problem(401, "UNAUTHENTICATED"));
    served.ok++;
    const { title } = JSON.parse(text) as { title: string };
    if (title === "away") return reply(response, 503, problem(503, "UNAVAILABLE"));
    return reply(response, 200, { title, key: String(request.headers["idempotency-key"]) });
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, served };
}

async function vivavoce(config: string, url: string, line: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...line], {
    env: { ...process.env, XDG_CONFIG_HOME: config, APPDATA: config, VIVAVOCE_URL: url, TZ: "Europe/Berlin", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  const [code] = await once(child, "close");
  return { code: code as number, out, err };
}

test("renews a sign-in once, whatever number of processes need it, and uses each refresh token once", async (t) => {
  const { url, served } = await startPlatform(t);
  const config = makeDirectory(t);
  await new Sessions(join(config, "vivavoce")).keep(url, SESSION);
  const runs = await Promise.all(
    Array.from({ length: 6 }, (_, n) => vivavoce(config, url, ["thing", "update", "7", "--title", `t${n}`])),
  );
  for (const { code, err } of runs) assert.equal(code, 0, err);
  assert.deepEqual(
    { ...served, zones: [...served.zones] },
    { refreshes: 1, reused: 0, ok: 6, zones: ["Europe/Berlin"] },
  );
  const kept = JSON.parse(readFileSync(join(config, "vivavoce", "sessions.json"), "utf8"));
  assert.equal(kept.sessions[url].refreshToken, "r1");
});

test("tells failures by exit code", async (t) => {
  const { url } = await startPlatform(t);
  const config = makeDirectory(t);
  const line = ["thing", "update", "7", "--title", "x"];
  const nobody = await vivavoce(config, url, line);
  assert.deepEqual([nobody.code, nobody.out], [3, ""]);
  assert.match(nobody.err, /Sign in: vivavoce login/);

  await new Sessions(join(config, "vivavoce")).keep(url, SESSION);
  const away = await vivavoce(config, url, ["thing", "update", "7", "--title", "away", "--json"]);
  assert.deepEqual([away.code, JSON.parse(away.err).code], [4, "UNAVAILABLE"]);
  assert.equal((await vivavoce(config, "http://127.0.0.1:9", line)).code, 4);
  assert.equal((await vivavoce(config, "ftp://x", line)).code, 2);
  assert.equal((await vivavoce(config, url, ["login", "--email", "a@example.com"])).code, 2, "no password came");
  assert.match((await vivavoce(config, url, ["thnig"])).err, /there is no service "thnig"; did you mean "thing"\?/);
  const done = await vivavoce(config, url, [...line, "--idempotency-key", "mine"]);
  assert.deepEqual([done.code, done.out], [0, "title: x\nkey:   mine\n"]);
});
