// A clock that stands still until a test moves it.
import type { Clock } from "../../lib/node/runtime.ts";

interface Task {
  ms: number;
  next: number;
  run: () => void | Promise<void>;
}

/** Where clocks of tests start: a Monday noon in winter, UTC. */
export const START = Date.parse("2027-03-01T12:00:00Z");

export class FakeClock implements Clock {
  #now: number;
  readonly #tasks = new Set<Task>();

  constructor(start: number | string = START) {
    this.#now = typeof start === "number" ? start : Date.parse(start);
  }

  readonly now = (): number => this.#now;

  readonly every = (ms: number, run: () => void | Promise<void>): (() => void) => {
    const task = { ms, next: this.#now + ms, run };
    this.#tasks.add(task);
    return () => void this.#tasks.delete(task);
  };

  /** Moves the time and runs each task that has come due, once, at the same moment: as timers do after a busy spell. Resolves when all are done. */
  async advance(ms: number): Promise<void> {
    this.#now += ms;
    const due = [...this.#tasks].filter((task) => task.next <= this.#now);
    for (const task of due) task.next = this.#now + task.ms;
    await Promise.all(due.map((task) => task.run()));
  }

  /** {@link advance} to an instant. */
  async advanceTo(instant: string): Promise<void> {
    await this.advance(Date.parse(instant) - this.#now);
  }
}
