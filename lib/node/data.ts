// The data directory: one process at a time, and the secrets that an embedded platform makes for itself.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Config, ConfigError } from "../config/config.ts";

/**
 * Locks the directories of these services: two processes on one NeDB file lose data without a word.
 * The lock is SQLite's own on an empty database file: the system drops it when the process ends, however it ends.
 * @returns a function that gives the locks back
 * @throws ConfigError where another process has it, or the directory cannot be written
 */
export function lockData(data: string, services: readonly string[]): () => void {
  const held: DatabaseSync[] = [];
  const release = (): void => held.forEach((lock) => lock.close());
  for (const service of services) {
    const directory = join(data, service);
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const lock = new DatabaseSync(join(directory, "lock"));
      held.push(lock);
      lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    } catch (error) {
      release();
      throw new ConfigError(
        (error as { errcode?: number }).errcode === SQLITE_BUSY
          ? `The data directory "${data}" is in use by another running Vivavoce. Stop that one, or set VIVAVOCE_DATA to another directory.`
          : `The data directory "${data}" cannot be written (${(error as Error).message}). Set VIVAVOCE_DATA to a directory that can.`,
      );
    }
  }
  return release;
}

const SQLITE_BUSY = 5;

/** The secret that signs tokens: the setting; embedded, one that is made at the first start and kept, readable by its owner only. */
export function tokenSecret(config: Config): string {
  if (config.tokenSecret) return config.tokenSecret;
  if (config.nats)
    throw new ConfigError(
      "VIVAVOCE_TOKEN_SECRET is missing: in a cluster every gateway and auth node needs the same one, at least 32 characters.",
    );
  const file = join(config.data, "secrets.json");
  try {
    mkdirSync(config.data, { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify({ tokenSecret: randomBytes(32).toString("base64url") }), {
      mode: 0o600,
      flag: "wx",
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw new ConfigError(
        `The data directory "${config.data}" cannot be written (${(error as Error).message}). Set VIVAVOCE_DATA to a directory that can.`,
      );
    }
  }
  return (JSON.parse(readFileSync(file, "utf8")) as { tokenSecret: string }).tokenSecret;
}
