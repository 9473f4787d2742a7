// A Socket.IO client: a device of a user.
import { once } from "node:events";
import { io, type Socket } from "socket.io-client";
import type { Problem } from "../../lib/action/index.ts";
import type { Platform, SignedIn } from "./platform.ts";

export interface CallAnswer<T> {
  problem: Problem | null;
  result: T;
}

/** A connected device; it remembers every server event it gets. */
export class Device {
  readonly socket: Socket;
  readonly events: { name: string; payload: unknown }[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((name: string, payload: unknown) => this.events.push({ name, payload }));
  }

  /** A call with its acknowledgement. What was pushed to this device before is in {@link events} when it resolves. */
  async call<T>(name: unknown, params?: unknown, options?: unknown): Promise<CallAnswer<T>> {
    return new Promise((resolve) =>
      this.socket.emit("call", name, params, options, (problem: Problem | null, result: T) =>
        resolve({ problem, result }),
      ),
    );
  }

  authenticate(token: unknown): Promise<CallAnswer<{ expiresAt: string }>> {
    return new Promise((resolve) =>
      this.socket.emit("authenticate", token, (problem: Problem | null, result: { expiresAt: string }) =>
        resolve({ problem, result }),
      ),
    );
  }

  /** Payloads of one event so far, once everything that was pushed until now has arrived. */
  async received<T>(name: string): Promise<T[]> {
    await this.call("auth.me");
    return this.events.filter((event) => event.name === name).map((event) => event.payload as T);
  }

  /** The first event of a name, whether it is here already or not. */
  async next<T>(name: string): Promise<T> {
    const seen = this.events.find((event) => event.name === name);
    if (seen) return seen.payload as T;
    const [payload] = await once(this.socket as unknown as EventTarget & NodeJS.EventEmitter, name);
    return payload as T;
  }

  /** Resolves when the server has ended the connection. */
  async ended(): Promise<void> {
    if (this.socket.connected) await new Promise((resolve) => this.socket.once("disconnect", resolve));
  }
}

/** Connects a device of a user; rejects with the server's error. */
export async function connect(
  t: { after(fn: () => void): void },
  platform: Pick<Platform, "url">,
  { token }: Pick<SignedIn, "token"> | { token: unknown },
  auth: object = {},
): Promise<Device> {
  const socket = io(platform.url, { auth: { token, ...auth }, transports: ["websocket"], reconnection: false });
  t.after(() => socket.close());
  const device = new Device(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return device;
}
