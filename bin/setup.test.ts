import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mock, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { missingEntries } from "./complete-lock.mjs";
import { dependenciesStep } from "./lib/dependencies.mjs";
import { Problem } from "./lib/process.mjs";
import { findPython, pythonIn, speechStep } from "./lib/python.mjs";
import { type Step, setUp } from "./lib/setup.mjs";
import { hashOf, stampOf, writeStamp } from "./lib/stamp.mjs";
import { skipWithout } from "./lib/system.mjs";
import { webStep } from "./lib/web.mjs";

// What the steps announce would read as if this run set something up.
mock.method(console, "log", () => {});

const posix = { skip: process.platform === "win32" && "its stand-ins are shell scripts" };

function repository(t: TestContext, files: Record<string, string> = {}) {
  const root = mkdtempSync(join(tmpdir(), "vivavoce-test-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const write = (name: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content, { mode });
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  const calls = () => (existsSync(join(root, "calls")) ? readFileSync(join(root, "calls"), "utf8").split("\n") : []);
  return { root, write, calls };
}

function environment(t: TestContext, values: Record<string, string | undefined>) {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    t.after(() => (before === undefined ? delete process.env[name] : Object.assign(process.env, { [name]: before })));
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

test("makes each step once, also when two set up at the same time", async (t) => {
  const { root } = repository(t);
  let made = 0;
  const step: Step = {
    title: "it",
    done: () => made > 0,
    make: async () => {
      await new Promise(setImmediate);
      made++;
    },
  };
  await Promise.all([setUp(root, [step]), setUp(root, [step])]);
  await setUp(root, [step]);
  assert.equal(made, 1);
});

test("goes on without an optional step that fails and says why, and stops at another", async (t) => {
  const { root } = repository(t);
  const make = () => Promise.reject(new Problem("no network"));
  const step = { title: "speech", done: () => false, make };
  assert.deepEqual(await setUp(root, [{ ...step, optional: true }]), [{ title: "speech", reason: "no network" }]);
  await assert.rejects(
    setUp(root, [step]),
    (error) => error instanceof Problem && /speech: no network/.test(error.message),
  );
});

test("a hash follows names and contents of files, not their times, and skips what is built", (t) => {
  const { root, write } = repository(t, { "web/a.ts": "1", "web/lib/b.ts": "2" });
  const hash = () => hashOf([join(root, "web")]);
  const before = hash();
  utimesSync(join(root, "web/a.ts"), 0, 0);
  write("web/dist/a.js", "built");
  assert.equal(hash(), before);
  write("web/lib/b.ts", "3");
  assert.notEqual(hash(), before);
});

test("installs dependencies again when the lock file changes, dev ones are wanted or the last time broke off", async (t) => {
  const { root, write, calls } = repository(t, { "package-lock.json": "1" });
  // A stand-in for npm: notes its arguments, makes node_modules anew as npm ci does.
  write(
    "npm-cli.js",
    `const fs = require("fs");
     fs.rmSync("node_modules", { recursive: true, force: true });
     fs.mkdirSync("node_modules");
     fs.appendFileSync("calls", process.argv.slice(2, 4).join(" ") + "\\n");
     if (fs.existsSync("offline")) { console.error("npm error network is away"); process.exit(1); }`,
  );
  environment(t, { npm_execpath: join(root, "npm-cli.js") });
  const run = (dev: boolean) => setUp(root, [dependenciesStep(root, { dev })]);

  await run(false);
  await run(false);
  await run(true);
  await run(false);
  assert.deepEqual(calls(), ["ci --omit=dev", "ci --include=dev", ""]);

  write("package-lock.json", "2");
  write("offline", "");
  await assert.rejects(run(true), /npm error network is away/);
  rmSync(join(root, "offline"));
  await run(true);
  await run(true);
  assert.equal(calls().length, 5);
});

test("builds the web console when its sources have changed, and nothing where there is no build", async (t) => {
  const { root, write } = repository(t, { "web/page.ts": "1", "package-lock.json": "" });
  assert.equal(webStep(root).done(), true);
  write(
    "web/build.ts",
    `import fs from "node:fs"; fs.mkdirSync("web/dist", { recursive: true }); fs.appendFileSync("calls", "built\\n");`,
  );
  await setUp(root, [webStep(root)]);
  assert.equal(webStep(root).done(), true);
  write("web/page.ts", "2");
  assert.equal(webStep(root).done(), false);
});

/** A stand-in for Python: answers the probe, makes environments, and refuses wheels while a file "offline" is there. */
const python = (root: string, version: string, { ensurepip = true, pip = true } = {}) => `#!/bin/sh
case "$*" in
  *version_info*) echo '["'"$0"'", [${version}], ${ensurepip}, ${pip}]' ;;
  *"-m venv"*) for last; do :; done; /bin/mkdir -p "$last/bin"; /bin/cp "$0" "$last/bin/python" ;;
  *"-m pip"*) echo "$*" >> ${root}/calls; if [ -e ${root}/offline ]; then echo "ERROR: no matching wheel"; exit 1; fi ;;
esac`;

test("takes the first Python that is neither too old nor too new", posix, (t) => {
  const { root, write } = repository(t);
  environment(t, { PATH: join(root, "bin") });
  assert.throws(findPython, /there is no Python 3.10 to 3.14: /);
  write("bin/python3", python(root, "3, 9"), 0o755);
  assert.throws(findPython, /Python is 3.9, not 3.10 to 3.14: /);
  write("bin/python", python(root, "3, 15"), 0o755);
  write("bin/python3.12", python(root, "3, 12"), 0o755);
  assert.deepEqual(findPython().version, [3, 12]);
});

test("sets up the speech environment once, and again after it broke off", posix, async (t) => {
  const { root, write, calls } = repository(t, { "speech/requirements.lock": "a==1", offline: "" });
  write("bin/python3", python(root, "3, 11"), 0o755);
  environment(t, { PATH: join(root, "bin"), VIVAVOCE_SPEECH: undefined });
  const run = () => setUp(root, [speechStep(root)]);
  const folder = join(root, ".runtime", "speech");

  assert.match((await run())[0]?.reason ?? "", /pip cannot install them; .*ERROR: no matching wheel/);
  assert.equal(stampOf(folder), undefined);
  rmSync(join(root, "offline"));
  assert.deepEqual(await run(), []);
  assert.deepEqual(await run(), []);
  assert.equal(calls().filter((line) => line.includes("--require-hashes --only-binary :all:")).length, 2);
  assert.ok(existsSync(pythonIn(folder)));
});

test("uses the pip outside where Python cannot make an environment with one", posix, async (t) => {
  const { root, write, calls } = repository(t, { "speech/requirements.lock": "a==1" });
  environment(t, { PATH: join(root, "bin"), VIVAVOCE_SPEECH: undefined });
  const folder = join(root, ".runtime", "speech");
  write("bin/python3", python(root, "3, 11", { ensurepip: false }), 0o755);
  assert.deepEqual(await setUp(root, [speechStep(root)]), []);
  assert.match(calls()[0] ?? "", new RegExp(`^-m pip --python ${pythonIn(folder)} install `));

  rmSync(folder, { recursive: true });
  write("bin/python3", python(root, "3, 11", { ensurepip: false, pip: false }), 0o755);
  assert.match((await setUp(root, [speechStep(root)]))[0]?.reason ?? "", /has no pip: /);
});

test("leaves the speech environment alone when told so", (t) => {
  const { root } = repository(t, { "speech/requirements.lock": "a==1" });
  environment(t, { VIVAVOCE_SPEECH: "none" });
  assert.equal(speechStep(root).done(), true);
});

test("names the line that brings a missing part", posix, (t) => {
  const { root } = repository(t);
  environment(t, { PATH: root });
  assert.match(String(skipWithout("flite")), /^flite is missing: .*install/);
  writeFileSync(join(root, "flite"), "", { mode: 0o755 });
  assert.equal(skipWithout("flite"), false);
});

test("every failure of npm start is one line, with the exit code", (t) => {
  const { root } = repository(t, { "package-lock.json": "", "speech/requirements.lock": "" });
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, "bin", "run.mjs"), ...args], {
      encoding: "utf8",
      env: { ...process.env, VIVAVOCE_SPEECH: "none", CI: "" },
    });
  cpSync(fileURLToPath(new URL(".", import.meta.url)), join(root, "bin"), { recursive: true });
  writeStamp(
    join(root, "node_modules"),
    `${hashOf([join(root, "package-lock.json")])} ${process.platform}-${process.arch} with dev`,
  );

  const unknown = run("fly");
  assert.deepEqual([unknown.status, unknown.stderr.split("\n").length], [2, 2]);
  assert.match(unknown.stderr, /^vivavoce: there is no task "fly": start, /);

  const absent = run("start");
  assert.deepEqual([absent.status, absent.stderr], [1, "vivavoce: lib/main.ts is missing\n"]);

  mkdirSync(join(root, "lib"));
  writeFileSync(join(root, "lib", "main.ts"), "const code: number = 7; process.exit(code + process.argv.length - 2);");
  assert.equal(run("start", "--port", "0").status, 9);
});

test("package-lock.json names the packages of every system, without which npm ci refuses it", () => {
  const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
  assert.deepEqual(missingEntries(lock.packages), {}, "run: node bin/complete-lock.mjs");
});

test("completes a lock with the packages of systems that the registry does not have", () => {
  const packages = {
    "node_modules/tool": {
      version: "1.2.0",
      dev: true,
      optionalDependencies: { "tool-linux-x64": "1.2.0", "@tool/linux-arm64-musl": "1.2.0", "tool-extra": "1.0.0" },
    },
    "node_modules/tool-linux-x64": { version: "1.2.0", optional: true },
  };
  assert.deepEqual(missingEntries(packages), {
    "node_modules/@tool/linux-arm64-musl": {
      version: "1.2.0",
      cpu: ["arm64"],
      dev: true,
      libc: ["musl"],
      optional: true,
      os: ["linux"],
    },
  });
});
