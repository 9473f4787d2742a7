import assert from "node:assert/strict";
import { test } from "node:test";
import type { CatalogueEntry } from "../../lib/action/catalogue.ts";
import { type Declaration, declare, Type } from "../../lib/action/index.ts";
import { compileGrammar } from "./grammar.ts";
import { ownKey } from "./own.ts";
import { understand } from "./understand.ts";

const moment = { now: "2027-03-01T12:00:00Z", zone: "UTC" };
const own = { find: "todo.list", items: "items", label: "title", value: "id" };
const Title = Type.String({ spoken: "call mum" });
const Due = Type.String({ slot: "due" });

function entry(name: string, say: string[], params: Record<string, object>): CatalogueEntry {
  const declaration = declare({
    summary: name,
    auth: "user",
    params: Type.Object(params as Parameters<typeof Type.Object>[0]),
    returns: Type.Null(),
    voice: { en: { say, reply: "Done." } },
  }) as Declaration;
  return { name, declaration, present: true, seenAt: 0, order: 0, routed: false, say };
}

const ENTRIES = [
  entry("todo.create", ["remind me to {title} [{due}]", "(add|put) {title} (to|on) my [{list}] list"], {
    title: Title,
    due: Due,
    list: Type.String({ spoken: "shopping" }),
  }),
  entry("todo.complete", ["(mark|check|tick) {id} as done", "tick off {id}"], { id: Type.String({ slot: own }) }),
  entry("todo.snooze", ["snooze [it] [for {minutes}]"], { minutes: Type.Integer({ slot: "duration" }) }),
  entry("todo.move", ["(push|postpone) {id} until {due}"], { id: Type.String({ slot: own }), due: Due }),
  entry("todo.mute", ["what is due [{due}]"], { due: Due }),
];
const grammar = compileGrammar(ENTRIES);
const known = new Map([[ownKey(own), ["buy stamps", "water the plants"].map((label) => ({ label, value: label }))]]);
const { graph, prompt } = grammar.aidFor("ann", known);

const read = (text: string, spoken: boolean): string => {
  const understanding = understand(text, grammar, { moment, known, ...(spoken && { graph }) });
  if (understanding.kind === "not") return "not";
  if (understanding.kind === "unsure") return `unsure: ${understanding.suggestion}`;
  const { saying, slots } = understanding.match;
  return [saying.action, ...slots.map(({ name, text: words }) => `${name}=${words}`)].join(" ");
};

const HEARD: [heard: string, meaning: string][] = [
  ["Remind me to call mum tomorrow at five.", "todo.create title=call mum due=tomorrow at five"],
  ["And milk to my shopping lest.", "todo.create title=milk list=shopping"],
  ["Tick off by stamps.", "todo.complete id=buy stamps"],
  ["Take off by stamps.", "todo.complete id=buy stamps"],
  ["Mark what are the plants as done.", "todo.complete id=water the plants"],
  ["Snooze it for ten minutes.", "todo.snooze minutes=ten minutes"],
  ["Remind me to order a Xylophone", "todo.create title=order a Xylophone"],
  ["I told him about the list yesterday.", "not"],
  ["Thank you very much.", "not"],
  ["", "not"],
];
for (const [heard, meaning] of HEARD)
  test(`heard "${heard}": ${meaning}`, () => assert.equal(read(heard, true), meaning));

const TYPED: [text: string, meaning: string][] = [
  ["tick off by stamps", "todo.complete id=by stamps"],
  ["and milk to mine shopping lest", "not"],
  ["snooze", "todo.snooze"],
];
for (const [text, meaning] of TYPED)
  test(`typed "${text}": ${meaning}`, () => assert.equal(read(text, false), meaning));

test("asks where the sounds are near to a command, but not near enough", () => {
  assert.equal(read("And milk to mine shopping lest.", true), "unsure: add milk to my shopping list");
});

test("asks for a thing that there is where the words fit, but name none", () => {
  assert.equal(
    read("Push the phone buy stamps until next Monday.", true),
    "unsure: postpone buy stamps until next monday",
  );
  assert.equal(read("Push the phone until next Monday.", true), "todo.move id=the phone due=next Monday");
});

test("the prompt is of whole sentences, names the user's things, and ends as no command begins", () => {
  assert.match(prompt, /^([A-Z][^.?]*[.?] )+Thank you very much\.$/);
  assert.match(prompt, /buy stamps|water the plants/);
  assert.doesNotMatch(prompt, /[{}[\]|]/);
});

test("a user's aid is kept until what they can name changes, and is nobody else's", () => {
  assert.equal(grammar.aidFor("ann", new Map(known)).graph, graph);
  assert.doesNotMatch(grammar.aidFor("bob", new Map()).prompt, /stamps|plants/);
  assert.notEqual(grammar.aidFor("ann", new Map()).graph, graph);
});

test("examples are sentences, one an action that is there", () => {
  assert.deepEqual(grammar.examples, [
    "Remind me to call mum tomorrow at five.",
    "Mark call mum as done.",
    "Snooze for twenty minutes.",
    "Push call mum until tomorrow at five.",
    "What is due tomorrow at five?",
  ]);
  const away = compileGrammar(ENTRIES.map((one, index) => ({ ...one, present: index !== 1 })));
  assert.equal(away.examples.length, 4);
  assert.equal(away.sayings.length, grammar.sayings.length);
});

test("without any action nothing is understood and nothing breaks", () => {
  const empty = compileGrammar([]);
  const aid = empty.aidFor("ann", new Map());
  assert.equal(understand("help", empty, { moment, known: new Map(), graph: aid.graph }).kind, "not");
  assert.equal(aid.prompt, "Thank you very much.");
});
