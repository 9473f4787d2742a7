// The console's files in web/dist.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { nodeOf } from "./node.mjs";
import { runCommand } from "./process.mjs";
import { logOf } from "./setup.mjs";
import { hashOf, removeStamp, stampOf, writeStamp } from "./stamp.mjs";

/**
 * The console's files, made by web/build.ts where there is one.
 *
 * @param {string} root
 * @returns {import("./setup.mjs").Step}
 */
export function webStep(root) {
  const build = join(root, "web", "build.ts");
  const folder = join(root, "web", "dist");
  // The console shares modules with the server, so both count.
  const sources = [join(root, "web"), join(root, "lib"), join(root, "package-lock.json")];
  const madeFrom = () => hashOf(sources, (file) => !file.includes(".test."));
  return {
    title: "web console",
    done: () => !existsSync(build) || stampOf(folder) === madeFrom(),
    async make() {
      const now = madeFrom();
      removeStamp(folder);
      await runCommand([nodeOf(root), build], { cwd: root, log: logOf(root), what: "web/build.ts failed" });
      writeStamp(folder, now);
    },
  };
}
