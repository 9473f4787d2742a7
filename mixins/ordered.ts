// An ordered index in memory: the rows of each group (of each owner, say) kept in one order, so that a page of them costs
// what it holds and not what the group holds.
import { compileQuery, type Row } from "./query.ts";

/** A page asked for. */
export interface OrderedPage {
  /** Field names, `-` before a descending one. */
  sort?: string[] | undefined;
  limit: number;
  /** Values of the sort fields of the row that the page comes after. */
  after?: readonly unknown[] | undefined;
}

interface SortField {
  field: string;
  sign: 1 | -1;
}

const sortField = (text: string): SortField =>
  text.startsWith("-") ? { field: text.slice(1), sign: -1 } : { field: text, sign: 1 };

/**
 * Declared as `["owner", "-createdAt", "-_id"]`: the group's field, then the order, which ends in a unique field. It
 * answers pages in that order and in the opposite one.
 */
export class OrderedIndex {
  /** The field that must be given in a query. */
  readonly group: string;
  readonly #order: readonly SortField[];
  readonly #groups = new Map<unknown, Row[]>();

  constructor([group, ...order]: readonly string[]) {
    this.group = group as string;
    const fields = order.map(sortField);
    // Kept from the least on, whichever was asked for: what is new (a time) goes to the end, where it moves nothing.
    const turn = fields[0]?.sign ?? 1;
    this.#order = fields.map(({ field, sign }) => ({ field, sign: sign === turn ? 1 : -1 }));
  }

  clear(): void {
    this.#groups.clear();
  }

  add(row: Row): void {
    const rows = this.#groups.get(row[this.group]);
    if (!rows) return void this.#groups.set(row[this.group], [row]);
    rows.splice(this.#place(rows, this.#keyOf(row)), 0, row);
  }

  remove(row: Row): void {
    const rows = this.#groups.get(row[this.group]);
    if (!rows) return;
    const place = this.#place(rows, this.#keyOf(row));
    // NeDB may take out a row that it could not put in.
    if (rows[place]?.["_id"] === row["_id"]) rows.splice(place, 1);
    if (rows.length === 0) this.#groups.delete(row[this.group]);
  }

  /**
   * The rows of a page, not copied.
   * @returns `undefined` where the query or the order is not one that this index can answer
   */
  page(query: Row, { sort = [], limit, after }: OrderedPage): Row[] | undefined {
    const step = this.#direction(sort.map(sortField));
    const group = query[this.group];
    const fits = step && typeof group === "string" ? compileQuery(query) : undefined;
    if (!step || !fits) return undefined;
    const rows = this.#groups.get(group) ?? [];
    const [from, to] = this.#bounds(rows, query[(this.#order[0] as SortField).field]);
    let at = step === 1 ? from : to - 1;
    if (after) {
      // The row itself may have gone; its place is where it would be.
      const place = this.#place(rows, after);
      const there = place < rows.length && this.#compare(rows[place] as Row, after) === 0;
      at = step === 1 ? Math.max(at, place + (there ? 1 : 0)) : Math.min(at, place - 1);
    }
    const found: Row[] = [];
    for (; at >= from && at < to && found.length < limit; at += step) {
      const row = rows[at] as Row;
      if (fits(row)) found.push(row);
    }
    return found;
  }

  /** 1 for the index's own order, -1 for the opposite, 0 for another. */
  #direction(sort: readonly SortField[]): 1 | -1 | 0 {
    if (sort.length !== this.#order.length) return 0;
    const steps = sort.map(({ field, sign }, index) => {
      const own = this.#order[index] as SortField;
      return own.field === field ? own.sign * sign : 0;
    });
    return steps.every((step) => step === steps[0]) ? (steps[0] as 1 | -1 | 0) : 0;
  }

  /** Between which places a condition on the first sort field can hold; what equals a bound is left to the predicate. */
  #bounds(rows: readonly Row[], condition: unknown): [from: number, to: number] {
    const { $gte, $gt, $lte, $lt } = (typeof condition === "object" ? condition : {}) as Record<string, unknown>;
    const low = $gte ?? $gt;
    const high = $lte ?? $lt;
    return [
      low === undefined ? 0 : this.#place(rows, [low]),
      high === undefined ? rows.length : this.#place(rows, [high], true),
    ];
  }

  #keyOf = (row: Row): unknown[] => this.#order.map(({ field }) => row[field]);

  /** The first place at which a row is not before the key, or, past it, where a row is after the key. */
  #place(rows: readonly Row[], key: readonly unknown[], past = false): number {
    let low = 0;
    let high = rows.length;
    if (high > 0 && this.#compare(rows[high - 1] as Row, key) < 0) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = this.#compare(rows[middle] as Row, key);
      if (order < 0 || (past && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** A key may be the beginning of one. */
  #compare(row: Row, key: readonly unknown[]): number {
    for (let index = 0; index < key.length; index++) {
      const { field, sign } = this.#order[index] as SortField;
      const order = compareValues(row[field], key[index]);
      if (order !== 0) return order * sign;
    }
    return 0;
  }
}

/** As NeDB and MongoDB order values of different kinds. */
const KINDS = ["undefined", "object", "number", "string", "boolean"];

function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (typeof a !== typeof b) return KINDS.indexOf(typeof a) - KINDS.indexOf(typeof b);
  return (a as string) < (b as string) ? -1 : 1;
}
