// Real processes for tests: nodes of a cluster, the client, services from outside. Each ends with the test's process.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import { freePort } from "../../bin/lib/servers.mjs";

export const ROOT = join(import.meta.dirname, "../..");
const STOP_WITH_PARENT = new URL("../../bin/lib/stop-with-parent.mjs", import.meta.url).href;
/** A test, or the whole file: what it starts ends with it. */
export type Scope = Pick<TestContext, "after">;
/** How long what must happen may take on a busy machine. */
const DEADLINE_MS = 60_000;

export interface Process {
  child: ChildProcess;
  /** All it has said so far, both streams. */
  said(): string;
  /** When a line of its output matches. @throws with its output when it ends before, or never says so */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Exit code and what it wrote, when it has ended by itself. */
  finished(): Promise<{ code: number | null; out: string; err: string }>;
}

/** What a suite starts in its `before`, ended last first by its `after`. */
export function makeScope(): { scope: Scope; end: () => Promise<void> } {
  const endings: (() => unknown)[] = [];
  const scope = { after: (ending: () => unknown) => void endings.push(ending) } as Scope;
  return {
    scope,
    async end() {
      for (const ending of endings.reverse()) await ending();
    },
  };
}

interface StartOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
  input?: string;
}

/** Starts a Node program that ends with this process; `t` ends it with the test. */
export function start(t: Scope, args: readonly string[], { cwd = ROOT, env, input }: StartOptions = {}): Process {
  const child = spawn(process.execPath, ["--import", STOP_WITH_PARENT, ...args], {
    cwd,
    env: cleanEnv(env),
    stdio: ["pipe", "pipe", "pipe", "ipc"],
  });
  const closed = once(child, "close");
  let [out, err] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr?.setEncoding("utf8").on("data", (text) => (err += text));
  child.stdin?.on("error", () => {}).end(input ?? "");
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await closed;
  };
  t.after(() => end("SIGTERM"));
  return {
    child,
    said: () => out + err,
    says: (pattern) =>
      until(`${args.join(" ")} to say ${pattern}`, () => {
        const match = pattern.exec(out + err);
        if (!match && (child.exitCode !== null || child.signalCode !== null))
          throw new Error(`${args.join(" ")} ended before it said ${pattern}:\n${out}${err}`);
        return match ?? undefined;
      }),
    end,
    async finished() {
      await closed;
      return { code: child.exitCode, out, err };
    },
  };
}

/** This environment without settings of Vivavoce, which tests give by name. */
function cleanEnv(env: StartOptions["env"]): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VIVAVOCE_|SERVICES$|MONGO_URL$|NODE_TEST_|NODE_OPTIONS$)/.test(name),
  );
  return { ...Object.fromEntries(own), ...env };
}

/** Waits until a condition gives a value. @throws when it has not by the deadline */
export async function until<T>(
  what: string | (() => string),
  check: () => T | undefined | false | Promise<T | undefined | false>,
  ms = DEADLINE_MS,
): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms for ${typeof what === "string" ? what : what()}`);
    await pause(20);
  }
}

export function temporaryDirectory(t: Scope): string {
  const directory = mkdtempSync(join(tmpdir(), "vivavoce-test-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** What all nodes of one test share. */
export interface Shared {
  nats: string;
  data: string;
  mongo?: string;
}

const SECRET = "a secret of tests, longer than thirty-two characters";

/** One node with one service, as `npm run cluster` starts it; a gateway gets a free port, its address is its `url`. */
export async function startNode(
  t: Scope,
  id: string,
  { nats, data, mongo }: Shared,
  env: Record<string, string> = {},
): Promise<Process & { id: string; url: string }> {
  const service = id.replace(/-\d+$/, "");
  const port = service === "gateway" ? await freePort() : 0;
  const node = start(t, ["lib/main.ts"], {
    env: {
      SERVICES: service,
      VIVAVOCE_NODE_ID: id,
      VIVAVOCE_NATS_URL: nats,
      VIVAVOCE_TOKEN_SECRET: SECRET,
      VIVAVOCE_DATA: join(data, id),
      VIVAVOCE_PORT: String(port),
      VIVAVOCE_RATE_LIMIT: "0",
      VIVAVOCE_SPEECH: "none",
      VIVAVOCE_REQUIRED_SERVICES: service === "gateway" ? "auth,todo" : "",
      ...(mongo && { MONGO_URL: mongo }),
      ...env,
    },
  });
  return Object.assign(node, { id, url: `http://127.0.0.1:${port}` });
}

/** When a gateway says that it is ready. */
export const ready = (url: string): Promise<boolean> =>
  until(`${url} to be ready`, () =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts what it reads
  body: any;
}

/** One request at the REST door. */
export async function request(
  url: string,
  route: string,
  { token, body, headers }: { token?: string; body?: object; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const [method = "GET", path = ""] = route.split(" ");
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
}

let users = 0;

/** A new account. @returns its access token */
export async function register(url: string): Promise<string> {
  const account = { email: `user${users++}@example.com`, password: "correct horse battery", name: "A user" };
  const { status, body } = await request(url, "POST /api/v1/auth/register", { body: account });
  if (status !== 201) throw new Error(`registration answered ${status}: ${JSON.stringify(body)}`);
  return body.accessToken;
}

/** A connected socket of a user. */
export async function connectSocket(t: Scope, url: string, token: string): Promise<Socket> {
  const socket = io(url, { auth: { token, zone: "Europe/Berlin" }, transports: ["websocket"], reconnection: false });
  t.after(() => socket.disconnect());
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return socket;
}

/** A call at the Socket.IO door. */
export const callSocket = (
  socket: Socket,
  action: string,
  params: object,
): Promise<[error: unknown, result: unknown]> =>
  new Promise((resolve) =>
    socket.emit("call", action, params, (error: unknown, result: unknown) => resolve([error, result])),
  );
