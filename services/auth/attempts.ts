// Failed sign-ins, counted in the store by account and by address, so that several auth nodes count together.
import { randomUUID } from "node:crypto";
import { commonErrors, fail } from "../../lib/action/index.ts";
import type { AuthRepository } from "./auth.repository.ts";

const WINDOW_MS = 15 * 60 * 1000;
const LIMITS = { account: 10, address: 100 } as const;

/** Counts failures of the last 15 minutes: ten an account, a hundred an address. Inserts only, since those are atomic on every store. */
export function attempts({ attempts: rows }: Pick<AuthRepository, "attempts">, now: () => number) {
  const subjects = (account: string, address = "unknown"): [subject: string, limit: number][] => [
    [`account:${account}`, LIMITS.account],
    [`address:${address}`, LIMITS.address],
  ];
  return {
    /** @throws RATE_LIMITED with the seconds to wait */
    async check(account: string, address?: string): Promise<void> {
      for (const [subject, limit] of subjects(account, address)) {
        const recent = await rows.find({ at: { $gt: now() - WINDOW_MS }, subject }, { sort: ["-at"], limit });
        const oldest = recent[limit - 1];
        if (oldest) fail(commonErrors.RATE_LIMITED, { retryAfter: Math.ceil((oldest.at + WINDOW_MS - now()) / 1000) });
      }
    },
    async failed(account: string, address?: string): Promise<void> {
      for (const [subject] of subjects(account, address)) await rows.insert({ _id: randomUUID(), subject, at: now() });
    },
    async succeeded(account: string): Promise<void> {
      await rows.remove({ subject: `account:${account}` });
    },
    async sweep(): Promise<void> {
      await rows.remove({ at: { $lte: now() - WINDOW_MS } });
    },
  };
}
