import assert from "node:assert/strict";
import { test } from "node:test";
import type { OwnThing } from "../../lib/action/index.ts";
import { parseTemplate } from "../../lib/action/template.ts";
import { matchUtterance, type Saying, stripCourtesy } from "./match.ts";
import { ownKey } from "./own.ts";
import type { SlotKind } from "./slots.ts";

const MOMENT = { now: "2027-03-01T12:00:00Z", zone: "Europe/Berlin" };
const OWN: OwnThing = { find: "todo.list", items: "items", label: "title", value: "id" };
const SLOTS: Record<string, SlotKind> = {
  title: { kind: "open" },
  list: { kind: "open" },
  id: { kind: "own", own: OWN },
  due: { kind: "due" },
  minutes: { kind: "duration" },
  sides: { kind: "number" },
  colour: { kind: "choice", values: ["red", "dark_blue"] },
};
const saying = (action: string, template: string): Saying => ({ action, node: parseTemplate(template), slots: SLOTS });

const SAYINGS = [
  saying("remind", "remind me to {title} [{due}]"),
  saying("remind", "remind me {due} to {title}"),
  saying("add", "(add|put) {title} (to|on) my [{list}] list [due {due}]"),
  saying("remove", "delete {id}"),
  saying("removeList", "delete my {list} list"),
  saying("snooze", "snooze [[for] {minutes}]"),
  saying("roll", "roll a {sides} sided die"),
  saying("paint", "paint it {colour}"),
  saying("help", "what can i say"),
];

/** Action and slot texts, or undefined. */
const read = (text: string, known = new Map()) => {
  const match = matchUtterance(text, SAYINGS, MOMENT, known);
  return match && [match.saying.action, Object.fromEntries(match.slots.map((slot) => [slot.name, slot.text]))];
};

const UNDERSTOOD: [text: string, action: string, slots: Record<string, string>][] = [
  ["remind me to call mum", "remind", { title: "call mum" }],
  ["Remind me to call mum tomorrow at five.", "remind", { title: "call mum", due: "tomorrow at five" }],
  ["remind me tomorrow at 5 p.m. to call mum", "remind", { due: "tomorrow at 5 p.m.", title: "call mum" }],
  ["Remind me to call Dr. Who at 5 p.m.", "remind", { title: "call Dr. Who", due: "at 5 p.m" }],
  ["add milk to my list", "add", { title: "milk" }],
  ["put water to the plants on my garden list", "add", { title: "water to the plants", list: "garden" }],
  ["Add “War and Peace” to my reading list", "add", { title: "War and Peace", list: "reading" }],
  ["add milk, eggs to my list due on friday", "add", { title: "milk, eggs", due: "on friday" }],
  ["snooze", "snooze", {}],
  ["snooze for twenty minutes", "snooze", { minutes: "twenty minutes" }],
  ["roll a six sided die", "roll", { sides: "six" }],
  ["paint it dark blue!", "paint", { colour: "dark blue" }],
  ["What can I say?", "help", {}],
  ["Hey Vivavoce, could you please delete milk, thank you!", "remove", { id: "milk" }],
  ["delete my shopping list", "removeList", { list: "shopping" }],
];
for (const [text, action, slots] of UNDERSTOOD) {
  test(`understands "${text}"`, () => assert.deepEqual(read(text), [action, slots]));
}

const NOT_UNDERSTOOD = [
  "",
  "   ?!",
  "remind me",
  "remind me to",
  "reminded me to call mum",
  "please remind them to call mum",
  "paint it green",
  "roll a many sided die",
  "snooze for a while",
  "what can i say about that",
  "мне нужно молоко",
  "add ".repeat(61),
  "__proto__",
];
for (const text of NOT_UNDERSTOOD)
  test(`takes "${text.slice(0, 40)}" for no command`, () => assert.equal(read(text), undefined));

test("prefers the reading with a thing that the user is known to have", () => {
  const known = new Map([[ownKey(OWN), [{ label: "My guest list", value: "1" }]]]);
  assert.deepEqual(read("delete my guest list", known), ["remove", { id: "my guest list" }]);
  assert.deepEqual(read("delete my guest list"), ["removeList", { list: "guest" }]);
});

test("closed slots have values, and a time that is gone says so", () => {
  const match = matchUtterance("remind me to call mum yesterday", SAYINGS, MOMENT);
  assert.deepEqual(match?.slots.at(-1), {
    name: "due",
    text: "yesterday",
    value: { date: "2027-02-28", zone: "Europe/Berlin" },
    past: true,
  });
});

test("a long utterance of words that fit everywhere is read in well under a second", () => {
  const started = performance.now();
  read(`add ${"to my list on ".repeat(13)} to my list`);
  assert.ok(performance.now() - started < 500);
});

const COURTESY: [text: string, bare: string][] = [
  ["Please help me.", "help me."],
  ["Can you help me, please?", "help me"],
  ["OK Vivavoce, would you please help me thanks!", "help me"],
  ["pleased to meet you", "pleased to meet you"],
  ["add thank you cards", "add thank you cards"],
];
for (const [text, bare] of COURTESY)
  test(`takes the courtesy off "${text}"`, () => assert.equal(stripCourtesy(text), bare));
