// `backup`: everything the platform keeps, from either store, in one file, while it runs.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { type Counts, type Entry, type Secrets, type StoredDoc, writeArchive } from "./archive.ts";
import { Databases } from "./mongo.ts";
import { collectionsIn, readFiles } from "./nedb.ts";
import { Refusal } from "./refusal.ts";

type Settings = Pick<Config, "data" | "mongo" | "tokenSecret">;

export interface BackupSummary {
  counts: Counts;
  /** Whether the secret that signs tokens is in it. */
  secrets: boolean;
  /** Lines of the store's files that could not be read, by file. */
  unreadable: Counts;
}

/**
 * Writes a backup of the store that the settings name.
 * @throws Refusal where there is nothing to back up, or the file cannot be written
 */
export async function backup(file: string, config: Settings, now: number): Promise<BackupSummary> {
  const secrets = secretsOf(config);
  const unreadable: Counts = {};
  async function* entries(): AsyncGenerator<Entry> {
    if (secrets) yield { secrets };
    yield* readStore(config, undefined, (path) => {
      unreadable[path] = (unreadable[path] ?? 0) + 1;
    });
  }
  const counts = await writeArchive(file, entries(), new Date(now).toISOString());
  return { counts, secrets: secrets !== undefined, unreadable };
}

/**
 * The documents of the store that the settings name.
 * @param wanted one collection; all of them when it is left out
 * @throws Refusal where there is no store
 */
export async function* readStore(
  { data, mongo }: Settings,
  wanted?: Omit<StoredDoc, "doc">,
  onUnreadable?: (path: string) => void,
): AsyncGenerator<StoredDoc> {
  if (mongo) {
    const databases = await Databases.open(mongo);
    try {
      if ((await databases.places()).length === 0)
        throw new Refusal("The server of MONGO_URL has no database of Vivavoce: its path is the name they begin with.");
      yield* databases.read(wanted);
    } finally {
      await databases.close();
    }
  } else {
    if (collectionsIn(data).length === 0)
      throw new Refusal(`There is no data of Vivavoce in "${data}". VIVAVOCE_DATA and MONGO_URL say where it is.`);
    yield* readFiles(data, { ...(wanted && { wanted }), ...(onUnreadable && { onUnreadable }) });
  }
}

/** The file with the secret that the platform made for itself; a secret from the settings is not ours to store. */
export const secretsFile = (data: string): string => join(data, "secrets.json");

function secretsOf({ data, tokenSecret }: Settings): Secrets | undefined {
  const file = secretsFile(data);
  if (tokenSecret || !existsSync(file)) return undefined;
  const { tokenSecret: secret } = JSON.parse(readFileSync(file, "utf8")) as Secrets;
  return { tokenSecret: secret };
}
