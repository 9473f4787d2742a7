// A collection on a NeDB file: in memory, and appended to the file before a change is acknowledged.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ServiceBroker } from "moleculer";
import database from "moleculer-db";
import { jsonCopy } from "../lib/action/copy.ts";
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
import { OrderedIndex } from "./ordered.ts";

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
    insertAsync(doc: object): Promise<object>;
    updateAsync(query: Query, update: object, options: object): Promise<{ affectedDocuments: unknown }>;
    removeAsync(query: Query, options: object): Promise<number>;
    findOneAsync(query: Query): Promise<object | null>;
    countAsync(query: Query): Promise<number>;
  };
  init(broker: ServiceBroker, service: object): void;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  find(filters: { query: Query; sort?: string[]; limit: number }): Promise<object[]>;
}

export class NedbCollection<T extends { _id: string }> implements Collection<T> {
  readonly #adapter: NedbAdapter;
  readonly #options: CollectionOptions;
  #ordered: OrderedIndex[] = [];
  readonly #coming: { doc: T; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #writing = false;

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
      await this.#insertTogether(doc);
    } catch (error) {
      throw isDuplicate(error) ? new DuplicateKeyError(doc._id) : error;
    }
  }

  /** What comes while NeDB writes is given to it together: one append to the file for all costs about what one alone does. */
  #insertTogether(doc: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#coming.push({ doc, resolve, reject });
      if (!this.#writing) void this.#write();
    });
  }

  async #write(): Promise<void> {
    const { db } = this.#adapter;
    this.#writing = true;
    while (this.#coming.length > 0) {
      const batch = this.#coming.splice(0);
      try {
        await db.insertAsync(batch.map(({ doc }) => doc));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        // One that is refused takes the others with it: each by itself has the outcome that is its own.
        const each = isDuplicate(error) ? (doc: T) => db.insertAsync(doc) : () => Promise.reject(error);
        for (const { doc, resolve, reject } of batch) await each(doc).then(() => resolve(), reject);
      }
    }
    this.#writing = false;
  }

  async findOne(query: Query): Promise<T | undefined> {
    return ((await this.#adapter.db.findOneAsync(query)) ?? undefined) as T | undefined;
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
    const { affectedDocuments } = await this.#adapter.db.updateAsync(query, updateOf(set), { returnUpdatedDocs: true });
    return (affectedDocuments ?? undefined) as T | undefined;
  }

  async count(query: Query): Promise<number> {
    return this.#adapter.db.countAsync(query);
  }

  async remove(query: Query): Promise<number> {
    return this.#adapter.db.removeAsync(query, { multi: true });
  }
}

const isDuplicate = (error: unknown): boolean => (error as { errorType?: string }).errorType === "uniqueViolated";

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
