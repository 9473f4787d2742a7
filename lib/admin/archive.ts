// The backup file: lines of JSON, gzip'd. The first names the format, the last counts what is between, so that a file
// that was cut is known. It is the same whichever store it came from and whichever it goes to.
//
//   {"format":"vivavoce-backup","version":1,"createdAt":"2027-03-01T12:00:00.000Z"}
//   {"secrets":{"tokenSecret":"…"}}
//   {"service":"todo","collection":"todos","doc":{"_id":"…","title":"Buy milk"}}
//   {"end":true,"counts":{"todo/todos":1}}
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { Refusal } from "./refusal.ts";

const FORMAT = "vivavoce-backup";
const VERSION = 1;
/** Lines are written together: a compressor that is given them one by one is ten times slower. */
const CHUNK = 64 * 1024;

/** A stored document: plain JSON with a text `_id`. */
export interface Doc {
  _id: string;
  [field: string]: unknown;
}

export interface StoredDoc {
  service: string;
  collection: string;
  doc: Doc;
}

/** What signs tokens, where the platform made it for itself. */
export interface Secrets {
  tokenSecret: string;
}

export type Entry = StoredDoc | { secrets: Secrets };

/** Documents by `service/collection`. */
export type Counts = Record<string, number>;

/**
 * Writes a backup, readable by its owner only, reads it back, and puts it in the place of `file`: what was there before
 * stays until the new one is whole and on the disk.
 * @throws Refusal where the file cannot be written
 */
export async function writeArchive(file: string, entries: AsyncIterable<Entry>, createdAt: string): Promise<Counts> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  const counts: Counts = {};
  let unread: unknown;
  async function* lines(): AsyncGenerator<string> {
    yield lineOf({ format: FORMAT, version: VERSION, createdAt });
    try {
      let chunk = "";
      for await (const entry of entries) {
        if ("doc" in entry) count(counts, entry);
        chunk += lineOf(entry);
        if (chunk.length < CHUNK) continue;
        yield chunk;
        chunk = "";
      }
      yield chunk;
    } catch (error) {
      unread = error;
      throw error;
    }
    yield lineOf({ end: true, counts });
  }
  try {
    await pipeline(
      Readable.from(lines()),
      createGzip(),
      createWriteStream(temporary, { flags: "wx", mode: 0o600, flush: true }),
    );
    for await (const _ of readArchive(temporary));
    await rename(temporary, file);
    await syncDirectory(dirname(resolve(file)));
  } catch (error) {
    await rm(temporary, { force: true });
    const { syscall, message } = error as NodeJS.ErrnoException;
    throw error !== unread && syscall ? new Refusal(`"${file}" cannot be written (${message}).`) : error;
  }
  return counts;
}

/**
 * Reads a backup and checks it on the way: whoever gets to the end has seen every document of it once, and that it is whole.
 * @throws Refusal for a file that is none, was cut or changed, or is of a newer version
 */
export async function* readArchive(file: string): AsyncGenerator<Entry> {
  const check = new Check(file);
  for await (const line of linesOf(file)) {
    const entry = check.next(line);
    if (entry) yield entry;
  }
  check.end();
}

/** Makes what was renamed or made in a directory last through a power loss, where the system can. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  await directory.sync().finally(() => directory.close());
}

export function count(counts: Counts, { service, collection }: Pick<StoredDoc, "service" | "collection">): void {
  const key = `${service}/${collection}`;
  counts[key] = (counts[key] ?? 0) + 1;
}

const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

/** @throws Refusal for a file that cannot be read or is no whole gzip file */
async function* linesOf(file: string): AsyncGenerator<string> {
  const unzipped = createGunzip();
  createReadStream(file)
    .on("error", (error) => unzipped.destroy(error))
    .pipe(unzipped);
  let rest = "";
  try {
    for await (const text of unzipped.setEncoding("utf8")) {
      const lines = `${rest}${text}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    throw new Refusal(readFailure(file, error as NodeJS.ErrnoException));
  }
  if (rest) throw new Refusal(`"${file}" was cut: it ends within a line.`);
}

function readFailure(file: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") return `There is no file "${file}".`;
  if (code === "Z_BUF_ERROR") return `"${file}" was cut: it ends before its end.`;
  if (code?.startsWith("Z_")) return `"${file}" is not a backup of Vivavoce, or was changed (${message}).`;
  return `"${file}" cannot be read (${message}).`;
}

/** Names of services and collections become names of files and databases. */
const NAME = /^[a-z][A-Za-z0-9]*$/;

/** Goes along with the lines of one file and refuses what is not as {@link writeArchive} writes it. */
class Check {
  readonly #file: string;
  #line = 0;
  #ended = false;
  #secrets = false;
  readonly #counts: Counts = {};
  readonly #seen = new Set<string>();

  constructor(file: string) {
    this.#file = file;
  }

  /** @returns the entry of a line that holds one */
  next(line: string): Entry | undefined {
    this.#line++;
    const value = parse(line);
    if (this.#line === 1) this.#header(value);
    else if (this.#ended) this.#refuse("stands after the end");
    else if (value?.["end"] === true) this.#footer(value["counts"]);
    else if (isStoredDoc(value)) return this.#document(value);
    else if (isSecrets(value) && !this.#secrets) {
      this.#secrets = true;
      return value;
    } else this.#refuse("is not a document");
    return undefined;
  }

  end(): void {
    if (this.#line === 0) throw new Refusal(`"${this.#file}" is empty.`);
    if (!this.#ended) throw new Refusal(`"${this.#file}" was cut: its last line is missing.`);
  }

  #header(value: Record<string, unknown> | undefined): void {
    if (value?.["format"] !== FORMAT) throw new Refusal(`"${this.#file}" is not a backup of Vivavoce.`);
    if (value["version"] !== VERSION)
      throw new Refusal(
        `"${this.#file}" has version ${value["version"]} of the format; this Vivavoce reads version ${VERSION}.`,
      );
  }

  #document(entry: StoredDoc): StoredDoc {
    const key = JSON.stringify([entry.service, entry.collection, entry.doc._id]);
    if (this.#seen.has(key)) this.#refuse("is a document that stands there twice");
    this.#seen.add(key);
    count(this.#counts, entry);
    return entry;
  }

  #footer(counts: unknown): void {
    this.#ended = true;
    const told = (counts ?? {}) as Counts;
    for (const key of new Set([...Object.keys(told), ...Object.keys(this.#counts)])) {
      if (told[key] !== this.#counts[key])
        throw new Refusal(
          `"${this.#file}" was changed: it should have ${told[key] ?? 0} documents of ${key} and has ${this.#counts[key] ?? 0}.`,
        );
    }
  }

  #refuse(why: string): never {
    throw new Refusal(`"${this.#file}" was changed: line ${this.#line} ${why}.`);
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) ?? undefined;
  } catch {
    return undefined; // not JSON: refused as every other line that is none of ours
  }
}

function isStoredDoc(value: object | undefined): value is StoredDoc {
  const { service, collection, doc } = (value ?? {}) as Partial<StoredDoc>;
  return (
    NAME.test(String(service)) &&
    NAME.test(String(collection)) &&
    typeof doc === "object" &&
    doc !== null &&
    typeof doc._id === "string" &&
    doc._id !== "" &&
    !hasOperator(doc)
  );
}

/** To a store, a field that begins with `$` is a command. */
function hasOperator(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, child]) => name.startsWith("$") || hasOperator(child));
}

const isSecrets = (value: object | undefined): value is { secrets: Secrets } =>
  typeof (value as { secrets?: Partial<Secrets> } | undefined)?.secrets?.tokenSecret === "string";
