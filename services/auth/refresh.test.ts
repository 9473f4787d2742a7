import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, readRefreshToken, refreshToken } from "./refresh.ts";

const SECRET = "a secret of tests";
const AT = 1_000_000;

for (const [presented, current, age, verdict] of [
  [0, 0, 0, "rotate"],
  [0, 0, 10 ** 9, "rotate"],
  [0, 1, 0, "repeat"],
  [0, 1, 30_000, "repeat"],
  [0, 1, 30_001, "reuse"],
  [0, 2, 0, "reuse"],
  [5, 4, 0, "reuse"],
] as const) {
  test(`generation ${presented} of a family at ${current}, rotated ${age} ms ago, is a ${verdict}`, () => {
    assert.equal(judge(presented, current, AT, AT + age), verdict);
  });
}

test("a token is read back, and only with its own secret, family, generation and spelling", () => {
  const token = refreshToken(SECRET, "family", 7);
  assert.deepEqual(readRefreshToken(SECRET, token), { family: "family", generation: 7 });
  assert.equal(readRefreshToken("another", token), undefined);
  const mac = token.split(".")[2];
  for (const wrong of [
    `family.8.${mac}`,
    `other.7.${mac}`,
    `family.07.${mac}`,
    `family.7.0.${mac}`,
    `${token}=`,
    "",
    ".",
    "..",
    "family.7.",
  ])
    assert.equal(readRefreshToken(SECRET, wrong), undefined, wrong);
});

test("a family's tokens cannot be told from each other by whoever has no secret", () => {
  assert.notEqual(refreshToken(SECRET, "family", 0), refreshToken(SECRET, "family", 1));
  assert.notEqual(refreshToken(SECRET, "family", 0), refreshToken(`${SECRET}x`, "family", 0));
});
