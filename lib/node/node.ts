// A node of ours: a broker with its settings, secrets and clock, and the services it holds.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type BrokerOptions, ServiceBroker, type ServiceSchema } from "moleculer";
import { metricsOptions } from "../../mixins/metrics.ts";
import { tracingOptions } from "../../mixins/tracing.ts";
import { brokerOptions } from "../action/index.ts";
import { type Config, ConfigError } from "../config/config.ts";
import { lockData, refuseHalfRestored, tokenSecret, writeAddress } from "./data.ts";
import { tryPort } from "./listen.ts";
import { type Clock, type Runtime, setRuntime, systemClock } from "./runtime.ts";
import { openSidePort, type SidePort } from "./side-port.ts";

const SERVICES = join(import.meta.dirname, "../../services");

/** The services there are: the folders of `services/` that hold one. */
export function serviceNames(): string[] {
  return readdirSync(SERVICES).filter((name) => existsSync(join(SERVICES, name, `${name}.service.ts`)));
}

/**
 * The broker options of one of our nodes; its services find their runtime by the broker.
 * @throws ConfigError where secrets are missing or cannot be made
 */
export function nodeOptions(config: Config, clock: Clock = systemClock): BrokerOptions {
  const runtime: Runtime = { config, clock, tokenSecret: tokenSecret(config) };
  const options = brokerOptions({
    ...(config.nats && { nats: config.nats }),
    ...(config.nodeID && { nodeID: config.nodeID }),
    namespace: config.namespace,
    logLevel: config.logLevel,
    firstParty: true,
  });
  const { created } = options;
  return {
    ...options,
    metrics: metricsOptions() as unknown as boolean,
    ...(config.otlp && { tracing: tracingOptions(config.otlp) as never }),
    created(broker: ServiceBroker) {
      setRuntime(broker, runtime);
      created?.(broker);
    },
  };
}

export interface Node {
  broker: ServiceBroker;
  /** Leaves the cluster, closes the stores, gives the data directory back. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts a node with the services of its settings (all of them where none are named).
 * @throws ConfigError for a setting that cannot be used, before anything is started
 */
export async function startNode(config: Config, clock: Clock = systemClock): Promise<Node> {
  const known = serviceNames();
  const unknown = config.services.find((name) => !known.includes(name));
  if (unknown) throw new ConfigError(`SERVICES names "${unknown}", but the services are: ${known.join(", ")}.`);
  const names = config.services.length > 0 ? config.services : known;
  const options = nodeOptions(config, clock);
  refuseHalfRestored(config.data);
  const release = config.mongo ? (): void => {} : lockData(config.data, names);

  let broker: ServiceBroker | undefined;
  let sidePort: SidePort | undefined;
  let removeAddress = (): void => {};
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      removeAddress();
      // Last: what asks whether the node is ready is told that it no longer is.
      await (broker?.stop() ?? Promise.resolve()).finally(() => sidePort?.close()).finally(release);
    })();
    return stopping;
  };
  try {
    if (names.includes("gateway")) await tryPort(config.host, config.port, "VIVAVOCE_PORT");
    broker = new ServiceBroker(options);
    for (const name of names) {
      const { default: service } = (await import(join(SERVICES, name, `${name}.service.ts`))) as {
        default: (broker: ServiceBroker) => ServiceSchema;
      };
      broker.createService(service(broker));
    }
    if (config.metricsPort > 0 && !names.includes("gateway")) sidePort = await openSidePort(broker, names, config);
    await broker.start();
    const { port } = (broker.metadata["gateway"] as { port: number } | undefined) ?? {};
    if (port !== undefined && !config.mongo) removeAddress = writeAddress(config.data, ownAddress(config, port));
  } catch (error) {
    await stop();
    throw error;
  }
  return { broker, stop };
}

/** Where this machine reaches the gateway of this process. */
function ownAddress({ host, tls }: Config, port: number): string {
  const reached = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `${tls ? "https" : "http"}://${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}
