// Accounts and sessions. Promises: a password is never stored or logged; a wrong password and an unknown address get the
// same answer in about the same time; a refresh token works once (a repeat within 30 s gets the same successor, a later one
// ends the session); a session that ends is told to every gateway.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { ServiceBroker, ServiceSchema } from "moleculer";
import { type CallMeta, fail, implement, publish, refuseField } from "../../lib/action/index.ts";
import { ACCESS_TOKEN_S, AccessTokens } from "../../lib/auth/access-token.ts";
import { runtimeOf } from "../../lib/node/runtime.ts";
import { isZone } from "../../lib/time/due.ts";
import { DuplicateKeyError, makeStore } from "../../mixins/store.ts";
import { attempts } from "./attempts.ts";
import { actions } from "./auth.actions.ts";
import { errors } from "./auth.errors.ts";
import { authRepository, type TicketRow, type UserRow } from "./auth.repository.ts";
import type { Account, Session } from "./auth.schema.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import { judge, readRefreshToken, refreshToken } from "./refresh.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** A session that nobody used for this long ends. */
const FAMILY_MS = 30 * DAY_MS;
/** Sessions of one user that are told as ended at a time. */
const MAX_SESSIONS = 10_000;
const INVITATION_MS = 7 * DAY_MS;
const RESET_MS = DAY_MS;
const SWEEP_MS = 10 * 60 * 1000;
const FIRST_ACCOUNT = "first-account";
const CLAIM_MS = 60 * 1000;

export default function authService(broker: ServiceBroker): ServiceSchema {
  const runtime = runtimeOf(broker);
  const { clock, config } = runtime;
  const store = makeStore(broker, runtime, "auth");
  const repository = authRepository(store);
  const { users, families, tickets } = repository;
  const counted = attempts(repository, clock.now);
  const tokens = new AccessTokens(runtime.tokenSecret, clock.now);
  let stopSweeping = (): void => {};

  const sessionOf = (user: UserRow, family: string, generation: number): Session => ({
    user: accountOf(user),
    accessToken: tokens.sign({ id: user._id, roles: user.roles, scopes: ["*"], session: family }, user),
    expiresIn: ACCESS_TOKEN_S,
    refreshToken: refreshToken(runtime.tokenSecret, family, generation),
  });

  const beginSession = async (user: UserRow): Promise<Session> => {
    const family = randomUUID();
    const now = clock.now();
    await families.insert({ _id: family, user: user._id, generation: 0, rotatedAt: now, expiresAt: now + FAMILY_MS });
    return sessionOf(user, family, 0);
  };

  /** Every gateway hears of it, since access tokens of these sessions are still good by themselves. */
  const endSessions = async (user: string, session?: string): Promise<void> => {
    const ending = await families.find(session ? { user, _id: session } : { user }, { limit: MAX_SESSIONS });
    await families.remove(session ? { user, _id: session } : { user });
    await broker.broadcast("auth.sessionsEnded", { user, sessions: ending.map((family) => family._id) });
  };

  const userById = async (id: string): Promise<UserRow> =>
    (await users.findOne({ _id: id })) ?? fail(errors.AUTH_USER_NOT_FOUND);

  const findTicket = async (kind: TicketRow["kind"], code = ""): Promise<TicketRow | undefined> => {
    const ticket = await tickets.findOne({ _id: ticketId(kind, code) });
    return ticket && ticket.expiresAt > clock.now() ? ticket : undefined;
  };

  /** A ticket is used by removing it: of two who try, one finds it. */
  const useTicket = async (kind: TicketRow["kind"], code: string | undefined): Promise<TicketRow | undefined> => {
    const ticket = await findTicket(kind, code);
    return ticket && (await tickets.remove({ _id: ticket._id })) === 1 ? ticket : undefined;
  };

  const issueTicket = async (kind: "invitation" | "reset", life: number, user?: string) => {
    const code = randomBytes(15).toString("base64url");
    const expiresAt = clock.now() + life;
    await tickets.insert({ _id: ticketId(kind, code), kind, expiresAt, ...(user && { user }) });
    return { code, expiresAt: new Date(expiresAt).toISOString() };
  };

  const isEmpty = async (): Promise<boolean> => (await users.find({}, { limit: 1 })).length === 0;

  /**
   * The first account is let in and is the administrator; of two that race, one inserts the claim. A claim is good for a
   * minute: a process that ends before it made the account must not leave a platform without an administrator.
   */
  const isFirstAccount = async (): Promise<boolean> => {
    if (!(await isEmpty())) return false;
    const now = clock.now();
    await tickets.remove({ expiresAt: { $lte: now }, _id: FIRST_ACCOUNT });
    try {
      await tickets.insert({ _id: FIRST_ACCOUNT, kind: FIRST_ACCOUNT, expiresAt: now + CLAIM_MS });
    } catch (error) {
      if (error instanceof DuplicateKeyError) return false;
      throw error;
    }
    return isEmpty();
  };

  /** Comes before it is told whether the address is taken: only who may register learns that. */
  const checkAdmission = async (invitation: string | undefined): Promise<void> => {
    if (config.registration === "closed") fail(errors.AUTH_REGISTRATION_CLOSED);
    if (config.registration === "invitation" && !(await findTicket("invitation", invitation)))
      fail(errors.AUTH_INVITATION_INVALID);
  };

  /** Checks a password for an account, counted: too many failures of an account or an address are refused unseen. */
  const checkPassword = async (
    email: string,
    user: UserRow | undefined,
    password: string,
    meta: Pick<CallMeta, "address">,
  ): Promise<UserRow> => {
    const succeeded = await counted.begin(email, meta.address);
    const right = await verifyPassword(password, user?.passwordHash);
    if (!right || !user) return fail(errors.AUTH_CREDENTIALS_WRONG);
    await succeeded();
    return user;
  };

  const setPassword = async (user: UserRow, password: string): Promise<Session> => {
    const changed = await users.update({ _id: user._id }, { passwordHash: await hashPassword(password) });
    await endSessions(user._id);
    return beginSession(changed ?? user);
  };

  const sweep = async (): Promise<void> => {
    const ended = { expiresAt: { $lte: clock.now() } };
    try {
      await Promise.all([counted.sweep(), families.remove(ended), tickets.remove(ended)]);
    } catch (error) {
      broker.logger.warn("auth: the sweep failed and will be tried again", error);
    }
  };

  return implement(
    "auth",
    actions,
    {
      async register({ params, meta }) {
        const zone = params.zone ?? meta.zone ?? "UTC";
        checkZone(zone);
        const first = await isFirstAccount();
        if (!first) await checkAdmission(params.invitation);
        const email = params.email.toLowerCase();
        if (await users.findOne({ email })) fail(errors.AUTH_EMAIL_TAKEN);
        const passwordHash = await hashPassword(params.password);
        if (!first && config.registration === "invitation" && !(await useTicket("invitation", params.invitation)))
          fail(errors.AUTH_INVITATION_INVALID);
        const user: UserRow = {
          _id: randomUUID(),
          email,
          name: params.name.trim(),
          passwordHash,
          roles: first ? ["admin", "user"] : ["user"],
          zone,
          language: params.language ?? "en",
          createdAt: new Date(clock.now()).toISOString(),
        };
        try {
          await users.insert(user);
        } catch (error) {
          if (error instanceof DuplicateKeyError) fail(errors.AUTH_EMAIL_TAKEN);
          throw error;
        }
        await publish(broker, "auth.registered", { user: user._id });
        return beginSession(user);
      },

      async login({ params, meta }) {
        const email = params.email.toLowerCase();
        return beginSession(await checkPassword(email, await users.findOne({ email }), params.password, meta));
      },

      async refresh({ params }) {
        const presented = readRefreshToken(runtime.tokenSecret, params.refreshToken);
        const family = presented && (await families.findOne({ _id: presented.family }));
        if (!presented || !family || family.expiresAt <= clock.now()) return fail(errors.AUTH_SESSION_ENDED);
        const now = clock.now();
        const verdict = judge(presented.generation, family.generation, family.rotatedAt, now);
        if (verdict === "reuse") {
          await endSessions(family.user, family._id);
          return fail(errors.AUTH_SESSION_ENDED);
        }
        const generation = presented.generation + 1;
        if (verdict === "rotate") {
          // Of two that rotate at once, one fits the query; the other is a repeat and gets the same successor, unless the
          // session has ended in between.
          const rotated = await families.update(
            { _id: family._id, generation: presented.generation },
            { generation, rotatedAt: now, expiresAt: now + FAMILY_MS },
          );
          if (!rotated && !(await families.findOne({ _id: family._id, generation })))
            return fail(errors.AUTH_SESSION_ENDED);
        }
        return sessionOf(await userById(family.user), family._id, generation);
      },

      async logout({ meta }) {
        await endSessions(meta.user.id, meta.user.session);
        return null;
      },

      async logoutEverywhere({ meta }) {
        await endSessions(meta.user.id);
        return null;
      },

      async me({ meta }) {
        return accountOf(await userById(meta.user.id));
      },

      async update({ params, meta }) {
        if (params.zone !== undefined) checkZone(params.zone);
        const changes = { ...params, ...(params.name !== undefined && { name: params.name.trim() }) };
        const user = { _id: meta.user.id };
        const changed = Object.keys(changes).length > 0 ? await users.update(user, changes) : await users.findOne(user);
        return accountOf(changed ?? fail(errors.AUTH_USER_NOT_FOUND));
      },

      async changePassword({ params, meta }) {
        const user = await userById(meta.user.id);
        return setPassword(await checkPassword(user.email, user, params.current, meta), params.password);
      },

      invite: () => issueTicket("invitation", INVITATION_MS),

      async createReset({ params }) {
        const user = (await users.findOne({ email: params.email.toLowerCase() })) ?? fail(errors.AUTH_USER_NOT_FOUND);
        return issueTicket("reset", RESET_MS, user._id);
      },

      async reset({ params }) {
        const ticket = await useTicket("reset", params.code);
        const user = ticket?.user ? await users.findOne({ _id: ticket.user }) : undefined;
        return user ? setPassword(user, params.password) : fail(errors.AUTH_RESET_INVALID);
      },
    },
    {
      async started() {
        await store.open();
        stopSweeping = clock.every(SWEEP_MS, sweep);
      },
      async stopped() {
        stopSweeping();
        await store.close();
      },
    },
  );
}

/** Codes are stored as digests: whoever reads the store cannot use them. */
const ticketId = (kind: string, code: string): string =>
  `${kind}:${createHash("sha256").update(code).digest("base64url")}`;

function checkZone(zone: string): void {
  if (!isZone(zone)) refuseField("zone", "is not a known time zone", 'an IANA time zone, such as "Europe/Berlin"');
}

function accountOf({ _id, email, name, roles, zone, language, createdAt }: UserRow): Account {
  return { id: _id, email, name, roles, zone, language, createdAt };
}
