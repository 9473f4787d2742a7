// Failed sign-ins, counted in the store by account and by address, so that several auth nodes count together.
import { randomUUID } from "node:crypto";
import { commonErrors, fail } from "../../lib/action/index.ts";
import type { AuthRepository } from "./auth.repository.ts";

const WINDOW_MS = 15 * 60 * 1000;
const LIMITS = { account: 10, address: 100 } as const;

/**
 * Bounds failures within 15 minutes: ten an account, a hundred an address. An attempt is counted before it is made, so that
 * many at once are not more. Inserts only, since those are atomic on every store.
 */
export function attempts({ attempts: rows }: Pick<AuthRepository, "attempts">, now: () => number) {
  return {
    /**
     * Counts an attempt as failed.
     * @returns says that it succeeded, which forgives the account's failures before it
     * @throws RATE_LIMITED with the seconds to wait; a refused attempt is not counted
     */
    async begin(account: string, address = "unknown"): Promise<() => Promise<void>> {
      const counted = [
        { limit: LIMITS.account, row: { _id: randomUUID(), subject: `account:${account}`, at: now() } },
        { limit: LIMITS.address, row: { _id: randomUUID(), subject: `address:${address}`, at: now() } },
      ];
      for (const { row } of counted) await rows.insert(row);
      const forget = (): Promise<number> => rows.remove({ _id: { $in: counted.map(({ row }) => row._id) } });
      for (const { limit, row } of counted) {
        const query = { at: { $gt: now() - WINDOW_MS }, subject: row.subject };
        const oldest = (await rows.find(query, { sort: ["-at"], limit: limit + 1 }))[limit];
        if (!oldest) continue;
        await forget();
        fail(commonErrors.RATE_LIMITED, { retryAfter: Math.ceil((oldest.at + WINDOW_MS - now()) / 1000) });
      }
      return async () => {
        await rows.remove({ subject: `account:${account}` });
        await forget();
      };
    },
    async sweep(): Promise<void> {
      await rows.remove({ at: { $lte: now() - WINDOW_MS } });
    },
  };
}
