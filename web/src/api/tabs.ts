// What the tabs of one browser share: one refresh at a time, its outcome, and who says a thing aloud.
import type { Session } from "../contract.ts";

/** The outcome of one tab's sign-in, refresh or sign-out; null: signed out. */
export type TabNews = { session: Session | null };

export interface Tabs {
  tell(news: TabNews): void;
  onNews(listener: (news: TabNews) => void): void;
  /** Runs a task while no other tab runs one of this name. Without the Locks API (no secure context) it just runs. */
  exclusively<T>(name: string, task: () => Promise<T>): Promise<T>;
  /** Whether this tab is the one to do a thing that all of them could do within these milliseconds. */
  claim(name: string, ms: number): Promise<boolean>;
}

export function openTabs(): Tabs {
  const channel = new BroadcastChannel("vivavoce.session");
  const locks: LockManager | undefined = navigator.locks;
  return {
    tell: (news) => channel.postMessage(news),
    onNews: (listener) => {
      channel.onmessage = ({ data }: MessageEvent<TabNews>) => listener(data);
    },
    exclusively: async (name, task) => (locks ? await locks.request(name, task) : task()),
    claim: (name, ms) =>
      new Promise((resolve) => {
        if (!locks) return resolve(true);
        void locks.request(name, { ifAvailable: true }, async (lock) => {
          resolve(lock !== null);
          if (lock) await new Promise((release) => setTimeout(release, ms));
        });
      }),
  };
}
