// The command line of one action: flags named after its parameters, path parameters also without a flag.
import { parseArgs } from "node:util";
import { type Command, type Parameter, positionals } from "./commands.ts";
import { usage } from "./failure.ts";
import { didYouMean } from "./suggest.ts";
import { isList, isNullable, isSwitch, listOf, parseValue } from "./values.ts";

/** Flags of the client itself; an action's own flag of the same name comes first. */
export const CLIENT_FLAGS = {
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
  url: { type: "string" },
} as const;

export interface ClientFlags {
  help?: boolean;
  json?: boolean;
  url?: string;
}

/** What a command line asks for. */
export interface Request {
  params: Record<string, unknown>;
  client: ClientFlags;
  idempotencyKey?: string;
  /** Path of the file to send, `-` for standard input. */
  file?: string;
}

type Option = { type: "boolean" | "string"; short?: string; multiple?: boolean };

/**
 * Reads the words after `vivavoce <service> <action>`.
 * @throws Failure (usage) that names the flag
 */
export function readFlags(command: Command, words: readonly string[]): Request {
  const byFlag = new Map<string, Parameter>();
  for (const parameter of command.parameters) {
    byFlag.set(parameter.flag, parameter);
    byFlag.set(parameter.name, parameter);
  }
  const options = optionsOf(command, byFlag);
  const given = new Map<string, string[]>();
  const params: Record<string, unknown> = {};
  const client: Record<string, unknown> = {};
  const loose: string[] = [];

  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional") loose.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) return usage(`there is no flag ${rawName}${didYouMean(rawName, flagsOf(command))}`);
    if (option.type === "string" && (value === undefined || (!inlineValue && value.startsWith("--"))))
      return usage(`${rawName} needs a value; one that begins with dashes goes as ${rawName}=VALUE`);
    const negated = byFlag.get(name.replace(/^no-/, ""));
    const parameter = byFlag.get(name);
    if (parameter) given.set(parameter.name, [...(given.get(parameter.name) ?? []), value ?? "true"]);
    else if (name.startsWith("no-") && negated) params[negated.name] = isSwitch(negated.schema) ? false : null;
    else client[name] = value ?? true;
  }

  fillPositionals(command, loose, given);
  for (const parameter of command.parameters) {
    const texts = given.get(parameter.name);
    if (texts) params[parameter.name] = read(parameter, texts);
  }
  const { help, json, url, file, "idempotency-key": idempotencyKey } = client as ClientFlags & Record<string, string>;
  return {
    params,
    client: { ...(help && { help }), ...(json && { json }), ...(url && { url }) },
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(file !== undefined && { file }),
  };
}

/** @throws Failure (usage) where a required parameter is missing */
export function checkComplete(command: Command, { params, file }: Request): void {
  const missing = command.parameters.find(({ name, required }) => required && params[name] === undefined);
  const help = `See vivavoce ${command.service} ${command.action} --help`;
  if (missing) usage(`--${missing.flag} is missing. ${help}`);
  if (command.upload && file === undefined) usage(`--file is missing. ${help}`);
}

/** Every flag an action has, as typed. */
export function flagsOf(command: Command): string[] {
  const own = command.parameters.flatMap(({ flag, schema }) =>
    isSwitch(schema) || isNullable(schema) ? [`--${flag}`, `--no-${flag}`] : [`--${flag}`],
  );
  const extra = [...(command.keyed ? ["--idempotency-key"] : []), ...(command.upload ? ["--file"] : [])];
  return [...own, ...extra, ...Object.keys(CLIENT_FLAGS).map((flag) => `--${flag}`)];
}

function optionsOf(command: Command, byFlag: ReadonlyMap<string, Parameter>): Record<string, Option> {
  const options: Record<string, Option> = { ...CLIENT_FLAGS };
  if (command.keyed) options["idempotency-key"] = { type: "string" };
  if (command.upload) options["file"] = { type: "string" };
  for (const [name, { schema }] of byFlag) {
    options[name] = isSwitch(schema) ? { type: "boolean" } : { type: "string" };
    if (isSwitch(schema) || isNullable(schema)) options[`no-${name}`] ??= { type: "boolean" };
  }
  return options;
}

function fillPositionals(command: Command, loose: readonly string[], given: Map<string, string[]>): void {
  const open = positionals(command).filter(({ name }) => !given.has(name));
  const excess = loose[open.length];
  if (excess !== undefined) usage(`"${excess}" is too much${open.length === 0 ? "; name its flag" : ""}`);
  for (const [index, text] of loose.entries()) given.set((open[index] as Parameter).name, [text]);
}

function read({ flag, schema }: Parameter, texts: readonly string[]): unknown {
  if (isList(schema)) return listOf(texts, schema);
  if (texts.length > 1) return usage(`--${flag} is there ${texts.length} times, but it takes one value`);
  return parseValue(texts[0] as string, schema);
}
