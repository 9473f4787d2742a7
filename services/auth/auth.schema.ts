// Shapes of accounts and sessions.
import { type Static, Type } from "../../lib/action/index.ts";

export const Email = Type.String({
  format: "email",
  maxLength: 254,
  accepts: "an e-mail address of at most 254 characters",
});
export const Password = Type.String({ minLength: 8, maxLength: 200, accepts: "a password of 8 to 200 characters" });
export const Name = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: "\\S",
  accepts: "a name of 1 to 100 characters",
});
export const Zone = Type.String({ minLength: 1, maxLength: 64, accepts: 'an IANA time zone, such as "Europe/Berlin"' });
export const Language = Type.String({
  pattern: "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
  maxLength: 35,
  accepts: 'a language tag, such as "en"',
});
/** The gateway keeps this one in a cookie for clients that ask for it. */
export const RefreshToken = Type.String({ minLength: 1, maxLength: 200, accepts: "a refresh token" });
export const Code = Type.String({ minLength: 1, maxLength: 100, accepts: "the code as it was given" });

export const Account = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  roles: Type.Array(Type.String()),
  zone: Type.String(),
  language: Type.String(),
  createdAt: Type.String({ format: "date-time" }),
});
export type Account = Static<typeof Account>;

export const Session = Type.Object({
  user: Account,
  accessToken: Type.String(),
  /** Seconds until the access token ends. */
  expiresIn: Type.Integer(),
  refreshToken: Type.String(),
});
export type Session = Static<typeof Session>;

export const Invitation = Type.Object({ code: Type.String(), expiresAt: Type.String({ format: "date-time" }) });
