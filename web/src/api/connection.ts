// The socket: server events as they happen, live audio, and whether the platform can be reached at all.
import { io, type Socket } from "socket.io-client";
import { type Payload, type PushedEvent, SOCKET } from "../contract.ts";
import { createStore, type Readable } from "../store.ts";
import { CODES, isProblem, offline, ProblemError } from "./problem.ts";
import type { SessionControl } from "./session.ts";

export type ConnectionStatus = "connecting" | "online" | "offline";

export interface Connection {
  status: Readable<ConnectionStatus>;
  /** Called at every connection, the first and each after a loss. */
  onConnected(listener: () => void): void;
  on<E extends PushedEvent>(event: E, listener: (payload: Payload<E>) => void): void;
  /** Sends and waits for the acknowledgement. @throws ProblemError */
  ask<T>(event: string, argument: unknown): Promise<T>;
  send(event: string, argument?: ArrayBuffer): void;
  retry(): void;
  close(): void;
}

/** Between a refusal and the next try. */
const PAUSE_MS = 1_000;

/** What the server sends where a call went wrong, and the error of a socket that was refused. */
type Refusal = Error & { data?: unknown };

export function connect(session: SessionControl): Connection {
  const status = createStore<ConnectionStatus>("connecting");
  let closed = false;
  const greetings = new Set<() => void>();
  // Behind a balancer the long-polling start would need sticky sessions.
  const socket: Socket = io({
    transports: ["websocket"],
    auth: (give) => give({ token: session.token() }),
  });

  const open = (): void => {
    // A second request to connect would be a protocol error.
    if (!socket.active) socket.connect();
  };
  /** The token was refused. Should the refresh fail, too, either the session has ended, or the next try will tell. */
  const enterAgain = async (): Promise<void> => {
    await session.refresh().catch(() => {});
    setTimeout(() => session.state.get().status === "signedIn" && !closed && open(), PAUSE_MS);
  };
  const stopListening = session.onToken((token) => {
    if (socket.connected) socket.emit(SOCKET.authenticate, token, () => {});
  });

  socket.on("connect", () => {
    status.set("online");
    for (const greet of greetings) greet();
  });
  socket.on("disconnect", (reason) => {
    status.set("offline");
    // The server ends a socket with its token or session and when it stops, and socket.io leaves what comes next to us.
    if (reason === "io server disconnect") open();
  });
  socket.on("connect_error", (error: Refusal) => {
    status.set("offline");
    if (isProblem(error.data) && error.data.code === CODES.unauthenticated) void enterAgain();
  });
  const lose = (): void => status.set("offline");
  const find = (): void => {
    if (socket.connected) status.set("online");
    else open();
  };
  window.addEventListener("offline", lose);
  window.addEventListener("online", find);

  return {
    status,
    onConnected(listener) {
      greetings.add(listener);
      if (socket.connected) listener();
    },
    on(event, listener) {
      socket.on(event as string, listener as (payload: unknown) => void);
    },
    ask: <T>(event: string, argument: unknown) =>
      new Promise<T>((resolve, reject) => {
        if (!socket.connected) return reject(offline());
        const fail = (): void => reject(offline());
        socket.once("disconnect", fail);
        socket.emit(event, argument, (problem: unknown, result: T) => {
          socket.off("disconnect", fail);
          if (isProblem(problem)) reject(new ProblemError(problem));
          else resolve(result);
        });
      }),
    send(event, argument) {
      if (argument) socket.emit(event, argument);
      else socket.emit(event);
    },
    retry: find,
    close() {
      closed = true;
      stopListening();
      window.removeEventListener("offline", lose);
      window.removeEventListener("online", find);
      socket.removeAllListeners();
      socket.disconnect();
    },
  };
}
