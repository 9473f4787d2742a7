// Help, made from the same document as the commands: what there is, and what an action takes.
import type { Command, Parameter } from "./commands.ts";
import { positionals } from "./commands.ts";
import { isList, isNullable, isSwitch } from "./values.ts";

const OWN = [
  ["login [--email E-MAIL]", "Sign in; the password is asked, or read from standard input"],
  ["register [--email E-MAIL] [--name NAME] [--invitation CODE]", "Make an account and sign in"],
  ["logout [--everywhere]", "Sign out"],
  ["say WORDS...", "Say it: vivavoce say remind me to call mum tomorrow at five"],
] as const;

const GLOBAL = [
  ["--url URL", "The platform; also VIVAVOCE_URL, else the one signed in to last, else http://127.0.0.1:3000"],
  ["--json", "The result as JSON"],
  ["--help", "Help on vivavoce, a service or an action"],
] as const;

const EXITS = "Exit codes: 0 done, 1 failed, 2 not understood, 3 not signed in, 4 not there just now";

/** Help without a platform. */
export function ownHelp(): string {
  return [
    "Usage: vivavoce SERVICE ACTION [--flags]",
    "",
    columns(OWN.map(([left, right]) => [left, right])),
    "",
    columns(GLOBAL.map(([left, right]) => [left, right])),
    "",
    EXITS,
  ].join("\n");
}

/** All services with their actions. */
export function overview(commands: readonly Command[]): string {
  const services = [...new Set(commands.map(({ service }) => service))];
  const ownOf = (service: string): Command[] => commands.filter((command) => command.service === service);
  return [ownHelp(), ...services.flatMap((service) => ["", serviceHelp(service, ownOf(service))])].join("\n");
}

export function serviceHelp(service: string, commands: readonly Command[]): string {
  const rows = commands.map((command): [string, string] => [
    `vivavoce ${service} ${command.action}`,
    `${command.summary}${command.departed ? " (not there just now)" : ""}`,
  ]);
  return `${service}\n${columns(rows)}`;
}

/**
 * One action: usage, flags with what they accept, and how it is said.
 * @param accepts what a schema accepts, in words
 */
export function actionHelp(command: Command, accepts: (schema: Parameter["schema"]) => string): string {
  const { service, action, summary, description, parameters, say, departed } = command;
  const places = positionals(command).map(({ flag }) => `${flag.toUpperCase()} `);
  const rows = parameters.map((parameter): [string, string] => [
    flagUsage(parameter),
    `${accepts(parameter.schema)}${isList(parameter.schema) ? "; may be repeated" : ""}${parameter.required ? " (required)" : ""}`,
  ]);
  const extra: [string, string][] = [
    ...(command.keyed
      ? [["--idempotency-key KEY", "A repeat with the same key gets the first result"] as [string, string]]
      : []),
    ...(command.upload
      ? [["--file PATH", `${command.upload.join(", ")}; - is standard input (required)`] as [string, string]]
      : []),
  ];
  return [
    `Usage: vivavoce ${service} ${action} ${places.join("")}[--flags]`,
    "",
    `${summary}${departed ? " (not there just now)" : ""}`,
    ...(description ? [description] : []),
    "",
    columns([...rows, ...extra, ...GLOBAL.map(([left, right]): [string, string] => [left, right])]),
    ...(say.length > 0 ? ["", "Say:", ...say.map((template) => `  ${template}`)] : []),
  ].join("\n");
}

function flagUsage({ flag, schema }: Parameter): string {
  if (isSwitch(schema)) return `--${flag}, --no-${flag}`;
  return `--${flag} VALUE${isNullable(schema) ? `, --no-${flag}` : ""}`;
}

/** Two columns; a long left one has its right one on the next line. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)));
  return rows
    .map(([left, right]) =>
      left.length > width ? `  ${left}\n  ${" ".repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
    )
    .join("\n");
}
