// What this browser remembers of its user's wishes.
import { createStore, type Readable } from "../store.ts";

export interface Preferences {
  muted: boolean;
  /** Whether the browser's own speech may be used; null: was not asked. */
  browserSpeech: boolean | null;
}

const KEY = "vivavoce.preferences";
const store = createStore<Preferences>({ muted: false, browserSpeech: null, ...read() });

export const preferences: Readable<Preferences> = store;

export function prefer(changes: Partial<Preferences>): void {
  store.update((now) => ({ ...now, ...changes }));
  try {
    localStorage.setItem(KEY, JSON.stringify(store.get()));
  } catch {
    // Storage is full or forbidden: the wish holds until the page is closed.
  }
}

function read(): Partial<Preferences> {
  try {
    const { muted, browserSpeech } = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, unknown>;
    return {
      ...(typeof muted === "boolean" && { muted }),
      ...(typeof browserSpeech === "boolean" && { browserSpeech }),
    };
  } catch {
    return {};
  }
}
