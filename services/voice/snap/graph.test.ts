import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTemplate } from "../../../lib/action/template.ts";
import { compileSnap, Kind, type SnapGraph, type SnapTemplate } from "./graph.ts";
import { fixture, templates } from "./snap.fixture.ts";
import { snap } from "./snap.ts";

const count = (graph: SnapGraph, kind: number): number => graph.kind.filter((k) => k === kind).length;
const template = (source: string, slots: SnapTemplate["slots"] = {}): SnapTemplate => ({
  id: source,
  node: parseTemplate(source),
  slots,
});
const days = [parseTemplate("on (monday|tuesday|wednesday|thursday|friday|saturday|sunday)")];

test("every transition leads to a smaller state", () => {
  const graph = fixture();
  for (let state = 1; state < graph.states; state++) {
    const [value, next] = [graph.value[state] as number, graph.next[state] as number];
    const targets = graph.kind[state] === Kind.SPLIT ? [...graph.arcs.slice(value, next)] : [next];
    assert.ok(targets.every((target) => target < state));
  }
});

test("what is equal up to the end is built once", () => {
  const slots = { due: { kind: "closed", phrases: days } } as const;
  const one = compileSnap([template("snooze until {due}", slots)]);
  const many = ["postpone it", "move it", "wait", "sleep"].map((words) => template(`${words} until {due}`, slots));
  const all = compileSnap([template("snooze until {due}", slots), ...many]);
  assert.ok(all.states < one.states + 60, `${all.states} after ${one.states}`);
  assert.equal(
    compileSnap([...many, ...many]).states,
    compileSnap(many).states + many.length,
    "but for the template's own",
  );
});

test("a word's pronunciations stand side by side", () => {
  const graph = compileSnap([template("the")]);
  assert.deepEqual(
    graph.words.map(({ text, phones }) => [text, phones]),
    [
      ["the", 2],
      ["the", 2],
      ["the", 2],
    ],
  );
  assert.equal(count(graph, Kind.WORD), 3);
});

test("nested choices do not multiply", () => {
  const choices = (n: number) => template("(red|green|blue) [very|quite] ".repeat(n));
  const [ten, twenty] = [compileSnap([choices(10)]).states, compileSnap([choices(20)]).states];
  assert.ok(twenty < 2.2 * ten, `${ten}, ${twenty}`);
});

test("a large grammar stays within bounds", () => {
  const titles = Array.from({ length: 100 }, (_, i) => `wash the car number ${i}`);
  assert.ok(fixture().states < 12_000, `${fixture().states}`);
  const large = compileSnap([...templates(titles), ...templates(titles)]);
  assert.ok(large.states < 60_000, `${large.states}`);
});

test("of two templates with one wording the first wins", () => {
  const graph = compileSnap([
    { ...template("water the plants"), id: "first" },
    { ...template("water the plants"), id: "second" },
  ]);
  assert.equal(snap(graph, "water the plants")?.id, "first");
});

test("names the template and the slot that it cannot compile", () => {
  assert.throws(() => compileSnap([template("add {title}")]), /add \{title\}.*"title"/);
  assert.throws(() => compileSnap([template("add {constructor}")]), /"constructor"/);
  const nested = { kind: "closed", phrases: [parseTemplate("at {hour}")] } as const;
  assert.throws(() => compileSnap([template("snooze {due}", { due: nested })]), /"hour" inside a phrase/);
});
