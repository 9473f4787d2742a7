// Who is calling: bearer tokens, verified once and remembered until they end; sessions that ended before their tokens.
import type { User } from "../../lib/action/index.ts";
import { ACCESS_TOKEN_S, type Access, AccessTokens } from "../../lib/auth/access-token.ts";
import type { Runtime } from "../../lib/node/runtime.ts";

/** Tokens remembered at a time; verifying one costs about 9 us, remembering it under one. */
const MAX_TOKENS = 10_000;

export class AccessControl {
  readonly #tokens: AccessTokens;
  readonly #now: () => number;
  readonly #verified = new Map<string, Access>();
  /** Ended sessions, until the last token of theirs has ended by itself. */
  readonly #ended = new Map<string, number>();

  constructor({ tokenSecret, clock }: Pick<Runtime, "tokenSecret" | "clock">) {
    this.#tokens = new AccessTokens(tokenSecret, clock.now);
    this.#now = clock.now;
  }

  /** @returns `undefined` for a token that is not valid, has ended, or belongs to an ended session */
  verify(token: string): Access | undefined {
    const access = this.#verified.get(token) ?? this.#remember(token);
    return access && this.isGood(access) ? access : undefined;
  }

  /** Whether what was verified before still holds. */
  isGood(access: Access): boolean {
    return access.expiresAt > this.#now() && !this.#ended.has(access.user.session);
  }

  endSessions(sessions: readonly string[]): void {
    const now = this.#now();
    for (const [session, until] of this.#ended) if (until <= now) this.#ended.delete(session);
    for (const session of sessions) this.#ended.set(session, now + ACCESS_TOKEN_S * 1000);
  }

  #remember(token: string): Access | undefined {
    const access = this.#tokens.verify(token);
    if (!access) return undefined;
    if (this.#verified.size >= MAX_TOKENS) this.#verified.delete(this.#verified.keys().next().value as string);
    this.#verified.set(token, access);
    return access;
  }
}

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** The token of an `Authorization` header (RFC 6750, section 2.1): `undefined` without one, `""` for one that is malformed. */
export function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (BEARER.exec(header)?.[1] ?? "");
}

/** Key by which requests are counted: the user, or the address of whoever is nobody. */
export const callerKey = (user: User | undefined, address: string): string =>
  user ? `user:${user.id}` : `address:${address}`;
