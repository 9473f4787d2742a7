import assert from "node:assert/strict";
import { test } from "node:test";
import { actions } from "../../../services/todo/todo.actions.ts";
import { inTurns, type Skill, skillsOf } from "./skills.ts";
import { BLANK, exampleOf, type SlotSchema } from "./suggest.ts";

const NOBODY = { title: undefined };

test("makes a sentence of a template that one could say", () => {
  const cases: [string, Record<string, SlotSchema>, string][] = [
    ["remind me to {title} [{due}]", {}, "remind me to call mum tomorrow at five"],
    ["(add|put) {title} (to|on) (my|the) [{list}] list", {}, "add oat milk to my shopping list"],
    ["(roll|throw) a {sides} sided dice", { sides: { type: "integer", minimum: 2 } }, "roll a 6 sided dice"],
    ["convert {amount} {from} to {to}", { from: { enum: ["miles"] } }, `convert ${BLANK} miles to ${BLANK}`],
    ["weather in {town}", { town: { type: "string", examples: ["Oslo"] } }, "weather in Oslo"],
    ["what lists do i have", {}, "what lists do I have"],
  ];
  for (const [template, slots, sentence] of cases) assert.equal(exampleOf(template, slots, NOBODY), sentence);
});

test("speaks of the user's own things", () => {
  const slots = actions.complete.params.properties as Record<string, SlotSchema>;
  assert.equal(exampleOf("(complete|finish) {id}", slots, { title: "water the roses" }), "complete water the roses");
  assert.equal(exampleOf("(complete|finish) {id}", slots, NOBODY), "complete call mum");
});

test("reads skills from the API document, and leaves out those that have left", () => {
  const operation = (operationId: string, more = {}) => ({ operationId, "x-say": ["roll {sides}"], ...more });
  const skills = skillsOf({
    paths: {
      "/api/v1/dice": {
        post: operation("dice.roll", {
          requestBody: { content: { "application/json": { schema: { properties: { sides: { type: "integer" } } } } } },
        }),
      },
      "/api/v1/gone": { get: operation("gone.get", { "x-departed": true }) },
    },
  });
  assert.deepEqual(
    skills.map(({ action, slots }) => [action, slots]),
    [["dice.roll", { sides: { type: "integer" } }]],
  );
});

test("gives each service its turn", () => {
  const skill = (action: string): Skill => ({
    action,
    service: action.slice(0, 1),
    summary: "",
    say: [],
    slots: {},
  });
  const order = inTurns(["a1", "a2", "a3", "b1"].map(skill)).map(({ action }) => action);
  assert.deepEqual(order, ["a1", "b1", "a2", "a3"]);
});
