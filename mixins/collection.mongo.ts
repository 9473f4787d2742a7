// A collection on a server of the MongoDB protocol.
import type { ServiceBroker } from "moleculer";
import MongoDbAdapter from "moleculer-db-adapter-mongo";
import { MongoClient } from "mongodb";
import {
  type Changes,
  type Collection,
  type CollectionOptions,
  DuplicateKeyError,
  filtersOf,
  type Page,
  type Query,
  updateOf,
} from "./collection.ts";

/** adapter-mongo 0.5 on the current driver: it was written for version 3, whose connect and close differ. */
class CurrentMongoAdapter extends MongoDbAdapter {
  override async connect(): Promise<void> {
    this.client = new MongoClient(this.uri, this.opts);
    await this.client.connect();
    this.db = this.client.db(this.dbName);
    this.collection = this.db.collection(this.service.schema.collection);
  }

  override async disconnect(): Promise<void> {
    await this.client?.close();
  }
}

/** A server that is away is told after this long, at start and at each call. */
const SERVER_SELECTION_MS = 5_000;
const DUPLICATE_KEY = 11_000;

export class MongoCollection<T extends { _id: string }> implements Collection<T> {
  readonly #adapter: CurrentMongoAdapter;
  readonly #options: CollectionOptions;

  constructor(broker: ServiceBroker, uri: string, service: string, name: string, options: CollectionOptions) {
    const database = `${databaseOf(uri)}_${service}`;
    // Never `ignoreUndefined`: a query whose owner is undefined by mistake would fit everybody's documents.
    this.#adapter = new CurrentMongoAdapter(uri, { serverSelectionTimeoutMS: SERVER_SELECTION_MS }, database);
    this.#adapter.init(broker, { schema: { collection: name }, logger: broker.logger });
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.#adapter.connect();
    for (const index of this.#options.indexes) {
      await this.#adapter.collection.createIndex(typeof index === "string" ? { [index]: 1 } : { [index.field]: 1 }, {
        unique: typeof index !== "string",
      });
    }
    for (const fields of this.#options.compound ?? []) {
      await this.#adapter.collection.createIndex(
        Object.fromEntries(fields.map((field) => (field.startsWith("-") ? [field.slice(1), -1] : [field, 1]))),
      );
    }
  }

  async close(): Promise<void> {
    await this.#adapter.disconnect();
  }

  async insert(doc: T): Promise<void> {
    try {
      await this.#adapter.collection.insertOne({ ...doc });
    } catch (error) {
      throw (error as { code?: number }).code === DUPLICATE_KEY ? new DuplicateKeyError(doc._id) : error;
    }
  }

  async findOne(query: Query): Promise<T | undefined> {
    return ((await this.#adapter.collection.findOne(query)) ?? undefined) as T | undefined;
  }

  async find(query: Query, page: Page): Promise<T[]> {
    return (await this.#adapter.find(filtersOf(query, page))) as T[];
  }

  async update(query: Query, set: Changes<T>): Promise<T | undefined> {
    const doc = await this.#adapter.collection.findOneAndUpdate(query, updateOf(set), { returnDocument: "after" });
    return (doc ?? undefined) as unknown as T | undefined;
  }

  async count(query: Query): Promise<number> {
    return this.#adapter.collection.countDocuments(query);
  }

  async remove(query: Query): Promise<number> {
    return (await this.#adapter.collection.deleteMany(query)).deletedCount;
  }
}

/** The database that a connection string names; `vivavoce` where it names none. Several hosts are no URL, so it is not read as one. */
export function databaseOf(uri: string): string {
  return decodeURIComponent(/^mongodb(?:\+srv)?:\/\/[^/?]*\/([^?]*)/.exec(uri)?.[1] ?? "") || "vivavoce";
}
