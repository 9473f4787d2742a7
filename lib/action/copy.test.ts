import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonCopy } from "./copy.ts";

class Money {
  readonly cents = 5;
  get euros(): number {
    return this.cents / 100;
  }
}

const VALUES: Record<string, unknown> = {
  "a text": "text",
  "a number that JSON has not": Number.NaN,
  "minus zero": -0,
  "a date": new Date(0),
  "a date in a field": { at: new Date(0), list: [new Date(1)] },
  "fields that are left out": { gone: undefined, call: () => 1, mark: Symbol("x"), kept: null },
  "functions in a list": [1, undefined, () => 1, Number.POSITIVE_INFINITY],
  "holes in a list": Object.assign(new Array<unknown>(3), { 1: "x" }),
  "an object of a class": new Money(),
  "a map and a set": { map: new Map([[1, 2]]), set: new Set([1]) },
  "a buffer": Buffer.from("ab"),
  "its own toJSON": { toJSON: () => ({ said: true }) },
  "a toJSON that says nothing": [{ toJSON: () => undefined }],
  "a list with its own toJSON": Object.assign([1], { toJSON: () => "list" }),
  "boxed values": [Object("text"), Object(1), Object(true)],
  "no prototype": Object.assign(Object.create(null), { a: 1 }),
  "a symbol as a key": { [Symbol("x")]: 1, a: 1 },
  "a field named like the prototype": JSON.parse('{"__proto__": {"admin": true}, "a": 1}'),
  "all kinds, deep": { a: [{ b: { c: [null, "", 0, false] } }], d: {} },
};

for (const [name, value] of Object.entries(VALUES)) {
  test(`copies ${name} as JSON does`, () => {
    const expected: unknown = JSON.parse(JSON.stringify(value));
    const made = jsonCopy(value);
    assert.deepStrictEqual(made, expected);
    assert.equal(JSON.stringify(made), JSON.stringify(expected));
  });
}

test("shares nothing with the original", () => {
  const original = { list: [{ a: 1 }] };
  const made = jsonCopy(original) as typeof original;
  (made.list[0] as { a: number }).a = 2;
  assert.deepEqual(original, { list: [{ a: 1 }] });
});

test("makes null of what JSON has no word for", () => {
  assert.equal(jsonCopy(undefined), null);
  assert.equal(
    jsonCopy(() => 1),
    null,
  );
});

test("refuses what JSON refuses", () => {
  assert.throws(() => jsonCopy({ big: 1n }), TypeError);
});
