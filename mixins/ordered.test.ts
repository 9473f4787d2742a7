import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ServiceBroker } from "moleculer";
import { readConfig } from "../lib/config/config.ts";
import { compileQuery } from "./query.ts";
import { type Collection, DuplicateKeyError, makeStore, type Page, type Query } from "./store.ts";

interface Item {
  _id: string;
  owner: string;
  at: string;
  list: string;
  done: boolean;
  size?: number | null;
  gone?: string;
}

const COMPOUND = [
  ["owner", "-at", "-_id"],
  ["owner", "list", "_id"],
  ["owner", "size", "_id"],
];

/** The same numbers at each run (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

/** Two collections that are told the same: one with ordered indexes, one that sorts. */
async function open(t: TestContext, folder = mkdtempSync(join(tmpdir(), "vivavoce-ordered-"))) {
  const config = { ...readConfig({}), data: folder };
  const store = makeStore({ logger: console } as unknown as ServiceBroker, { config }, "test");
  const indexes = ["owner", { field: "_id", unique: true as const }];
  const ordered = store.collection<Item>("ordered", { indexes, compound: COMPOUND });
  const plain = store.collection<Item>("plain", { indexes });
  await store.open();
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ordered, plain, folder, close: () => store.close() };
}

const itemOf = (pick: (below: number) => number, id: number): Item => ({
  _id: `id-${pick(2)}-${id}`,
  owner: `owner-${pick(3)}`,
  at: `2027-01-0${1 + pick(5)}`,
  list: ["home", "work", "Élan"][pick(3)] as string,
  done: pick(2) === 0,
  ...(pick(4) > 0 && { size: pick(6) === 0 ? null : pick(20) }),
  ...(pick(5) === 0 && { gone: "2027-02-01" }),
});

function queryOf(pick: (below: number) => number): Query {
  return {
    ...(pick(2) === 0 && { done: pick(2) === 0 }),
    ...(pick(3) === 0 && { list: { $in: ["home", "Élan"] } }),
    ...(pick(3) === 0 && { at: { $gte: `2027-01-0${1 + pick(5)}`, ...(pick(2) === 0 && { $lt: "2027-01-04" }) } }),
    ...(pick(3) === 0 && { size: pick(2) === 0 ? { $gt: pick(20) } : { $lte: pick(20), $ne: 3 } }),
    ...(pick(4) === 0 && { $or: [{ list: "work" }, { $and: [{ size: { $lt: 9 } }, { done: true }] }] }),
    gone: { $exists: pick(6) === 0 },
    owner: `owner-${pick(4)}`,
  };
}

const SORTS = COMPOUND.flatMap(([, ...sort]) => [
  sort,
  sort.map((field) => (field.startsWith("-") ? field.slice(1) : `-${field}`)),
]);

/** Changes both collections in one way. */
async function change(
  pick: (below: number) => number,
  round: number,
  both: readonly Collection<Item>[],
): Promise<void> {
  const item = itemOf(pick, round);
  const known = await both[1]?.find({ owner: item.owner }, { sort: ["_id"], limit: 500 });
  const victim = known?.[pick(Math.max(known.length, 1))];
  const what = pick(4);
  for (const items of both) {
    if (what < 2 || !victim) await items.insert(item);
    else if (what === 2)
      await items.update({ _id: victim._id }, { at: item.at, size: item.size, gone: item.gone, owner: item.owner });
    else await items.remove({ _id: victim._id });
  }
}

test("answers every page as a find and a sort would, whatever came before", async (t) => {
  const pick = random(7);
  const { ordered, plain } = await open(t);
  for (let round = 0; round < 400; round++) {
    await change(pick, round, [ordered, plain]);
    const query = queryOf(pick);
    const sort = SORTS[pick(SORTS.length)] as string[];
    const limit = 1 + pick(8);
    let after: Page["after"] | undefined;
    for (let page = 0; page < 4; page++) {
      const asked: Page = { sort, limit, ...(after && { after }) };
      const expected = await plain.find(query, asked);
      assert.deepEqual(await ordered.find(query, asked), expected, JSON.stringify({ round, query, asked }));
      const last = expected.at(-1);
      // A position in a field that some have not is no position: nothing is greater than nothing.
      const [first, id] = sort.map((field) => last?.[field.replace("-", "") as "at"]);
      if (typeof first !== "string" || id === undefined) break;
      after = [first, id];
    }
  }
});

test("goes on behind a row that has gone", async (t) => {
  const { ordered } = await open(t);
  const items = ["a", "b", "c", "d"].map((id) => ({ _id: id, owner: "ann", at: "2027-01-01", list: "x", done: false }));
  for (const item of items) await ordered.insert(item);
  await ordered.remove({ _id: "c" });
  const ids = async (page: Page) => (await ordered.find({ owner: "ann" }, page)).map((item) => item._id);
  assert.deepEqual(await ids({ sort: ["-at", "-_id"], limit: 9, after: ["2027-01-01", "c"] }), ["b", "a"]);
  assert.deepEqual(await ids({ sort: ["at", "_id"], limit: 9, after: ["2027-01-01", "c"] }), ["d"]);
});

test("keeps its order over a refused insert and a restart", async (t) => {
  const first = await open(t);
  const pick = random(11);
  for (let round = 0; round < 60; round++) await first.ordered.insert(itemOf(pick, round));
  const page: Page = { sort: ["-at", "-_id"], limit: 200 };
  const before = await first.ordered.find({ owner: "owner-1" }, page);
  await assert.rejects(first.ordered.insert({ ...(before[0] as Item), at: "2030-01-01" }), DuplicateKeyError);
  assert.deepEqual(await first.ordered.find({ owner: "owner-1" }, page), before);
  await first.close();
  const second = await open(t, first.folder);
  assert.deepEqual(await second.ordered.find({ owner: "owner-1" }, page), before);
});

test("gives rows that the caller may change", async (t) => {
  const { ordered } = await open(t);
  await ordered.insert({ _id: "a", owner: "ann", at: "2027-01-01", list: "x", done: false });
  const page: Page = { sort: ["-at", "-_id"], limit: 1 };
  const [row] = await ordered.find({ owner: "ann" }, page);
  (row as Item).at = "changed";
  assert.equal((await ordered.find({ owner: "ann" }, page))[0]?.at, "2027-01-01");
});

test("leaves what it cannot tell to the store", () => {
  for (const query of [
    { at: null },
    { at: { $regex: "x" } },
    { "due.date": "x" },
    { $not: {} },
    { at: { $in: [null] } },
    { at: {} },
  ])
    assert.equal(compileQuery(query), undefined, JSON.stringify(query));
});
