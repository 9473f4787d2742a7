// Broker options for Moleculer's own runner and REPL: `npm run repl` joins the cluster with them.
import { readConfig } from "./lib/config/config.ts";
import { nodeOptions } from "./lib/node/node.ts";

export default nodeOptions(readConfig(process.env));
