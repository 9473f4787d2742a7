// Packages without types of their own, as far as they are used here.

declare module "moleculer-db-adapter-mongo" {
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
}

declare module "moleculer-io" {
  import type { ServiceSchema } from "moleculer";

  const io: ServiceSchema;
  export default io;
}
