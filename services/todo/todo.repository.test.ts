import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../mixins/store.ts";
import { todoRepository } from "./todo.repository.ts";
import { MAX_TODOS } from "./todo.ts";

/** A store that only counts: how many todos it says there are, and how often it was asked. */
function countingStore(count: number) {
  const state = { count, asked: 0 };
  const collection = {
    count: async () => {
      state.asked++;
      return state.count;
    },
  };
  const repository = todoRepository({ collection: () => collection } as unknown as Store);
  return { state, repository };
}

test("an account has room for ten thousand todos and no more", async () => {
  const { repository } = countingStore(MAX_TODOS - 2);
  const answers = [];
  for (let attempt = 0; attempt < 2; attempt++) answers.push(await repository.hasRoom("ann"));
  assert.deepEqual(answers, [true, true]);
  assert.equal(MAX_TODOS, 10_000);
});

test("a full account is refused until something has gone", async () => {
  const { state, repository } = countingStore(MAX_TODOS);
  assert.equal(await repository.hasRoom("ann"), false);
  assert.equal(await repository.hasRoom("ann"), false);
  state.count--;
  assert.equal(await repository.hasRoom("ann"), true);
});

test("todos are counted once an account, not once a creation", async () => {
  const { state, repository } = countingStore(5);
  for (let attempt = 0; attempt < 100; attempt++) await repository.hasRoom("ann");
  assert.equal(state.asked, 1);
  await repository.hasRoom("bob");
  assert.equal(state.asked, 2);
});

test("creations that were refused or repeated take no room for good", async () => {
  const { repository } = countingStore(5);
  for (let attempt = 0; attempt < MAX_TODOS + 5; attempt++) assert.equal(await repository.hasRoom("ann"), true);
});
