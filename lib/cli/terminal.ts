// Questions to whoever sits at the terminal, and answers from a pipe where nobody does.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { usage } from "./failure.ts";

/** Where questions go: standard error, so that standard output holds results only. */
export interface Terminal {
  /** A line with what is typed shown. @param flag by which it is given where nobody can be asked */
  ask(question: string, flag: string): Promise<string>;
  /** A line without echo; from a pipe, the next line of standard input. */
  askSecret(question: string): Promise<string>;
  /** Whether somebody can be asked. */
  readonly interactive: boolean;
}

export function processTerminal(): Terminal {
  const interactive = Boolean(process.stdin.isTTY && process.stderr.isTTY);
  return {
    interactive,
    ask: async (question, flag) => (interactive ? readLine(question, true) : usage(`${flag} is missing`)),
    askSecret: async (question) => {
      const secret = await (interactive ? readLine(question, false) : firstLine());
      return secret || usage(interactive ? "nothing was typed" : "the password is read from standard input: none came");
    },
  };
}

async function readLine(question: string, shown: boolean): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: shown ? process.stderr : silent, terminal: true });
  // Only now: until the interface is there, the terminal itself shows what is typed.
  if (!shown) process.stderr.write(question);
  // Ctrl-C and Ctrl-D end the command as they end any other.
  lines.on("SIGINT", () => process.exit(130));
  const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    return await Promise.race([lines.question(shown ? question : ""), closed]);
  } finally {
    lines.close();
    if (!shown) process.stderr.write("\n");
  }
}

async function firstLine(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
  return text.split(/\r?\n/, 1)[0] ?? "";
}
