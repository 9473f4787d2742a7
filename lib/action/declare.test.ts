import assert from "node:assert/strict";
import { test } from "node:test";
import { claimsOf, type Declaration, declare, pathParams } from "./declare.ts";
import { Type } from "./index.ts";

const base = {
  summary: "Roll a die",
  params: Type.Object({ sides: Type.Integer(), note: Type.Optional(Type.String()) }),
  returns: Type.Integer(),
};
const voice = (...say: string[]) => ({ en: { say, reply: "" } });
const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

const refused: [what: string, more: object, message: RegExp][] = [
  ["undefined", { description: undefined }, /"Roll a die": description is not plain JSON/],
  ["a function", { voice: { ...voice("roll"), with: { f: () => 1 } } }, /voice\.with\.f is not plain JSON/],
  ["a Date", { params: Type.Object({ at: Type.String({ default: new Date(0) }) }) }, /default is not plain JSON/],
  ["a regular expression", { returns: Type.String({ pattern: /a/ as unknown as string }) }, /returns\.pattern is not/],
  ["NaN", { cache: Number.NaN }, /cache is not/],
  ["infinity", { timeout: Number.POSITIVE_INFINITY }, /timeout is not/],
  ["a bigint", { status: 1n }, /status is not/],
  ["a symbol", { description: Symbol("x") }, /description is not/],
  ["a Map", { voice: { ...voice("roll"), with: new Map() } }, /voice\.with is not/],
  ["an array with a hole", { errors: [undefined] }, /errors\.0 is not/],
  ["a sparse array", { errors: new Array(1) }, /errors\.0 is not/],
  ["a circle", { description: cyclic }, /description.*is not plain JSON/],
  ["REST without auth", { rest: "POST /dice" }, /the rest door is open but "auth" is missing/],
  ["a socket without auth", { socket: true }, /the socket door is open but "auth" is missing/],
  ["voice without auth", { voice: voice("roll") }, /the voice door is open but "auth" is missing/],
  ["several doors without auth", { rest: "GET /dice", socket: true }, /the rest and socket door is open/],
  [
    "a path parameter that is none",
    { auth: "user", rest: "GET /dice/:size" },
    /path parameter ":size" is not in params/,
  ],
  ["a path parameter of Object's", { auth: "user", rest: "GET /dice/:constructor" }, /":constructor" is not in params/],
  ["a path without a slash", { auth: "user", rest: "GET dice" }, /is not "METHOD \/path\/:param"/],
  ["a path that ends in a slash", { auth: "user", rest: "GET /dice/" }, /is not "METHOD/],
  ["a path with a query", { auth: "user", rest: "GET /dice?a=1" }, /is not "METHOD/],
  ["an unknown method", { auth: "user", rest: "FETCH /dice" }, /is not "METHOD/],
  [
    "a path parameter named twice",
    { auth: "user", rest: "GET /dice/:sides/:sides" },
    /path parameter ":sides" stands twice/,
  ],
  ["an unknown slot", { auth: "user", voice: voice("roll {size}") }, /has the slot \{size\}, which is not in params/],
  ["an unknown slot in a branch", { auth: "user", voice: voice("roll [a (die|{size})]") }, /slot \{size\}/],
  ["a template of slots only", { auth: "user", voice: voice("{sides} {note}") }, /can be said without a literal word/],
  ["a template whose words may be left out", { auth: "user", voice: voice("[roll] {sides}") }, /without a literal/],
  ["a template with a branch without words", { auth: "user", voice: voice("(roll|{sides})") }, /without a literal/],
  ["an empty template", { auth: "user", voice: voice("") }, /without a literal word/],
  [
    "a template twice",
    { auth: "user", voice: voice("roll {sides}", "Roll  {note}") },
    /"Roll {2}\{note\}" stands twice/,
  ],
  [
    "a template twice, its choices in another order",
    { auth: "user", voice: voice("(a|b) c", "(b|a) c") },
    /stands twice/,
  ],
  ["a template that does not parse", { auth: "user", voice: voice("roll (a die") }, /"\(" is not closed/],
  ["an etag that is no parameter's or result's", { etag: "version" }, /etag "version" is not/],
];
for (const [what, more, message] of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(() => declare({ ...base, ...more } as Declaration), message);
  });
}

test("a declaration equals its own JSON copy, is frozen all through, and leaves its source alone", () => {
  const source = { ...base, auth: "user", rest: "POST /dice/:sides", voice: voice("roll {sides}") } as const;
  const declared = declare(source);
  assert.deepStrictEqual(JSON.parse(JSON.stringify(declared)), declared);
  assert.throws(() => Object.assign(declared.params.properties.sides, { minimum: 1 }), TypeError);
  assert.throws(() => Object.assign(declared, { auth: "public" }), TypeError);
  assert.equal("additionalProperties" in base.params, false);
});

test("parameters are closed at every level unless the schema says otherwise", () => {
  const { params } = declare({
    ...base,
    params: Type.Object({
      inner: Type.Object({ a: Type.String() }),
      list: Type.Array(Type.Object({ b: Type.String() })),
      either: Type.Union([Type.Object({ c: Type.String() }), Type.Null()]),
      open: Type.Object({ d: Type.String() }, { additionalProperties: true }),
      // A parameter that is called like a keyword is no keyword.
      type: Type.String(),
      properties: Type.Object({ e: Type.String() }),
    }),
  });
  const { inner, list, either, open, properties } = params.properties;
  for (const schema of [params, inner, list.items, either.anyOf[0], properties])
    assert.equal(schema["additionalProperties"], false);
  assert.equal(open["additionalProperties"], true);
  assert.equal("additionalProperties" in params.properties, false);
});

test("claims are compared by spelling: names of parameters and slots do not matter", () => {
  const one = declare({ ...base, auth: "user", rest: "GET /dice/:sides", voice: voice("roll [a] {sides}") });
  const two = declare({ ...base, auth: "user", rest: "GET /dice/:note", voice: voice("Roll [a] {note}") });
  const spellings = (declaration: Declaration) => claimsOf(declaration).map(([, spelling]) => spelling);
  assert.deepEqual(spellings(one), spellings(two));
  assert.deepEqual(
    claimsOf(one).map(([claim]) => claim),
    ["GET /dice/:sides", "roll [a] {sides}"],
  );
});

test("path parameters are read in order", () => {
  assert.deepEqual(pathParams("GET /a/:one/b/:two-three/:four_5"), ["one", "two-three", "four_5"]);
  assert.deepEqual(pathParams("GET /a"), []);
});
