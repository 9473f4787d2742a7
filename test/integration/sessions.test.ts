// Sessions: refresh tokens that rotate, access tokens that end, and what logging out reaches.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AccessTokens } from "../../lib/auth/access-token.ts";
import { tokenSecret } from "../../lib/node/data.ts";
import type { Session } from "../../services/auth/auth.schema.ts";
import { eachStore, type Platform, startPlatform } from "../support/platform.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

const refresh = ({ guest }: Platform, refreshToken: string) => guest.post<Session>("/auth/refresh", { refreshToken });

eachStore("sessions", (start) => {
  test("a refresh token gives new tokens, and the next one does again", async (t) => {
    const platform = await start(t);
    let session = (await platform.register("ann")).session;
    for (let round = 0; round < 5; round++) {
      await platform.clock.advance(15 * 60 * 1000);
      assert.equal((await platform.as(session).get("/auth/me")).status, 401);
      const { status, body } = await refresh(platform, session.refreshToken);
      assert.equal(status, 200);
      assert.notEqual(body.refreshToken, session.refreshToken);
      assert.equal((await platform.as(body).get("/auth/me")).status, 200);
      session = body;
    }
  });

  test("a refresh token used again within 30 seconds gets the same successor, and nobody is logged out", async (t) => {
    const platform = await start(t);
    const { refreshToken } = (await platform.register("ann")).session;
    const first = (await refresh(platform, refreshToken)).body;
    await platform.clock.advance(30_000);
    const again = await refresh(platform, refreshToken);
    assert.deepEqual([again.status, again.body.refreshToken], [200, first.refreshToken]);
    assert.equal((await refresh(platform, first.refreshToken)).status, 200);
  });

  test("a refresh token used again later ends the session, for thief and owner", async (t) => {
    const platform = await start(t);
    const { refreshToken } = (await platform.register("ann")).session;
    const successor = (await refresh(platform, refreshToken)).body;
    await platform.clock.advance(30_001);
    assert.equal((await refresh(platform, refreshToken)).problem.code, "AUTH_SESSION_ENDED");
    assert.equal((await refresh(platform, successor.refreshToken)).problem.code, "AUTH_SESSION_ENDED");
    assert.equal((await platform.as(successor).get("/auth/me")).status, 401);
  });

  test("a refresh token of two generations ago ends the session at once", async (t) => {
    const platform = await start(t);
    const { refreshToken } = (await platform.register("ann")).session;
    const second = (await refresh(platform, refreshToken)).body.refreshToken;
    const third = (await refresh(platform, second)).body.refreshToken;
    assert.equal((await refresh(platform, refreshToken)).status, 401);
    assert.equal((await refresh(platform, third)).status, 401);
  });

  test("ten refreshes at once all get the same successor", async (t) => {
    const platform = await start(t);
    const { refreshToken } = (await platform.register("ann")).session;
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(platform, refreshToken)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(new Set(answers.map(({ body }) => body.refreshToken)).size, 1);
  });

  test("ending one session by reuse leaves the user's others alone", async (t) => {
    const platform = await start(t);
    const phone = await platform.register("ann");
    const laptop = await platform.login("ann");
    await refresh(platform, phone.session.refreshToken);
    await platform.clock.advance(60_000);
    await refresh(platform, phone.session.refreshToken);
    assert.equal((await laptop.get("/auth/me")).status, 200);
    assert.equal((await refresh(platform, laptop.session.refreshToken)).status, 200);
  });

  test("a session that nobody used for thirty days ends, one that is used lives on", async (t) => {
    const platform = await start(t);
    const idle = (await platform.register("ann")).session.refreshToken;
    let used = (await platform.login("ann")).session.refreshToken;
    for (let week = 0; week < 5; week++) {
      await platform.clock.advance(7 * DAY_MS);
      used = (await refresh(platform, used)).body.refreshToken;
    }
    assert.equal((await refresh(platform, idle)).problem.code, "AUTH_SESSION_ENDED");
    assert.equal((await refresh(platform, used)).status, 200);
  });

  test("logging out ends this session, and twice is as once", async (t) => {
    const platform = await start(t);
    const phone = await platform.register("ann");
    const laptop = await platform.login("ann");
    assert.equal((await phone.post("/auth/logout")).status, 204);
    assert.equal((await phone.get("/auth/me")).status, 401);
    assert.equal((await refresh(platform, phone.session.refreshToken)).status, 401);
    assert.equal((await laptop.get("/auth/me")).status, 200);
  });

  test("logging out everywhere ends all sessions of the user and nobody else's", async (t) => {
    const platform = await start(t);
    const devices = [await platform.register("ann"), await platform.login("ann"), await platform.login("ann")];
    const bob = await platform.register("bob");
    assert.equal((await devices[1]?.post("/auth/logout-everywhere"))?.status, 204);
    for (const device of devices) {
      assert.equal((await device.get("/auth/me")).status, 401);
      assert.equal((await refresh(platform, device.session.refreshToken)).status, 401);
    }
    assert.equal((await bob.get("/auth/me")).status, 200);
  });

  test("a logout and a refresh at once never leave a session behind", async (t) => {
    const platform = await start(t);
    for (let round = 0; round < 10; round++) {
      const ann = await (round === 0 ? platform.register("ann") : platform.login("ann"));
      const [refreshed] = await Promise.all([refresh(platform, ann.session.refreshToken), ann.post("/auth/logout")]);
      if (refreshed.status === 200) {
        assert.equal((await platform.as(refreshed.body).get("/auth/me")).status, 401);
        assert.equal((await refresh(platform, refreshed.body.refreshToken)).status, 401);
      } else assert.equal(refreshed.problem.code, "AUTH_SESSION_ENDED");
    }
  });
});

test("a refresh token that is not ours is refused, whatever it holds", async (t) => {
  const platform = await startPlatform(t);
  const { refreshToken } = (await platform.register("ann")).session;
  const [family = "", , mac = ""] = refreshToken.split(".");
  for (const wrong of [
    "x",
    "a.b.c",
    "..",
    `${family}.1.${mac}`,
    `${family}.0.${mac.slice(1)}`,
    `${family}.00.${mac}`,
    `${family}.-1.${mac}`,
    `${family}.1e9.${mac}`,
    `${refreshToken}.x`,
    "é".repeat(80),
  ])
    assert.equal((await refresh(platform, wrong)).problem.code, "AUTH_SESSION_ENDED", wrong);
  for (const wrong of ["", "x".repeat(201)]) assert.equal((await refresh(platform, wrong)).status, 422, wrong);
  assert.equal((await refresh(platform, refreshToken)).status, 200);
});

test("an access token that is not ours, was changed, or has ended is refused", async (t) => {
  const platform = await startPlatform(t);
  const ann = await platform.register("ann");
  const [head = "", payload = "", mac = ""] = ann.token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const user = ann.session.user;
  const other = new AccessTokens("another secret of at least 32 characters", platform.clock.now).sign(
    { id: user.id, roles: ["admin"], scopes: ["*"], session: "s" },
    user,
  );
  const tokens = [
    `${head}.${encode({ ...claims, roles: ["admin"] })}.${mac}`,
    `${encode({ alg: "none", typ: "JWT" })}.${payload}.`,
    `${encode({ alg: "none", typ: "JWT" })}.${payload}.x`,
    `${head}.${payload}.${mac.slice(0, -2)}xx`,
    other,
    `${ann.token}x`,
    ann.token.toUpperCase(),
  ];
  for (const token of tokens)
    assert.equal((await platform.guest.get("/auth/me", { Authorization: `Bearer ${token}` })).status, 401, token);
  assert.equal((await platform.guest.get("/auth/me", { Authorization: `bearer ${ann.token}` })).status, 200);
  await platform.clock.advance(15 * 60 * 1000 - 1000);
  assert.equal((await ann.get("/auth/me")).status, 200);
  await platform.clock.advance(1000);
  assert.equal((await ann.get("/auth/me")).status, 401);
});

test("a token of ours without claims of ours is refused, not an error of ours", async (t) => {
  const platform = await startPlatform(t);
  const { default: jwt } = await import("jsonwebtoken");
  const token = jwt.sign({ hello: 1, exp: Math.floor(platform.clock.now() / 1000) + 60 }, tokenSecret(platform.config));
  assert.equal((await platform.guest.get("/auth/me", { Authorization: `Bearer ${token}` })).status, 401);
});
