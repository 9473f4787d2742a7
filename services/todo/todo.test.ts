import assert from "node:assert/strict";
import { test } from "node:test";
import type { Changes } from "../../mixins/store.ts";
import { applyPatch, idFor, isApplied, newTodo, normalizeList, type Patch, ringOf, type TodoRow } from "./todo.ts";

const NOW = "2027-03-01T12:00:00.000Z";
const LATER = "2027-03-01T13:00:00.000Z";
const at = (time: string) => ({ date: "2027-03-01", time, zone: "UTC" });
const rowOf = (more: Changes<TodoRow> = {}): TodoRow =>
  ({
    ...newTodo("t1", "ann", { title: "x", due: at("15:00") }, NOW),
    ...more,
  }) as TodoRow;

test("ids are short, of the URL's own alphabet, and the same for the same seed", () => {
  assert.match(idFor("a"), /^[\w-]{22}$/);
  assert.equal(idFor("a"), idFor("a"));
  assert.notEqual(idFor("a"), idFor("b"));
});

for (const [given, name] of [
  [undefined, "todo"],
  ["", "todo"],
  ["  ", "todo"],
  ["Shopping ", "shopping"],
  ["my \t Big\nList", "my big list"],
] as const) {
  test(`the list ${JSON.stringify(given)} is "${name}"`, () => assert.equal(normalizeList(given), name));
}

for (const [due, ringAt] of [
  [at("15:00"), "2027-03-01T15:00:00.000Z"],
  [at("12:00"), undefined],
  [at("11:00"), undefined],
  [{ date: "2027-03-02", zone: "UTC" }, "2027-03-02T09:00:00.000Z"],
  [{ date: "2027-03-01", zone: "UTC" }, undefined],
] as const) {
  test(`a todo made at noon that is due ${JSON.stringify(due)} ${ringAt ? `rings at ${ringAt}` : "does not ring"}`, () => {
    assert.equal(newTodo("t", "ann", { title: "x", due }, NOW).ringAt, ringAt);
  });
}

const three = "2027-03-01T15:00:00.000Z";
const rung = { ringAt: undefined };
const cases: [what: string, row: Changes<TodoRow>, patch: Patch, ringAt: string | undefined][] = [
  ["a new title", {}, { title: "y" }, three],
  ["a new title after it rang", rung, { title: "y" }, undefined],
  [
    "a new title while it is snoozed",
    { ringAt: "2027-03-01T18:00:00.000Z" },
    { title: "y" },
    "2027-03-01T18:00:00.000Z",
  ],
  ["another list", {}, { list: "work" }, three],
  ["a later time", {}, { due: at("16:00") }, "2027-03-01T16:00:00.000Z"],
  ["a later time after it rang", rung, { due: at("16:00") }, "2027-03-01T16:00:00.000Z"],
  [
    "a later time while it is snoozed",
    { ringAt: "2027-03-01T18:00:00.000Z" },
    { due: at("16:00") },
    "2027-03-01T16:00:00.000Z",
  ],
  ["a time that has passed", {}, { due: at("12:30") }, undefined],
  ["no time", {}, { due: null }, undefined],
  ["being done", {}, { done: true }, undefined],
  ["being opened before its time", { done: true, ...rung }, { done: false }, three],
  ["a later time while it is done", { done: true, ...rung }, { due: at("16:00") }, undefined],
  ["being removed", {}, { removed: true }, undefined],
  ["being brought back before its time", { removedAt: NOW, ...rung }, { removed: false }, three],
  ["being brought back while it is done", { removedAt: NOW, done: true, ...rung }, { removed: false }, undefined],
];
for (const [what, row, patch, ringAt] of cases) {
  test(`${what} leaves a ring ${ringAt ? `at ${ringAt}` : "never"}`, () => {
    assert.equal(applyPatch(rowOf(row), patch, LATER).ringAt, ringAt);
  });
}

test("what is opened or brought back after its time does not ring", () => {
  const evening = "2027-03-01T20:00:00.000Z";
  assert.equal(applyPatch(rowOf({ done: true, ringAt: undefined }), { done: false }, evening).ringAt, undefined);
  assert.equal(applyPatch(rowOf({ removedAt: NOW, ringAt: undefined }), { removed: false }, evening).ringAt, undefined);
});

test("a patch says nothing new only where it says nothing but what is so", () => {
  const row = rowOf();
  assert.equal(isApplied(row, { done: false }), true);
  assert.equal(isApplied(row, { removed: false }), true);
  assert.equal(isApplied(row, { done: true }), false);
  assert.equal(isApplied(row, { removed: true }), false);
  assert.equal(isApplied(row, { title: "x" }), false);
  assert.equal(isApplied(row, { due: null }), false);
});

test("receipts of changes are kept for a day, ten at most, and hold what was answered", () => {
  let row = rowOf();
  for (let change = 0; change < 12; change++) {
    const patch = { title: `v${change}`, effect: { key: `k${change}`, fingerprint: "f" } };
    row = { ...row, ...applyPatch(row, patch, NOW) } as TodoRow;
  }
  assert.deepEqual(
    row.applied?.map(({ key, result }) => [key, result.title, result.version]),
    Array.from({ length: 10 }, (_, index) => [`k${index + 2}`, `v${index + 2}`, index + 4]),
  );
  const next = applyPatch(row, { title: "z", effect: { key: "k", fingerprint: "f" } }, "2027-03-02T12:00:00.000Z");
  assert.equal(next.applied?.length, 1);
});

for (const [late, now] of [
  [false, "2027-03-01T15:00:00.000Z"],
  [false, "2027-03-01T15:01:00.000Z"],
  [true, "2027-03-01T15:01:00.001Z"],
] as const) {
  test(`a ring of three o'clock made at ${now} is ${late ? "" : "not "}late`, () => {
    const ring = ringOf({ ...rowOf(), ringAt: three }, Date.parse(now));
    assert.deepEqual([ring.late, ring.at, ring.state], [late, three, "pending"]);
  });
}

test("a todo has one ring a time, whoever makes it", () => {
  const row = { ...rowOf(), ringAt: three };
  assert.equal(ringOf(row, 0)._id, ringOf(row, 1)._id);
  assert.notEqual(ringOf(row, 0)._id, ringOf({ ...row, ringAt: LATER }, 0)._id);
  assert.notEqual(ringOf(row, 0)._id, ringOf({ ...row, _id: "t2" }, 0)._id);
});
