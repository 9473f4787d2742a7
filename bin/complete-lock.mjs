#!/usr/bin/env node
// After `npm install`: node bin/complete-lock.mjs
//
// A registry mirror may lack the binaries of other systems. npm then leaves them out of package-lock.json, and `npm ci`
// refuses such a lock on every system. This adds them: the version is in the package that wants them, the system in
// their names; npm checks their hash once it has seen one.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const OS = ["aix", "android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const CPU = ["arm64", "arm", "ia32", "loong64", "ppc64", "riscv64", "s390x", "x64"];

/**
 * @typedef {{version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[],
 *   optionalDependencies?: Record<string, string>}} Entry of package-lock.json
 */

/**
 * The entries that a lock lacks: optional dependencies of an exact version that are for one system.
 *
 * @param {Record<string, Entry>} packages of package-lock.json
 * @returns {Record<string, Entry>}
 */
export function missingEntries(packages) {
  /** @type {Record<string, Entry>} */
  const missing = {};
  for (const { dev, optionalDependencies = {} } of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const path = `node_modules/${name}`;
      const system = systemOf(name);
      if (packages[path] || !system || !/^\d/.test(version)) continue;
      const { cpu, libc, os } = system;
      // In npm's own order, so that its next install changes nothing.
      missing[path] = { version, cpu, ...(dev && { dev }), ...(libc && { libc }), optional: true, os };
    }
  }
  return missing;
}

/**
 * @param {string} name such as "@scope/tool-linux-x64-musl"
 */
function systemOf(name) {
  const words = name.split(/[-/]/);
  const os = OS.find((one) => words.includes(one));
  const cpu = CPU.find((one) => words.includes(one));
  if (!os || !cpu) return undefined;
  const libc = words.some((word) => word.startsWith("musl")) ? "musl" : "glibc";
  return { os: [os], cpu: [cpu], ...(os === "linux" && { libc: [libc] }) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const file = new URL("../package-lock.json", import.meta.url);
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const missing = missingEntries(lock.packages);
  lock.packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${Object.keys(missing).length} packages of other systems added`);
}
