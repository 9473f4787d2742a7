// The rules of todos: no store, no broker, no clock.
import { createHash } from "node:crypto";
import { type Due, dueAt } from "../../lib/time/due.ts";
import type { Changes } from "../../mixins/store.ts";
import type { Ring, Todo } from "./todo.schema.ts";

/** The list of whoever names none. */
export const DEFAULT_LIST = "todo";
/** The most one account may have: it bounds what a list has to look through. */
export const MAX_TODOS = 10_000;
/** Sorts after every date: todos without one come last. */
export const UNDATED = "9999";
/** A ring this much after its time is told as late. */
const LATE_MS = 60_000;

/** What a creation or change leaves behind so that its repeat gets the same answer. */
export interface Receipt {
  /** Digest of the request. */
  fingerprint: string;
  result: Todo;
  /** Epoch milliseconds. */
  at: number;
}

/** One effect that happens once: the digests of its idempotency key and of its request. */
export interface Effect {
  key: string;
  fingerprint: string;
}

/** Changes of one todo whose receipts are kept: for a day, and so many at most, since they ride on the todo. */
const MAX_APPLIED = 10;
const RECEIPT_MS = 24 * 60 * 60 * 1000;

export interface TodoRow {
  _id: string;
  owner: string;
  title: string;
  due: Due | null;
  dueAt: string | null;
  /** `dueAt`, or {@link UNDATED}: what sorting by due date goes by. */
  dueKey: string;
  /** When it rings next. */
  ringAt?: string;
  list: string;
  done: boolean;
  version: number;
  createdAt: string;
  updatedAt: string;
  /** When it was removed. */
  removedAt?: string;
  receipt?: Receipt;
  /** Receipts of the last changes with a key, the oldest first. */
  applied?: (Receipt & { key: string })[];
}

export interface RingRow {
  _id: string;
  owner: string;
  todo: string;
  title: string;
  due: Due | null;
  at: string;
  late: boolean;
  state: Ring["state"];
}

/** What a handler may change about a todo. */
export interface Patch {
  title?: string;
  list?: string;
  due?: Due | null;
  done?: boolean;
  removed?: boolean;
  effect?: Effect;
}

/** An id of 22 characters: of the key where there is one, so that a repeat meets what it made before. */
export function idFor(seed: string): string {
  return createHash("sha256").update(seed).digest("base64url").slice(0, 22);
}

export function newTodo(
  id: string,
  owner: string,
  input: { title: string; due?: Due; list?: string },
  now: string,
): TodoRow {
  const at = input.due ? dueAt(input.due) : null;
  return {
    _id: id,
    owner,
    title: input.title.trim(),
    due: input.due ?? null,
    dueAt: at,
    dueKey: at ?? UNDATED,
    ...(at && at > now && { ringAt: at }),
    list: normalizeList(input.list),
    done: false,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

/** Lists are told apart without regard to case and spaces: "Shopping " is "shopping". */
export function normalizeList(name: string | undefined): string {
  return name?.trim().replace(/\s+/g, " ").toLowerCase() || DEFAULT_LIST;
}

/** The fields that a patch sets: what is derived from the due date follows it, and so does the ring. */
export function applyPatch(row: TodoRow, patch: Patch, now: string): Changes<TodoRow> {
  const due = patch.due === undefined ? row.due : patch.due;
  const rings = due ? dueAt(due) : null;
  const done = patch.done ?? row.done;
  const removed = patch.removed ?? row.removedAt !== undefined;
  const woken = (row.done && !done) || (row.removedAt !== undefined && !removed);
  const next = rings && rings > now ? rings : undefined;
  const changes = {
    ...(patch.title !== undefined && { title: patch.title.trim() }),
    ...(patch.list !== undefined && { list: normalizeList(patch.list) }),
    due,
    dueAt: rings,
    dueKey: rings ?? UNDATED,
    done,
    removedAt: removed ? (row.removedAt ?? now) : undefined,
    ringAt: done || removed ? undefined : rings !== row.dueAt || woken ? next : row.ringAt,
    version: row.version + 1,
    updatedAt: now,
  };
  if (!patch.effect) return changes;
  const at = Date.parse(now);
  const kept = (row.applied ?? []).filter((receipt) => receipt.at > at - RECEIPT_MS);
  const receipt = { ...patch.effect, at, result: todoOf({ ...row, ...changes } as TodoRow) };
  return { ...changes, applied: [...kept, receipt].slice(-MAX_APPLIED) };
}

/** Whether a patch only says what is so already. */
export function isApplied(row: TodoRow, patch: Patch): boolean {
  return (
    patch.title === undefined &&
    patch.list === undefined &&
    patch.due === undefined &&
    (patch.done === undefined || patch.done === row.done) &&
    (patch.removed === undefined || patch.removed === (row.removedAt !== undefined))
  );
}

/** The ring of a todo whose time has come: one a todo and time, whoever makes it. */
export function ringOf(row: TodoRow & { ringAt: string }, now: number): RingRow {
  return {
    _id: idFor(`ring:${row._id}:${row.ringAt}`),
    owner: row.owner,
    todo: row._id,
    title: row.title,
    due: row.due,
    at: row.ringAt,
    late: now - Date.parse(row.ringAt) > LATE_MS,
    state: "pending",
  };
}

export function todoOf({ _id, title, due, dueAt: at, list, done, version, createdAt, updatedAt }: TodoRow): Todo {
  return { id: _id, title, due, dueAt: at, list, done, version, createdAt, updatedAt };
}

export function presentRing({ _id, todo, title, due, at, late, state }: RingRow): Ring {
  return { id: _id, todo, title, due, at, late, state };
}
