// The todo list of the page: loaded by pages, kept up to date by events.
import type { Connection } from "../api/connection.ts";
import { wordsOf } from "../api/problem.ts";
import { newKey } from "../api/request.ts";
import type { SessionControl } from "../api/session.ts";
import { EVENTS, type Todo, type TodoPage } from "../contract.ts";
import { createStore, type Readable } from "../store.ts";
import { drop, type Known, NOTHING_KNOWN, replace, take } from "./known.ts";

const PAGE = 50;
const MAX_PAGE = 200;

/** The two halves of the list are loaded apart: what is done is only wanted when it is looked at. */
export type Half = "open" | "done";

export interface Pages {
  status: "loading" | "ready" | "failed";
  problem: string;
  /** Where the next page begins; null: all is there. */
  cursor: string | null;
  loaded: number;
}

export interface TodosState {
  known: Known;
  list: string | null;
  lists: readonly string[];
  open: Pages;
  /** null: not asked for yet. */
  done: Pages | null;
}

export interface TodoChanges {
  title?: string;
  due?: { date: string; time?: string; zone: string } | string | null;
  list?: string;
}

export interface Todos {
  state: Readable<TodosState>;
  load(half: Half): Promise<void>;
  loadMore(half: Half): Promise<void>;
  choose(list: string | null): void;
  /** Each of these throws a ProblemError. */
  create(todo: TodoChanges, key: string): Promise<Todo>;
  change(todo: Todo, changes: TodoChanges): Promise<Todo>;
  act(todo: Todo, action: "complete" | "reopen" | "restore" | "remove"): Promise<Todo>;
}

const UNLOADED: Pages = { status: "loading", problem: "", cursor: null, loaded: 0 };

export function createTodos(session: SessionControl, connection: Connection): Todos {
  const state = createStore<TodosState>({ known: NOTHING_KNOWN, list: null, lists: [], open: UNLOADED, done: null });
  const patch = (changes: Partial<TodosState>): void => state.update((now) => ({ ...now, ...changes }));
  const learn = (todo: Todo): Todo => {
    state.update((now) => ({
      ...now,
      known: take(now.known, [todo]),
      lists: now.lists.includes(todo.list) ? now.lists : [...now.lists, todo.list].sort(),
    }));
    return todo;
  };
  const forget = (todo: Todo): Todo => {
    state.update((now) => ({ ...now, known: drop(now.known, todo) }));
    return todo;
  };

  const fetchPage = (half: Half, limit: number, cursor?: string): Promise<TodoPage> => {
    const sort = half === "open" ? "dueAt" : "-updatedAt";
    const query = { done: half === "done", sort, limit, list: state.get().list ?? undefined, cursor };
    return session.call("GET", "/todos", { query });
  };
  const loadLists = async (): Promise<void> => {
    const { items } = await session.call<{ items: { name: string }[] }>("GET", "/lists");
    patch({ lists: items.map(({ name }) => name) });
  };

  const load = async (half: Half): Promise<void> => {
    const { list, known: before } = state.get();
    const limit = Math.min(Math.max(state.get()[half]?.loaded ?? 0, PAGE), MAX_PAGE);
    patch({ [half]: { ...UNLOADED, ...state.get()[half], status: "loading" } });
    try {
      const { items, nextCursor } = await fetchPage(half, limit);
      if (state.get().list !== list) return;
      // What came by an event since the request is newer than the page.
      const kept = (todo: Todo): boolean => todo.done !== (half === "done") || before.todos.get(todo.id) !== todo;
      patch({
        known: replace(state.get().known, items, kept),
        [half]: { status: "ready", problem: "", cursor: nextCursor, loaded: items.length },
      });
    } catch (error) {
      patch({ [half]: { ...UNLOADED, ...state.get()[half], status: "failed", problem: wordsOf(error) } });
    }
  };

  connection.onConnected(() => {
    void load("open");
    if (state.get().done) void load("done");
    loadLists().catch(() => {});
  });
  for (const event of [EVENTS.created, EVENTS.updated, EVENTS.completed, EVENTS.reopened, EVENTS.restored] as const)
    connection.on(event, ({ todo }) => learn(todo));
  connection.on(EVENTS.removed, ({ todo }) => forget(todo));

  return {
    state,
    load,
    async loadMore(half) {
      const pages = state.get()[half];
      if (!pages?.cursor || pages.status === "loading") return;
      patch({ [half]: { ...pages, status: "loading" } });
      try {
        const { items, nextCursor } = await fetchPage(half, PAGE, pages.cursor);
        state.update((now) => ({ ...now, known: take(now.known, items) }));
        patch({ [half]: { status: "ready", problem: "", cursor: nextCursor, loaded: pages.loaded + items.length } });
      } catch (error) {
        patch({ [half]: { ...pages, status: "failed", problem: wordsOf(error) } });
      }
    },
    choose(list) {
      patch({ list, open: UNLOADED, done: state.get().done && UNLOADED });
      void load("open");
      if (state.get().done) void load("done");
    },
    create: async (todo, key) =>
      learn(await session.call("POST", "/todos", { body: todo, headers: { "Idempotency-Key": key } })),
    change: async (todo, changes) => {
      const headers = { "If-Match": `"${todo.version}"`, "Idempotency-Key": newKey() };
      return learn(await session.call("PATCH", `/todos/${encodeURIComponent(todo.id)}`, { body: changes, headers }));
    },
    act: async (todo, action) => {
      const path = `/todos/${encodeURIComponent(todo.id)}`;
      if (action === "remove") return forget(await session.call("DELETE", path));
      return learn(await session.call("POST", `${path}/${action}`, { body: {} }));
    },
  };
}
