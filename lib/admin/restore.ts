// `restore`: a backup into an empty store, NeDB files or MongoDB, whichever it came from. All of it or nothing:
//   1. the whole file is read and checked before anything is written;
//   2. the data directory is locked, so that no platform runs on it, and must have no data;
//   3. files are made aside and moved into place; documents inserted into MongoDB are removed again on a failure.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../config/config.ts";
import { lockData, refuseHalfRestored, restoringDirectory } from "../node/data.ts";
import { type Counts, count, readArchive, type Secrets, type StoredDoc, syncDirectory } from "./archive.ts";
import { secretsFile } from "./backup.ts";
import { Databases } from "./mongo.ts";
import { collectionsIn } from "./nedb.ts";
import { Refusal } from "./refusal.ts";

type Settings = Pick<Config, "data" | "mongo" | "nats" | "tokenSecret">;

/** Characters that are written at a time. */
const CHUNK = 64 * 1024;

export interface RestoreSummary {
  counts: Counts;
  /** What became of the secret that signs tokens. */
  secrets: "restored" | "there already" | "left out" | "none";
}

/**
 * Restores a backup into the store that the settings name.
 * @param signal ends it; nothing of it stays then
 * @throws Refusal for a file that is not whole or a store that is not empty; ConfigError where a platform runs on it
 */
export async function restore(file: string, config: Settings, signal?: AbortSignal): Promise<RestoreSummary> {
  const { counts, secrets } = await check(file);
  const fate = fateOf(secrets, config);
  const kept = fate === "restored" ? secrets : undefined;
  await (config.mongo
    ? restoreToMongo(file, config.mongo, config.data, kept, signal)
    : restoreToFiles(file, config.data, kept, signal));
  return { counts, secrets: fate };
}

async function check(file: string): Promise<{ counts: Counts; secrets?: Secrets }> {
  const counts: Counts = {};
  let secrets: Secrets | undefined;
  for await (const entry of readArchive(file)) {
    if ("doc" in entry) count(counts, entry);
    else secrets = entry.secrets;
  }
  return { counts, ...(secrets && { secrets }) };
}

/** A secret of the settings goes before one of the backup; one that is there already is not overwritten. */
function fateOf(secrets: Secrets | undefined, { data, nats, tokenSecret }: Settings): RestoreSummary["secrets"] {
  if (!secrets) return "none";
  if (nats || tokenSecret) return "left out";
  const file = secretsFile(data);
  if (!existsSync(file)) return "restored";
  if ((JSON.parse(readFileSync(file, "utf8")) as Secrets).tokenSecret === secrets.tokenSecret) return "there already";
  throw new Refusal(`"${file}" holds another secret than the backup. Restore into a fresh VIVAVOCE_DATA.`);
}

async function* docsOf(file: string): AsyncGenerator<StoredDoc> {
  for await (const entry of readArchive(file)) if ("doc" in entry) yield entry;
}

async function restoreToMongo(
  file: string,
  uri: string,
  data: string,
  secrets: Secrets | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const databases = await Databases.open(uri);
  try {
    const full = await databases.firstFull();
    if (full) throw new Refusal(`The server of MONGO_URL has data already, in ${full}. Restore into an empty one.`);
    if (secrets) {
      const writer = new FileWriter(secretsFile(data));
      writer.write(JSON.stringify(secrets));
      writer.end();
    }
    try {
      await databases.insert(docsOf(file), signal);
    } catch (error) {
      if (secrets) await rm(secretsFile(data));
      throw error;
    }
  } finally {
    await databases.close();
  }
}

async function restoreToFiles(
  file: string,
  data: string,
  secrets: Secrets | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const collections = collectionsIn(data);
  const services = new Set([...(await servicesOf(file)), ...collections.map(({ service }) => service)]);
  const thereAlready = (service: string): boolean => existsSync(join(data, service));
  // The directories that are there first: what is refused now has changed nothing.
  const releases = [lockData(data, [...services].filter(thereAlready))];
  try {
    refuseHalfRestored(data);
    if (collections[0])
      throw new Refusal(
        `There is data already: "${collections[0].path}". Restore into a fresh directory by VIVAVOCE_DATA.`,
      );
    releases.push(
      lockData(
        data,
        [...services].filter((service) => !thereAlready(service)),
      ),
    );
    await moveIntoPlace(await writeAside(file, data, secrets, signal), data);
  } finally {
    for (const release of releases) release();
  }
}

async function servicesOf(file: string): Promise<string[]> {
  const services = new Set<string>();
  for await (const { service } of docsOf(file)) services.add(service);
  return [...services];
}

/** @returns the files below `.restoring`, as paths relative to it */
async function writeAside(
  file: string,
  data: string,
  secrets: Secrets | undefined,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const aside = restoringDirectory(data);
  const writers = new Map<string, FileWriter>();
  const write = (path: string, line: string): void => {
    const writer = writers.get(path) ?? new FileWriter(join(aside, path));
    writers.set(path, writer);
    writer.write(line);
  };
  try {
    mkdirSync(aside, { recursive: true, mode: 0o700 });
    for await (const { service, collection, doc } of docsOf(file)) {
      signal?.throwIfAborted();
      write(join(service, `${collection}.db`), `${JSON.stringify(doc)}\n`);
    }
    if (secrets) write("secrets.json", JSON.stringify(secrets));
    for (const writer of writers.values()) writer.end();
    return [...writers.keys()];
  } catch (error) {
    for (const writer of writers.values()) writer.abandon();
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

/** Broken off in between, `.restoring` stays, and no platform starts on the half that is there. */
async function moveIntoPlace(paths: readonly string[], data: string): Promise<void> {
  const aside = restoringDirectory(data);
  const moved: string[] = [];
  try {
    for (const path of paths) {
      mkdirSync(dirname(join(data, path)), { recursive: true, mode: 0o700 });
      await rename(join(aside, path), join(data, path));
      moved.push(path);
      await syncDirectory(dirname(join(data, path)));
    }
  } catch (error) {
    for (const path of moved) await rm(join(data, path));
    await rm(aside, { recursive: true });
    throw error;
  }
  await rm(aside, { recursive: true });
  await syncDirectory(data);
}

/** Writes a new file, readable by its owner only, that is on the disk when it has ended. */
class FileWriter {
  readonly #fd: number;
  #open = true;
  #text = "";

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#fd = openSync(path, "wx", 0o600);
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= CHUNK) this.#flush();
  }

  end(): void {
    this.#flush();
    fsyncSync(this.#fd);
    this.abandon();
  }

  /** Closes it as it is. */
  abandon(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }

  #flush(): void {
    writeFileSync(this.#fd, this.#text);
    this.#text = "";
  }
}
