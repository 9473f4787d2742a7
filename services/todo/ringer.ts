// Due times that ring. A ring is a stored record, one a todo and time: of two nodes that see the time come, one insert wins.
// A pending ring is shown again whenever a device connects and once a minute, so that a lost message is not a lost reminder.
import type { ServiceBroker } from "moleculer";
import { publish } from "../../lib/action/index.ts";
import type { Clock } from "../../lib/node/runtime.ts";
import type { TodoRepository } from "./todo.repository.ts";
import { presentRing, type RingRow, ringOf, type TodoRow } from "./todo.ts";

const TICK_MS = 1_000;
const REPEAT_MS = 60_000;
/** Rings read at a time; in a tick the rest follow in the next. */
const BATCH = 500;
/** How long what was removed, answered or repeated is kept. */
const KEEP_MS = 24 * 60 * 60 * 1000;

export function makeRinger(broker: ServiceBroker, repository: TodoRepository, clock: Clock) {
  const { todos, rings } = repository;
  const iso = (ms = clock.now()): string => new Date(ms).toISOString();
  const tell = (ring: RingRow): Promise<void> => publish(broker, "todo.rang", { ring: presentRing(ring) }, ring.owner);

  const ring = async (row: TodoRow & { ringAt: string }): Promise<void> => {
    const made = ringOf(row, clock.now());
    const won = await repository.insertRing(made);
    // The record comes first: a process that dies in between rings again, never not at all.
    const cleared = await todos.update({ ringAt: row.ringAt, _id: row._id }, { ringAt: undefined });
    if (!won) return;
    if (cleared || (await stillDue(row))) await tell(made);
    else await rings.update({ state: "pending", _id: made._id }, { state: "dismissed" });
  };

  /** Not cleared by us: by the other node, which is well, or by an edit that has set another time. */
  const stillDue = async (row: TodoRow): Promise<boolean> => {
    const current = await todos.findOne({ _id: row._id });
    return (
      current !== undefined && !current.done && !current.removedAt && !current.ringAt && current.dueAt === row.dueAt
    );
  };

  const tick = async (): Promise<void> => {
    for (const row of await repository.due(iso(), BATCH)) await ring(row);
  };

  /** What has rung for a minute or longer is shown again, all of it. */
  const repeat = async (): Promise<void> => {
    const at = { $lte: iso(clock.now() - REPEAT_MS) };
    let page: RingRow[] = [];
    do {
      const _id = { $gt: page.at(-1)?._id ?? "" };
      page = await rings.find({ at, _id, state: "pending" }, { sort: ["_id"], limit: BATCH });
      for (const pending of page) await tell(pending);
    } while (page.length === BATCH);
  };

  const sweep = async (): Promise<void> => {
    const old = iso(clock.now() - KEEP_MS);
    await todos.remove({ removedAt: { $lt: old } });
    await rings.remove({ state: { $in: ["done", "snoozed", "dismissed"] }, at: { $lt: old } });
  };

  // One after the other, each waiting once at most: a slow store must not make ticks pile up, and a tick that falls on
  // the same moment must not cost a repeat its turn.
  let last: Promise<void> = Promise.resolve();
  const queued = (task: () => Promise<void>): (() => Promise<void>) => {
    let waiting: Promise<void> | undefined;
    const run = (): Promise<void> => {
      waiting = undefined;
      return task().catch((error) => broker.logger.warn("todo: ringing failed and will be tried again", error));
    };
    return () => {
      waiting ??= last = last.then(run);
      return waiting;
    };
  };
  let stops: (() => void)[] = [];

  return {
    start(): void {
      const ticking = queued(tick);
      void ticking();
      stops = [
        clock.every(TICK_MS, ticking),
        clock.every(REPEAT_MS, queued(repeat)),
        clock.every(KEEP_MS / 24, queued(sweep)),
      ];
    },

    async stop(): Promise<void> {
      for (const stop of stops) stop();
      await last;
    },

    /** Shows a user's pending rings again: a device has just connected. */
    async remind(owner: string): Promise<void> {
      for (const pending of await rings.find({ state: "pending", owner }, { limit: BATCH })) await tell(pending);
    },

    /** Ends the rings of a todo that was done, moved or removed. */
    async end(row: Pick<TodoRow, "_id" | "owner">, state: "done" | "dismissed" | "snoozed"): Promise<void> {
      for (const pending of await rings.find({ state: "pending", owner: row.owner, todo: row._id }, { limit: BATCH })) {
        const ended = await rings.update({ state: "pending", _id: pending._id }, { state });
        if (ended) await publish(broker, "todo.ringEnded", { ring: presentRing(ended) }, row.owner);
      }
    },
  };
}
