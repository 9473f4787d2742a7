// Access tokens: JSON Web Tokens (RFC 7519), signed by the auth service, verified by every gateway without a call.
import { createHash, createSecretKey, type KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import type { User } from "../action/index.ts";

/** Life of an access token in seconds. */
export const ACCESS_TOKEN_S = 15 * 60;

/** What a user prefers, as the OpenID Connect claims `zoneinfo` and `locale`. */
export interface Preferences {
  zone: string;
  language: string;
}

/** A verified token: who calls, what they prefer, and when it ends (epoch milliseconds). */
export interface Access extends Preferences {
  user: User;
  issuedAt: number;
  expiresAt: number;
}

interface Claims {
  sub: string;
  sid: string;
  roles: string[];
  scopes: string[];
  zoneinfo: string;
  locale: string;
  iat: number;
  exp: number;
}

/** Signs and verifies with one secret. The key id is a fingerprint of it, so that tokens of another secret are told apart. */
export class AccessTokens {
  readonly #key: KeyObject;
  readonly #keyId: string;
  readonly #now: () => number;

  constructor(secret: string, now: () => number) {
    this.#key = createSecretKey(Buffer.from(secret));
    this.#keyId = createHash("sha256").update(`kid:${secret}`).digest("base64url").slice(0, 8);
    this.#now = now;
  }

  sign(user: User, { zone, language }: Preferences): string {
    const issuedAt = Math.floor(this.#now() / 1000);
    const claims = {
      sub: user.id,
      sid: user.session,
      roles: user.roles,
      scopes: user.scopes,
      zoneinfo: zone,
      locale: language,
      iat: issuedAt,
      exp: issuedAt + ACCESS_TOKEN_S,
    };
    return jwt.sign(claims, this.#key, { algorithm: "HS256", keyid: this.#keyId });
  }

  /** @returns `undefined` for a token that is not ours, was changed or has ended */
  verify(token: string): Access | undefined {
    try {
      const options = { algorithms: ["HS256" as const], clockTimestamp: Math.floor(this.#now() / 1000) };
      const claims = jwt.verify(token, this.#key, options) as Claims;
      if (!isAccess(claims)) return undefined;
      const user = Object.freeze({ id: claims.sub, roles: claims.roles, scopes: claims.scopes, session: claims.sid });
      return {
        user,
        zone: claims.zoneinfo,
        language: claims.locale,
        issuedAt: claims.iat * 1000,
        expiresAt: claims.exp * 1000,
      };
    } catch (error) {
      if (error instanceof jwt.JsonWebTokenError) return undefined;
      throw error;
    }
  }
}

/** Whether a token of our secret is an access token, and not made with it for something else. */
function isAccess(claims: Partial<Claims>): claims is Claims {
  const texts = [claims.sub, claims.sid, claims.zoneinfo, claims.locale];
  return (
    texts.every((text) => typeof text === "string" && text !== "") &&
    Array.isArray(claims.roles) &&
    Array.isArray(claims.scopes) &&
    typeof claims.exp === "number"
  );
}
