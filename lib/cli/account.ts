// Signing in, up and out. The sign-in is kept for the commands that follow, never printed.
import { parseArgs } from "node:util";
import { type Client, type SignedIn, sessionOf } from "./client.ts";
import { Failure, usage } from "./failure.ts";
import type { Sessions } from "./sessions.ts";
import type { Terminal } from "./terminal.ts";

export interface AccountContext {
  client: Client;
  sessions: Sessions;
  terminal: Terminal;
  zone: string;
}

type Flags = Record<string, { type: "string" | "boolean" }>;

/** @returns the line to print */
export type AccountCommand = (context: AccountContext, words: readonly string[]) => Promise<string>;

export const login: AccountCommand = async ({ client, sessions, terminal }, words) => {
  const { email = await terminal.ask("E-mail: ", "--email") } = read(words, { email: { type: "string" } });
  const password = await terminal.askSecret("Password: ");
  const signedIn = (await client.send("POST", "/api/v1/auth/login", { email, password })) as SignedIn;
  await sessions.keep(client.url, sessionOf(signedIn));
  return `Signed in at ${client.url} as ${signedIn.user.email}.`;
};

export const register: AccountCommand = async ({ client, sessions, terminal, zone }, words) => {
  const flags = read(words, { email: { type: "string" }, name: { type: "string" }, invitation: { type: "string" } });
  const email = flags["email"] ?? (await terminal.ask("E-mail: ", "--email"));
  const name = flags["name"] ?? (await terminal.ask("Name: ", "--name"));
  const password = await terminal.askSecret("Password: ");
  if (terminal.interactive && (await terminal.askSecret("Once more: ")) !== password)
    throw new Failure("The two passwords are not the same.");
  const { invitation } = flags;
  const account = { email, name, password, zone, ...(invitation !== undefined && { invitation }) };
  const signedIn = (await client.send("POST", "/api/v1/auth/register", account)) as SignedIn;
  await sessions.keep(client.url, sessionOf(signedIn));
  return `Registered and signed in at ${client.url} as ${signedIn.user.email}.`;
};

/** Forgets the sign-in also where the platform cannot be told: then it ends by itself. */
export const logout: AccountCommand = async ({ client, sessions }, words) => {
  const { everywhere } = read(words, { everywhere: { type: "boolean" } });
  if (!sessions.get(client.url)) return `Not signed in at ${client.url}.`;
  try {
    await client.send("POST", `/api/v1/auth/logout${everywhere ? "-everywhere" : ""}`);
  } catch (error) {
    // A session that has ended already is what was wanted.
    if (!(error instanceof Failure && error.problem?.status === 401)) throw error;
  } finally {
    await sessions.forget(client.url);
  }
  return everywhere ? "Signed out on all devices." : `Signed out at ${client.url}.`;
};

function read(words: readonly string[], options: Flags): Record<string, string | undefined> {
  try {
    return parseArgs({ args: [...words], options }).values as Record<string, string | undefined>;
  } catch (error) {
    return usage((error as Error).message);
  }
}
