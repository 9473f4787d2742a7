// Todos at the REST door, on both stores.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Static } from "@sinclair/typebox";
import { pathParams } from "../../lib/action/declare.ts";
import { actions } from "../../services/todo/todo.actions.ts";
import type { Lists, Todo, TodoPage } from "../../services/todo/todo.schema.ts";
import type { Answer } from "../support/client.ts";
import { eachStore, type SignedIn, startPlatform } from "../support/platform.ts";

type Page = Static<typeof TodoPage>;
const DAY_MS = 24 * 60 * 60 * 1000;
const create = async (user: SignedIn, title: string, more: object = {}): Promise<Todo> => {
  const { status, body } = await user.post<Todo>("/todos", { title, ...more });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
};
const titles = async (user: SignedIn, query = ""): Promise<(string | undefined)[]> =>
  (await user.get<Page>(`/todos${query}`)).body.items.map(({ title }) => title);
const codeOf = async (answer: Promise<Answer<unknown>>): Promise<string> => (await answer).problem.code;

eachStore("todos", (start) => {
  test("a todo is made, shown, changed, done, opened, removed and brought back", async (t) => {
    const platform = await start(t);
    const ann = await platform.register("ann");
    const todo = await create(ann, " Buy milk ", { due: "2027-03-02", list: " Shopping  List " });
    assert.deepEqual(todo, {
      id: todo.id,
      title: "Buy milk",
      due: { date: "2027-03-02", zone: "UTC" },
      dueAt: "2027-03-02T09:00:00.000Z",
      list: "shopping list",
      done: false,
      version: 1,
      createdAt: "2027-03-01T12:00:00.000Z",
      updatedAt: "2027-03-01T12:00:00.000Z",
    });
    const path = `/todos/${todo.id}`;
    assert.deepEqual((await ann.get(path)).body, todo);
    await platform.clock.advance(1000);
    const updatedAt = "2027-03-01T12:00:01.000Z";
    const steps: [answer: () => Promise<Answer<Todo>>, expected: Partial<Todo>][] = [
      [
        () => ann.patch(path, { title: "Buy oat milk", due: null }),
        { title: "Buy oat milk", due: null, dueAt: null, version: 2 },
      ],
      [() => ann.patch(path, { list: "Home" }), { list: "home", version: 3 }],
      [() => ann.post(`${path}/complete`), { done: true, version: 4 }],
      [() => ann.post(`${path}/complete`), { done: true, version: 4 }],
      [() => ann.post(`${path}/reopen`), { done: false, version: 5 }],
      [() => ann.post(`${path}/reopen`), { done: false, version: 5 }],
      [() => ann.delete(path), { version: 6 }],
      [() => ann.delete(path), { version: 6 }],
    ];
    let expected: Todo = todo;
    for (const [step, change] of steps) {
      expected = { ...expected, ...change, updatedAt };
      const { status, body } = await step();
      assert.deepEqual([status, body], [200, expected]);
    }
    for (const gone of [
      ann.get(path),
      ann.patch(path, { title: "x" }),
      ann.post(`${path}/complete`),
      ann.post(`${path}/reopen`),
    ])
      assert.equal(await codeOf(gone), "TODO_NOT_FOUND");
    assert.deepEqual(await titles(ann), []);
    for (let round = 0; round < 2; round++)
      assert.deepEqual((await ann.post<Todo>(`${path}/restore`)).body, { ...expected, version: 7 });
    assert.deepEqual(await titles(ann), ["Buy oat milk"]);
  });

  test("a removed todo can be brought back for a day, then it is gone", async (t) => {
    const platform = await start(t);
    const ann = await platform.register("ann");
    const { id } = await create(ann, "x");
    await ann.delete(`/todos/${id}`);
    await platform.clock.advance(DAY_MS);
    assert.equal((await (await platform.login("ann")).post(`/todos/${id}/restore`)).status, 200);
    await (await platform.login("ann")).delete(`/todos/${id}`);
    await platform.clock.advance(DAY_MS + 1);
    assert.equal(await codeOf((await platform.login("ann")).post(`/todos/${id}/restore`)), "TODO_NOT_FOUND");
  });

  test("another user's todo is 404 on every action that names one, and stays as it is", async (t) => {
    const platform = await start(t);
    const ann = await platform.register("ann");
    const eve = await platform.register("eve");
    const todo = await create(ann, "Private", { list: "secret", due: "2027-03-02" });
    const named = Object.values(actions).filter(({ rest }) => pathParams(rest).includes("id"));
    assert.ok(named.length >= 6);
    for (const { rest } of named) {
      const [method, path] = rest.split(" ") as [string, string];
      const body = method === "PATCH" ? '{"title": "Stolen"}' : undefined;
      for (const id of [todo.id, "x", "__proto__", "[object Object]", "$ne", encodeURIComponent('{"$gt":""}')]) {
        const { status, problem } = await eve.send(method, path.replace(":id", id), body);
        assert.deepEqual([status, problem.code], [404, "TODO_NOT_FOUND"], `${rest} ${id}`);
      }
    }
    for (const query of ["", "?list=secret", "?dueFrom=2027-01-01T00:00:00Z", "?fields=id"])
      assert.deepEqual(await titles(eve, query), []);
    assert.deepEqual((await eve.get<Static<typeof Lists>>("/lists")).body.items, []);
    assert.equal(await codeOf(eve.delete("/lists/secret")), "TODO_LIST_NOT_FOUND");
    assert.deepEqual((await ann.get(`/todos/${todo.id}`)).body, todo);
  });

  test("a change names the version it was made on, or is made on the newest", async (t) => {
    const ann = await (await start(t)).register("ann");
    const { id } = await create(ann, "x");
    const racers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        ann.patch<Todo>(`/todos/${id}`, { title: `v${index}` }, { "If-Match": '"1"' }),
      ),
    );
    assert.deepEqual(racers.map(({ status }) => status).toSorted(), [200, ...new Array(7).fill(412)]);
    assert.equal((await ann.get<Todo>(`/todos/${id}`)).body.version, 2);
    const free = await Promise.all(
      Array.from({ length: 8 }, (_, index) => ann.patch<Todo>(`/todos/${id}`, { title: `w${index}` })),
    );
    assert.deepEqual(new Set(free.map(({ status }) => status)), new Set([200]));
    assert.deepEqual(
      free.map(({ body }) => body.version).toSorted((a, b) => a - b),
      [3, 4, 5, 6, 7, 8, 9, 10],
    );
    assert.equal(await codeOf(ann.send("DELETE", `/todos/${id}?version=1`)), "TODO_VERSION_CONFLICT");
    assert.equal(await codeOf(ann.post(`/todos/${id}/complete`, { version: 3 })), "TODO_VERSION_CONFLICT");
  });

  test("a creation with a key happens once, and its repeat gets the first answer", async (t) => {
    const platform = await start(t);
    const [ann, bob] = [await platform.register("ann"), await platform.register("bob")];
    const key = { "Idempotency-Key": "k1" };
    const make = (user: SignedIn, body: object = { title: "Buy milk", due: "tomorrow" }) =>
      user.post<Todo>("/todos", body, key);
    const first = await make(ann);
    await ann.patch(`/todos/${first.body.id}`, { title: "Changed" });
    await platform.clock.advance(60_000);
    const again = await make(ann);
    assert.deepEqual([again.status, again.body], [201, first.body]);
    assert.equal(await codeOf(make(ann, { title: "Other" })), "IDEMPOTENCY_KEY_REUSED");
    assert.equal((await make(ann, { title: "Other" })).status, 422);
    assert.notEqual((await make(bob)).body.id, first.body.id);
    assert.deepEqual(await titles(ann), ["Changed"]);
  });

  test("ten equal creations at once with one key make one todo", async (t) => {
    const ann = await (await start(t)).register("ann");
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ann.post<Todo>("/todos", { title: "x" }, { "Idempotency-Key": "k" })),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    assert.deepEqual(await titles(ann), ["x"]);
  });

  test("a change with a key happens once, also after other changes", async (t) => {
    const ann = await (await start(t)).register("ann");
    const { id } = await create(ann, "one");
    const change = (title: string, key: string) =>
      ann.patch<Todo>(`/todos/${id}`, { title }, { "Idempotency-Key": key });
    const first = await change("two", "k2");
    assert.deepEqual((await change("two", "k2")).body, first.body);
    await change("three", "k3");
    assert.equal((await change("two", "k2")).status, 200);
    assert.equal((await ann.get<Todo>(`/todos/${id}`)).body.title, "three");
    assert.equal(await codeOf(change("four", "k3")), "IDEMPOTENCY_KEY_REUSED");
  });

  test("lists are kept when they are named, told apart without regard to case, and removed when empty", async (t) => {
    const ann = await (await start(t)).register("ann");
    const names = async () => (await ann.get<Static<typeof Lists>>("/lists")).body.items.map(({ name }) => name);
    const milk = await create(ann, "Buy milk", { list: "Shopping" });
    await create(ann, "x");
    assert.equal((await ann.post("/lists", { name: "  SHOPPING " })).status, 201);
    assert.equal((await ann.post("/lists", { name: "Ideas & plans" })).status, 201);
    assert.deepEqual(await names(), ["ideas & plans", "shopping", "todo"]);
    assert.deepEqual(await titles(ann, "?list=SHOPPING"), ["Buy milk"]);
    assert.equal(await codeOf(ann.delete("/lists/shopping")), "TODO_LIST_NOT_EMPTY");
    await ann.post(`/todos/${milk.id}/complete`);
    assert.equal((await ann.delete("/lists/Shopping")).status, 200);
    assert.equal((await ann.delete(`/lists/${encodeURIComponent("Ideas & plans")}`)).status, 200);
    assert.equal(await codeOf(ann.delete("/lists/shopping")), "TODO_LIST_NOT_FOUND");
    assert.deepEqual(await names(), ["todo"]);
  });

  test("todos and lists are there after a restart", async (t) => {
    const platform = await start(t);
    const ann = await platform.register("ann");
    const todo = await create(ann, "Buy milk", { list: "shopping" });
    const page = (await ann.get("/todos")).body;
    await platform.restart();
    const again = platform.as(ann.session);
    assert.deepEqual((await again.get("/todos")).body, page);
    assert.deepEqual((await again.get(`/todos/${todo.id}`)).body, todo);
    assert.equal((await again.get<Static<typeof Lists>>("/lists")).body.items.length, 1);
  });
});

test("a title may hold anything that people write, and comes back as it was", async (t) => {
  const ann = await (await startPlatform(t)).register("ann");
  for (const title of [
    "日本語 👩‍👩‍👧 e\u0301",
    "'; DROP TABLE todos; --",
    "<script>alert(1)</script>",
    "$where",
    "__proto__",
    "{title}",
    "null",
    "\u202eabc",
    "a\u0000b",
    "x".repeat(200),
  ]) {
    const { id } = await create(ann, title);
    assert.equal((await ann.get<Todo>(`/todos/${id}`)).body.title, title);
  }
  for (const title of ["", " ", "\n\t", "x".repeat(201), null, 5, ["x"], { $gt: "" }])
    assert.equal((await ann.post("/todos", { title })).status, 422, String(title));
});
