// Who is signed in. The access token lives in memory only; the refresh token in a cookie that no script can read.
// It is refreshed before it ends and when a call is refused, one refresh at a time over all tabs.
import type { Account, Session } from "../contract.ts";
import { createStore, type Readable } from "../store.ts";
import { CODES, ProblemError } from "./problem.ts";
import { type RequestOptions, send } from "./request.ts";
import { openTabs, type Tabs } from "./tabs.ts";

export type SessionState =
  | { status: "starting" }
  | { status: "unreachable" }
  | { status: "signedOut"; notice: string | null }
  | { status: "signedIn"; user: Account };

const REFRESH_LOCK = "vivavoce.refresh";
const COOKIE = { "X-Refresh-Token": "cookie" };
/** How long before its end a token is replaced. */
const AHEAD_MS = 60_000;
const RETRY_MS = 10_000;

export interface SessionControl {
  state: Readable<SessionState>;
  tabs: Tabs;
  /** Signs in by the cookie, if there is one. */
  start(): Promise<void>;
  /** Registers, logs in or resets: any public call that answers with a session. */
  enter(path: string, body: object): Promise<void>;
  leave(options: { everywhere: boolean }): Promise<void>;
  /** Gets a new access token. @throws ProblemError when there is no answer, or the session has ended */
  refresh(): Promise<void>;
  /** A call as the user; refreshed and repeated once if the token is refused. */
  call<T>(method: string, path: string, options?: Omit<RequestOptions, "token">): Promise<T>;
  token(): string | undefined;
  onToken(listener: (token: string) => void): () => void;
}

export function createSession(): SessionControl {
  const state = createStore<SessionState>({ status: "starting" });
  const tabs = openTabs();
  const listeners = new Set<(token: string) => void>();
  let token: string | undefined;
  let expiresAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;

  const accept = (session: Session): void => {
    token = session.accessToken;
    expiresAt = Date.now() + session.expiresIn * 1000;
    state.set({ status: "signedIn", user: session.user });
    clearTimeout(timer);
    timer = setTimeout(refreshQuietly, Math.max(session.expiresIn * 1000 - AHEAD_MS, 1_000));
    for (const listener of listeners) listener(session.accessToken);
  };
  const end = (notice: string | null): void => {
    token = undefined;
    clearTimeout(timer);
    state.set({ status: "signedOut", notice });
  };
  const open = async (path: string, body: object): Promise<void> => {
    const session = await send<Session>("POST", path, { body, headers: COOKIE });
    accept(session);
    tabs.tell({ session });
  };

  const refreshNow = async (): Promise<void> => {
    const before = token;
    await tabs.exclusively(REFRESH_LOCK, async () => {
      // Another tab was faster while this one waited.
      if (token !== before) return;
      try {
        await open("/auth/refresh", {});
      } catch (error) {
        const refused = error instanceof ProblemError && (error.status === 401 || error.status === 422);
        if (refused) end(error.code === CODES.sessionEnded ? error.message : null);
        throw error;
      }
    });
  };
  const refresh = (): Promise<void> => {
    running ??= refreshNow().finally(() => {
      running = undefined;
    });
    return running;
  };
  function refreshQuietly(): void {
    refresh().catch(() => {
      if (token) timer = setTimeout(refreshQuietly, RETRY_MS);
    });
  }

  tabs.onNews(({ session }) => (session ? accept(session) : end(null)));
  // A sleeping machine runs no timers.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && token && Date.now() > expiresAt - AHEAD_MS) refreshQuietly();
  });

  return {
    state,
    tabs,
    refresh,
    token: () => token,
    onToken(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      state.set({ status: "starting" });
      await refresh().catch(() => {
        if (state.get().status === "starting") state.set({ status: "unreachable" });
      });
    },
    enter: open,
    async leave({ everywhere }) {
      const path = everywhere ? "/auth/logout-everywhere" : "/auth/logout";
      await this.call("POST", path, { headers: COOKIE });
      end(everywhere ? "You are signed out on all devices." : null);
      tabs.tell({ session: null });
    },
    async call(method, path, options = {}) {
      try {
        return await send(method, path, { ...options, token });
      } catch (error) {
        if (!(error instanceof ProblemError) || error.code !== CODES.unauthenticated) throw error;
        await refresh();
        return send(method, path, { ...options, token });
      }
    },
  };
}
