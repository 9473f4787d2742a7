import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTemplate, slotsOf, type TemplateNode } from "../action/template.ts";
import { dueTemplates, durationTemplates, numberTemplates } from "./grammar.ts";
import { parseDue, parseDuration, parseNumber } from "./spoken.ts";

const SAMPLES_PER_TEMPLATE = 2000;
// A Friday in a leap year, the last day of a long month, the night of a clock change, a Sunday at the year's end.
const MOMENTS = [
  { now: "2028-02-25T11:00:00Z", zone: "Europe/Berlin" },
  { now: "2026-01-31T23:30:00Z", zone: "America/New_York" },
  { now: "2026-03-29T00:30:00Z", zone: "Europe/Berlin" },
  { now: "2028-12-31T20:00:00Z", zone: "Asia/Kolkata" },
];

// mulberry32: the same sentences in every run.
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function sample(node: TemplateNode, random: () => number): string[] {
  if (node.kind === "word") return [node.text];
  if (node.kind === "sequence") return node.items.flatMap((item) => sample(item, random));
  if (node.kind === "choice") return sample(node.options[Math.floor(random() * node.options.length)]!, random);
  throw new Error(`unexpected slot ${node.name}`);
}

function countWords(node: TemplateNode): number {
  if (node.kind === "sequence") return node.items.reduce((sum, item) => sum + countWords(item), 0);
  if (node.kind === "choice") return node.options.reduce((sum, option) => sum + countWords(option), 0);
  return 1;
}

function notUnderstood(templates: readonly string[], parse: (sentence: string, i: number) => unknown): Set<string> {
  const failed = new Set<string>();
  const random = randomFrom(7);
  for (const template of templates) {
    const node = parseTemplate(template);
    for (let i = 0; i < SAMPLES_PER_TEMPLATE; i++) {
      const sentence = sample(node, random).join(" ");
      if (parse(sentence, i) === undefined) failed.add(sentence);
    }
  }
  return failed;
}

test("every sentence of the due templates is understood, whenever it is said", () => {
  const parse = (sentence: string, i: number): unknown => parseDue(sentence, MOMENTS[i % MOMENTS.length]!);
  assert.deepEqual([...notUnderstood(dueTemplates, parse)], []);
});

test("every sentence of the duration templates is understood", () => {
  assert.deepEqual([...notUnderstood(durationTemplates, parseDuration)], []);
});

test("every sentence of the number templates is understood", () => {
  assert.deepEqual([...notUnderstood(numberTemplates, parseNumber)], []);
});

test("the templates have no slots and stay small enough to be compiled to phones", () => {
  const trees = [...dueTemplates, ...durationTemplates, ...numberTemplates].map(parseTemplate);
  assert.deepEqual(trees.flatMap(slotsOf), []);
  assert.ok(dueTemplates.map(parseTemplate).reduce((sum, tree) => sum + countWords(tree), 0) < 1500);
});
