// Todos, lists and due times that ring. Promises: what was acknowledged is stored; a creation or change with an idempotency
// key happens once; nobody changes what somebody else changed in between (If-Match); a todo of another user is not there;
// a due time rings once, on every device, until it is done, snoozed or dismissed, also after downtime.
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { ServiceBroker, ServiceSchema } from "moleculer";
import {
  type CallMeta,
  commonErrors,
  fail,
  implement,
  publish,
  refuseField,
  type ServiceEvents,
} from "../../lib/action/index.ts";
import { runtimeOf } from "../../lib/node/runtime.ts";
import { type Due, dueAt, isDueYear } from "../../lib/time/due.ts";
import { parseDue } from "../../lib/time/spoken.ts";
import { cleanCache, cleanedCache } from "../../mixins/cache.ts";
import { DuplicateKeyError, makeStore } from "../../mixins/store.ts";
import { makeRinger } from "./ringer.ts";
import { actions } from "./todo.actions.ts";
import { errors } from "./todo.errors.ts";
import { type ListRow, type Position, sortOf, todoRepository } from "./todo.repository.ts";
import type { Sort, Todo } from "./todo.schema.ts";
import {
  applyPatch,
  idFor,
  isApplied,
  newTodo,
  normalizeList,
  type Patch,
  presentRing,
  type Receipt,
  type RingRow,
  type TodoRow,
  todoOf,
} from "./todo.ts";

const DEFAULT_LIMIT = 20;
const DEFAULT_SNOOZE_MIN = 10;
/** How often a change without a version is tried again when somebody else was faster. */
const MAX_TRIES = 10;

export default function todoService(broker: ServiceBroker): ServiceSchema {
  const runtime = runtimeOf(broker);
  const { clock } = runtime;
  const store = makeStore(broker, runtime, "todo");
  const repository = todoRepository(store);
  const { todos, rings, lists } = repository;
  const ringer = makeRinger(broker, repository, clock);
  const now = (): string => new Date(clock.now()).toISOString();

  const readDue = (due: Due | string, meta: Pick<CallMeta, "zone">, field: string): Due => {
    const zone = meta.zone ?? "UTC";
    const parsed = typeof due === "string" ? parseDue(due, { now: now(), zone })?.due : due;
    return (
      checkDue(parsed) ?? refuseField(field, "is not a date", actions.create.params.properties.due["accepts"] as string)
    );
  };

  const tell = (event: keyof ServiceEvents & `todo.${string}`, row: TodoRow): Promise<void> =>
    publish(broker, event, { todo: todoOf(row) } as ServiceEvents[typeof event], row.owner);

  const ensureList = async (owner: string, name: string, at: string): Promise<ListRow> => {
    const { list, added } = await repository.ensureList(owner, name, at);
    if (added) await cleanCache(broker, "todo.lists", owner);
    return list;
  };

  /**
   * Load, decide, save: again from the start when somebody else was faster, unless the caller named the version.
   * Rings of the todo follow the change.
   */
  const change = async (
    owner: string,
    id: string,
    patch: Patch,
    event: keyof ServiceEvents & `todo.${string}`,
    version?: number,
  ): Promise<Todo> => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const row = await repository.find(owner, id);
      if (!row || (row.removedAt && patch.removed === undefined)) return fail(errors.TODO_NOT_FOUND);
      const receipt = row.applied?.find(({ key }) => key === patch.effect?.key);
      if (receipt) return resultOf(receipt, patch.effect?.fingerprint);
      if (isApplied(row, patch)) return todoOf(row);
      if (version !== undefined && version !== row.version) fail(errors.TODO_VERSION_CONFLICT);
      const saved = await repository.save(row, applyPatch(row, patch, now()));
      if (!saved) continue;
      if (patch.done || patch.removed) await ringer.end(saved, patch.done ? "done" : "dismissed");
      else if (saved.dueAt !== row.dueAt) await ringer.end(saved, "dismissed");
      await tell(event, saved);
      return todoOf(saved);
    }
    return fail(commonErrors.UNAVAILABLE);
  };

  const pendingRing = async (owner: string, id: string | undefined): Promise<RingRow> => {
    const pending = id
      ? await rings.findOne({ owner, _id: id })
      : (await rings.find({ state: "pending", owner }, { sort: ["-at"], limit: 1 }))[0];
    return pending ?? fail(errors.TODO_RING_NOT_FOUND);
  };

  const endRing = async (ring: RingRow, state: "done" | "snoozed" | "dismissed"): Promise<RingRow> => {
    await ringer.end({ _id: ring.todo, owner: ring.owner }, state);
    return { ...ring, state: ring.state === "pending" ? state : ring.state };
  };

  return implement(
    "todo",
    actions,
    {
      async create({ params, meta, locals }) {
        const owner = meta.user.id;
        const due = params.due === undefined ? undefined : readDue(params.due, meta, "due");
        const key = locals.idempotencyKey;
        const id = idFor(key ? `todo.create:${owner}:${key}` : randomUUID());
        const row = newTodo(
          id,
          owner,
          { title: params.title, ...(due && { due }), ...(params.list && { list: params.list }) },
          now(),
        );
        if (key)
          row.receipt = {
            fingerprint: idFor(JSON.stringify([params.title, params.due ?? null, params.list ?? null])),
            result: todoOf(row),
            at: clock.now(),
          };
        if (!(await repository.hasRoom(owner))) {
          const existing = key ? await repository.find(owner, id) : undefined;
          return existing ? repeated(existing, row) : fail(errors.TODO_LIST_FULL);
        }
        try {
          await todos.insert(row);
        } catch (error) {
          if (!(error instanceof DuplicateKeyError)) throw error;
          return repeated(await repository.find(owner, id), row);
        }
        await ensureList(owner, row.list, row.createdAt);
        await tell("todo.created", row);
        return todoOf(row);
      },

      async get({ params, meta }) {
        const row = await repository.find(meta.user.id, params.id);
        return row && !row.removedAt ? todoOf(row) : fail(errors.TODO_NOT_FOUND);
      },

      async list({ params, meta }) {
        const sort: Sort = params.sort ?? "-createdAt";
        const limit = params.limit ?? DEFAULT_LIMIT;
        const day = params.on === undefined ? {} : dayRange(readDue(params.on, meta, "on"));
        const filter = {
          ...(params.done !== undefined && { done: params.done }),
          ...(params.list !== undefined && { list: normalizeList(params.list) }),
          ...(params.dueFrom !== undefined && { dueFrom: readInstant(params.dueFrom, "dueFrom") }),
          ...(params.dueTo !== undefined && { dueTo: readInstant(params.dueTo, "dueTo") }),
          ...day,
        };
        const rows = await repository.page(meta.user.id, filter, sort, limit, readCursor(params.cursor, sort));
        const items = rows.slice(0, limit);
        const last = rows.length > limit ? items.at(-1) : undefined;
        return {
          items: items.map((row) => (params.fields ? select(todoOf(row), params.fields) : todoOf(row))),
          nextCursor: last ? writeCursor(sort, { value: last[sortOf(sort).field], id: last._id }) : null,
        };
      },

      async update({ params, meta, locals }) {
        const { id, version, due, ...rest } = params;
        const { idempotencyKey: key } = locals;
        const patch: Patch = {
          ...rest,
          ...(due !== undefined && { due: due === null ? null : readDue(due, meta, "due") }),
          ...(key && { effect: { key: idFor(key), fingerprint: idFor(JSON.stringify({ ...rest, due })) } }),
        };
        const changed = await change(meta.user.id, id, patch, "todo.updated", version);
        if (rest.list) await ensureList(meta.user.id, rest.list, now());
        return changed;
      },

      complete: ({ params, meta }) => change(meta.user.id, params.id, { done: true }, "todo.completed", params.version),
      reopen: ({ params, meta }) => change(meta.user.id, params.id, { done: false }, "todo.reopened", params.version),
      remove: ({ params, meta }) => change(meta.user.id, params.id, { removed: true }, "todo.removed", params.version),
      restore: ({ params, meta }) => change(meta.user.id, params.id, { removed: false }, "todo.restored"),

      async lists({ meta }) {
        const rows = await lists.find({ owner: meta.user.id }, { sort: ["name"], limit: MAX_LISTS });
        return { items: rows.map(({ name, createdAt }) => ({ name, createdAt })) };
      },

      async addList({ params, meta }) {
        if ((await lists.find({ owner: meta.user.id }, { limit: MAX_LISTS })).length >= MAX_LISTS)
          fail(errors.TODO_LIST_FULL, { message: "There is no room for more lists." });
        const { name, createdAt } = await ensureList(meta.user.id, params.name, now());
        return { name, createdAt };
      },

      async removeList({ params, meta }) {
        const owner = meta.user.id;
        const list = await lists.findOne({ name: normalizeList(params.name), owner });
        if (!list) return fail(errors.TODO_LIST_NOT_FOUND);
        if (await todos.findOne({ list: list.name, done: false, removedAt: { $exists: false }, owner }))
          fail(errors.TODO_LIST_NOT_EMPTY);
        await lists.remove({ owner, _id: list._id });
        await cleanCache(broker, "todo.lists", owner);
        return { name: list.name, createdAt: list.createdAt };
      },

      async rings({ meta }) {
        const rows = await rings.find({ state: "pending", owner: meta.user.id }, { sort: ["at"], limit: 100 });
        return { items: rows.map(presentRing) };
      },

      async finishRing({ params, meta }) {
        const ring = await pendingRing(meta.user.id, params.ring);
        await change(ring.owner, ring.todo, { done: true }, "todo.completed");
        // Also where the todo was done before: a process that died in between has left its ring.
        return presentRing(await endRing(ring, "done"));
      },

      async snooze({ params, meta }) {
        const ring = await pendingRing(meta.user.id, params.ring);
        const until = new Date(clock.now() + (params.minutes ?? DEFAULT_SNOOZE_MIN) * 60_000).toISOString();
        // Set before the ring ends: a process that dies in between leaves it ringing, never silent.
        if (ring.state === "pending")
          await todos.update(
            { done: false, removedAt: { $exists: false }, owner: ring.owner, _id: ring.todo },
            { ringAt: until },
          );
        return presentRing(await endRing(ring, "snoozed"));
      },

      async dismiss({ params, meta }) {
        return presentRing(await endRing(await pendingRing(meta.user.id, params.ring), "dismissed"));
      },
    },
    {
      mixins: [cleanedCache],
      events: {
        "socket.connected": (ctx: { params: { user: string } }) => ringer.remind(ctx.params.user),
      },
      async started() {
        await store.open();
        ringer.start();
      },
      async stopped() {
        await ringer.stop();
        await store.close();
      },
    },
  );
}

const MAX_LISTS = 500;

/** The first answer for a repeated key; a key that comes with another request is refused. */
function repeated(existing: TodoRow | undefined, row: TodoRow): Todo {
  if (!existing) return fail(commonErrors.UNAVAILABLE);
  return existing.receipt ? resultOf(existing.receipt, row.receipt?.fingerprint) : todoOf(existing);
}

function resultOf(receipt: Receipt, fingerprint: string | undefined): Todo {
  return receipt.fingerprint === fingerprint ? receipt.result : fail(commonErrors.IDEMPOTENCY_KEY_REUSED);
}

function select<T extends object>(item: T, fields: readonly (keyof T)[]): Partial<T> {
  return Object.fromEntries(fields.map((field) => [field, item[field]])) as Partial<T>;
}

/** The schema also lets leap seconds and the end of the year 9999 pass, which no date of ours can hold. */
function readInstant(text: string, field: string): string {
  const ms = Date.parse(text);
  if (!Number.isFinite(ms) || !isDueYear(new Date(ms).getUTCFullYear()))
    return refuseField(field, "is not an instant", "an ISO date-time of the years 1 to 9998");
  return new Date(ms).toISOString();
}

/** A due date that exists: a real day in a known zone. */
function checkDue(due: Due | undefined): Due | undefined {
  if (!due || !isDueYear(Number(due.date.slice(0, 4)))) return undefined;
  try {
    dueAt(due);
    return due;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** From the start of a day to the start of the next, in the zone the day was meant in. */
function dayRange({ date, zone }: Due): { dueFrom: string; dueTo: string } {
  const next = new Date(Date.parse(`${date}T00:00:00Z`) + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  return { dueFrom: dueAt({ date, time: "00:00", zone }), dueTo: dueAt({ date: next, time: "00:00", zone }) };
}

const writeCursor = (sort: Sort, { value, id }: Position): string =>
  Buffer.from(JSON.stringify([sort, value, id])).toString("base64url");

function readCursor(cursor: string | undefined, sort: Sort): Position | undefined {
  if (cursor === undefined) return undefined;
  const accepts = `the nextCursor of a page with sort=${sort}`;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (
      Array.isArray(parts) &&
      parts.length === 3 &&
      isDeepStrictEqual(
        parts.map((part) => typeof part),
        ["string", "string", "string"],
      ) &&
      parts[0] === sort
    ) {
      return { value: parts[1], id: parts[2] };
    }
  } catch {
    // not JSON: refused like every other cursor that is not ours
  }
  return refuseField("cursor", "is not a cursor of this list", accepts);
}
