// `npm run repl`: a node without services that joins the running cluster, with Moleculer's prompt: nodes, services, call.
import { readFileSync } from "node:fs";
import { ServiceBroker } from "moleculer";
import { brokerOptions } from "./action/index.ts";
import { addressFile } from "./cluster.ts";
import { type Config, ConfigError, readConfig } from "./config/config.ts";

/** A cluster that has not answered by then is not there. */
const PATIENCE_MS = 5_000;

try {
  const config = readConfig(process.env);
  const nats = natsOf(config);
  const broker = new ServiceBroker({
    ...brokerOptions({
      nats,
      nodeID: config.nodeID ?? `repl-${process.pid}`,
      namespace: config.namespace,
      logLevel: config.logLevel === "warn" ? "error" : config.logLevel,
    }),
    replOptions: { delimiter: "vivavoce $", customCommands: [] },
  });
  const timer = setTimeout(() => {
    const shown = nats.replace(/\/\/[^@/]*@/, "//");
    process.stderr.write(
      `No NATS server answers at ${shown}. Start the cluster (npm run cluster), or set VIVAVOCE_NATS_URL.\n`,
    );
    process.exit(1);
  }, PATIENCE_MS);
  await broker.start();
  clearTimeout(timer);
  process.on("SIGTERM", () => void broker.stop().then(() => process.exit(0)));
  broker.repl();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/** The setting, else the cluster that runs on this data directory, else NATS's own port. */
function natsOf(config: Config): string {
  if (config.nats) return config.nats;
  try {
    return (JSON.parse(readFileSync(addressFile(config), "utf8")) as { nats: string }).nats;
  } catch {
    return "nats://127.0.0.1:4222";
  }
}
