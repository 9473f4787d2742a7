// Accounts: who becomes one, who gets in, and what a password change or reset ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Account, Session } from "../../services/auth/auth.schema.ts";
import { eachStore, emailOf, PASSWORD, startPlatform } from "../support/platform.ts";

const CREDENTIALS = { email: emailOf("ann"), password: PASSWORD, name: "Ann" };

eachStore("auth", (start) => {
  test("the first account is the administrator, those after are not", async (t) => {
    const platform = await start(t);
    assert.deepEqual((await platform.register("ann")).session.user.roles, ["admin", "user"]);
    assert.deepEqual((await platform.register("bob")).session.user.roles, ["user"]);
  });

  for (const registration of ["open", "invitation", "closed"] as const) {
    test(`of ten first accounts at once one is the administrator (registration ${registration})`, async (t) => {
      const platform = await start(t, { registration });
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          platform.guest.post<Session>("/auth/register", { ...CREDENTIALS, email: emailOf(`user${index}`) }),
        ),
      );
      const admins = answers.filter(({ body }) => body.user?.roles.includes("admin"));
      assert.equal(admins.length, 1);
      assert.equal(answers.filter(({ status }) => status === 201).length, registration === "open" ? 10 : 1);
    });
  }

  test("of two registrations of one address at once one gets it", async (t) => {
    const platform = await start(t);
    await platform.register("boss");
    const emails = ["ann@example.org", "ANN@example.org", "Ann@Example.ORG"];
    const answers = await Promise.all(
      emails.map((email) => platform.guest.post("/auth/register", { ...CREDENTIALS, email })),
    );
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 409, 409]);
  });

  test("an invitation lets one in, once, within seven days", async (t) => {
    const platform = await start(t, { registration: "invitation" });
    const boss = await platform.register("boss");
    const invite = async () => (await boss.post<{ code: string; expiresAt: string }>("/auth/invitations")).body;
    const register = (name: string, invitation?: string) =>
      platform.guest.post("/auth/register", {
        ...CREDENTIALS,
        email: emailOf(name),
        ...(invitation && { invitation }),
      });
    const { code, expiresAt } = await invite();
    assert.equal(expiresAt, "2027-03-08T12:00:00.000Z");
    assert.equal((await register("ann")).problem.code, "AUTH_INVITATION_INVALID");
    assert.equal((await register("ann", "guessed")).problem.code, "AUTH_INVITATION_INVALID");
    const racers = await Promise.all(["ann", "bob", "eve"].map((name) => register(name, code)));
    assert.deepEqual(racers.map(({ status }) => status).toSorted(), [201, 403, 403]);
    const late = await invite();
    await platform.clock.advance(7 * 24 * 60 * 60 * 1000);
    assert.equal((await register("late", late.code)).problem.code, "AUTH_INVITATION_INVALID");
  });

  test("an invitation is not spent on an address that is taken", async (t) => {
    const platform = await start(t, { registration: "invitation" });
    const boss = await platform.register("boss");
    const { code } = (await boss.post<{ code: string }>("/auth/invitations")).body;
    const register = (name: string) =>
      platform.guest.post("/auth/register", { ...CREDENTIALS, email: emailOf(name), invitation: code });
    assert.equal((await register("boss")).status, 409);
    assert.equal((await register("ann")).status, 201);
  });

  test("who may not register is not told which addresses have accounts", async (t) => {
    const platform = await start(t, { registration: "closed" });
    await platform.register("boss");
    for (const name of ["boss", "nobody"])
      assert.equal(
        (await platform.guest.post("/auth/register", { ...CREDENTIALS, email: emailOf(name) })).problem.code,
        "AUTH_REGISTRATION_CLOSED",
      );
  });

  test("an unknown address and a wrong password get the same answer", async (t) => {
    const platform = await start(t);
    await platform.register("ann");
    const login = (email: string, password: string) => platform.guest.post("/auth/login", { email, password });
    const [unknown, wrong] = [
      await login("nobody@example.org", PASSWORD),
      await login(emailOf("ann"), "wrong password"),
    ];
    const { requestId: _, ...expected } = unknown.problem;
    const { requestId: __, ...given } = wrong.problem;
    assert.deepEqual(given, expected);
    assert.deepEqual([unknown.status, given.code], [401, "AUTH_CREDENTIALS_WRONG"]);
    assert.deepEqual([...wrong.headers.keys()].toSorted(), [...unknown.headers.keys()].toSorted());
  });

  test("an address signs in however it is written, and a password however its accents are composed", async (t) => {
    const platform = await start(t);
    await platform.guest.post("/auth/register", {
      ...CREDENTIALS,
      email: "Ann.Lee@Example.ORG",
      password: "passé 12345",
    });
    const { status, body } = await platform.guest.post<Session>("/auth/login", {
      email: "ann.lee@example.org",
      password: "passe\u0301 12345",
    });
    assert.deepEqual([status, body.user.email], [200, "ann.lee@example.org"]);
  });

  test("after ten wrong passwords an account waits, also with the right one, and so does its unknown twin", async (t) => {
    const platform = await start(t);
    await platform.register("ann");
    for (const name of ["ann", "nobody"]) {
      const login = (password: string) => platform.guest.post("/auth/login", { email: emailOf(name), password });
      for (let attempt = 0; attempt < 10; attempt++) assert.equal((await login("wrong password")).status, 401);
      const { status, headers } = await login(PASSWORD);
      assert.deepEqual([status, headers.get("retry-after")], [429, "900"], name);
    }
    await platform.clock.advance(15 * 60 * 1000);
    assert.equal((await platform.guest.post("/auth/login", { email: emailOf("ann"), password: PASSWORD })).status, 200);
  });

  test("many guesses at once are not more guesses", async (t) => {
    const platform = await start(t);
    await platform.register("ann");
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        platform.guest.post("/auth/login", { email: emailOf("ann"), password: "wrong password" }),
      ),
    );
    const tried = answers.filter(({ status }) => status === 401).length;
    assert.ok(tried <= 10, `${tried} passwords were tried`);
  });

  test("the right password forgives the wrong ones before it", async (t) => {
    const platform = await start(t);
    await platform.register("ann");
    const login = (password: string) => platform.guest.post("/auth/login", { email: emailOf("ann"), password });
    for (let round = 0; round < 3; round++) {
      for (let attempt = 0; attempt < 9; attempt++) assert.equal((await login("wrong password")).status, 401);
      assert.equal((await login(PASSWORD)).status, 200);
    }
  });

  test("one address that tries a hundred accounts waits", async (t) => {
    const platform = await start(t);
    const login = (index: number) =>
      platform.guest.post("/auth/login", { email: emailOf(`user${index}`), password: "wrong password" });
    await Promise.all(Array.from({ length: 100 }, (_, index) => login(index)));
    assert.equal((await login(100)).status, 429);
  });

  test("a changed password ends all other sessions, keeps this device signed in, and is the only one that works", async (t) => {
    const platform = await start(t);
    const phone = await platform.register("ann");
    const laptop = await platform.login("ann");
    const changed = await laptop.post<Session>("/auth/password", { current: PASSWORD, password: "another password" });
    assert.equal(changed.status, 200);
    assert.equal((await platform.as(changed.body).get("/auth/me")).status, 200);
    for (const old of [phone, laptop]) {
      assert.equal((await old.get("/auth/me")).status, 401);
      assert.equal(
        (await platform.guest.post("/auth/refresh", { refreshToken: old.session.refreshToken })).status,
        401,
      );
    }
    assert.equal((await platform.guest.post("/auth/login", { email: emailOf("ann"), password: PASSWORD })).status, 401);
    assert.equal((await platform.login("ann", "another password")).session.user.email, emailOf("ann"));
  });

  test("a wrong current password changes nothing", async (t) => {
    const platform = await start(t);
    const ann = await platform.register("ann");
    assert.equal(
      (await ann.post("/auth/password", { current: "wrong", password: "another password" })).problem.code,
      "AUTH_CREDENTIALS_WRONG",
    );
    assert.equal((await ann.get("/auth/me")).status, 200);
  });

  test("a reset code sets a password once within a day, and ends all sessions", async (t) => {
    const platform = await start(t);
    const boss = await platform.register("boss");
    const ann = await platform.register("ann");
    const issue = async () =>
      (await boss.post<{ code: string }>("/auth/resets", { email: "ANN@example.org" })).body.code;
    const reset = (code: string) => platform.guest.post<Session>("/auth/reset", { code, password: "another password" });
    assert.equal((await ann.post("/auth/resets", { email: emailOf("ann") })).status, 403);
    assert.equal((await boss.post("/auth/resets", { email: emailOf("nobody") })).problem.code, "AUTH_USER_NOT_FOUND");
    const code = await issue();
    const racers = await Promise.all([reset(code), reset(code)]);
    assert.deepEqual(racers.map(({ status }) => status).toSorted(), [200, 403]);
    assert.equal((await ann.get("/auth/me")).status, 401);
    await platform.login("ann", "another password");
    const late = await issue();
    await platform.clock.advance(24 * 60 * 60 * 1000);
    assert.equal((await reset(late)).problem.code, "AUTH_RESET_INVALID");
    const invitation = await (await platform.login("boss")).post<{ code: string }>("/auth/invitations");
    assert.equal((await reset(invitation.body.code)).problem.code, "AUTH_RESET_INVALID");
  });

  test("a user changes name, zone and language, and nothing else", async (t) => {
    const platform = await start(t);
    await platform.register("boss");
    const ann = await platform.register("ann");
    const update = (body: object) => ann.patch<Account>("/auth/me", body);
    const changed = await update({ name: " Ann Lee ", zone: "Asia/Tokyo", language: "de" });
    assert.deepEqual([changed.body.name, changed.body.zone, changed.body.language], ["Ann Lee", "Asia/Tokyo", "de"]);
    assert.deepEqual((await ann.get<Account>("/auth/me")).body, changed.body);
    assert.deepEqual((await update({})).body, changed.body);
    for (const body of [
      { roles: ["admin"] },
      { email: "x@example.org" },
      { passwordHash: "x" },
      { id: "x" },
      { zone: "Mars/Base" },
      { name: " " },
      { language: "1" },
    ])
      assert.equal((await update(body)).status, 422, JSON.stringify(body));
    assert.deepEqual((await ann.get<Account>("/auth/me")).body, changed.body);
  });

  test("no answer holds a password or its hash", async (t) => {
    const platform = await start(t);
    const ann = await platform.register("ann");
    const answers = [
      ann.session,
      (await platform.login("ann")).session,
      (await ann.get("/auth/me")).body,
      (await ann.patch("/auth/me", { name: "A" })).body,
      (await platform.guest.post("/auth/refresh", { refreshToken: ann.session.refreshToken })).body,
      (await ann.post("/auth/password", { current: PASSWORD, password: "another password" })).body,
      (await platform.guest.post("/auth/register", CREDENTIALS)).body,
    ];
    assert.doesNotMatch(JSON.stringify(answers), /argon2|passwordHash|another password|correct horse/);
  });

  test("accounts, sessions, invitations and counted attempts are there after a restart", async (t) => {
    const platform = await start(t, { registration: "invitation" });
    const boss = await platform.register("boss");
    const { code } = (await boss.post<{ code: string }>("/auth/invitations")).body;
    for (let attempt = 0; attempt < 10; attempt++)
      await platform.guest.post("/auth/login", { email: emailOf("x"), password: "wrong" });
    await platform.restart();
    assert.equal((await platform.as(boss.session).get("/auth/me")).status, 200);
    assert.equal((await platform.guest.post("/auth/refresh", { refreshToken: boss.session.refreshToken })).status, 200);
    assert.equal((await platform.login("boss")).session.user.roles[0], "admin");
    assert.equal((await platform.register("ann", { invitation: code })).session.user.roles.length, 1);
    assert.equal((await platform.guest.post("/auth/login", { email: emailOf("x"), password: "wrong" })).status, 429);
  });
});

test("what an account may be called and use as a password", async (t) => {
  const platform = await startPlatform(t);
  const paths = async (more: object) =>
    (await platform.guest.post("/auth/register", { ...CREDENTIALS, ...more })).problem.errors?.map(({ path }) => path);
  for (const email of ["", "ann", "ann@", "@example.org", "a b@example.org", `${"a".repeat(250)}@b.co`, 5, null])
    assert.deepEqual(await paths({ email }), ["email"]);
  for (const password of ["", "short", "x".repeat(201), null])
    assert.deepEqual(await paths({ password }), ["password"]);
  for (const name of ["", "   ", "x".repeat(101)]) assert.deepEqual(await paths({ name }), ["name"]);
  for (const zone of ["Mars/Base", "europe/berlin", "+01:00", "../etc/passwd"])
    assert.deepEqual(await paths({ zone }), ["zone"]);
  assert.deepEqual(await paths({ roles: ["admin"] }), ["roles"]);
  assert.equal((await platform.guest.post("/auth/register", CREDENTIALS)).status, 201);
});
