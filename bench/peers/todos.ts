// What every peer does for a request, written as directly as the store allows. They share Vivavoce's token check and its
// store (tokens are remembered, todos are in NeDB files), so that what differs is the way there and back.
import { randomUUID } from "node:crypto";
import type { ServiceBroker } from "moleculer";
import { readConfig } from "../../lib/config/config.ts";
import { systemClock } from "../../lib/node/runtime.ts";
import { makeStore } from "../../mixins/store.ts";
import { AccessControl, bearerToken } from "../../services/gateway/access.ts";
import { todoRepository } from "../../services/todo/todo.repository.ts";
import type { Todo } from "../../services/todo/todo.schema.ts";
import { idFor, newTodo, todoOf } from "../../services/todo/todo.ts";

/** The settings of a peer: the same names as the platform's. */
export const config = readConfig(process.env);

const control = new AccessControl({ tokenSecret: config.tokenSecret ?? "", clock: systemClock });

/** The id of the user whose token it is (HS256, a KeyObject, remembered once verified), or `undefined`. */
export function userOf(authorization: string | undefined): string | undefined {
  const token = bearerToken(authorization);
  return token === undefined ? undefined : control.verify(token)?.user.id;
}

/** The body of a creation, for Ajv. */
export const createSchema = {
  type: "object",
  required: ["title"],
  additionalProperties: false,
  properties: {
    title: { type: "string", minLength: 1, maxLength: 200, pattern: "\\S" },
    list: { type: "string", minLength: 1, maxLength: 50, pattern: "\\S" },
  },
} as const;

/** A checked body of a creation. */
export interface CreateBody {
  title: string;
  list?: string;
}

export interface Page {
  items: Todo[];
  nextCursor: string | null;
}

/** Opens the todos below the data directory. */
export async function openTodos() {
  const store = makeStore({ logger: console } as unknown as ServiceBroker, { config }, "todo");
  const repository = todoRepository(store);
  await store.open();
  return {
    async create(owner: string, body: CreateBody): Promise<Todo> {
      const row = newTodo(idFor(randomUUID()), owner, body, new Date().toISOString());
      await repository.todos.insert(row);
      return todoOf(row);
    },

    async get(owner: string, id: string): Promise<Todo | undefined> {
      const row = await repository.find(owner, id);
      return row && todoOf(row);
    },

    /** The newest first. */
    async list(owner: string, limit: number): Promise<Page> {
      const rows = await repository.page(owner, {}, "-createdAt", limit);
      const items = rows.slice(0, limit).map(todoOf);
      const last = items.at(-1);
      const nextCursor =
        rows.length > limit && last ? Buffer.from(`${last.createdAt} ${last.id}`).toString("base64url") : null;
      return { items, nextCursor };
    },
  };
}
