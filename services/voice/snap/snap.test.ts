import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTemplate, type TemplateNode } from "../../../lib/action/template.ts";
import { compileSnap } from "./graph.ts";
import { sounds } from "./pronounce.ts";
import { fixture, templates } from "./snap.fixture.ts";
import { MAX_WORDS, snap } from "./snap.ts";

const graph = fixture();

test("sets the frame and the closed slots of a misheard command right and keeps the open words as heard", () => {
  const table: Record<string, string> = {
    "Ad oat milk to mine shopping lest.": "add oat milk to my shopping list",
    "At Coriander to my shopping list.": "add Coriander to my shopping list",
    "I'd ring the plumber to my list.": "add ring the plumber to my list",
    "And pay Rosa back to my list, do on the 14th.": "add pay Rosa back to my list due on the fourteenth",
    "Remind me to call Rosa to Morrow at 5 p.m.": "remind me to call Rosa tomorrow at five p m",
    "Remind me two post the parcel at half pest 7.": "remind me to post the parcel at half past seven",
    "add bread two my lest": "add bread to my list",
    "What's on my shopping lest?": "what's on my shopping list",
    "What is on my worklist?": "what's on my work list",
    "Show my toodles for today.": "show my todos for today",
    "What's dew on Friday?": "what's due on friday",
    "Mark wash the car is done.": "mark wash the car as done",
    "Re move soap from my shopping list.": "remove soap from my shopping list",
    "Change my time zone to Burlin.": "change my time zone to berlin",
    "An do that.": "undo that",
  };
  for (const [heard, meant] of Object.entries(table)) {
    const result = snap(graph, heard);
    assert.deepEqual([result?.words, result?.decision], [meant, "accept"], heard);
  }
});

test("gives the action and the slots, without the sentence's marks", () => {
  const result = snap(graph, "Ad “pay Dr. Novak,” to my lest, due next fry day.");
  assert.equal(result?.id, "todo.create");
  assert.deepEqual(result?.slots, [
    { name: "title", text: "pay Dr. Novak" },
    { name: "due", text: "next friday" },
  ]);
});

test("asks when it is not sure, and names what else it may have been", () => {
  for (const heard of ["Take off wash the car.", "Newto do paint the fence.", "who put the paint on my list"]) {
    assert.equal(snap(graph, heard)?.decision, "ask", heard);
  }
  const two = compileSnap(
    ["archive the old pale", "archive the old kale"].map((text, i) => ({
      id: `photo.${i}`,
      node: parseTemplate(text),
      slots: {},
    })),
  );
  const result = snap(two, "archive the old tale");
  assert.equal(result?.decision, "ask");
  assert.equal(result?.other?.id, result?.id === "photo.0" ? "photo.1" : "photo.0");
});

test("turns ordinary talk and commands in other words into nothing", () => {
  const talk = [
    "did i put the rice on my shopping list",
    "i'd like to hear what is on my list",
    "please don't add that to my list",
    "nobody looks at my list",
    "i need to find a new job",
    "had enough of this rain",
    "at my age you list your problems",
    "who is the president of france",
    "how many people live in tokyo",
    "set a timer for ten minutes",
    "wake me up tomorrow at seven",
    "call my mother tomorrow at five",
    "book a table for two tonight",
    "remember to breathe",
    "he reminds me of my uncle",
    "nobody reminded me about the meeting on monday",
    "mark twain wrote about the river",
    "the movie starts at eight tonight",
    "clear skies tomorrow afternoon",
    "yes but not on monday",
    "under that tree",
    "will they win on saturday",
    "see you next friday",
    "dinner is at half past seven",
    "our train leaves in twenty minutes",
    "could you put bread on the list for me",
    "get rid of the dentist appointment",
    "i've already done the washing",
    "thank you very much",
    "tell me a story about a dragon",
  ];
  for (const heard of talk) assert.notEqual(snap(graph, heard)?.decision ?? "reject", "accept", heard);
  const asked = talk.filter((heard) => snap(graph, heard)?.decision === "ask");
  assert.deepEqual(asked, []);
});

test("leaves every sentence of the grammar as it is", () => {
  const random = generator(7);
  let sentences = 0;
  for (const template of templates()) {
    for (let i = 0; i < 40; i++, sentences++) {
      const text = say(template.node, random, (name) => {
        const slot = template.slots[name];
        if (slot?.kind === "closed") return say(pick(slot.phrases, random), random);
        return pick(OPEN_WORDS, random);
      });
      const result = snap(graph, text);
      assert.ok(result, text);
      assert.equal(result.frameCost, 0, `${text} > ${result.words}`);
      assert.equal(result.decision, "accept", text);
      const [said, snapped] = [text, result.words].map((words) =>
        words.split(" ").flatMap((word) => [...sounds(word)]),
      );
      assert.deepEqual(snapped, said, `${text} > ${result.words}`);
    }
  }
  assert.ok(sentences > 1500);
});

test("known phrases of an open slot are set right, others are kept", () => {
  const known = fixture(["call mum", "water the ferns", "tahini"]);
  assert.equal(snap(known, "Remind me to call Montamaro at 5.")?.words, "remind me to call mum tomorrow at five");
  assert.equal(snap(known, "Complete what are the ferns.")?.words, "complete water the ferns");
  assert.equal(snap(known, "Complete wash the windows.")?.words, "complete wash the windows");
});

test("never accepts without a literal word", () => {
  const due = { kind: "closed", phrases: [parseTemplate("tomorrow at (five|six)")] } as const;
  const bare = compileSnap([{ id: "x", node: parseTemplate("{due}"), slots: { due } }]);
  assert.equal(snap(bare, "tomorrow at five")?.decision, "reject");
  const open = compileSnap([{ id: "x", node: parseTemplate("[note] {title}"), slots: { title: { kind: "open" } } }]);
  assert.equal(snap(open, "anything at all")?.decision, "reject");
});

test("survives hostile input", () => {
  const odd = ["", " ", "…", "🙂🙂", "日本語 日本語", "constructor", "__proto__ toString", "9".repeat(900), "a\u0000b"];
  for (const text of odd) assert.notEqual(snap(graph, text)?.decision, "accept", text);
  assert.equal(snap(graph, "add ".repeat(MAX_WORDS + 1)), undefined);
  assert.equal(snap(graph, `add ${"x".repeat(5000)} to my list`), undefined);
  const slots = snap(graph, "add __proto__ to my constructor list")?.slots;
  assert.deepEqual(
    slots?.map(({ text }) => text),
    ["__proto__", "constructor"],
  );
  assert.equal(snap(graph, "add 日本語 to my list")?.words, "add 日本語 to my list");
  assert.equal(snap(compileSnap([]), "add milk"), undefined);
});

const OPEN_WORDS = [
  "Rosa",
  "wash the car",
  "Dr. Novak's forms",
  "two bananas",
  "Llanfair",
  "olives, bread",
  "kombucha",
];

function say(node: TemplateNode, random: () => number, slot: (name: string) => string = () => ""): string {
  switch (node.kind) {
    case "word":
      return node.text;
    case "slot":
      return slot(node.name);
    case "sequence":
      return node.items
        .map((item) => say(item, random, slot))
        .filter(Boolean)
        .join(" ");
    case "choice":
      return say(pick(node.options, random), random, slot);
  }
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}

// Park and Miller's minimal standard generator.
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
