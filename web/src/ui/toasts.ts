// Short notes of what was done, with a way back.
import { createStore, type Readable } from "../store.ts";

export interface Toast {
  id: number;
  text: string;
  tone: "done" | "problem";
  undo?: () => void;
}

export interface Toasts {
  state: Readable<readonly Toast[]>;
  show(toast: Omit<Toast, "id">): void;
  dismiss(id: number): void;
  /** While a note is pointed at or has the focus it stays. */
  hold(id: number): void;
  release(id: number): void;
  close(): void;
}

const STAY_MS = 8_000;
const MAX = 3;

export function createToasts(): Toasts {
  const state = createStore<readonly Toast[]>([]);
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  let last = 0;
  const hold = (id: number): void => {
    clearTimeout(timers.get(id));
    timers.delete(id);
  };
  const dismiss = (id: number): void => {
    hold(id);
    state.update((toasts) => toasts.filter((toast) => toast.id !== id));
  };
  const release = (id: number): void => {
    hold(id);
    timers.set(
      id,
      setTimeout(() => dismiss(id), STAY_MS),
    );
  };
  return {
    state,
    hold,
    release,
    dismiss,
    show(toast) {
      const id = ++last;
      state.update((toasts) => [...toasts.slice(1 - MAX), { ...toast, id }]);
      release(id);
    },
    close() {
      for (const id of [...timers.keys()]) hold(id);
    },
  };
}
