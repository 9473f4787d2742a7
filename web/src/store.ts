// A value that components watch.
import { useEffect, useState } from "preact/hooks";

export interface Readable<T> {
  get(): T;
  /** @returns the function that ends the subscription */
  subscribe(listener: () => void): () => void;
}

export interface Store<T> extends Readable<T> {
  set(next: T): void;
  update(change: (now: T) => T): void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const listener of listeners) listener();
  };
  return {
    get: () => value,
    set,
    update: (change) => set(change(value)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The store's value; the component renders again when it changes. */
export function useStore<T>(store: Readable<T>): T {
  const [, show] = useState<T>(store.get());
  useEffect(() => {
    const refresh = (): void => show(() => store.get());
    // What was set between rendering and subscribing must not be missed.
    refresh();
    return store.subscribe(refresh);
  }, [store]);
  return store.get();
}
