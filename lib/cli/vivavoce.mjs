#!/usr/bin/env node
// `npx vivavoce`: in the package the built client; in the repository its sources, by a Node that strips types.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = fileURLToPath(new URL("main.ts", import.meta.url));

if (!existsSync(sources)) {
  await import(new URL("../../dist/cli/main.js", import.meta.url).href);
} else if (process.features.typescript) {
  await import("./main.ts");
} else {
  const { nodeOf } = await import("../../bin/lib/node.mjs");
  const { status } = spawnSync(nodeOf(root), [sources, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
