// From a command line to an HTTP request: path, query, JSON body or file.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { Command } from "./commands.ts";
import { usage } from "./failure.ts";
import type { Request } from "./flags.ts";

/** What a command line asks for, as far as it is sent. */
export type Call = Pick<Request, "params"> & Partial<Request>;

/** A request as it leaves. */
export interface Send {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
}

export const JSON_BODY = { "Content-Type": "application/json" };

/** The HTTP request of a command line: path and query as text, the rest as a JSON body, or a file as it is. */
export function requestOf(command: Command, { params, idempotencyKey, file }: Call): Send {
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  let { path } = command;
  for (const { name, in: place } of command.parameters) {
    const value = params[name];
    if (value === undefined) continue;
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(String(value)));
    else if (place === "query") addToQuery(query, name, value);
    else body[name] = value;
  }
  const hasBody = command.parameters.some((parameter) => parameter.in === "body");
  return {
    method: command.method,
    path: query.size > 0 ? `${path}?${query}` : path,
    headers: {
      ...(hasBody && JSON_BODY),
      ...(command.keyed && { "Idempotency-Key": idempotencyKey ?? crypto.randomUUID() }),
      ...(command.upload && file !== undefined && { "Content-Type": mediaTypeOf(file, command.upload) }),
    },
    ...(hasBody && { body: JSON.stringify(body) }),
    ...(command.upload && file !== undefined && { body: readUpload(file) }),
  };
}

/** A list as the name repeated, an object as `name[key]`: what the gateway reads back. */
function addToQuery(query: URLSearchParams, name: string, value: unknown): void {
  if (Array.isArray(value)) for (const item of value) addToQuery(query, name, item);
  else if (value !== null && typeof value === "object")
    for (const [key, child] of Object.entries(value)) addToQuery(query, `${name}[${key}]`, child);
  else query.append(name, String(value));
}

const MEDIA_TYPES: Record<string, string> = {
  ".wav": "audio/wav",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".opus": "audio/ogg",
  ".flac": "audio/flac",
  ".webm": "audio/webm",
  ".m4a": "audio/mp4",
};

/** By the file's name, else the first that the action takes. */
function mediaTypeOf(file: string, accepted: readonly string[]): string {
  const type = MEDIA_TYPES[extname(file).toLowerCase()];
  return type ?? accepted.find((one) => !one.includes("*")) ?? "application/octet-stream";
}

function readUpload(file: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(file === "-" ? 0 : file));
  } catch (error) {
    return usage(`--file ${file} cannot be read (${(error as Error).message})`);
  }
}
