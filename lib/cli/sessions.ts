// Sign-ins that are kept between runs: one file in the user's config directory, readable by its owner only, changed by
// one process at a time and replaced as a whole.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT, Failure } from "./failure.ts";

/** A sign-in at one platform. */
export interface Session {
  email: string;
  accessToken: string;
  /** Epoch milliseconds, by this machine's clock. */
  expiresAt: number;
  refreshToken: string;
}

interface Kept {
  /** The platform that was signed in to last. */
  url?: string;
  sessions: Record<string, Session>;
}

/** A lock that is older than this was left behind, whoever has its process id now: a renewal takes no longer. */
const STALE_MS = 30_000;
const POLL_MS = 25;

/** The user's config directory: `$XDG_CONFIG_HOME` or `~/.config`, on Windows `%APPDATA%`. */
export function configDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const base =
    platform === "win32"
      ? env["APPDATA"] || join(homedir(), "AppData", "Roaming")
      : env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config");
  return join(base, "vivavoce");
}

export class Sessions {
  readonly #directory: string;
  readonly #file: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#file = join(directory, "sessions.json");
  }

  get(url: string): Session | undefined {
    return this.#read().sessions[url];
  }

  get lastUrl(): string | undefined {
    return this.#read().url;
  }

  /** Keeps a sign-in; its platform becomes the one that is used without `--url`. */
  async keep(url: string, session: Session): Promise<void> {
    await this.#exclusively(() => this.#write({ url, sessions: { ...this.#read().sessions, [url]: session } }));
  }

  async forget(url: string): Promise<void> {
    await this.#exclusively(() => this.#drop(url));
  }

  /**
   * Replaces a session by its successor. Of several processes one asks; the others wait and find what it got, since a
   * refresh token works once.
   * @param used the access token that is no good any more
   * @param ask the platform; `undefined`: the session has ended, and is forgotten
   */
  async renew(
    url: string,
    used: string,
    ask: (session: Session) => Promise<Session | undefined>,
  ): Promise<Session | undefined> {
    return this.#exclusively(async () => {
      const session = this.get(url);
      if (!session || session.accessToken !== used) return session;
      const successor = await ask(session);
      if (successor) this.#write({ ...this.#read(), sessions: { ...this.#read().sessions, [url]: successor } });
      else this.#drop(url);
      return successor;
    });
  }

  #drop(url: string): void {
    const { [url]: _, ...sessions } = this.#read().sessions;
    this.#write({ ...this.#read(), sessions });
  }

  #read(): Kept {
    try {
      const kept = JSON.parse(readFileSync(this.#file, "utf8")) as Partial<Kept>;
      return { ...kept, sessions: kept.sessions ?? {} };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { sessions: {} };
      throw new Failure(`${this.#file} cannot be read (${(error as Error).message}). Remove it and sign in again.`);
    }
  }

  /** Replaced by a rename: a reader sees the old file or the new one, and a crash leaves one of them. */
  #write(kept: Kept): void {
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, this.#file);
  }

  async #exclusively<T>(work: () => T | Promise<T>): Promise<T> {
    const lock = `${this.#file}.lock`;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const deadline = Date.now() + 2 * STALE_MS;
    while (!take(lock)) {
      if (Date.now() > deadline) throw new Failure(`${lock} is held by another process`, EXIT.failed);
      await sleep(POLL_MS);
    }
    try {
      return await work();
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

/** An exclusive create. What a process left that has ended is taken away, and the create is tried again. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid}`, { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw new Failure((error as Error).message);
    // Two that take a stale lock away at once may both go on: within 30 s they get the same successor.
    if (isStale(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isStale(lock: string): boolean {
  const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > STALE_MS) return true;
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
