import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "../../lib/action/index.ts";
import { phraseOf, readSlot, type SlotKind, slotKind, snapSlot } from "./slots.ts";

const MOMENT = { now: "2027-03-01T12:00:00Z", zone: "UTC" };
const own = { find: "a.list", items: "items", label: "name", value: "id" };

const KINDS: [what: string, schema: object, kind: SlotKind][] = [
  ["a text", Type.String(), { kind: "open" }],
  ["a due date", Type.Union([Type.String()], { slot: "due" }), { kind: "due" }],
  ["a duration", Type.Integer({ slot: "duration" }), { kind: "duration" }],
  ["a thing of the user's", Type.String({ slot: own }), { kind: "own", own }],
  ["an integer", Type.Integer(), { kind: "number" }],
  ["a number", Type.Number(), { kind: "number" }],
  [
    "a union of texts",
    Type.Union([Type.Literal("red"), Type.Literal("blue")]),
    { kind: "choice", values: ["red", "blue"] },
  ],
  ["an enumeration", { enum: ["a", "b"] }, { kind: "choice", values: ["a", "b"] }],
  ["a union of other things", Type.Union([Type.Literal("red"), Type.Number()]), { kind: "open" }],
  ["nothing known", {}, { kind: "open" }],
];
for (const [what, schema, kind] of KINDS) {
  // Declarations travel as JSON.
  test(`${what} is of the kind "${kind.kind}"`, () =>
    assert.deepEqual(slotKind(JSON.parse(JSON.stringify(schema))), kind));
}

const VALUES: [kind: SlotKind, words: string, value: unknown][] = [
  [{ kind: "open" }, "call Mum", "call Mum"],
  [{ kind: "due" }, "tomorrow at five", { date: "2027-03-02", time: "17:00", zone: "UTC" }],
  [{ kind: "due" }, "Montamaro", undefined],
  [{ kind: "duration" }, "a quarter of an hour", 15],
  [{ kind: "duration" }, "an elephant", undefined],
  [{ kind: "number" }, "twenty one", 21],
  [{ kind: "number" }, "zero", 0],
  [{ kind: "number" }, "many", undefined],
  [{ kind: "choice", values: ["in_progress", "done"] }, "In progress", "in_progress"],
  [{ kind: "choice", values: ["in_progress", "done"] }, "progress", undefined],
];
for (const [kind, words, value] of VALUES) {
  test(`"${words}" as ${kind.kind} is ${JSON.stringify(value)}`, () =>
    assert.deepEqual(readSlot(kind, words, MOMENT)?.value, value));
}

test("the sound graph knows the user's names, closed phrases and values", () => {
  const names = [phraseOf("Zoë's 2nd re-read!")];
  assert.deepEqual(names[0], {
    kind: "sequence",
    items: ["zoë's", "2nd", "re-read"].map((text) => ({ kind: "word", text })),
  });
  assert.deepEqual(snapSlot({ kind: "own", own }, names), { kind: "open", known: names });
  assert.deepEqual(snapSlot({ kind: "open" }, names), { kind: "open" });
  assert.deepEqual(snapSlot({ kind: "choice", values: ["dark_blue"] }), {
    kind: "closed",
    phrases: [phraseOf("dark blue")],
  });
  assert.equal(snapSlot({ kind: "due" }).kind, "closed");
});
