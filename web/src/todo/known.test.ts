import assert from "node:assert/strict";
import { test } from "node:test";
import type { Todo } from "../contract.ts";
import { drop, NOTHING_KNOWN, replace, take } from "./known.ts";

const todo = (id: string, version: number, title = `${id} ${version}`): Todo => ({
  id,
  title,
  due: null,
  dueAt: null,
  list: "todo",
  done: false,
  version,
  createdAt: "2026-03-01T00:00:00.000Z",
  updatedAt: "2026-03-01T00:00:00.000Z",
});
const titles = ({ todos }: { todos: ReadonlyMap<string, Todo> }) => [...todos.values()].map(({ title }) => title);

test("keeps the newer of an event and a page, whichever came first", () => {
  const byEvent = take(NOTHING_KNOWN, [todo("a", 3)]);
  assert.deepEqual(titles(take(byEvent, [todo("a", 2), todo("b", 1)])), ["a 3", "b 1"]);
  assert.deepEqual(titles(take(byEvent, [todo("a", 4)])), ["a 4"]);
});

test("does not let an older page bring back what was removed, but a restoration does", () => {
  const removed = drop(take(NOTHING_KNOWN, [todo("a", 1)]), todo("a", 2));
  assert.deepEqual(titles(removed), []);
  assert.deepEqual(titles(take(removed, [todo("a", 1)])), []);
  assert.deepEqual(titles(take(removed, [todo("a", 3)])), ["a 3"]);
});

test("forgets what a page that was asked for anew does not hold, less what is kept", () => {
  const known = take(NOTHING_KNOWN, [todo("gone", 1), todo("kept", 1), todo("a", 1)]);
  assert.deepEqual(titles(replace(known, [todo("a", 2)], ({ id }) => id === "kept")), ["kept 1", "a 2"]);
});
