// `npm run admin -- <command>`: what an operator does on the server. It reads the same settings as the platform.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Failure } from "../cli/failure.ts";
import { processTerminal } from "../cli/terminal.ts";
import { type Config, ConfigError, readConfig } from "../config/config.ts";
import { type Accounts, openAccounts } from "./accounts.ts";
import type { Counts } from "./archive.ts";
import { backup, readStore } from "./backup.ts";
import { Refusal } from "./refusal.ts";
import { restore } from "./restore.ts";

const HELP = `npm run admin -- <command>

  backup <file>                   all data into one file, also while the platform runs
  restore <file>                  a backup into an empty data directory or MongoDB server, with the platform stopped
  users                           the accounts
  invite                          a code with which somebody can register
  reset-password <email>          a code with which this user can set a new password
  reset-password <email> --set    sets it here: asks for the password, or reads a line of standard input

The settings are those of the platform: VIVAVOCE_DATA or MONGO_URL say where the data is; with VIVAVOCE_NATS_URL,
invite and reset-password ask the cluster.
`;

type Command = (config: Config, operand: string, flags: { set: boolean }) => Promise<string>;

/** Each command, and what it is given besides its name. */
const COMMANDS: Readonly<Record<string, { operand?: string; run: Command }>> = {
  backup: {
    operand: "file",
    async run(config, operand) {
      const file = pathOf(operand);
      const { counts, secrets, unreadable } = await backup(file, config, Date.now());
      return [
        `Backed up ${listOf(counts)} to ${file}.`,
        ...Object.entries(unreadable).map(([path, lines]) => `${lines} unreadable lines of "${path}" were left out.`),
        secrets
          ? "It holds password hashes and the secret that signs tokens: keep it like a key."
          : "It holds password hashes, but not VIVAVOCE_TOKEN_SECRET: keep both.",
      ].join("\n");
    },
  },
  restore: {
    operand: "file",
    async run(config, operand) {
      const broken = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.once(signal, () => broken.abort(new Refusal("The restore was broken off; nothing of it stays.")));
      const { counts, secrets } = await restore(pathOf(operand), config, broken.signal);
      return [`Restored ${listOf(counts)} to ${config.mongo ? "MongoDB" : config.data}.`, SECRETS[secrets]]
        .filter(Boolean)
        .join("\n");
    },
  },
  users: {
    async run(config) {
      const users: UserLine[] = [];
      for await (const { doc } of readStore(config, { service: "auth", collection: "users" }))
        users.push(doc as unknown as UserLine);
      users.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
      const lines = users.map(({ email, roles, createdAt, name }) => [email, roles.join(","), createdAt, name]);
      return columns([["E-MAIL", "ROLES", "SINCE", "NAME"], ...lines]);
    },
  },
  invite: {
    run: (config) =>
      withAccounts(config, async (accounts) => {
        const { code, expiresAt } = await accounts.call("invite", {});
        return `Invitation ${code}\nIt lets one person register until ${expiresAt}.`;
      }),
  },
  "reset-password": {
    operand: "email",
    run: (config, email, { set }) =>
      withAccounts(config, async (accounts) => {
        const { code, expiresAt } = await accounts.call("createReset", { email });
        if (!set) return `Reset code ${code}\nIt lets ${email} set a new password until ${expiresAt}.`;
        const password = await processTerminal().askSecret(`New password of ${email}: `);
        await accounts.call("reset", { code, password });
        return `The password of ${email} is set, and all sessions of this account have ended.`;
      }),
  },
};

interface UserLine {
  email: string;
  roles: string[];
  createdAt: string;
  name: string;
}

const SECRETS = {
  restored: "Tokens of that platform are good here: who was signed in stays so.",
  "there already": "",
  "left out": "The secret of the backup was left out: the setting VIVAVOCE_TOKEN_SECRET takes its place.",
  none: "The backup has no secret that signs tokens: set VIVAVOCE_TOKEN_SECRET as it was, or everybody signs in again.",
};

async function withAccounts(config: Config, task: (accounts: Accounts) => Promise<string>): Promise<string> {
  const accounts = await openAccounts(config);
  try {
    return await task(accounts);
  } finally {
    await accounts.close();
  }
}

/** As seen from where npm was called. */
const pathOf = (file: string): string => resolve(process.env["INIT_CWD"] ?? ".", file);

function listOf(counts: Counts): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = Object.entries(counts).map(([key, count]) => `${key} ${count}`);
  return `${total} documents${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`;
}

function columns(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** @returns the exit code: 1 where it could not be done, 2 where the command line was not understood */
async function main(words: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { set: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
  });
  const [name = "", operand, ...more] = positionals;
  if (values.help) return print(process.stdout, HELP, 0);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command || (operand !== undefined) !== (command.operand !== undefined) || more.length > 0)
    return print(process.stderr, HELP, 2);
  if (values.set && name !== "reset-password") return print(process.stderr, HELP, 2);
  return print(process.stdout, `${await command.run(readConfig(process.env), operand ?? "", values)}\n`, 0);
}

function print(stream: NodeJS.WriteStream, text: string, exitCode: number): number {
  stream.write(text);
  return exitCode;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const misspelt = (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") ?? false;
  const known = misspelt || error instanceof Refusal || error instanceof ConfigError || error instanceof Failure;
  process.stderr.write(`${known ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = misspelt ? 2 : 1;
}
