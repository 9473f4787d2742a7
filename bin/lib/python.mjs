// Python packages in environments of their own under .runtime, pinned with hashes, wheels only. Python runs the speech
// models; without it text works.

import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Problem, runCommand } from "./process.mjs";
import { logOf, say } from "./setup.mjs";
import { hashOf, stampOf, writeStamp } from "./stamp.mjs";

/** The versions that speech/requirements.lock has wheels for. */
const OLDEST = 10;
const NEWEST = 14;

const CANDIDATES = [
  ["python3"],
  ["python"],
  ["py", "-3"],
  ...Array.from({ length: NEWEST - OLDEST + 1 }, (_, i) => [`python3.${NEWEST - i}`]),
];

const PROBE =
  "import sys, importlib.util as u, json; print(json.dumps([sys.executable, list(sys.version_info[:2]), " +
  "bool(u.find_spec('ensurepip')), bool(u.find_spec('pip'))]))";

/** Imported once after installing: a wheel may install and yet not load (a C library that is too old). */
const SPEECH_CHECK = "import faster_whisper, piper";

/** @typedef {{path: string, version: [number, number], hasEnsurepip: boolean, hasPip: boolean}} Python */

/**
 * @returns {Python} the first Python of 3.10 to 3.14 on the PATH
 * @throws {Problem} if there is none; names the one line that brings it
 */
export function findPython() {
  const found = CANDIDATES.map(probe).filter((python) => python !== undefined);
  const fit = found.find(({ version: [major, minor] }) => major === 3 && minor >= OLDEST && minor <= NEWEST);
  if (fit) return fit;
  const what = found[0] ? `Python is ${found[0].version.join(".")}, not` : "there is no Python";
  throw new Problem(`${what} 3.${OLDEST} to 3.${NEWEST}: ${howToInstall("python3 python3-pip", "python@3.13")}`);
}

/**
 * @param {string[]} command
 * @returns {Python | undefined}
 */
function probe([name, ...args]) {
  const { status, stdout } = spawnSync(/** @type {string} */ (name), [...args, "-c", PROBE], { encoding: "utf8" });
  try {
    if (status !== 0) return undefined;
    const [path, version, hasEnsurepip, hasPip] = JSON.parse(stdout);
    return { path, version, hasEnsurepip, hasPip };
  } catch {
    return undefined;
  }
}

/**
 * The line that installs packages with this system's own installer.
 *
 * @param {string} debian names of Debian's packages
 * @param {string} mac names for Homebrew
 */
export function howToInstall(debian, mac) {
  if (process.platform === "darwin") return `brew install ${mac}`;
  return process.platform === "linux" ? `sudo apt-get install -y ${debian}` : `install ${mac.split("@")[0]}`;
}

/**
 * @param {string} environment folder of a virtual environment
 * @returns {string} path of its Python
 */
export function pythonIn(environment) {
  return process.platform === "win32" ? join(environment, "Scripts", "python.exe") : join(environment, "bin", "python");
}

/**
 * The speech engines (Whisper and Piper with their models) in .runtime/speech.
 *
 * @param {string} root of the repository
 * @returns {import("./setup.mjs").Step}
 */
export function speechStep(root) {
  const lock = join(root, "speech", "requirements.lock");
  const folder = join(root, ".runtime", "speech");
  const wanted = hashOf([lock]);
  return {
    title: "speech engines",
    optional: true,
    done: () =>
      process.env["VIVAVOCE_SPEECH"] === "none" ||
      !existsSync(lock) ||
      (stampOf(folder) === wanted && existsSync(pythonIn(folder))),
    async make() {
      const python = findPython();
      say(
        "speech engines into .runtime/speech (about 200 MB to download, 600 MB on disk; VIVAVOCE_SPEECH=none: never)",
      );
      await makeEnvironment(python, folder, ["-r", lock], logOf(root));
      await runCommand([pythonIn(folder), "-c", SPEECH_CHECK], { log: logOf(root), what: "they do not load" });
      writeStamp(folder, wanted);
    },
  };
}

/**
 * Makes a virtual environment anew and installs packages into it.
 *
 * @param {Python} python
 * @param {string} folder
 * @param {string[]} packages arguments of pip install
 * @param {string} log
 */
async function makeEnvironment(python, folder, packages, log) {
  rmSync(folder, { recursive: true, force: true });
  // Debian's Python lacks ensurepip unless python3-venv is there; a pip outside can install into an environment too.
  const bare = python.hasEnsurepip ? [] : ["--without-pip"];
  if (!python.hasEnsurepip && !python.hasPip) {
    throw new Problem(
      `Python at ${python.path} has no pip: ${howToInstall("python3-pip python3-venv", "python@3.13")}`,
    );
  }
  await runCommand([python.path, "-m", "venv", ...bare, folder], { log, what: "no Python environment can be made" });
  const inside = pythonIn(folder);
  const pip = python.hasEnsurepip ? [inside, "-m", "pip"] : [python.path, "-m", "pip", "--python", inside];
  await runCommand([...pip, ...install(packages)], {
    log,
    what: "pip cannot install them; with a network, run the same command again",
  });
}

/** @param {string[]} packages */
export function install(packages) {
  const strict = ["--require-hashes", "--only-binary", ":all:", "--no-deps"];
  return ["install", "--disable-pip-version-check", "--no-input", "--retries", "1", ...strict, ...packages];
}
