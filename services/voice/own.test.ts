import assert from "node:assert/strict";
import { test } from "node:test";
import type { Context } from "moleculer";
import type { CallMeta } from "../../lib/action/index.ts";
import { listKnown, ownKey, resolveOwn } from "./own.ts";

const TITLES = [
  "Call mum",
  "Call Tom back",
  "Water the plants",
  "Buy stamps",
  "buy stamps",
  "Tax return",
  "Fix the bike",
];
const candidates = TITLES.map((label, value) => ({ label, value }));

/** The title, several titles, or undefined for none. */
const name = (words: string, spoken: boolean): string | string[] | undefined => {
  const resolution = resolveOwn(words, candidates, spoken);
  if ("none" in resolution) return undefined;
  return "found" in resolution ? resolution.found.label : resolution.several.map(({ label }) => label);
};

const TYPED: [words: string, found: string | string[] | undefined][] = [
  ["call mum", "Call mum"],
  ["the CALL MUM.", "Call mum"],
  ["plants", "Water the plants"],
  ["buy stamps", "Buy stamps"],
  ["call", ["Call mum", "Call Tom back"]],
  ["call tim", undefined],
  ["by stamps", undefined],
  ["it", undefined],
  ["the", undefined],
  ["", undefined],
];
for (const [words, found] of TYPED)
  test(`typed "${words}" names ${found ?? "nothing"}`, () => assert.deepEqual(name(words, false), found));

const HEARD: [words: string, found: string | undefined][] = [
  ["by stamps", "Buy stamps"],
  ["what are the plants", "Water the plants"],
  ["cole mum", "Call mum"],
  ["tacks return", "Tax return"],
  ["that", undefined],
  ["my dinner an hour ago", undefined],
  ["call bill", undefined],
  ["the concert last night", undefined],
];
for (const [words, found] of HEARD)
  test(`heard "${words}" names ${found ?? "nothing"}`, () => assert.equal(name(words, true), found));

test("nothing can be named where there is nothing", () =>
  assert.deepEqual(resolveOwn("milk", [], true), { none: true }));

test("lists what answers and leaves out what does not", async () => {
  const here = { find: "todo.list", params: { done: false }, items: "items", label: "title", value: "id" };
  const away = { ...here, find: "away.list" };
  const searched = { ...here, find: "search.list", query: "text" };
  const call = async (action: string, params: object): Promise<unknown> => {
    if (action !== "todo.list") throw new Error("not there");
    assert.deepEqual(params, { done: false });
    return { items: [{ id: 7, title: "Milk" }] };
  };
  const known = await listKnown({ call } as unknown as Context<unknown, CallMeta>, [here, away, searched]);
  assert.deepEqual([...known], [[ownKey(here), [{ label: "Milk", value: 7 }]]]);
});
