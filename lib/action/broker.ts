// How a node of Vivavoce runs: the broker options that every node shares, and `serve`, by which a service from outside joins.
import { hostname } from "node:os";
import { type BrokerOptions, ServiceBroker, type ServiceSchema } from "moleculer";
import { guard, keepMeta } from "./guard.ts";
import { NatsTransporter, natsOptions } from "./nats.ts";

/** What differs from node to node. */
export interface ClusterSettings {
  /** NATS servers, `nats://user:password@host:4222` or `nats://token@host:4222`, several separated by commas; without, the node is alone. */
  nats?: string;
  /** Unique name of the node. @default host name and process id */
  nodeID?: string;
  /** Clusters on one NATS server that must not see each other. */
  namespace?: string;
  /** @default "info" */
  logLevel?: "fatal" | "error" | "warn" | "info" | "debug" | "trace";
  /** Whether the node may hold services with reserved names. @default false */
  firstParty?: boolean;
}

/**
 * The broker options of a node. The figures were measured with two workers and one of them killed under load:
 * heartbeats of 500 ms, a breaker and five repeats of repeatable calls leave no failed call.
 */
export function brokerOptions(settings: ClusterSettings): BrokerOptions {
  const firstParty = settings.firstParty ?? false;
  return {
    nodeID: settings.nodeID ?? `${hostname()}-${process.pid}`,
    namespace: settings.namespace ?? "",
    metadata: { startedAt: Date.now(), firstParty },
    logger: { type: "Console", options: { level: settings.logLevel ?? "info", formatter: "short", colors: false } },
    transporter: settings.nats ? new NatsTransporter(natsOptions(settings.nats)) : null,
    serializer: "JSON",
    // The guard checks parameters with JSON Schema; Moleculer's own validator speaks another language.
    validator: false,
    cacher: { type: "MemoryLRU", options: { max: 10_000 } },
    heartbeatInterval: 0.5,
    heartbeatTimeout: 2,
    requestTimeout: 5_000,
    maxCallLevel: 20,
    retryPolicy: {
      enabled: false,
      retries: 5,
      delay: 50,
      maxDelay: 1_000,
      factor: 2,
      // Not what a limit refused: repeating it at once would only be refused again.
      check: (error) =>
        Boolean((error as { retryable?: boolean })?.retryable) && Number((error as { code?: number }).code) !== 429,
    },
    circuitBreaker: {
      enabled: true,
      threshold: 0.5,
      minRequestCount: 20,
      windowTime: 30,
      halfOpenTime: 5_000,
      check: (error) => Number((error as { code?: number })?.code) >= 500,
    },
    // The other nodes have a moment to hear that this one leaves, before it stops to answer.
    registry: { preferLocal: true, strategy: "RoundRobin", stopDelay: settings.nats ? 100 : 0 },
    tracking: { enabled: true, shutdownTimeout: 10_000 },
    internalServices: true,
    skipProcessEventRegistration: true,
    middlewares: [keepMeta],
    created: (broker: ServiceBroker) => broker.middlewares.add(guard({ firstParty })),
  } as BrokerOptions;
}

/**
 * Starts a node with these services and joins the cluster of `VIVAVOCE_NATS_URL` (default `nats://127.0.0.1:4222`).
 * A second later they are callable at every door. SIGTERM and Ctrl-C leave the cluster cleanly.
 * @example await serve(implement("dice", actions, { roll: (ctx) => ({ value: 1 + Math.floor(Math.random() * ctx.params.sides) }) }));
 */
export async function serve(...services: ServiceSchema[]): Promise<ServiceBroker> {
  const { VIVAVOCE_NATS_URL: nats = "nats://127.0.0.1:4222", VIVAVOCE_NAMESPACE: namespace } = process.env;
  const broker = new ServiceBroker(brokerOptions({ nats, ...(namespace && { namespace }) }));
  for (const service of services) broker.createService(service);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void broker.stop().then(() => process.exit(0)));
  }
  await broker.start();
  return broker;
}
