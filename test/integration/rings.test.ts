// Due times that ring, on the devices of their owner, whatever happens in between.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Static } from "@sinclair/typebox";
import type { Ring, Rings, Todo } from "../../services/todo/todo.schema.ts";
import { FakeClock } from "../support/clock.ts";
import { connect, type Device } from "../support/device.ts";
import { eachStore, type Platform, type SignedIn, startPlatform } from "../support/platform.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const remind = async (user: SignedIn, due: unknown = "2027-03-01T12:05:00Z"): Promise<Todo> =>
  (await user.post<Todo>("/todos", { title: "Call mum", due })).body;
const rung = async (device: Device): Promise<Ring[]> =>
  (await device.received<{ ring: Ring }>("todo.rang")).map(({ ring }) => ring);
const pending = async (user: SignedIn): Promise<Ring[]> => (await user.get<Static<typeof Rings>>("/rings")).body.items;

/** A signed-in user with a device, and a todo due in five minutes. */
async function begin(t: Parameters<typeof connect>[0], platform: Platform) {
  const ann = await platform.register("ann");
  const device = await connect(t, platform, ann);
  return { ann, device, todo: await remind(ann) };
}

eachStore("rings", (start) => {
  test("a todo rings at its time, on every device of its owner and on nobody else's", async (t) => {
    const platform = await start(t);
    const { ann, device, todo } = await begin(t, platform);
    const phone = await connect(t, platform, ann);
    const eve = await connect(t, platform, await platform.register("eve"));
    await platform.clock.advanceTo("2027-03-01T12:04:59Z");
    assert.deepEqual(await rung(device), []);
    await platform.clock.advance(1000);
    const [ring, ...more] = await rung(device);
    assert.deepEqual(ring, {
      id: ring?.id,
      todo: todo.id,
      title: "Call mum",
      due: todo.due,
      at: todo.dueAt,
      late: false,
      state: "pending",
    });
    assert.deepEqual(more, []);
    assert.deepEqual(await rung(phone), [ring]);
    assert.deepEqual(await rung(eve), []);
    assert.deepEqual(await pending(ann), [ring]);
  });

  test("it rings again each minute until it is answered, always with the same id", async (t) => {
    const platform = await start(t);
    const { device } = await begin(t, platform);
    await platform.clock.advance(5 * MINUTE_MS);
    for (let minute = 0; minute < 3; minute++) await platform.clock.advance(MINUTE_MS);
    const rings = await rung(device);
    assert.equal(rings.length, 4);
    assert.equal(new Set(rings.map(({ id }) => id)).size, 1);
  });

  test("a device that connects while it rings hears of it", async (t) => {
    const platform = await start(t);
    const { ann } = await begin(t, platform);
    await platform.clock.advance(5 * MINUTE_MS);
    const late = await connect(t, platform, ann);
    assert.equal((await late.next<{ ring: Ring }>("todo.rang")).ring.title, "Call mum");
  });

  for (const [path, state, isDone] of [
    ["done", "done", true],
    ["dismiss", "dismissed", false],
    ["snooze", "snoozed", false],
  ] as const) {
    test(`"${path}" ends it on all devices, for good`, async (t) => {
      const platform = await start(t);
      const { ann, device, todo } = await begin(t, platform);
      await platform.clock.advance(5 * MINUTE_MS);
      const answer = await ann.post<Ring>(`/rings/${path}`);
      assert.deepEqual([answer.status, answer.body.state], [200, state]);
      const ended = await device.received<{ ring: Ring }>("todo.ringEnded");
      assert.deepEqual(
        ended.map(({ ring }) => [ring.id, ring.state]),
        [[answer.body.id, state]],
      );
      assert.equal((await ann.get<Todo>(`/todos/${todo.id}`)).body.done, isDone);
      assert.deepEqual(await pending(ann), []);
      const before = (await rung(device)).length;
      await platform.clock.advance(9 * MINUTE_MS);
      assert.equal((await rung(device)).length, before);
      assert.equal((await ann.post(`/rings/${path}`)).problem.code, "TODO_RING_NOT_FOUND");
    });
  }

  test("snoozed, it rings again after ten minutes, or after as many as were said", async (t) => {
    const platform = await start(t);
    const { ann, device } = await begin(t, platform);
    await platform.clock.advance(5 * MINUTE_MS);
    const [first] = await rung(device);
    await ann.post("/rings/snooze", { ring: first?.id });
    await platform.clock.advance(9 * MINUTE_MS);
    assert.deepEqual(await pending(ann), []);
    await platform.clock.advance(MINUTE_MS);
    const [second] = await pending(await platform.login("ann"));
    assert.notEqual(second?.id, first?.id);
    assert.deepEqual([second?.at, second?.late], ["2027-03-01T12:15:00.000Z", false]);
    const again = await platform.login("ann");
    await again.post("/rings/snooze", { minutes: 45 });
    await platform.clock.advance(45 * MINUTE_MS);
    assert.equal((await pending(await platform.login("ann")))[0]?.at, "2027-03-01T13:00:00.000Z");
  });

  test("it follows its todo: moved, cleared, done, removed and brought back", async (t) => {
    const platform = await start(t);
    const { todo } = await begin(t, platform);
    // Half an hour passes, twice as long as an access token lives.
    let ann = await platform.login("ann");
    const path = `/todos/${todo.id}`;
    const at = async () => (await pending(ann)).map((ring) => ring.at.slice(11, 16));
    await ann.patch(path, { due: "2027-03-01T12:10:00Z" });
    await platform.clock.advance(5 * MINUTE_MS);
    assert.deepEqual(await at(), []);
    await ann.patch(path, { due: null });
    await platform.clock.advance(5 * MINUTE_MS);
    assert.deepEqual(await at(), []);
    await ann.patch(path, { due: "2027-03-01T12:15:00Z" });
    await ann.post(`${path}/complete`);
    await platform.clock.advance(MINUTE_MS);
    await ann.post(`${path}/reopen`);
    await platform.clock.advance(4 * MINUTE_MS);
    ann = await platform.login("ann");
    assert.deepEqual(await at(), ["12:15"]);
    // Moved while it rings: that ring ends, and the new time rings.
    await ann.patch(path, { due: "2027-03-01T12:20:00Z" });
    assert.deepEqual(await at(), []);
    await platform.clock.advance(5 * MINUTE_MS);
    assert.deepEqual(await at(), ["12:20"]);
    await ann.post(`${path}/complete`);
    assert.deepEqual(await at(), []);
    await ann.post(`${path}/reopen`);
    await ann.patch(path, { due: "2027-03-01T12:30:00Z" });
    await ann.delete(path);
    await platform.clock.advance(5 * MINUTE_MS);
    await ann.post(`${path}/restore`);
    await platform.clock.advance(5 * MINUTE_MS);
    ann = await platform.login("ann");
    assert.deepEqual(await at(), ["12:30"]);
    await ann.delete(path);
    assert.deepEqual(await at(), []);
    await platform.clock.advance(MINUTE_MS);
    assert.deepEqual(await at(), []);
  });

  test("a change of title while it rings neither ends it nor rings anew", async (t) => {
    const platform = await start(t);
    const { ann, todo } = await begin(t, platform);
    await platform.clock.advance(5 * MINUTE_MS);
    const before = await pending(ann);
    await ann.patch(`/todos/${todo.id}`, { title: "Call dad" });
    await platform.clock.advance(2000);
    assert.deepEqual(
      (await pending(ann)).map(({ id }) => id),
      before.map(({ id }) => id),
    );
  });

  test("what came due while the platform was down rings late, and says so", async (t) => {
    const platform = await start(t);
    const { ann } = await begin(t, platform);
    await platform.stop();
    await platform.restart(HOUR_MS);
    await platform.clock.advance(1000);
    const again = await platform.login("ann");
    const device = await connect(t, platform, again);
    const { ring } = await device.next<{ ring: Ring }>("todo.rang");
    assert.deepEqual([ring.late, ring.at, ring.title], [true, "2027-03-01T12:05:00.000Z", "Call mum"]);
    assert.equal((await platform.as(ann.session).get("/rings")).status, 401);
  });

  test("what rang before a restart still rings after it, once", async (t) => {
    const platform = await start(t);
    const { ann } = await begin(t, platform);
    await platform.clock.advance(5 * MINUTE_MS);
    const [ring] = await pending(ann);
    await platform.restart();
    await platform.clock.advance(1000);
    assert.deepEqual(await pending(platform.as(ann.session)), [ring]);
  });

  test("another user's ring is not there to be answered", async (t) => {
    const platform = await start(t);
    const { ann } = await begin(t, platform);
    const eve = await platform.register("eve");
    await platform.clock.advance(5 * MINUTE_MS);
    const before = await pending(ann);
    for (const path of ["done", "snooze", "dismiss"])
      for (const body of [{}, { ring: before[0]?.id }])
        assert.equal((await eve.post(`/rings/${path}`, body)).problem.code, "TODO_RING_NOT_FOUND");
    assert.deepEqual(await pending(ann), before);
  });

  test("of two that ring, the answer goes to the newest, or to the one that is named", async (t) => {
    const platform = await start(t);
    const { ann } = await begin(t, platform);
    await ann.post("/todos", { title: "Later", due: "2027-03-01T12:06:00Z" });
    await platform.clock.advance(5 * MINUTE_MS);
    await platform.clock.advance(MINUTE_MS);
    const [first] = await pending(ann);
    assert.equal((await ann.post<Ring>("/rings/dismiss")).body.title, "Later");
    assert.deepEqual(
      (await pending(ann)).map(({ title }) => title),
      ["Call mum"],
    );
    assert.equal((await ann.post<Ring>("/rings/done", { ring: first?.id })).body.title, "Call mum");
  });

  test("a hundred that come due at once all ring, once", async (t) => {
    const platform = await start(t);
    const ann = await platform.register("ann");
    for (let index = 0; index < 100; index++)
      await ann.post("/todos", { title: `t${index}`, due: "2027-03-01T12:05:00Z" });
    const device = await connect(t, platform, ann);
    await platform.clock.advance(5 * MINUTE_MS);
    await platform.clock.advance(1000);
    const ids = (await rung(device)).map(({ todo }) => todo);
    assert.equal(new Set(ids).size, 100);
    assert.equal(ids.length, 100);
  });
});

for (const [what, now, zone, date, at] of [
  ["winter", "2027-03-01T12:00:00Z", "Europe/Berlin", "2027-03-02", "2027-03-02T08:00:00Z"],
  ["the day that the clocks go forward", "2027-03-27T12:00:00Z", "Europe/Berlin", "2027-03-28", "2027-03-28T07:00:00Z"],
  ["the day that they go back", "2027-10-30T12:00:00Z", "Europe/Berlin", "2027-10-31", "2027-10-31T08:00:00Z"],
  ["the other side of the date line", "2027-03-01T12:00:00Z", "Pacific/Auckland", "2027-03-03", "2027-03-02T20:00:00Z"],
  ["a half-hour zone", "2027-03-01T12:00:00Z", "Asia/Kolkata", "2027-03-02", "2027-03-02T03:30:00Z"],
] as const) {
  test(`an all-day todo rings at nine in the user's zone: ${what}`, async (t) => {
    const platform = await startPlatform(t, {}, new FakeClock(now));
    const ann = await platform.register("ann", { zone });
    assert.equal((await remind(ann, date)).dueAt, at.replace("Z", ".000Z"));
    await platform.clock.advance(Date.parse(at) - Date.parse(now) - 1000);
    const again = await platform.login("ann");
    assert.deepEqual(await pending(again), []);
    await platform.clock.advance(1000);
    assert.equal((await pending(again)).length, 1);
  });
}

test("the ring of a todo that was removed can still be dismissed by its name, and is not an error when done", async (t) => {
  const platform = await startPlatform(t);
  const { ann, todo } = await begin(t, platform);
  await platform.clock.advance(5 * MINUTE_MS);
  const [ring] = await pending(ann);
  await ann.delete(`/todos/${todo.id}`);
  assert.equal((await ann.post("/rings/done", { ring: ring?.id })).problem.code, "TODO_NOT_FOUND");
  assert.equal((await ann.post<Ring>("/rings/dismiss", { ring: ring?.id })).body.state, "dismissed");
});
