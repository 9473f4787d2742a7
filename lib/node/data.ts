// The data directory: one process at a time, and the secrets that an embedded platform makes for itself.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Config, ConfigError } from "../config/config.ts";

/** Another process has the data directory. */
export class DataInUseError extends ConfigError {}

/**
 * Locks the directories of these services: two processes on one NeDB file lose data without a word.
 * The lock is SQLite's own on an empty database file: the system drops it when the process ends, however it ends.
 * @returns a function that gives the locks back
 * @throws ConfigError where another process has it, or the directory cannot be written
 */
export function lockData(data: string, services: readonly string[]): () => void {
  const held: DatabaseSync[] = [];
  const release = (): void => {
    for (const lock of held) lock.close();
  };
  for (const service of services) {
    const directory = join(data, service);
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const lock = new DatabaseSync(join(directory, "lock"));
      held.push(lock);
      lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    } catch (error) {
      release();
      if ((error as { errcode?: number }).errcode === SQLITE_BUSY)
        throw new DataInUseError(
          `The data directory "${data}" is in use by another running Vivavoce. Stop that one, or set VIVAVOCE_DATA to another directory.`,
        );
      throw new ConfigError(
        `The data directory "${data}" cannot be written (${(error as Error).message}). Set VIVAVOCE_DATA to a directory that can.`,
      );
    }
  }
  return release;
}

const SQLITE_BUSY = 5;

/** Where a restore (lib/admin) collects its files; what is still there was not finished. */
export const restoringDirectory = (data: string): string => join(data, ".restoring");

/** @throws ConfigError where a restore was broken off: a part of the data would pass for the whole */
export function refuseHalfRestored(data: string): void {
  if (existsSync(restoringDirectory(data)))
    throw new ConfigError(
      `A restore into the data directory "${data}" was broken off. Remove the directory and restore again.`,
    );
}

/** Where the gateway that holds this data directory listens. Only its owner can read it, and it is true while the lock is held. */
const addressFile = (data: string): string => join(data, "gateway", "address.json");

/** Tells other programs on this data directory where the gateway is. @returns a function that takes it back */
export function writeAddress(data: string, url: string): () => void {
  const file = addressFile(data);
  writeFileSync(file, JSON.stringify({ url }), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** The address of the gateway that runs on this data directory, if one does. */
export function readAddress(data: string): string | undefined {
  const file = addressFile(data);
  if (!existsSync(file)) return undefined;
  try {
    lockData(data, ["gateway"])();
    return undefined; // nobody holds it: the one who wrote the file was killed
  } catch (error) {
    if (!(error instanceof DataInUseError)) throw error;
    return (JSON.parse(readFileSync(file, "utf8")) as { url: string }).url;
  }
}

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
