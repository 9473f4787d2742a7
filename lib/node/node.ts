// A node of ours: a broker with its settings, secrets and clock, and the services it holds.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type BrokerOptions, ServiceBroker, type ServiceSchema } from "moleculer";
import { metricsOptions } from "../../mixins/metrics.ts";
import { brokerOptions } from "../action/index.ts";
import { type Config, ConfigError } from "../config/config.ts";
import { lockData, tokenSecret } from "./data.ts";
import { type Clock, type Runtime, setRuntime, systemClock } from "./runtime.ts";

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
  const release = config.mongo ? (): void => {} : lockData(config.data, names);

  let broker: ServiceBroker | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (broker?.stop() ?? Promise.resolve()).finally(release);
    return stopping;
  };
  try {
    broker = new ServiceBroker(options);
    for (const name of names) {
      const { default: service } = (await import(join(SERVICES, name, `${name}.service.ts`))) as {
        default: (broker: ServiceBroker) => ServiceSchema;
      };
      broker.createService(service(broker));
    }
    await broker.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { broker, stop };
}
