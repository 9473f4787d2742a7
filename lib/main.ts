// The process: reads the settings, starts a node, says where it is, and stops it when asked to.
import { ConfigError, readConfig } from "./config/config.ts";
import { type Node, startNode } from "./node/node.ts";

/** A stop that takes longer than this is ended: nothing may stay running. */
const STOP_MS = 15_000;

/** The answer of `voice.engines`. */
interface Engines {
  speechToText: string | null;
  textToSpeech: string | null;
  missing: string[];
}

/** What a person wants to know first: where it is, what it can hear and say, and one thing to try. */
async function welcome({ broker }: Node, url: string): Promise<string> {
  const lines = [`Vivavoce is at ${url}`];
  if (broker.getLocalService("voice")) {
    const { speechToText, textToSpeech, missing } = await broker.call<Engines>("voice.engines");
    lines.push(
      `Hears by: ${speechToText ?? "nothing (type, or use the browser's own recogniser)"}   Speaks by: ${textToSpeech ?? "nothing (text only)"}`,
      ...missing,
    );
    lines.push('Sign up there, press the microphone and say: "Remind me to call mum tomorrow at five."');
  }
  return `${lines.join("\n")}\n`;
}

try {
  const config = readConfig(process.env);
  const node = await startNode(config);

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    node.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // Started by `npm start`, it ends with its parent, however that ends.
  process.on("disconnect", stop);

  const { port } = (node.broker.metadata["gateway"] as { port: number } | undefined) ?? {};
  if (port !== undefined) {
    const url = `${config.tls ? "https" : "http"}://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`;
    process.stdout.write(`\n${await welcome(node, url)}\n`);
    process.send?.({ ready: url });
  }
} catch (error) {
  const line = error instanceof ConfigError ? error.message : (error as Error).stack;
  process.stderr.write(`${line}\n`);
  process.exit(1);
}
