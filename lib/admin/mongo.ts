// The store of a cluster: one database a service, `<base>_<service>`, as mixins/collection.mongo.ts names them.

import { MongoClient } from "mongodb";
import { databaseOf } from "../../mixins/collection.mongo.ts";
import type { Doc, StoredDoc } from "./archive.ts";
import { Refusal } from "./refusal.ts";

const SERVICE = /^[a-z][A-Za-z0-9]*$/;
const SERVER_SELECTION_MS = 5_000;
const BATCH = 500;

/**
 * The collections whose documents are written last of what belongs together. They are read first, since a MongoDB server
 * is not read at one moment: a user never comes without the ticket of the first account, and a due time that has rung
 * never without its ring.
 */
const READ_FIRST = new Set(["auth/users", "todo/todos"]);

interface Place {
  service: string;
  collection: string;
}

/** The platform's databases on a server. */
export class Databases {
  readonly #client: MongoClient;
  readonly #base: string;

  /** @throws Refusal where the server cannot be reached */
  static async open(uri: string): Promise<Databases> {
    const client = new MongoClient(uri, { serverSelectionTimeoutMS: SERVER_SELECTION_MS, ignoreUndefined: true });
    try {
      await client.connect();
    } catch (error) {
      await client.close();
      throw new Refusal(`The server of MONGO_URL cannot be reached (${(error as Error).message}).`);
    }
    return new Databases(client, databaseOf(uri));
  }

  private constructor(client: MongoClient, base: string) {
    this.#client = client;
    this.#base = base;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Every document of the platform. @param wanted which collection; all of them when it is left out */
  async *read(wanted?: Place): AsyncGenerator<StoredDoc> {
    for (const place of wanted ? [wanted] : await this.places()) {
      for await (const doc of this.#collection(place).find()) yield { ...place, doc };
    }
  }

  /** A collection that has documents, if there is one. */
  async firstFull(): Promise<string | undefined> {
    for (const place of await this.places()) {
      if (await this.#collection(place).findOne()) return `${this.#base}_${place.service}.${place.collection}`;
    }
    return undefined;
  }

  /**
   * Inserts all, or none: what was inserted is removed again when something fails.
   * @param signal ends it, as a failure
   */
  async insert(docs: AsyncIterable<StoredDoc>, signal?: AbortSignal): Promise<void> {
    const inserted: { place: Place; ids: string[] }[] = [];
    const insertBatch = async (place: Place, batch: Doc[]): Promise<void> => {
      signal?.throwIfAborted();
      const ids = batch.map((doc) => doc._id);
      try {
        await this.#collection(place).insertMany(batch);
        inserted.push({ place, ids });
      } catch (error) {
        // In order: the first so many are in, and the rest may be somebody else's. Without a count nobody knows.
        const { insertedCount = ids.length } = error as { insertedCount?: number };
        inserted.push({ place, ids: ids.slice(0, insertedCount) });
        throw error;
      }
    };
    try {
      for await (const { place, batch } of batches(docs)) await insertBatch(place, batch);
    } catch (error) {
      for (const { place, ids } of inserted) await this.#remove(place, ids, error);
      throw error;
    }
  }

  /** @throws Refusal that says what is left to do where the server is away */
  async #remove(place: Place, ids: string[], failure: unknown): Promise<void> {
    try {
      await this.#collection(place).deleteMany({ _id: { $in: ids } });
    } catch {
      throw new Refusal(
        `The restore failed (${(failure as Error).message}), and what it had inserted could not be removed: drop the databases ${this.#base}_* before it is tried again.`,
      );
    }
  }

  /** The platform's collections on the server. */
  async places(): Promise<Place[]> {
    const { databases } = await this.#client.db().admin().listDatabases({ nameOnly: true });
    const places: Place[] = [];
    for (const { name } of databases) {
      const service = name.startsWith(`${this.#base}_`) ? name.slice(this.#base.length + 1) : "";
      if (!SERVICE.test(service)) continue;
      const collections = await this.#client.db(name).listCollections({}, { nameOnly: true }).toArray();
      places.push(...collections.map(({ name: collection }) => ({ service, collection })));
    }
    const rank = (place: Place): string =>
      `${READ_FIRST.has(`${place.service}/${place.collection}`) ? 0 : 1} ${place.service}/${place.collection}`;
    return places.filter(({ collection }) => SERVICE.test(collection)).sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }

  #collection({ service, collection }: Place) {
    return this.#client.db(`${this.#base}_${service}`).collection<Doc>(collection);
  }
}

async function* batches(docs: AsyncIterable<StoredDoc>): AsyncGenerator<{ place: Place; batch: Doc[] }> {
  let place: Place | undefined;
  let batch: Doc[] = [];
  for await (const { service, collection, doc } of docs) {
    const same = place?.service === service && place.collection === collection;
    if (place && (!same || batch.length >= BATCH)) {
      yield { place, batch };
      batch = [];
    }
    place = { service, collection };
    batch.push(doc);
  }
  if (place && batch.length > 0) yield { place, batch };
}
