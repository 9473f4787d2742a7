// The REST door: from a request to the parameters and meta of a call, and from its result to an answer.
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type CallMeta, type Declaration, refuseField } from "../../lib/action/index.ts";
import { compileCoercion, compileProjection } from "../../lib/action/validation.ts";
import type { Access } from "../../lib/auth/access-token.ts";
import { isZone } from "../../lib/time/due.ts";

/** What a declaration needs at a door, made once. */
interface Compiled {
  coerce: (text: Record<string, unknown>) => void;
  project: (result: unknown) => boolean;
}

const compiled = new WeakMap<Declaration, Compiled>();

export function compile(declaration: Declaration): Compiled {
  let entry = compiled.get(declaration);
  if (!entry) {
    entry = { coerce: compileCoercion(declaration.params), project: compileProjection(declaration.returns) };
    compiled.set(declaration, entry);
  }
  return entry;
}

/** Where the parts of a request come from. */
export interface Parts {
  path: Record<string, string>;
  query: Record<string, unknown>;
  body: Record<string, unknown> | undefined;
  ifMatch: string | undefined;
}

/** Path and query are text and coerced by the schema; the body is JSON and strict. The path wins over the body, the body over the query. */
export function paramsOf(declaration: Declaration, { path, query, body, ifMatch }: Parts): Record<string, unknown> {
  const text: Record<string, unknown> = { ...query, ...path };
  if (declaration.etag && declaration.params.properties[declaration.etag] && ifMatch !== undefined) {
    const version = /^(?:W\/)?"(\d+)"$/.exec(ifMatch.trim())?.[1];
    if (version === undefined && ifMatch.trim() !== "*")
      refuseField("If-Match", "is not an entity tag of this resource", 'the ETag that was read, such as "3"');
    if (version !== undefined) text[declaration.etag] = version;
  }
  compile(declaration).coerce(text);
  if (!body) return text;
  const params: Record<string, unknown> = { ...text, ...body };
  for (const name of Object.keys(path)) params[name] = text[name];
  return params;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The meta of a call: everything here is the door's word, nothing the client's own.
 * A creation without a key gets one of its own, so that a node lost in between does not lose or double it.
 */
export function metaOf(
  request: IncomingMessage,
  declaration: Declaration,
  access: Access | undefined,
  address: string,
): CallMeta {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === "string" ? value : undefined;
  };
  const zone = header("x-time-zone") ?? access?.zone;
  if (zone !== undefined && !isZone(zone))
    refuseField("X-Time-Zone", "is not a known time zone", 'an IANA time zone, such as "Europe/Berlin"');
  const key = header("idempotency-key");
  if (key !== undefined && !KEY.test(key))
    refuseField("Idempotency-Key", "is not a key", "1 to 255 visible ASCII characters");
  return {
    ...(access && { user: access.user }),
    ...(zone !== undefined && { zone }),
    ...(access && { language: access.language }),
    ...(declaration.idempotent === "key" && { idempotencyKey: key ?? randomUUID() }),
    via: "rest",
    address,
  };
}

const REQUEST_ID = /^[\w-]{1,64}$/;

/** The client's request id where it is one, else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
}
