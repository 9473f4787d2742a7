// The actions of the auth service.
import { declare, Type } from "../../lib/action/index.ts";
import { errors } from "./auth.errors.ts";
import {
  Account,
  Code,
  Email,
  Invitation,
  Language,
  Name,
  Password,
  RefreshToken,
  Session,
  Zone,
} from "./auth.schema.ts";

const {
  AUTH_CREDENTIALS_WRONG,
  AUTH_EMAIL_TAKEN,
  AUTH_INVITATION_INVALID,
  AUTH_REGISTRATION_CLOSED,
  AUTH_RESET_INVALID,
  AUTH_SESSION_ENDED,
  AUTH_USER_NOT_FOUND,
} = errors;
const Nothing = Type.Null();

export const actions = {
  register: declare({
    summary: "Make an account and sign in",
    description:
      "The first account of a platform becomes its administrator; afterwards the setting VIVAVOCE_REGISTRATION decides.",
    auth: "public",
    rest: "POST /auth/register",
    status: 201,
    params: Type.Object({
      email: Email,
      password: Password,
      name: Name,
      zone: Type.Optional(Zone),
      language: Type.Optional(Language),
      invitation: Type.Optional(Code),
    }),
    returns: Session,
    errors: [AUTH_EMAIL_TAKEN, AUTH_REGISTRATION_CLOSED, AUTH_INVITATION_INVALID],
  }),
  login: declare({
    summary: "Sign in",
    auth: "public",
    rest: "POST /auth/login",
    params: Type.Object({
      email: Email,
      password: Type.String({ minLength: 1, maxLength: 200, accepts: "a password" }),
    }),
    returns: Session,
    errors: [AUTH_CREDENTIALS_WRONG],
  }),
  refresh: declare({
    summary: "Get a new access token for a refresh token",
    description:
      "Each refresh token is used once and replaced. A repeat within 30 seconds gets the same successor; a later one ends the session.",
    auth: "public",
    rest: "POST /auth/refresh",
    params: Type.Object({ refreshToken: RefreshToken }),
    returns: Session,
    errors: [AUTH_SESSION_ENDED],
    idempotent: true,
  }),
  logout: declare({
    summary: "End this session",
    auth: "user",
    rest: "POST /auth/logout",
    status: 204,
    params: Type.Object({}),
    returns: Nothing,
    idempotent: true,
  }),
  logoutEverywhere: declare({
    summary: "End all sessions of yours",
    auth: "user",
    rest: "POST /auth/logout-everywhere",
    status: 204,
    params: Type.Object({}),
    returns: Nothing,
    idempotent: true,
  }),
  me: declare({
    summary: "Show your account",
    auth: "user",
    rest: "GET /auth/me",
    socket: true,
    params: Type.Object({}),
    returns: Account,
    errors: [AUTH_USER_NOT_FOUND],
    idempotent: true,
  }),
  update: declare({
    summary: "Change your name, time zone or language",
    auth: "user",
    rest: "PATCH /auth/me",
    params: Type.Object({ name: Type.Optional(Name), zone: Type.Optional(Zone), language: Type.Optional(Language) }),
    returns: Account,
    errors: [AUTH_USER_NOT_FOUND],
    idempotent: true,
  }),
  changePassword: declare({
    summary: "Change your password and end all other sessions",
    auth: "user",
    rest: "POST /auth/password",
    params: Type.Object({ current: Type.String({ minLength: 1, maxLength: 200 }), password: Password }),
    returns: Session,
    errors: [AUTH_CREDENTIALS_WRONG, AUTH_USER_NOT_FOUND],
  }),
  invite: declare({
    summary: "Invite somebody: a code for one registration within seven days",
    auth: "admin",
    rest: "POST /auth/invitations",
    status: 201,
    params: Type.Object({}),
    returns: Invitation,
  }),
  createReset: declare({
    summary: "Make a code with which a user can set a new password within a day",
    auth: "admin",
    rest: "POST /auth/resets",
    status: 201,
    params: Type.Object({ email: Email }),
    returns: Invitation,
    errors: [AUTH_USER_NOT_FOUND],
  }),
  reset: declare({
    summary: "Set a new password with a reset code",
    auth: "public",
    rest: "POST /auth/reset",
    params: Type.Object({ code: Code, password: Password }),
    returns: Session,
    errors: [AUTH_RESET_INVALID],
  }),
};

declare module "../../lib/action/index.ts" {
  interface ServiceActions {
    auth: typeof actions;
  }
  interface ServiceEvents {
    "auth.registered": { user: string };
    /** Sessions that ended before their tokens did. */
    "auth.sessionsEnded": { user: string; sessions: string[] };
  }
}
