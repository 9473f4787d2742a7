// Load at the REST door, and what became of it.
import assert from "node:assert/strict";
import type { Todo } from "../../services/todo/todo.schema.ts";
import { request } from "./support.ts";

const IN_FLIGHT = 32;

export interface Outcome {
  /** Ids of the todos whose creation was answered with 201. */
  acknowledged: Set<string>;
  /** Status and code of every other answer. */
  failures: string[];
  /** Milliseconds of the slowest answer. */
  slowest: number;
}

/** Creates todos, each with its key, once each; `midway` runs when a quarter of them is acknowledged. */
export async function load(
  url: string,
  token: string,
  { creates, midway }: { creates: number; midway: () => Promise<void> },
): Promise<Outcome> {
  const outcome: Outcome = { acknowledged: new Set(), failures: [], slowest: 0 };
  let next = 0;
  let done: Promise<void> | undefined;
  const client = async (): Promise<void> => {
    while (next < creates) {
      const title = `todo-${next++}`;
      const began = performance.now();
      const { status, body } = await request(url, "POST /api/v1/todos", {
        token,
        body: { title },
        headers: { "Idempotency-Key": title },
      });
      outcome.slowest = Math.max(outcome.slowest, performance.now() - began);
      if (status === 201) outcome.acknowledged.add(body.id);
      else outcome.failures.push(`${status} ${body?.code}`);
      if (outcome.acknowledged.size >= creates / 4) done ??= midway();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  assert.ok(
    done,
    `a quarter was never acknowledged: ${outcome.failures.length} failed: ${outcome.failures.slice(0, 5)}`,
  );
  await done;
  return outcome;
}

/** All todos of a user, page by page. */
export async function allTodos(url: string, token: string): Promise<Todo[]> {
  const todos: Todo[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const query: string = cursor ? `&cursor=${cursor}` : "";
    const page = await request(url, `GET /api/v1/todos?limit=200${query}`, { token });
    assert.equal(page.status, 200);
    todos.push(...page.body.items);
    cursor = page.body.nextCursor;
  }
  return todos;
}
