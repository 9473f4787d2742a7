import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { ServiceBroker } from "moleculer";
import { readConfig } from "../lib/config/config.ts";
import { DuplicateKeyError, makeStore } from "./store.ts";

test("inserts that come together each have their own outcome, and what was acknowledged is in the file", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "vivavoce-insert-"));
  const store = makeStore(
    { logger: console } as unknown as ServiceBroker,
    { config: { ...readConfig({}), data: folder } },
    "test",
  );
  const items = store.collection<{ _id: string; count: number }>("items", { indexes: [] });
  await store.open();
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const ids = Array.from({ length: 60 }, (_, index) => `id-${index % 40}`);
  const outcomes = await Promise.allSettled(ids.map((id, count) => items.insert({ _id: id, count })));
  const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  assert.equal(refused.length, 20);
  assert.ok(refused.every((error) => error instanceof DuplicateKeyError));
  const written = readFileSync(join(folder, "test", "items.db"), "utf8")
    .split("\n")
    .filter((line) => line.includes('"_id"'));
  assert.equal(written.length, 40);
  assert.deepEqual(
    outcomes.slice(0, 40).map(({ status }) => status),
    Array.from({ length: 40 }, () => "fulfilled"),
    "the first of two is the one that is kept",
  );
});
