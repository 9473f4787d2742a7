import assert from "node:assert/strict";
import { test } from "node:test";
import { declare, type FieldError, type Problem, problemOf, Type } from "./index.ts";
import { compileCheck, compileCoercion, compileProjection, describeSchema } from "./validation.ts";

const { params } = declare({
  summary: "Everything",
  params: Type.Object({
    title: Type.String({ minLength: 1, maxLength: 10 }),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
    share: Type.Optional(Type.Number({ minimum: 0 })),
    done: Type.Optional(Type.Boolean()),
    kind: Type.Optional(Type.Union([Type.Literal("a"), Type.Literal("b")])),
    tags: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { maxItems: 5000 })),
    due: Type.Optional(
      Type.Union([Type.Object({ date: Type.String({ format: "date" }) }), Type.Null()], { accepts: "a day, or null" }),
    ),
    at: Type.Optional(Type.String({ format: "date-time" })),
  }),
  returns: Type.Null(),
});
const check = compileCheck(params);

function errorsOf(value: unknown): FieldError[] {
  try {
    check(value);
    return [];
  } catch (error) {
    const problem: Problem = problemOf(error, "r");
    assert.equal(problem.code, "VALIDATION_FAILED");
    assert.equal(problem.status, 422);
    return problem.errors ?? [];
  }
}

const wrong: [body: string, path: string, message: string, accepts: string][] = [
  ["{}", "title", "is missing", "a text of 1 to 10 characters"],
  ['{"title": ""}', "title", "is too short", "a text of 1 to 10 characters"],
  ['{"title": 5}', "title", "is of the wrong type", "a text of 1 to 10 characters"],
  ['{"title": null}', "title", "is of the wrong type", "a text of 1 to 10 characters"],
  ['{"title": ["x"]}', "title", "is of the wrong type", "a text of 1 to 10 characters"],
  ['{"title": {}}', "title", "is of the wrong type", "a text of 1 to 10 characters"],
  ['{"title": "x", "count": "5"}', "count", "is of the wrong type", "a whole number from 1 to 9"],
  ['{"title": "x", "count": 1.5}', "count", "is of the wrong type", "a whole number from 1 to 9"],
  ['{"title": "x", "count": 10}', "count", "is too large", "a whole number from 1 to 9"],
  ['{"title": "x", "share": -1}', "share", "is too small", "a number of at least 0"],
  ['{"title": "x", "done": "true"}', "done", "is of the wrong type", "true or false"],
  ['{"title": "x", "done": 0}', "done", "is of the wrong type", "true or false"],
  ['{"title": "x", "kind": "c"}', "kind", "is not in an accepted form", "one of: a, b"],
  [
    '{"title": "x", "tags": "a"}',
    "tags",
    "is of the wrong type",
    "a list of 0 to 5000 items, each a text of at least 1 characters",
  ],
  ['{"title": "x", "tags": ["a", ""]}', "tags.1", "is too short", "a text of at least 1 characters"],
  [
    '{"title": "x", "tags": {"0": "a"}}',
    "tags",
    "is of the wrong type",
    "a list of 0 to 5000 items, each a text of at least 1 characters",
  ],
  ['{"title": "x", "due": {"date": "2027-02-30"}}', "due", "is not in an accepted form", "a day, or null"],
  ['{"title": "x", "due": {"date": "2027-03-01", "x": 1}}', "due", "is not in an accepted form", "a day, or null"],
  ['{"title": "x", "at": "yesterday"}', "at", "is not in the right form", 'a text in the form "date-time"'],
  [
    '{"title": "x", "titel": "y"}',
    "titel",
    "is not a field of this request",
    "these fields: title, count, share, done, kind, tags, due, at",
  ],
  [
    '{"title": "x", "__proto__": {"admin": true}}',
    "__proto__",
    "is not a field of this request",
    "these fields: title, count, share, done, kind, tags, due, at",
  ],
  ['{"__proto__": {"title": "x"}}', "title", "is missing", "a text of 1 to 10 characters"],
  [
    '{"title": "x", "constructor": {}}',
    "constructor",
    "is not a field of this request",
    "these fields: title, count, share, done, kind, tags, due, at",
  ],
  [
    '{"title": "x", "a/b~c": 1}',
    "a/b~c",
    "is not a field of this request",
    "these fields: title, count, share, done, kind, tags, due, at",
  ],
  ["null", "", "is of the wrong type", "an object with: title, count, share, done, kind, tags, due, at"],
  ["[]", "", "is of the wrong type", "an object with: title, count, share, done, kind, tags, due, at"],
  ['"x"', "", "is of the wrong type", "an object with: title, count, share, done, kind, tags, due, at"],
];
for (const [body, path, message, accepts] of wrong) {
  test(`${body} is refused at "${path}": ${message}`, () => {
    assert.deepEqual(errorsOf(JSON.parse(body))[0], { path, message, accepts });
  });
}

test("a right body passes, and nothing in it is changed", () => {
  const body = {
    title: "x",
    count: 9,
    share: 0.5,
    done: false,
    kind: "b",
    tags: ["a"],
    due: null,
    at: "2027-03-01T12:00:00+01:00",
  };
  const copy = structuredClone(body);
  check(body);
  assert.deepEqual(body, copy);
});

test("inherited properties are no parameters", () => {
  assert.equal(errorsOf(Object.create({ title: "x" }))[0]?.path, "title");
});

test("each wrong field is told once, and at most twenty of them", () => {
  assert.deepEqual(
    errorsOf({ count: "x", done: 1 })
      .map(({ path }) => path)
      .toSorted(),
    ["count", "done", "title"],
  );
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, index]));
  assert.equal(errorsOf({ title: "x", ...many }).length, 20);
});

test("a huge wrong list makes a short answer, quickly", () => {
  const startedAt = performance.now();
  const errors = errorsOf({ title: "x", tags: new Array(200_000).fill(0) });
  assert.ok(errors.length >= 1 && errors.length <= 20);
  assert.ok(performance.now() - startedAt < 1_000);
  assert.ok(JSON.stringify(errors).length < 10_000);
});

test("a huge field name makes a short answer", () => {
  assert.equal(errorsOf({ title: "x", ["n".repeat(100_000)]: 1 })[0]?.path.length, 100);
});

const coercions: [text: Record<string, unknown>, expected: Record<string, unknown>][] = [
  [{ count: "5" }, { count: 5 }],
  [{ share: "0.5" }, { share: 0.5 }],
  [{ done: "true" }, { done: true }],
  [{ done: "false" }, { done: false }],
  [{ tags: "a" }, { tags: ["a"] }],
  [{ tags: ["a", "b"] }, { tags: ["a", "b"] }],
  [{ title: "5" }, { title: "5" }],
  [{ title: "true" }, { title: "true" }],
  // What cannot be coerced stays, for the check to name.
  [{ count: "five" }, { count: "five" }],
  [{ count: "" }, { count: "" }],
  [{ done: "yes" }, { done: "yes" }],
  [{ done: "1" }, { done: "1" }],
  [{ unknown: "5" }, { unknown: "5" }],
];
for (const [text, expected] of coercions) {
  test(`${JSON.stringify(text)} in a query becomes ${JSON.stringify(expected)}`, () => {
    const given = structuredClone(text);
    compileCoercion(params)(given);
    assert.deepEqual(given, expected);
  });
}

const Person = Type.Object({ name: Type.String(), friend: Type.Optional(Type.Object({ name: Type.String() })) });
const projections: [
  what: string,
  schema: Parameters<typeof compileProjection>[0],
  given: unknown,
  expected: unknown,
][] = [
  ["what is not declared", Person, { name: "a", hash: "x" }, { name: "a" }],
  [
    "what is not declared further in",
    Person,
    { name: "a", friend: { name: "b", hash: "x" } },
    { name: "a", friend: { name: "b" } },
  ],
  [
    "what is not declared in items",
    Type.Object({ items: Type.Array(Person) }),
    { items: [{ name: "a", x: 1 }] },
    { items: [{ name: "a" }] },
  ],
  ["what is not declared in an item of a union", Type.Union([Person, Type.Null()]), { name: "a", x: 1 }, { name: "a" }],
  [
    "what no part of an intersection declares",
    Type.Intersect([Person, Type.Object({ age: Type.Integer() })]),
    { name: "a", age: 1, x: 1 },
    { name: "a", age: 1 },
  ],
  ["nothing of a free value", Type.Unknown(), { any: { thing: 1 } }, { any: { thing: 1 } }],
  ["nothing of a record", Type.Record(Type.String(), Type.Integer()), { a: 1 }, { a: 1 }],
];
for (const [what, schema, given, expected] of projections) {
  test(`projection takes out ${what}`, () => {
    assert.equal(compileProjection(schema)(given), true);
    assert.deepEqual(given, expected);
  });
}

test("projection of a union of objects keeps what the fitting one names", () => {
  const Shape = Type.Union([
    Type.Object({ kind: Type.Literal("circle"), radius: Type.Optional(Type.Number()) }),
    Type.Object({ kind: Type.Literal("square"), side: Type.Optional(Type.Number()) }),
  ]);
  const project = compileProjection(Type.Object({ shape: Shape }));
  for (const shape of [
    { kind: "circle", radius: 1 },
    { kind: "square", side: 2 },
  ]) {
    const result = { shape: { ...shape, secret: 1 } };
    assert.equal(project(result), true);
    assert.deepEqual(result, { shape });
  }
});

test("a result that is not as declared is told", () => {
  assert.equal(compileProjection(Person)({ name: 5 }), false);
  assert.equal(compileProjection(Type.Null())(undefined), false);
});

for (const [schema, words] of [
  [Type.String(), "a text"],
  [Type.String({ accepts: "a name" }), "a name"],
  [Type.String({ pattern: "^a" }), "a text that matches ^a"],
  [Type.Integer({ maximum: 3 }), "a whole number of at most 3"],
  [Type.Literal(5), "5"],
  [Type.Union([Type.Integer(), Type.Null()]), "a whole number, or null"],
  [Type.Array(Type.Boolean()), "a list, each true or false"],
  [Type.Unknown(), "any value"],
] as const) {
  test(`a schema is described as "${words}"`, () => assert.equal(describeSchema(schema), words));
}
