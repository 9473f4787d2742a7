// The house's walls: services call each other, they never reach into each other; what is shared knows no service.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, test } from "node:test";

const ROOT = join(import.meta.dirname, "..");
const IMPORT = /^\s*(?:import|export)\s[^"';]*?(?:from\s*)?["'](\.[^"']+)["']/gm;

/** Files a source file imports from this repository, as paths from the root; type-only imports do not count. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, file), "utf8");
  return [...source.matchAll(IMPORT)]
    .filter(([statement]) => !/^\s*(import|export) type\b/.test(statement))
    .map((match) => relative(ROOT, join(ROOT, dirname(file), match[1] as string)));
}

const sources = (pattern: string): string[] =>
  globSync(pattern, { cwd: ROOT }).filter((file) => !/\.test\.tsx?$|\.testing\.ts$/.test(file));
const serviceOf = (file: string): string | undefined => /^services\/([^/]+)\//.exec(file)?.[1];

describe("architecture", () => {
  test("a service never imports another service's folder", () => {
    const files = sources("services/**/*.ts");
    assert(files.length > 30);
    const trespasses = files.flatMap((file) =>
      importsOf(file)
        .filter((to) => serviceOf(to) && serviceOf(to) !== serviceOf(file))
        .map((to) => `${file} -> ${to}`),
    );
    assert.deepEqual(trespasses, []);
  });

  // The server's command line stands beside the services: it runs one of them itself where the platform is stopped.
  test("lib and mixins know no service, and what is packed for others knows nothing but itself", () => {
    const outward = sources("{lib,mixins}/**/*.ts")
      .filter((file) => !file.startsWith("lib/admin/"))
      .flatMap((file) =>
        importsOf(file)
          .filter((to) => to.startsWith("services/"))
          .map((to) => `${file} -> ${to}`),
      );
    assert.deepEqual(outward, []);
    const packed = sources("lib/action/**/*.ts").flatMap((file) =>
      importsOf(file)
        .filter((to) => !to.startsWith("lib/action/"))
        .map((to) => `${file} -> ${to}`),
    );
    assert.deepEqual(packed, []);
  });

  test("only repositories and stores touch a store's collections", () => {
    const users = sources("services/**/*.ts").filter((file) =>
      /\bstore\.collection\b/.test(readFileSync(join(ROOT, file), "utf8")),
    );
    assert.deepEqual(
      users.filter((file) => !file.endsWith(".repository.ts")),
      [],
    );
  });

  test("settings are read in one place; programs that are started inherit the environment", () => {
    const readers = sources("{lib,mixins,services}/**/*.ts").filter((file) =>
      /process\.env\b/.test(readFileSync(join(ROOT, file), "utf8")),
    );
    const allowed = ["lib/action/broker.ts", "lib/main.ts", "services/voice/voice.service.ts"];
    const starters =
      /^(lib\/(cli|admin|cluster|repl)|services\/voice\/speech\/(worker|whisper\.engine|piper\.engine|node-whisper\.\w+)\.)/;
    assert.deepEqual(
      readers.filter((file) => !allowed.includes(file) && !starters.test(file)),
      [],
    );
  });
});
