// moleculer-db-adapter-mongo has no types of its own: what is used of it here.
import type { Collection, Db, MongoClient } from "mongodb";

interface Filters {
  query: object;
  sort?: string[];
  limit?: number;
}

export default class MongoDbAdapter {
  constructor(uri: string, options?: object, dbName?: string);
  uri: string;
  opts: object;
  dbName: string | undefined;
  client: MongoClient;
  db: Db;
  collection: Collection<{ _id: string }>;
  service: { schema: { collection: string } };
  init(broker: unknown, service: unknown): void;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  find(filters: Filters): Promise<object[]>;
}
