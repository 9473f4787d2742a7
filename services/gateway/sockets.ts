// The Socket.IO door: calls with an acknowledgement, server events to the user's room, sockets that end with their token.
import { randomUUID } from "node:crypto";
import { PassThrough } from "node:stream";
import type { ServiceBroker } from "moleculer";
import type { Server, Socket } from "socket.io";
import type { Catalogue } from "../../lib/action/catalogue.ts";
import { authorize } from "../../lib/action/guard.ts";
import { type CallMeta, commonErrors, type ErrorSpec, fail, problemOf, refuseField } from "../../lib/action/index.ts";
import type { Access } from "../../lib/auth/access-token.ts";
import { isZone } from "../../lib/time/due.ts";
import { type AccessControl, callerKey } from "./access.ts";
import type { RateLimiter } from "./rate-limit.ts";
import { compile } from "./rest.ts";

/** What a socket's client may say of one call. */
interface SocketCallOptions {
  idempotencyKey?: unknown;
  zone?: unknown;
}

/** What a client may say of a recording: its name for it comes back with `voice.heardEnd`. */
interface ListenOptions {
  speak?: unknown;
  recording?: unknown;
}

type Acknowledge = (error: object | null, result?: unknown) => void;

interface SocketData {
  access: Access;
  audio?: PassThrough;
  audioBytes: number;
}

/** Bytes of live audio that one recording may have: two minutes of 16 kHz, 16 bit, one channel. */
const MAX_AUDIO_BYTES = 2 * 60 * 16_000 * 2;

export const roomOf = (user: string): string => `user:${user}`;

/** The door's handlers, by Socket.IO event. The user of a call is always the token's, never the call's own meta. */
export function socketDoor(broker: ServiceBroker, catalogue: Catalogue, control: AccessControl, limiter: RateLimiter) {
  const dataOf = (socket: Socket): SocketData => socket.data as SocketData;

  const verify = (token: unknown): Access =>
    (typeof token === "string" ? control.verify(token) : undefined) ?? fail(commonErrors.UNAUTHENTICATED);

  const metaOf = (socket: Socket, options: SocketCallOptions, keyed: boolean): CallMeta => {
    const { access } = dataOf(socket);
    const zone = options.zone ?? socket.handshake.auth["zone"] ?? access.zone;
    if (typeof zone !== "string" || !isZone(zone))
      return refuseField("zone", "is not a known time zone", 'an IANA time zone, such as "Europe/Berlin"');
    const key = options.idempotencyKey;
    if (key !== undefined && (typeof key !== "string" || key.length === 0 || key.length > 255))
      return refuseField("idempotencyKey", "is not a key", "a text of 1 to 255 characters");
    return {
      user: access.user,
      zone,
      language: access.language,
      via: "socket",
      address: socket.handshake.address,
      ...(keyed && { idempotencyKey: key ?? randomUUID() }),
    };
  };

  /** Runs a handler and acknowledges with its result or with problem details. */
  const answer = async (
    socket: Socket,
    acknowledge: unknown,
    declared: () => readonly ErrorSpec[],
    run: (requestId: string) => Promise<unknown>,
  ): Promise<void> => {
    const respond: Acknowledge = typeof acknowledge === "function" ? (acknowledge as Acknowledge) : () => {};
    const requestId = randomUUID();
    try {
      const { access } = dataOf(socket);
      if (!control.isGood(access)) fail(commonErrors.UNAUTHENTICATED);
      const wait = limiter.take(callerKey(access.user, socket.handshake.address));
      if (wait > 0) fail(commonErrors.RATE_LIMITED, { retryAfter: wait });
      respond(null, await run(requestId));
    } catch (error) {
      const problem = problemOf(error, requestId, declared());
      if (problem.status >= 500) broker.logger.error(`socket: ${problem.code} (request ${requestId})`, error);
      respond(problem);
    }
  };

  const call = (
    socket: Socket,
    name: unknown,
    params: unknown,
    options: unknown,
    acknowledge: unknown,
  ): Promise<void> => {
    const entry = typeof name === "string" ? catalogue.get(name) : undefined;
    return answer(
      socket,
      acknowledge,
      () => entry?.declaration.errors ?? [],
      async (requestID) => {
        if (!entry?.declaration.socket)
          return fail(commonErrors.NOT_FOUND, { message: "There is no such action at this door." });
        if (!entry.present) return fail(commonErrors.UNAVAILABLE);
        const given = options !== null && typeof options === "object" ? (options as SocketCallOptions) : {};
        const meta = metaOf(socket, given, entry.declaration.idempotent === "key");
        authorize(entry.declaration, meta.user);
        const result = await broker.call(entry.name, (params ?? {}) as object, { meta, requestID });
        if (!compile(entry.declaration).project(result))
          throw new Error(`the result of ${entry.name} is not as declared`);
        return result;
      },
    );
  };

  /** Live audio: the chunks flow into one call, which answers when the speech has ended or the client says so. */
  const listen = (socket: Socket, format: unknown, acknowledge: unknown): Promise<void> => {
    const errors = (): readonly ErrorSpec[] => catalogue.get("voice.hear")?.declaration.errors ?? [];
    return answer(socket, acknowledge, errors, async (requestID) => {
      const data = dataOf(socket);
      if (data.audio) return fail(commonErrors.BAD_REQUEST, { message: "This socket is listening already." });
      if (!catalogue.get("voice.hear")?.present) return fail(commonErrors.UNAVAILABLE);
      const audio = new PassThrough();
      // The voice stops reading when the speech has ended, while the device may still send.
      audio.on("error", (error) => broker.logger.debug("socket: audio after its end", error));
      data.audio = audio;
      data.audioBytes = 0;
      try {
        const { speak, recording } = (typeof format === "object" && format !== null ? format : {}) as ListenOptions;
        const params = { speak: speak === true, ...(recording !== undefined && { recording }), live: true };
        return await broker.call("voice.hear", params, {
          meta: metaOf(socket, {}, true),
          requestID,
          stream: audio,
        } as object);
      } finally {
        delete data.audio;
        audio.destroy();
      }
    });
  };

  const feed = (socket: Socket, chunk: unknown): void => {
    const data = dataOf(socket);
    if (!data.audio?.writable || !(chunk instanceof Uint8Array)) return;
    data.audioBytes += chunk.length;
    if (data.audioBytes > MAX_AUDIO_BYTES) data.audio.end();
    else data.audio.write(chunk);
  };

  return {
    /** Socket.IO middleware: a socket without a valid token is refused. */
    authorize(socket: Socket, next: (error?: Error) => void): void {
      try {
        dataOf(socket).access = verify(socket.handshake.auth["token"]);
        next();
      } catch (error) {
        const problem = problemOf(error, randomUUID());
        next(Object.assign(new Error(problem.code), { data: problem }));
      }
    },

    connected(socket: Socket): void {
      const { user } = dataOf(socket).access;
      void socket.join(roomOf(user.id));
      socket.on("call", (...said: unknown[]) => {
        // `call(name, ack)` and `call(name, params, ack)` leave the rest out.
        const at = said.findIndex((part) => typeof part === "function");
        const [name, params, options] = at < 0 ? said : said.slice(0, at);
        void call(socket, name, params, options, said[at]);
      });
      socket.on("authenticate", (token, acknowledge) => {
        void answer(
          socket,
          acknowledge,
          () => [],
          async () => {
            const access = verify(token);
            if (access.user.id !== dataOf(socket).access.user.id)
              fail(commonErrors.FORBIDDEN, { message: "A socket stays with its user." });
            dataOf(socket).access = access;
            return { expiresAt: new Date(access.expiresAt).toISOString() };
          },
        );
      });
      socket.on("listen", (format, acknowledge) => void listen(socket, format, acknowledge));
      socket.on("audio", (chunk) => feed(socket, chunk));
      socket.on("audio.end", () => dataOf(socket).audio?.end());
      socket.on("disconnect", () => dataOf(socket).audio?.destroy());
      void broker.emit("socket.connected", { user: user.id });
    },

    /** Hands a server event to the user's sockets on this gateway; every gateway gets it. */
    push(io: Server, { user, event, payload }: { user: string; event: string; payload: unknown }): void {
      // Most users have no socket here: the event is not encoded for an empty room.
      const room = roomOf(user);
      if (io.sockets.adapter.rooms.has(room)) io.local.to(room).emit(event, payload);
    },

    /** Disconnects the sockets on this gateway whose token has ended; for every second. */
    endExpired(io: Server): void {
      for (const socket of io.sockets.sockets.values()) {
        if (!control.isGood(dataOf(socket).access)) socket.disconnect(true);
      }
    },

    /** Disconnects the sockets of ended sessions on this gateway. */
    endSessions(io: Server, user: string, sessions: readonly string[]): void {
      const ended = new Set(sessions);
      for (const id of io.sockets.adapter.rooms.get(roomOf(user)) ?? []) {
        const socket = io.sockets.sockets.get(id);
        if (socket && ended.has(dataOf(socket).access.user.session)) socket.disconnect(true);
      }
    },
  };
}
