// A node's connection to NATS, which Moleculer calls connected also while it tries to come back.
import type { ServiceBroker } from "moleculer";
import type { NatsConnection } from "nats";

/** The client of the node's transporter: `undefined` embedded, and before it has connected first. */
export function connectionOf(broker: ServiceBroker): NatsConnection | undefined {
  const { tx } = (broker.transit ?? {}) as { tx?: { client?: NatsConnection | null } };
  return tx?.client ?? undefined;
}

/** A server that has not answered by then is away. */
const ANSWER_MS = 1_000;

/** Asks the server for an answer. @returns whether it came */
export async function answers(connection: NatsConnection | undefined): Promise<boolean> {
  if (!connection) return false;
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ANSWER_MS);
  const asked = connection.rtt().then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

/** Does something after each time that the connection was lost and has come back: what was sent in between is gone. */
export async function onReconnect(connection: NatsConnection | undefined, task: () => void): Promise<void> {
  if (!connection) return;
  for await (const { type } of connection.status()) if (type === "reconnect") task();
}
