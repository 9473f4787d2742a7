// The store of one service: the same collections on NeDB files (embedded) and on a MongoDB-protocol server (cluster).
// moleculer-db's adapters do the work; none of its actions exist, and every query is the repository's own.
import { join } from "node:path";
import type { ServiceBroker } from "moleculer";
import type { Runtime } from "../lib/node/runtime.ts";
import { MongoCollection } from "./collection.mongo.ts";
import { NedbCollection } from "./collection.nedb.ts";
import type { Collection, CollectionOptions } from "./collection.ts";

export {
  type Changes,
  type Collection,
  type CollectionOptions,
  DuplicateKeyError,
  type Page,
  type Query,
} from "./collection.ts";

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
