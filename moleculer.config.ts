// Broker options for Moleculer's own runner.
import { readConfig } from "./lib/config/config.ts";
import { nodeOptions } from "./lib/node/node.ts";

export default nodeOptions(readConfig(process.env));
