// Sockets and sessions: who is let in, and what ends a connection.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Account } from "../../services/auth/auth.schema.ts";
import { connect } from "../support/device.ts";
import { startPlatform } from "../support/platform.ts";

const LIFE_MS = 15 * 60 * 1000;

for (const [what, token] of [
  ["nobody", undefined],
  ["an empty token", ""],
  ["a token that is none", "a.b.c"],
  ["an object", { $ne: null }],
  ["a list", ["x"]],
] as const) {
  test(`a socket with ${what} is refused with problem details`, async (t) => {
    const platform = await startPlatform(t);
    await assert.rejects(connect(t, platform, { token }), (error: Error & { data?: { code: string } }) => {
      assert.deepEqual([error.message, error.data?.code], ["UNAUTHENTICATED", "UNAUTHENTICATED"]);
      return true;
    });
  });
}

test("a socket ends with its token", async (t) => {
  const platform = await startPlatform(t);
  const device = await connect(t, platform, await platform.register("ann"));
  await platform.clock.advance(LIFE_MS - 1000);
  assert.equal((await device.call("auth.me")).problem, null);
  const ended = device.ended();
  await platform.clock.advance(1000);
  await ended;
});

test("a socket that authenticates again in place lives on, with the new token's life", async (t) => {
  const platform = await startPlatform(t);
  const ann = await platform.register("ann");
  const device = await connect(t, platform, ann);
  await platform.clock.advance(LIFE_MS - 1000);
  const fresh = await platform.login("ann");
  assert.deepEqual((await device.authenticate(fresh.token)).result, { expiresAt: "2027-03-01T12:29:59.000Z" });
  await platform.clock.advance(LIFE_MS - 1000);
  assert.equal((await device.call("auth.me")).problem, null);
  const ended = device.ended();
  await platform.clock.advance(1000);
  await ended;
});

test("a socket stays with its user, and with its token where the new one is none", async (t) => {
  const platform = await startPlatform(t);
  const device = await connect(t, platform, await platform.register("ann"));
  const eve = await platform.register("eve");
  assert.equal((await device.authenticate(eve.token)).problem?.code, "FORBIDDEN");
  for (const token of ["x", undefined, null, 5, {}, [eve.token], { toString: 1 }])
    assert.equal((await device.authenticate(token)).problem?.code, "UNAUTHENTICATED", JSON.stringify(token));
  assert.equal((await device.call<Account>("auth.me")).result.name, "ann");
});

test("logging out ends the session's sockets, logging out everywhere all of the user's", async (t) => {
  const platform = await startPlatform(t);
  const [phone, laptop] = [await platform.register("ann"), await platform.login("ann")];
  const eve = await connect(t, platform, await platform.register("eve"));
  const [one, two] = [await connect(t, platform, phone), await connect(t, platform, laptop)];
  const first = one.ended();
  await phone.post("/auth/logout");
  await first;
  assert.equal((await two.call("auth.me")).problem, null);
  const second = two.ended();
  await laptop.post("/auth/logout-everywhere");
  await second;
  assert.equal((await eve.call("auth.me")).problem, null);
  await assert.rejects(connect(t, platform, phone), /UNAUTHENTICATED/);
});

test("a message that is far too large ends its socket, and only that", async (t) => {
  const platform = await startPlatform(t);
  const ann = await platform.register("ann");
  const [device, other] = [await connect(t, platform, ann), await connect(t, platform, ann)];
  const ended = device.ended();
  device.socket.emit("call", "todo.create", { title: "x".repeat(1_100_000) });
  await ended;
  assert.equal((await other.call("auth.me")).problem, null);
});
