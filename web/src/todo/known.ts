// The todos that the page knows: pages that were loaded and events that came in between, whichever is newer.
import type { Todo } from "../contract.ts";

export interface Known {
  todos: ReadonlyMap<string, Todo>;
  /** Versions at which todos were removed, so that an older page does not bring them back. */
  removed: ReadonlyMap<string, number>;
}

export const NOTHING_KNOWN: Known = { todos: new Map(), removed: new Map() };

/** Takes todos in; what is older than what is known is left out. */
export function take(known: Known, todos: readonly Todo[]): Known {
  const next = new Map(known.todos);
  for (const todo of todos) {
    if ((next.get(todo.id)?.version ?? 0) > todo.version) continue;
    if ((known.removed.get(todo.id) ?? 0) >= todo.version) continue;
    next.set(todo.id, todo);
  }
  return { ...known, todos: next };
}

/** A todo that was removed, at the version that its removal gave it. */
export function drop(known: Known, todo: Todo): Known {
  if ((known.todos.get(todo.id)?.version ?? 0) > todo.version) return known;
  const todos = new Map(known.todos);
  todos.delete(todo.id);
  return { todos, removed: new Map(known.removed).set(todo.id, todo.version) };
}

/**
 * Takes a first page that was asked for anew: what it does not hold is forgotten, unless it changed after
 * the request was sent.
 */
export function replace(known: Known, page: readonly Todo[], kept: (todo: Todo) => boolean): Known {
  const rest = new Map([...known.todos].filter(([, todo]) => kept(todo)));
  return take({ ...known, todos: rest }, page);
}
