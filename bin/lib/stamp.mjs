// A stamp says what a folder was made from. It lies inside the folder, so that it goes when the folder goes, and is
// written last, so that what was interrupted has none and is made again.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const NAME = ".vivavoce-made-from";
const LEFT_OUT = new Set(["node_modules", "dist", ".git"]);

/**
 * The content of files and folders as one hash. A path that does not exist counts as such.
 *
 * @param {string[]} paths
 * @param {(path: string) => boolean} [counts] of the files in folders; all if not given
 * @returns {string}
 */
export function hashOf(paths, counts = () => true) {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of filesIn(path)) {
      // The names inside a folder, not where it lies: a clone may be moved.
      const name = relative(path, file);
      if (name && !counts(file)) continue;
      hash.update(`${name}\0`);
      if (existsSync(file)) hash.update(readFileSync(file));
      hash.update("\0");
    }
  }
  return hash.digest("hex");
}

/** @param {string} path @returns {string[]} */
function filesIn(path) {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => !LEFT_OUT.has(name))
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

/**
 * @param {string} folder
 * @param {string} [name] of the stamp, where several things lie in one folder
 * @returns {string | undefined} undefined: not made, or not to its end
 */
export function stampOf(folder, name = NAME) {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Before a folder is made or changed.
 *
 * @param {string} folder
 */
export function removeStamp(folder) {
  rmSync(join(folder, NAME), { force: true });
}

/**
 * After all else.
 *
 * @param {string} folder
 * @param {string} madeFrom
 * @param {string} [name]
 */
export function writeStamp(folder, madeFrom, name = NAME) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), madeFrom);
}
