import assert from "node:assert/strict";
import { test } from "node:test";
import type { Todo } from "../contract.ts";
import { type GroupKey, grouped, groupOf } from "./groups.ts";

const ZONE = "Europe/Berlin";
const NOW = Date.parse("2026-03-10T11:00:00Z");

const todo = (id: string, due: Todo["due"], dueAt: string | null): Todo => ({
  id,
  title: id,
  due,
  dueAt,
  list: "todo",
  done: false,
  version: 1,
  createdAt: "2026-03-01T00:00:00.000Z",
  updatedAt: "2026-03-01T00:00:00.000Z",
});
const at = (dueAt: string) => todo(dueAt, { date: "2026-01-01", time: "00:00", zone: ZONE }, dueAt);
const on = (date: string) => todo(date, { date, zone: ZONE }, `${date}T08:00:00.000Z`);

test("puts a todo where its due time says", () => {
  const cases: [Todo, GroupKey][] = [
    [at("2026-03-10T10:59:00.000Z"), "overdue"],
    [at("2026-03-10T11:01:00.000Z"), "today"],
    [at("2026-03-10T22:59:00.000Z"), "today"],
    [at("2026-03-10T23:00:00.000Z"), "later"],
    [on("2026-03-09"), "overdue"],
    [on("2026-03-10"), "today"],
    [on("2026-03-11"), "later"],
    [todo("none", null, null), "undated"],
  ];
  for (const [given, expected] of cases) assert.equal(groupOf(given, ZONE, NOW), expected, given.id);
});

test("orders each group by due time", () => {
  const { later } = grouped([on("2026-03-14"), on("2026-03-12"), at("2026-03-13T09:00:00.000Z")], ZONE, NOW);
  assert.deepEqual(
    later.map(({ id }) => id),
    ["2026-03-12", "2026-03-13T09:00:00.000Z", "2026-03-14"],
  );
});
