// What a repository sees of its store, whichever it is: collections of plain documents.

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

/** A page as the adapters ask for it: what comes after a row is a condition on the sort fields, from the first on. */
export function filtersOf(
  query: Query,
  { sort, limit, after }: Page,
): { query: Query; sort?: string[]; limit: number } {
  const fields = (sort ?? []).map((text) => text.replace(/^-/, ""));
  const beyond = after?.map((value, index) => ({
    ...Object.fromEntries(fields.slice(0, index).map((field, earlier) => [field, after[earlier]])),
    [fields[index] as string]: { [sort?.[index]?.startsWith("-") ? "$lt" : "$gt"]: value },
  }));
  // First, since NeDB takes the last indexed field of a query.
  return { query: beyond ? { $and: [{ $or: beyond }], ...query } : query, ...(sort && { sort }), limit };
}

/** New values as the update operators that both stores have. */
export function updateOf(changes: object): object {
  const entries = Object.entries(changes);
  const set = entries.filter(([, value]) => value !== undefined);
  const unset = entries.filter(([, value]) => value === undefined).map(([field]) => [field, true]);
  return {
    ...(set.length > 0 && { $set: Object.fromEntries(set) }),
    ...(unset.length > 0 && { $unset: Object.fromEntries(unset) }),
  };
}
