// The client on the command line: `vivavoce <service> <action> --flags`, a client of the REST door and nothing more.
import { login, logout, register } from "./account.ts";
import { type Client, makeClient } from "./client.ts";
import { commandsOf, kebab } from "./commands.ts";
import { EXIT, type ExitCode, Failure, usage } from "./failure.ts";
import { CLIENT_FLAGS, type ClientFlags, checkComplete, readFlags } from "./flags.ts";
import { actionHelp, overview, ownHelp, serviceHelp } from "./help.ts";
import { render } from "./render.ts";
import { configDirectory, Sessions } from "./sessions.ts";
import { didYouMean } from "./suggest.ts";
import { processTerminal } from "./terminal.ts";

const DEFAULT_URL = "http://127.0.0.1:3000";
const SAY = "/api/v1/voice/commands";
const ACCOUNT = { login, register, logout };

/**
 * Runs one command line.
 * @returns its exit code; results are on standard output, everything else on standard error
 */
export async function run(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { flags, rest } = readLeading(words);
  const json = words.includes("--json");
  try {
    const { text, exitCode = EXIT.ok } = await answer(rest, flags, env);
    process.stdout.write(`${text}\n`);
    return exitCode;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(json && error.problem ? `${JSON.stringify(error.problem)}\n` : `vivavoce: ${error.message}\n`);
    return error.exitCode;
  }
}

interface Answer {
  text: string;
  exitCode?: ExitCode;
}

async function answer(words: readonly string[], flags: ClientFlags, env: NodeJS.ProcessEnv): Promise<Answer> {
  const [first, second, ...rest] = words;
  const sessions = new Sessions(configDirectory(env));
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const clientAt = (url = flags.url): Client =>
    makeClient(
      urlOf(url ?? env["VIVAVOCE_URL"] ?? sessions.lastUrl ?? DEFAULT_URL),
      sessions,
      env["VIVAVOCE_TOKEN"],
      zone,
    );

  if (first !== undefined && Object.hasOwn(ACCOUNT, first)) {
    const { own, flags: more } = takeClientFlags(words.slice(1));
    if (flags.help || more.help) return { text: ownHelp() };
    const context = { client: clientAt(more.url), sessions, terminal: processTerminal(), zone };
    return { text: await ACCOUNT[first as keyof typeof ACCOUNT](context, own) };
  }
  if (first === "say") {
    const { own, flags: more } = takeClientFlags(words.slice(1));
    if (own.length === 0 || flags.help || more.help) return { text: ownHelp() };
    return say(clientAt(more.url), own.join(" "), Boolean(flags.json || more.json));
  }
  return act({ service: first, action: second, words: rest, flags, clientAt });
}

/** Ends with 1 where nothing was done: not understood, or not there just now. */
async function say(client: Client, text: string, json: boolean): Promise<Answer> {
  const command = commandsOf(await client.openApi()).find(({ method, path }) => method === "POST" && path === SAY);
  if (!command) throw new Failure(`${client.url} does not take spoken commands`, EXIT.unavailable);
  const result = (await client.call(command, { params: { text } })) as { reply?: string; action?: string | null };
  return {
    text: json ? JSON.stringify(result) : render(result.reply ?? result),
    exitCode: result.action === null ? EXIT.failed : EXIT.ok,
  };
}

interface Line {
  service: string | undefined;
  action: string | undefined;
  words: readonly string[];
  flags: ClientFlags;
  clientAt: (url?: string) => Client;
}

async function act({ service, action, words, flags, clientAt }: Line): Promise<Answer> {
  // Which platform has to be known before its actions are, so flags that follow are looked at twice.
  const ahead = takeClientFlags([...(action === undefined ? [] : [action]), ...words]).flags;
  const client = clientAt(ahead.url);
  const commands = commandsOf(await client.openApi());
  if (service === undefined) return { text: overview(commands) };

  const own = commands.filter((command) => same(command.service, service));
  const known = [...new Set(commands.map((command) => command.service)), ...Object.keys(ACCOUNT), "say"];
  if (own.length === 0) return usage(`there is no service "${service}"${didYouMean(service, known)}`);
  if (action === undefined || action.startsWith("-")) {
    if (action === undefined || ahead.help) return { text: serviceHelp(service, own) };
    return usage(`an action is missing after "${service}": ${own.map((command) => command.action).join(", ")}`);
  }
  const command = own.find((one) => same(one.action, action));
  if (!command)
    return usage(
      `${service} has no action "${action}"${didYouMean(
        action,
        own.map((one) => one.action),
      )}`,
    );

  const request = readFlags(command, words);
  if (flags.help || request.client.help) {
    // Loaded for help only: it brings the whole of JSON Schema.
    const { describeSchema } = await import("../action/validation.ts");
    return { text: actionHelp(command, describeSchema) };
  }
  checkComplete(command, request);
  const result = await client.call(command, request);
  const json = flags.json || request.client.json;
  return { text: json ? JSON.stringify(result) : render(result, process.stdout.columns) };
}

/** An action's name as declared, or as people type it. */
const same = (declared: string, typed: string): boolean => declared === typed || kebab(declared) === typed;

/** Flags of the client before the first word. */
function readLeading(words: readonly string[]): { flags: ClientFlags; rest: readonly string[] } {
  const until = words.findIndex((word, index) => !word.startsWith("-") && words[index - 1] !== "--url");
  const { flags, own } = takeClientFlags(until < 0 ? words : words.slice(0, until));
  return { flags, rest: [...own, ...(until < 0 ? [] : words.slice(until))] };
}

/** Takes the client's own flags out of a command line. */
function takeClientFlags(words: readonly string[]): { flags: ClientFlags; own: string[] } {
  const flags: ClientFlags = {};
  const own: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === "--help" || word === `-${CLIENT_FLAGS.help.short}`) flags.help = true;
    else if (word === "--json") flags.json = true;
    else if (word === "--url") flags.url = words[++at] ?? usage("--url needs a value");
    else if (word.startsWith("--url=")) flags.url = word.slice("--url=".length);
    else own.push(word);
  }
  return { flags, own };
}

function urlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol))
    return usage(`"${text}" is not an address; it begins with http:// or https://`);
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}
