// The rule of the layout: lib and mixins know no service, and a service knows no other's folder.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..");
const IMPORT = /(?:from\s+|import\s*\(?\s*)["'](\.[^"']+)["']/g;

/** Relative imports of the sources (not the tests) below some folders, as paths from the root. */
function imports(...folders: string[]): { file: string; target: string }[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT }))
    .filter((file) => !/\.(test|fixture|testing)\.ts$/.test(file))
    .flatMap((file) =>
      [...readFileSync(join(ROOT, file), "utf8").matchAll(IMPORT)].map(([, target]) => ({
        file,
        target: relative(ROOT, join(ROOT, dirname(file), target as string)),
      })),
    );
}

const folderOf = (path: string): string => path.split("/").slice(0, 2).join("/");
const isStatic = ({ target }: { target: string }): boolean => !target.includes("${");

test("imports are found at all", () => {
  assert.ok(
    imports("services").some(({ file, target }) => file.endsWith("todo.service.ts") && target === "mixins/store.ts"),
  );
});

test("no service imports another service's folder", () => {
  const wrong = imports("services").filter(
    ({ file, target }) => target.startsWith("services/") && folderOf(target) !== folderOf(file),
  );
  assert.deepEqual(wrong, []);
});

test("lib and mixins import no service; the operator's program knows the declarations it calls", () => {
  const wrong = imports("lib", "mixins")
    .filter(isStatic)
    .filter(({ target }) => target.startsWith("services/"))
    .filter(({ file, target }) => !(file.startsWith("lib/admin/") && target.endsWith(".actions.ts")));
  assert.deepEqual(wrong, []);
});

test("what is published as vivavoce/action imports nothing outside itself", () => {
  assert.deepEqual(
    imports("lib/action").filter(({ target }) => !target.startsWith("lib/action/")),
    [],
  );
});

test("only repositories and their services touch the store, and pure rules touch neither broker nor clock", () => {
  for (const file of ["services/todo/todo.ts", "services/auth/refresh.ts"]) {
    const text = readFileSync(join(ROOT, file), "utf8");
    assert.doesNotMatch(text, /Date\.now\(|new Date\(\)|Math\.random|randomUUID|from "moleculer"/, file);
  }
});

test("no product source imports a test's", () => {
  assert.deepEqual(
    imports("lib", "mixins", "services").filter(
      ({ target }) => target.startsWith("test/") || /\.(test|fixture)\.ts$/.test(target),
    ),
    [],
  );
});
