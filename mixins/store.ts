// The store of one service: the same collections on NeDB files (embedded) and on a MongoDB-protocol server (cluster).
// moleculer-db's adapters do the work; none of its actions exist, and every query is the repository's own.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ServiceBroker } from "moleculer";
import database from "moleculer-db";
import MongoDbAdapter from "moleculer-db-adapter-mongo";
import { MongoClient } from "mongodb";
import { jsonCopy } from "../lib/action/copy.ts";
import type { Runtime } from "../lib/node/runtime.ts";
import { OrderedIndex } from "./ordered.ts";

/** The subset of MongoDB's query language that both stores have: equality, $gt/$gte/$lt/$lte/$ne/$in/$exists, $or, $and. */
export type Query = Record<string, unknown>;

export interface Page {
  /** Field names, `-` before a descending one. */
  sort?: string[];
  limit: number;
  /** For the next page: the values of the sort fields of the last row of this one. */
  after?: readonly [unknown, ...unknown[]];
}

/** Documents are plain JSON with a string `_id`. Every method is atomic for one document. */
export interface Collection<T extends { _id: string }> {
  /** @throws DuplicateKeyError where the `_id` or a unique field is taken */
  insert(doc: T): Promise<void>;
  findOne(query: Query): Promise<T | undefined>;
  find(query: Query, page: Page): Promise<T[]>;
  /** Changes one document that fits the whole query: the way to compare and set. A field set to `undefined` is taken out. @returns the changed document, or `undefined` where none fitted */
  update(query: Query, set: Changes<T>): Promise<T | undefined>;
  /** How many fit, for bounds. */
  count(query: Query): Promise<number>;
  /** @returns how many were removed */
  remove(query: Query): Promise<number>;
}

/** New values of some fields; `undefined` takes a field out. */
export type Changes<T> = { [K in keyof T]?: T[K] | undefined };

export interface CollectionOptions {
  /** Indexed fields, for documents that have them; `{unique}` for those that may stand only once. */
  indexes: (string | { field: string; unique: true })[];
  /**
   * Indexes over several fields, written as sort fields: the first, an indexed one, is equal in every query, the others are
   * the order of its pages, the last one unique. Without one a page costs a sort of all that is equal in the first.
   */
  compound?: string[][];
}

/** The `_id` or a unique field is taken. */
export class DuplicateKeyError extends Error {}

/** A service's collections, opened together when it starts and closed when it stops. */
export interface Store {
  collection<T extends { _id: string }>(name: string, options: CollectionOptions): Collection<T>;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** @param service whose store it is: its own directory below the data directory, or its own database */
export function makeStore(broker: ServiceBroker, { config }: Pick<Runtime, "config">, service: string): Store {
  const opened: (NedbCollection<{ _id: string }> | MongoCollection<{ _id: string }>)[] = [];
  return {
    collection<T extends { _id: string }>(name: string, options: CollectionOptions): Collection<T> {
      const made = config.mongo
        ? new MongoCollection<T>(broker, config.mongo, service, name, options)
        : new NedbCollection<T>(broker, join(config.data, service), name, options);
      opened.push(made as unknown as NedbCollection<{ _id: string }>);
      return made;
    },
    async open() {
      for (const collection of opened) await collection.open();
    },
    async close() {
      for (const collection of opened) await collection.close();
    },
  };
}

/** NeDB rewrites its append-only file this often, so that it does not grow with every update. */
const COMPACTION_MS = 10 * 60 * 1000;

/** One of NeDB's own indexes: it hears of every document that comes or goes, also of those taken back after an error. */
interface NedbIndex {
  insert(docs: object | object[]): void;
  remove(docs: object | object[]): void;
  reset(docs?: object[]): void;
}

/** What moleculer-db's NeDB adapter has at run time; its types leave `db` out. */
interface NedbAdapter {
  db: {
    indexes: Record<string, NedbIndex>;
    executor: { pushAsync<R>(task: () => Promise<R>): Promise<R> };
    getAllData(): object[];
    ensureIndex(options: { fieldName: string; unique?: boolean; sparse?: boolean }): Promise<void>;
    setAutocompactionInterval(ms: number): void;
    stopAutocompaction(): void;
    insert(doc: object): Promise<object>;
    update(query: Query, update: object, options: object): Promise<[count: number, doc: unknown]>;
    remove(query: Query, options: object): Promise<number>;
    findOne(query: Query): Promise<object | null>;
    count(query: Query): Promise<number>;
  };
  init(broker: ServiceBroker, service: object): void;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  find(filters: { query: Query; sort?: string[]; limit: number }): Promise<object[]>;
}

class NedbCollection<T extends { _id: string }> implements Collection<T> {
  readonly #adapter: NedbAdapter;
  readonly #options: CollectionOptions;
  #ordered: OrderedIndex[] = [];

  constructor(broker: ServiceBroker, directory: string, name: string, options: CollectionOptions) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#adapter = new database.MemoryAdapter({ filename: join(directory, `${name}.db`) }) as unknown as NedbAdapter;
    this.#adapter.init(broker, { schema: { collection: name }, logger: broker.logger });
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.#adapter.connect();
    for (const index of this.#options.indexes) {
      await this.#adapter.db.ensureIndex(
        typeof index === "string" ? { fieldName: index, sparse: true } : { fieldName: index.field, unique: true },
      );
    }
    this.#ordered = (this.#options.compound ?? []).map((fields) => keepOrdered(this.#adapter.db, fields));
    this.#adapter.db.setAutocompactionInterval(COMPACTION_MS);
  }

  async close(): Promise<void> {
    // Where it was never opened, a stop after a failed start, there is nothing to stop.
    this.#adapter.db?.stopAutocompaction();
    await this.#adapter.disconnect();
  }

  async insert(doc: T): Promise<void> {
    try {
      await this.#adapter.db.insert(doc);
    } catch (error) {
      throw (error as { errorType?: string }).errorType === "uniqueViolated" ? new DuplicateKeyError(doc._id) : error;
    }
  }

  async findOne(query: Query): Promise<T | undefined> {
    return ((await this.#adapter.db.findOne(query)) ?? undefined) as T | undefined;
  }

  async find(query: Query, page: Page): Promise<T[]> {
    // In its turn, as every other read: what it shows is on disk.
    const rows = await this.#adapter.db.executor.pushAsync(async () => {
      for (const index of this.#ordered) {
        const found = index.page(query, page);
        if (found) return jsonCopy(found);
      }
      return undefined;
    });
    return (rows ?? (await this.#adapter.find(filtersOf(query, page)))) as T[];
  }

  async update(query: Query, set: Changes<T>): Promise<T | undefined> {
    const [count, doc] = await this.#adapter.db.update(query, updateOf(set), { returnUpdatedDocs: true });
    return count > 0 ? (doc as T) : undefined;
  }

  async count(query: Query): Promise<number> {
    return this.#adapter.db.count(query);
  }

  async remove(query: Query): Promise<number> {
    return this.#adapter.db.remove(query, { multi: true });
  }
}

/** An ordered index that follows one of NeDB's own, of the field it is grouped by. */
function keepOrdered(db: NedbAdapter["db"], fields: readonly string[]): OrderedIndex {
  const ordered = new OrderedIndex(fields);
  const index = db.indexes[ordered.group];
  if (!index) throw new Error(`The compound index ${fields.join(", ")} needs an index on "${ordered.group}".`);
  const { insert, remove, reset } = index;
  // Given several documents, NeDB's methods call themselves for each.
  index.insert = (docs) => {
    insert.call(index, docs);
    if (!Array.isArray(docs)) ordered.add(docs as Query);
  };
  index.remove = (docs) => {
    remove.call(index, docs);
    if (!Array.isArray(docs)) ordered.remove(docs as Query);
  };
  index.reset = (docs) => {
    ordered.clear();
    reset.call(index, docs);
  };
  for (const doc of db.getAllData()) ordered.add(doc as Query);
  return ordered;
}

/** A page as the adapters ask for it: what comes after a row is a condition on the sort fields, from the first on. */
function filtersOf(query: Query, { sort, limit, after }: Page): { query: Query; sort?: string[]; limit: number } {
  const fields = (sort ?? []).map((text) => text.replace(/^-/, ""));
  const beyond = after?.map((value, index) => ({
    ...Object.fromEntries(fields.slice(0, index).map((field, earlier) => [field, after[earlier]])),
    [fields[index] as string]: { [sort?.[index]?.startsWith("-") ? "$lt" : "$gt"]: value },
  }));
  // First, since NeDB takes the last indexed field of a query.
  return { query: beyond ? { $and: [{ $or: beyond }], ...query } : query, ...(sort && { sort }), limit };
}

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

class MongoCollection<T extends { _id: string }> implements Collection<T> {
  readonly #adapter: CurrentMongoAdapter;
  readonly #options: CollectionOptions;

  constructor(broker: ServiceBroker, uri: string, service: string, name: string, options: CollectionOptions) {
    const database = `${new URL(uri).pathname.slice(1) || "vivavoce"}_${service}`;
    this.#adapter = new CurrentMongoAdapter(
      uri,
      { serverSelectionTimeoutMS: SERVER_SELECTION_MS, ignoreUndefined: true },
      database,
    );
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

function updateOf(changes: object): object {
  const entries = Object.entries(changes);
  const set = entries.filter(([, value]) => value !== undefined);
  const unset = entries.filter(([, value]) => value === undefined).map(([field]) => [field, true]);
  return {
    ...(set.length > 0 && { $set: Object.fromEntries(set) }),
    ...(unset.length > 0 && { $unset: Object.fromEntries(unset) }),
  };
}
