// Lists of todos: pages without a gap or a repeat, filters, fields; and every form in which a due date is given.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Static } from "@sinclair/typebox";
import { SORTS, type Sort, type Todo, type TodoPage } from "../../services/todo/todo.schema.ts";
import { eachStore, type SignedIn, startPlatform } from "../support/platform.ts";

type Page = Static<typeof TodoPage>;
const COUNT = 250;

const page = async (user: SignedIn, query: Record<string, string>): Promise<Page> => {
  const { status, body } = await user.get<Page>(`/todos?${new URLSearchParams(query)}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};

/** All pages of a sort; between two of them something may happen. */
async function walk(
  user: SignedIn,
  query: Record<string, string>,
  between = async (): Promise<void> => {},
): Promise<Partial<Todo>[]> {
  const items: Partial<Todo>[] = [];
  let cursor: string | null = null;
  do {
    const next: Page = await page(user, { ...query, ...(cursor && { cursor }) });
    items.push(...next.items);
    cursor = next.nextCursor;
    if (cursor) await between();
  } while (cursor);
  return items;
}

/** Sort keys are often equal: ten days for 250 todos, every third without one. */
const dueOf = (index: number) =>
  index % 3 === 0 ? {} : { due: `2027-04-${String(1 + (index % 10)).padStart(2, "0")}` };

const VALUE: Record<string, (todo: Partial<Todo>) => string> = {
  createdAt: (todo) => todo.createdAt ?? "",
  updatedAt: (todo) => todo.updatedAt ?? "",
  dueAt: (todo) => todo.dueAt ?? "9999",
};

function isSorted(items: Partial<Todo>[], sort: Sort): boolean {
  const value = VALUE[sort.replace("-", "")] as (todo: Partial<Todo>) => string;
  const keys = items.map(value);
  return keys.every(
    (key, index) =>
      index === 0 || (sort.startsWith("-") ? key <= (keys[index - 1] as string) : key >= (keys[index - 1] as string)),
  );
}

eachStore("lists of todos", (start) => {
  test("pages of every sort hold each todo once, in order, also while others are added", async (t) => {
    const platform = await start(t);
    const [ann, bob] = [await platform.register("ann"), await platform.register("bob")];
    const make = async (index: number): Promise<string> => {
      if (index % 25 === 0) await platform.clock.advance(1);
      return (await ann.post<Todo>("/todos", { title: `todo ${index}`, ...dueOf(index) })).body.id;
    };
    const ids: string[] = [];
    for (let index = 0; index < COUNT; index++) ids.push(await make(index));
    await bob.post("/todos", { title: "not Ann's" });
    for (let index = 0; index < COUNT; index += 7)
      await ann.patch(`/todos/${ids[index]}`, { title: `changed ${index}` });

    let more = COUNT;
    for (const sort of SORTS) {
      const items = await walk(ann, { sort, limit: "40" }, async () => void (await make(more++)));
      const seen = items.map(({ id }) => id as string);
      assert.equal(new Set(seen).size, seen.length, `${sort}: a repeat`);
      assert.deepEqual(
        ids.filter((id) => !seen.includes(id)),
        [],
        `${sort}: a gap`,
      );
      assert.ok(isSorted(items, sort), sort);
    }
  });

  test("filters narrow what is listed, and pages go on within them", async (t) => {
    const ann = await (await start(t)).register("ann");
    let last = "";
    for (const [index, more] of [
      { due: "2027-03-01T23:30:00Z" },
      { due: "2027-03-02T00:00:00Z" },
      { due: "2027-03-02" },
      { due: "2027-03-02T23:59:00Z", list: "Work" },
      { due: "2027-03-03T00:00:00Z", list: "work" },
      {},
      { list: "work" },
    ].entries())
      last = (await ann.post<Todo>("/todos", { title: `t${index}`, ...more })).body.id;
    await ann.post(`/todos/${last}/complete`);
    const cases: [query: Record<string, string>, expected: string][] = [
      [{}, "0 1 2 3 4 5 6"],
      [{ done: "false" }, "0 1 2 3 4 5"],
      [{ done: "true" }, "6"],
      [{ list: " WORK " }, "3 4 6"],
      [{ list: "nothing" }, ""],
      [{ list: "work", done: "false" }, "3 4"],
      [{ dueFrom: "2027-03-02T00:00:00Z" }, "1 2 3 4"],
      [{ dueTo: "2027-03-02T00:00:00Z" }, "0"],
      [{ dueFrom: "2027-03-02T00:00:00Z", dueTo: "2027-03-03T00:00:00Z" }, "1 2 3"],
      [{ dueFrom: "2027-03-02T01:00:00+01:00", dueTo: "2027-03-03T01:00:00+01:00" }, "1 2 3"],
      [{ on: "2027-03-02" }, "1 2 3"],
      [{ on: "tomorrow" }, "1 2 3"],
      [{ on: "tomorrow", list: "work" }, "3"],
    ];
    for (const [query, expected] of cases) {
      const items = await walk(ann, { ...query, sort: "dueAt", limit: "2", fields: "title" });
      assert.equal(
        items
          .map(({ title }) => title?.slice(1))
          .toSorted()
          .join(" "),
        expected,
        JSON.stringify(query),
      );
    }
  });
});

test("a list of everything due has nothing without a due date", async (t) => {
  const ann = await (await startPlatform(t)).register("ann");
  await ann.post("/todos", { title: "undated" });
  assert.deepEqual((await page(ann, { dueFrom: "2027-01-01T00:00:00Z" })).items, []);
});

test("an instant that no clock of ours shows is refused", async (t) => {
  const ann = await (await startPlatform(t)).register("ann");
  for (const instant of ["2016-12-31T23:59:60Z", "9999-12-31T23:59:00-05:00", "2027-03-01", "tomorrow"]) {
    const { status, problem } = await ann.get(`/todos?${new URLSearchParams({ dueTo: instant })}`);
    assert.deepEqual([status, problem.errors?.[0]?.path], [422, "dueTo"], instant);
  }
});

test("a cursor belongs to its sort, and anything else is refused", async (t) => {
  const ann = await (await startPlatform(t)).register("ann");
  for (let index = 0; index < 3; index++) await ann.post("/todos", { title: `t${index}` });
  const { nextCursor } = await page(ann, { limit: "2" });
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const wrong: [cursor: string, sort: string][] = [
    [nextCursor as string, "createdAt"],
    ["x", "-createdAt"],
    [encode({}), "-createdAt"],
    [encode(null), "-createdAt"],
    [encode(["-createdAt", { $gt: "" }, "x"]), "-createdAt"],
    [encode(["-createdAt", "2027", "x", "y"]), "-createdAt"],
  ];
  for (const [cursor, sort] of wrong) {
    const { status, problem } = await ann.get(`/todos?${new URLSearchParams({ cursor, sort })}`);
    assert.deepEqual([status, problem.errors?.[0]?.path], [422, "cursor"], cursor);
  }
  assert.equal((await page(ann, { limit: "2", cursor: nextCursor as string })).items.length, 1);
});

test("pages have the size that was asked for, twenty by default and two hundred at most", async (t) => {
  const ann = await (await startPlatform(t)).register("ann");
  for (let index = 0; index < 21; index++) await ann.post("/todos", { title: `t${index}` });
  assert.equal((await page(ann, {})).items.length, 20);
  assert.deepEqual(
    [(await page(ann, { limit: "21" })).items.length, (await page(ann, { limit: "21" })).nextCursor],
    [21, null],
  );
  for (const limit of ["0", "201", "-1", "1.5", "all"])
    assert.equal((await ann.get(`/todos?limit=${limit}`)).status, 422, limit);
});

test("only the fields that are asked for are told", async (t) => {
  const ann = await (await startPlatform(t)).register("ann");
  const { body } = await ann.post<Todo>("/todos", { title: "x" });
  assert.deepEqual((await ann.get<Page>("/todos?fields=id&fields=title")).body.items, [{ id: body.id, title: "x" }]);
  for (const query of ["fields=owner", "fields=_id", "fields=", "fields=receipt", "fields=__proto__"])
    assert.equal((await ann.get(`/todos?${query}`)).status, 422, query);
});

test("a due date is taken in every form, in the user's zone, and refused where it is none", async (t) => {
  const ann = await (await startPlatform(t)).register("ann", { zone: "Europe/Berlin" });
  const zone = "Europe/Berlin";
  const cases: [due: unknown, date: string, time: string | undefined, dueAt: string, zone?: string][] = [
    [
      { date: "2027-03-02", time: "17:00", zone: "Asia/Tokyo" },
      "2027-03-02",
      "17:00",
      "2027-03-02T08:00:00.000Z",
      "Asia/Tokyo",
    ],
    [{ date: "2027-03-02", zone }, "2027-03-02", undefined, "2027-03-02T08:00:00.000Z"],
    ["2027-03-02", "2027-03-02", undefined, "2027-03-02T08:00:00.000Z"],
    ["2027-03-02T17:00", "2027-03-02", "17:00", "2027-03-02T16:00:00.000Z"],
    ["2027-03-02T17:00:00Z", "2027-03-02", "18:00", "2027-03-02T17:00:00.000Z"],
    ["2027-03-02T17:00:00-05:00", "2027-03-02", "23:00", "2027-03-02T22:00:00.000Z"],
    ["2027-03-02T23:30:00.000Z", "2027-03-03", "00:30", "2027-03-02T23:30:00.000Z"],
    ["tomorrow", "2027-03-02", undefined, "2027-03-02T08:00:00.000Z"],
    ["tomorrow at five", "2027-03-02", "17:00", "2027-03-02T16:00:00.000Z"],
    ["in 20 minutes", "2027-03-01", "13:20", "2027-03-01T12:20:00.000Z"],
    // Across the clock change of 28 March: by the rules of that day, not by today's offset.
    ["2027-03-29T09:00", "2027-03-29", "09:00", "2027-03-29T07:00:00.000Z"],
    ["2027-03-28T02:30", "2027-03-28", "02:30", "2027-03-28T01:30:00.000Z"],
  ];
  for (const [due, date, time, dueAt, dueZone = zone] of cases) {
    const { status, body } = await ann.post<Todo>("/todos", { title: "x", due });
    assert.equal(status, 201, JSON.stringify(due));
    assert.deepEqual(
      [body.due, body.dueAt],
      [{ date, ...(time && { time }), zone: dueZone }, dueAt],
      JSON.stringify(due),
    );
  }
  const wrong = [
    "",
    "never",
    "2027-02-30",
    "2027-13-01",
    "99999-01-01",
    "x".repeat(121),
    5,
    true,
    [],
    {},
    { date: "2027-02-30", zone },
    { date: "2027-03-01", time: "25:00", zone },
    { date: "2027-03-01", time: "5 pm", zone },
    { date: "2027-03-01", zone: "Mars/Base" },
    { date: "2027-03-01" },
    { date: "2027-03-01", zone, extra: 1 },
    { date: "9999-12-31", time: "23:59", zone: "America/New_York" },
  ];
  for (const due of wrong) {
    const { status, problem } = await ann.post("/todos", { title: "x", due });
    assert.deepEqual([status, problem.errors?.[0]?.path.split(".")[0]], [422, "due"], JSON.stringify(due));
  }
});
