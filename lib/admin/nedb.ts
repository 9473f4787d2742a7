// The embedded store as files: `<data>/<service>/<collection>.db`, lines of JSON that NeDB only ever appends to. A later
// line of a document replaces an earlier one; `$$deleted` takes it out; `$$indexCreated` and the like hold no document.
// Every now and then NeDB writes a shorter file beside it (`….db~`) and renames it over the old one.
import { closeSync, createReadStream, fstatSync, openSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Doc, StoredDoc } from "./archive.ts";

const COLLECTION = /^([a-z][A-Za-z0-9]*)\.db$/;
const SERVICE = /^[a-z][A-Za-z0-9]*$/;
/** A store that is written to without a pause is taken as it is after so many tries: a tenth of a second. */
const MAX_TRIES = 1_000;

interface OpenFile extends Omit<StoredDoc, "doc"> {
  path: string;
  fd: number;
  size: number;
  /** Which file it is, since another may be renamed over it. */
  inode: number;
}

/** Which collections a data directory has. */
export function collectionsIn(data: string): { service: string; collection: string; path: string }[] {
  return namesIn(data)
    .filter((service) => SERVICE.test(service))
    .flatMap((service) =>
      namesIn(join(data, service)).flatMap((name) => {
        const collection = COLLECTION.exec(name)?.[1];
        return collection ? [{ service, collection, path: join(data, service, name) }] : [];
      }),
    );
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/**
 * Every document as it stood at one moment, also while the platform writes: all files are opened, and where none of them
 * has changed since the first was, their sizes then are one state of the whole store.
 * @param wanted which collections; all of them when it is left out
 * @param onUnreadable told of each line that is no JSON: NeDB leaves it out as well
 */
export async function* readFiles(
  data: string,
  { wanted, onUnreadable }: Partial<{ wanted: Omit<StoredDoc, "doc">; onUnreadable: (path: string) => void }> = {},
): AsyncGenerator<StoredDoc> {
  const files = openTogether(data);
  try {
    for (const { service, collection, path, fd, size } of files) {
      if (wanted && (wanted.service !== service || wanted.collection !== collection)) continue;
      const docs = await readDocs(fd, size, () => onUnreadable?.(path));
      for (const doc of docs) yield { service, collection, doc };
    }
  } finally {
    closeAll(files);
  }
}

function openTogether(data: string): OpenFile[] {
  for (let tries = 1; ; tries++) {
    const files = collectionsIn(data).map(({ path, ...rest }) => {
      const fd = openSync(path, "r");
      const { size, ino } = fstatSync(fd);
      return { ...rest, path, fd, size, inode: ino };
    });
    if (tries >= MAX_TRIES || files.every(isUnchanged)) return files;
    closeAll(files);
  }
}

function isUnchanged({ path, size, inode }: OpenFile): boolean {
  const now = statSync(path);
  return now.size === size && now.ino === inode;
}

function closeAll(files: readonly OpenFile[]): void {
  for (const { fd } of files) closeSync(fd);
}

/** What is after the last line break was not acknowledged yet, and is left out. */
async function readDocs(fd: number, size: number, onUnreadable: () => void): Promise<Iterable<Doc>> {
  const docs = new Map<string, Doc>();
  if (size === 0) return [];
  let rest = "";
  const stream = createReadStream("", { fd, start: 0, end: size - 1, autoClose: false, encoding: "utf8" });
  for await (const text of stream) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line && !apply(docs, line)) onUnreadable();
    }
  }
  return docs.values();
}

/** @returns whether the line could be read */
function apply(docs: Map<string, Doc>, line: string): boolean {
  try {
    const value = JSON.parse(line) as Doc & { $$deleted?: boolean };
    if (value.$$deleted === true) docs.delete(value._id);
    else if (value._id) docs.set(value._id, value);
    return true;
  } catch {
    return false;
  }
}
