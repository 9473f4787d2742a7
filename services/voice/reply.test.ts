import assert from "node:assert/strict";
import { test } from "node:test";
import { renderReply } from "./reply.ts";

const MOMENT = { now: "2027-03-01T12:00:00Z", zone: "UTC" };
const due = { date: "2027-03-02", time: "17:00", zone: "UTC" };
const items = [{ title: "milk" }, { title: "eggs" }, { title: "flour" }];

const CASES: [template: string, result: unknown, params: Record<string, unknown>, reply: string][] = [
  ["Done.", null, {}, "Done."],
  ["Added {title}.", { title: "milk" }, {}, "Added milk."],
  ["Added {title}{due, for {due}}.", { title: "milk", due }, {}, "Added milk for tomorrow at 5 pm."],
  ["Added {title}{due, for {due}}.", { title: "milk", due: null }, {}, "Added milk."],
  ["{title} from parameters", {}, { title: "eggs" }, "eggs from parameters"],
  ["{title} from the result", { title: "milk" }, { title: "eggs" }, "milk from the result"],
  ["{!items, Nothing{on, for {on}}.}{items, Some.}", { items: [] }, { on: due }, "Nothing for tomorrow at 5 pm."],
  ["{!items, Nothing.}{items, Some.}", { items }, {}, "Some."],
  ["{items.length|one thing|# things}: {items.title}", { items }, {}, "3 things: milk, eggs and flour"],
  ["{items.length|one thing|# things}: {items.title}", { items: items.slice(1, 2) }, {}, "one thing: eggs"],
  ["{items.title}", { items: items.slice(0, 2) }, {}, "milk and eggs"],
  ["{examples}", { examples: ["Help me.", "What is due?"] }, {}, "Help me. What is due?"],
  ["{missing}{none.at.all}!", {}, {}, "!"],
  ["{constructor}{items.__proto__}", { items }, {}, ""],
  ["{done, It is done.}", { done: false }, {}, ""],
  ["{count} left", { count: 0 }, {}, "0 left"],
  ["an {open brace", {}, {}, "an {open brace"],
  ["{title} says {title}", { title: "{due}" }, {}, "{due} says {due}"],
  ["{thing}", { thing: { a: 1 } }, {}, ""],
];
for (const [template, result, params, reply] of CASES) {
  test(`renders ${template} with ${JSON.stringify(result)}`, () =>
    assert.equal(renderReply(template, { result, params }, MOMENT), reply));
}
