// What is ringing: shown until it is answered on some device, said aloud once.
import type { Connection } from "../api/connection.ts";
import type { SessionControl } from "../api/session.ts";
import { EVENTS, type Ring } from "../contract.ts";
import { createStore, type Readable } from "../store.ts";
import { addDays, dayOf, instantOf } from "../ui/time.ts";

export interface Rings {
  state: Readable<readonly Ring[]>;
  /** Each of these throws a ProblemError. */
  finish(ring: Ring): Promise<void>;
  snooze(ring: Ring, minutes: number): Promise<void>;
  dismiss(ring: Ring): Promise<void>;
}

/** @param announce called once a ring, however often the server repeats it */
export function createRings(session: SessionControl, connection: Connection, announce: (ring: Ring) => void): Rings {
  const state = createStore<readonly Ring[]>([]);
  const announced = new Set<string>();
  const end = (id: string): void => state.update((rings) => rings.filter((ring) => ring.id !== id));
  const answer = async (ring: Ring, how: string, body: object = {}): Promise<void> => {
    await session.call("POST", `/rings/${how}`, { body: { ring: ring.id, ...body } });
    end(ring.id);
  };

  connection.onConnected(async () => {
    // What was answered elsewhere while the socket was lost rings no more.
    const { items } = await session.call<{ items: Ring[] }>("GET", "/rings").catch(() => ({ items: undefined }));
    if (items) state.update((rings) => rings.filter((ring) => items.some(({ id }) => id === ring.id)));
  });
  connection.on(EVENTS.rang, ({ ring }) => {
    state.update((rings) => (rings.some(({ id }) => id === ring.id) ? rings : [...rings, ring]));
    if (announced.has(ring.id)) return;
    announced.add(ring.id);
    announce(ring);
  });
  connection.on(EVENTS.ringEnded, ({ ring }) => end(ring.id));

  return {
    state,
    finish: (ring) => answer(ring, "done"),
    snooze: (ring, minutes) => answer(ring, "snooze", { minutes }),
    dismiss: (ring) => answer(ring, "dismiss"),
  };
}

/** Minutes until nine in the morning of tomorrow. */
export function untilTomorrow(now: number, zone: string): number {
  return Math.ceil((instantOf(addDays(dayOf(now, zone), 1), "09:00", zone) - now) / 60_000);
}

/** What is said when it rings. */
export function ringWords({ title, late }: Ring): string {
  return late ? `This was due while I was away: ${title}.` : `It is time: ${title}.`;
}
