// What every system starts with: a user with 200 todos and one with 10,000, and users who add some; their tokens.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AccessTokens } from "../lib/auth/access-token.ts";
import { idFor, newTodo } from "../services/todo/todo.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST_AT = Date.parse("2027-01-01T08:00:00Z");

/** How many todos each reader has. */
export const READERS = { few: 200, many: 10_000 } as const;

export type Reader = keyof typeof READERS;

/** The id of a reader's todo. */
export const seededId = (reader: Reader, index: number): string => idFor(`bench:${reader}:${index}`);

/** Writes the todos of the readers as the NeDB file of the todo service: one JSON document a line. */
export function seed(data: string): void {
  const lines = (Object.keys(READERS) as Reader[]).flatMap((reader) =>
    Array.from({ length: READERS[reader] }, (_, index) => JSON.stringify(seededTodo(reader, index))),
  );
  const folder = join(data, "todo");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "todos.db"), `${lines.join("\n")}\n`);
}

function seededTodo(reader: Reader, index: number): object {
  const at = FIRST_AT + index * 60_000;
  const date = new Date(at + DAY_MS).toISOString().slice(0, 10);
  const due = index % 3 === 0 ? { date, time: "17:00", zone: "Europe/Berlin" } : undefined;
  const input = { title: `Thing to do, number ${index}`, list: ["shopping", "work", "todo"][index % 3] as string };
  return newTodo(seededId(reader, index), reader, { ...input, ...(due && { due }) }, new Date(at).toISOString());
}

/** An access token of each of these users, signed with the secret that all systems have. */
export function tokensOf(users: readonly string[], secret: string): string[] {
  const tokens = new AccessTokens(secret, Date.now);
  return users.map((id) =>
    tokens.sign(
      { id, roles: ["user"], scopes: ["*"], session: idFor(`session:${id}`) },
      { zone: "Europe/Berlin", language: "en" },
    ),
  );
}
