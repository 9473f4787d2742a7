// The store of the todo service. The owner is part of every query that a user's request leads to.
import { type Changes, DuplicateKeyError, type Query, type Store } from "../../mixins/store.ts";
import type { Sort } from "./todo.schema.ts";
import { idFor, MAX_TODOS, normalizeList, type RingRow, type TodoRow, UNDATED } from "./todo.ts";

export interface ListRow {
  _id: string;
  owner: string;
  name: string;
  createdAt: string;
}

export interface TodoFilter {
  done?: boolean;
  list?: string;
  dueFrom?: string;
  dueTo?: string;
}

/** Where a page ends: the sort field's value and the id of its last row. */
export interface Position {
  value: string;
  id: string;
}

/** Owners whose todos are counted at a time. */
const MAX_COUNTS = 10_000;

export type TodoRepository = ReturnType<typeof todoRepository>;

const SORT_FIELD: Record<string, "createdAt" | "updatedAt" | "dueKey"> = {
  createdAt: "createdAt",
  updatedAt: "updatedAt",
  dueAt: "dueKey",
};

/** The stored field and the direction of a sort. */
export function sortOf(sort: Sort): { field: "createdAt" | "updatedAt" | "dueKey"; descending: boolean } {
  const descending = sort.startsWith("-");
  return { field: SORT_FIELD[descending ? sort.slice(1) : sort] as "createdAt", descending };
}

export function todoRepository(store: Store) {
  const todos = store.collection<TodoRow>("todos", {
    indexes: ["ringAt", "removedAt", "owner"],
    compound: [
      ["owner", "-createdAt", "-_id"],
      ["owner", "-updatedAt", "-_id"],
      ["owner", "dueKey", "_id"],
    ],
  });
  const rings = store.collection<RingRow>("rings", { indexes: ["state", "todo", "owner"] });
  const lists = store.collection<ListRow>("lists", { indexes: ["owner"] });

  const counts = new Map<string, number>();

  return {
    todos,
    rings,
    lists,

    find: (owner: string, id: string) => todos.findOne({ owner, _id: id }),

    /** A page of what is there, with one row more than the limit where there is a next page. */
    page(owner: string, filter: TodoFilter, sort: Sort, limit: number, after?: Position): Promise<TodoRow[]> {
      const { field, descending } = sortOf(sort);
      // What has no date sorts last, but is due at no time.
      const dueRange = {
        ...(filter.dueFrom && { $gte: filter.dueFrom, $lt: UNDATED }),
        ...(filter.dueTo && { $lt: filter.dueTo }),
      };
      const query: Query = {
        ...(filter.done !== undefined && { done: filter.done }),
        ...(filter.list !== undefined && { list: filter.list }),
        ...(Object.keys(dueRange).length > 0 && { dueKey: dueRange }),
        removedAt: { $exists: false },
        owner,
      };
      const sign = descending ? "-" : "";
      return todos.find(query, {
        sort: [`${sign}${field}`, `${sign}_id`],
        limit: limit + 1,
        ...(after && { after: [after.value, after.id] }),
      });
    },

    /** Whether an account may have one more. Counted once and then kept up to date, so that it costs nothing a creation. */
    async hasRoom(owner: string): Promise<boolean> {
      const counted = counts.get(owner) ?? (await todos.count({ owner }));
      if (counts.size >= MAX_COUNTS) counts.clear();
      // At the bound it is counted again: some may have gone.
      const count = counted < MAX_TODOS ? counted : await todos.count({ owner });
      counts.set(owner, count + 1);
      return count < MAX_TODOS;
    },

    /** Compare and set: only while nobody else changed it, or rang it. */
    save: (row: TodoRow, changes: Changes<TodoRow>) =>
      todos.update(
        { version: row.version, ringAt: row.ringAt ?? { $exists: false }, owner: row.owner, _id: row._id },
        changes,
      ),

    /** Todos whose time has come, the earliest first. */
    due: (now: string, limit: number) =>
      todos.find({ ringAt: { $lte: now } }, { sort: ["ringAt"], limit }) as Promise<(TodoRow & { ringAt: string })[]>,

    /** @returns whether this node made the ring; the other one's insert, or a repeat, finds it there */
    async insertRing(ring: RingRow): Promise<boolean> {
      return insertOnce(() => rings.insert(ring));
    },

    /** Every list that was ever named is kept once. @returns it, and whether it is new */
    async ensureList(owner: string, name: string, now: string): Promise<{ list: ListRow; added: boolean }> {
      const list = {
        _id: idFor(`list:${owner}:${normalizeList(name)}`),
        owner,
        name: normalizeList(name),
        createdAt: now,
      };
      if (await lists.findOne({ owner, _id: list._id })) return { list, added: false };
      return { list, added: await insertOnce(() => lists.insert(list)) };
    },
  };
}

async function insertOnce(insert: () => Promise<void>): Promise<boolean> {
  try {
    await insert();
    return true;
  } catch (error) {
    if (error instanceof DuplicateKeyError) return false;
    throw error;
  }
}
