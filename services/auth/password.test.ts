import assert from "node:assert/strict";
import { test } from "node:test";
import { hashPassword, verifyPassword } from "./password.ts";

test("a password fits its own hash and no other does", async () => {
  const stored = await hashPassword("correct horse");
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w-]{22}\$[\w-]{43}$/);
  assert.equal(await verifyPassword("correct horse", stored), true);
  for (const wrong of ["correct horse ", "Correct horse", "", "x".repeat(200)])
    assert.equal(await verifyPassword(wrong, stored), false);
});

test("the same password has another hash each time", async () => {
  assert.notEqual(await hashPassword("correct horse"), await hashPassword("correct horse"));
});

test("a hash with other costs still fits, so that they can be raised", async () => {
  const { argon2Sync } = await import("node:crypto");
  const nonce = Buffer.alloc(16, 1);
  const tag = argon2Sync("argon2id", {
    message: Buffer.from("old"),
    nonce,
    memory: 1024,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  });
  const stored = `$argon2id$v=19$m=1024,t=1,p=1$${nonce.toString("base64url")}$${tag.toString("base64url")}`;
  assert.equal(await verifyPassword("old", stored), true);
  assert.equal(await verifyPassword("new", stored), false);
});

for (const stored of [undefined, "", "plain", "$argon2id$v=19$m=1,t=1,p=1$$", "$2b$10$abcdefghijklmnopqrstuv"]) {
  test(`nothing fits the stored hash ${JSON.stringify(stored)}`, async () => {
    assert.equal(await verifyPassword("", stored), false);
  });
}

test("without an account it works about as long as with one", async () => {
  const stored = await hashPassword("correct horse");
  const time = async (given: string | undefined): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < 9; round++) {
      const startedAt = performance.now();
      await verifyPassword("wrong", given);
      times.push(performance.now() - startedAt);
    }
    return times.toSorted((a, b) => a - b)[4] as number;
  };
  const [known, unknown] = [await time(stored), await time(undefined)];
  assert.ok(unknown > known / 3 && unknown < known * 3, `${known} ms against ${unknown} ms`);
});
