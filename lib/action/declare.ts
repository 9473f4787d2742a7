// The declaration of an action: pure data that the registry carries to every node, from which every door is built.
import type { Static, TObject, TSchema } from "@sinclair/typebox";
import type { ErrorSpec } from "./errors.ts";
import { parseTemplate, slotsOf, spell } from "./template.ts";

/** Who may call. `public`: anyone; `user`: whoever is signed in; `admin`: users with the role `admin`. */
export type Access = "public" | "user" | "admin";

/** How one language speaks an action. */
export interface Spoken {
  /** Templates (see template.ts). Each slot is a parameter; each template holds at least one literal word. */
  say: readonly string[];
  /** The answer (see services/voice/reply.ts): `Added {title}{due, for {due}}.` */
  reply: string;
}

/** The voice door of an action. */
export interface Voice {
  en: Spoken;
  /** Parameters that a spoken command sets besides its slots. */
  with?: Record<string, unknown>;
  /** The action that takes this one back, and where its parameters come from: paths into `{params, result}`. */
  undo?: { action: string; params: Record<string, string> };
}

/** How a slot whose value is one of the caller's own things is resolved: by a call that lists candidates. */
export interface OwnThing {
  /** The action that finds candidates, such as `todo.list`. */
  find: string;
  /** Its parameter that takes the spoken words; left out when it takes none. */
  query?: string;
  /** Further parameters of that call. */
  params?: Record<string, unknown>;
  /** Where the list is in its result. */
  items: string;
  /** The field of a candidate that people say, and the one that becomes the slot's value. */
  label: string;
  value: string;
}

/** One action, for every door. What is left out is not exposed at that door. */
export interface Declaration {
  /** One line, without a full stop. */
  summary: string;
  description?: string;
  /** Required as soon as any door is open; without it the action is for other services only. */
  auth?: Access;
  /** A scope the caller's session must hold besides. */
  scope?: string;
  /** Method and path below `/api/v1`: `POST /todos`, `GET /todos/:id`. Also opens the CLI and OpenAPI. */
  rest?: string;
  /** Success status at the REST door. @default 200, or 204 where `returns` is null */
  status?: number;
  /** Open to Socket.IO calls. */
  socket?: boolean;
  voice?: Voice;
  /** JSON Schema of the parameters, closed: what it does not name is refused. */
  params: TObject;
  /** JSON Schema of the result. Doors send only what it names. */
  returns: TSchema;
  /** Catalogue entries the action may fail with, besides the common ones. */
  errors?: readonly ErrorSpec[];
  /** `true`: repeating it changes nothing more. `"key"`: a repeat with the same idempotency key gets the first result. Only such calls are retried. */
  idempotent?: true | "key";
  /** The property of parameters and result that is the entity's version: `If-Match` fills it, `ETag` shows it. */
  etag?: string;
  /** Milliseconds before a caller gives up. @default 5000 */
  timeout?: number;
  /** Seconds for which an answer is kept, per user (unless public) and parameters. */
  cache?: number;
  /** The body is raw bytes of one of these media types, handed over as a stream; parameters come from path and query. */
  upload?: { types: readonly string[]; maxBytes: number };
}

export type ParamsOf<D extends Declaration> = Static<D["params"]>;
export type ResultOf<D extends Declaration> = Static<D["returns"]>;

/** The part of a declaration's action name before the first dot is the service, the rest the action. */
export const ACTION_NAME = /^[a-z][A-Za-z0-9]*\.[a-z][A-Za-z0-9.]*$/;
const REST = /^(GET|POST|PUT|PATCH|DELETE) ((?:\/(?::?[A-Za-z][A-Za-z0-9_-]*))+)$/;

/**
 * Declares an action and checks it: only JSON travels, so the declaration must equal its own JSON copy; a door needs `auth`;
 * path parameters and slots must be parameters; templates must parse and hold a literal word.
 * @returns the frozen copy that travels
 * @throws Error that names the summary and what is wrong
 */
export function declare<const D extends Declaration>(declaration: D): D {
  const refuse = (why: string): never => {
    throw new Error(`action "${declaration.summary}": ${why}`);
  };
  const notJson = findNotJson(declaration, "");
  if (notJson) refuse(`${notJson} is not plain JSON and would be lost on the way to other nodes`);
  const copy = JSON.parse(JSON.stringify(declaration)) as Declaration;
  closeObjects(copy.params);

  const open = [copy.rest && "rest", copy.socket && "socket", copy.voice && "voice"].filter(Boolean);
  if (open.length > 0 && !copy.auth) refuse(`the ${open.join(" and ")} door is open but "auth" is missing`);
  if (copy.rest) checkRest(copy, refuse);
  if (copy.voice) checkVoice(copy, copy.voice, refuse);
  if (copy.etag !== undefined && !Object.hasOwn((copy.returns["properties"] ?? {}) as object, copy.etag))
    refuse(`etag "${copy.etag}" is not a property of returns`);
  return deepFreeze(copy) as D;
}

function checkRest(declaration: Declaration, refuse: (why: string) => never): void {
  const match = REST.exec(declaration.rest ?? "");
  if (!match) refuse(`rest "${declaration.rest}" is not "METHOD /path/:param"`);
  const names = pathParams(declaration.rest ?? "");
  for (const [index, name] of names.entries()) {
    if (!Object.hasOwn(declaration.params.properties, name)) refuse(`path parameter ":${name}" is not in params`);
    if (names.indexOf(name) !== index) refuse(`path parameter ":${name}" stands twice`);
  }
}

function checkVoice(declaration: Declaration, voice: Voice, refuse: (why: string) => never): void {
  const spellings = new Set<string>();
  for (const template of voice.en.say) {
    const node = parseTemplate(template);
    const unknown = slotsOf(node).find((slot) => !Object.hasOwn(declaration.params.properties, slot));
    if (unknown) refuse(`template "${template}" has the slot {${unknown}}, which is not in params`);
    if (!hasLiteral(node)) refuse(`template "${template}" can be said without a literal word`);
    const spelling = spell(node);
    if (spellings.has(spelling)) refuse(`template "${template}" stands twice`);
    spellings.add(spelling);
  }
}

/** Names of the `:params` in a REST path. */
export function pathParams(rest: string): string[] {
  return [...rest.matchAll(/:([A-Za-z][A-Za-z0-9_-]*)/g)].map((match) => match[1] as string);
}

/** What a declaration claims for itself alone, as written and in the spelling by which claims are compared: its route and its templates. */
export function claimsOf({ rest, voice }: Declaration): [claim: string, spelling: string][] {
  return [
    ...(rest ? [[rest, rest.replace(/:[^/]+/g, ":")] as [string, string]] : []),
    ...(voice?.en.say ?? []).map((template): [string, string] => [template, spell(parseTemplate(template))]),
  ];
}

/** Whether every sentence of the template holds a literal word. */
function hasLiteral(node: ReturnType<typeof parseTemplate>): boolean {
  switch (node.kind) {
    case "word":
      return true;
    case "slot":
      return false;
    case "sequence":
      return node.items.some(hasLiteral);
    case "choice":
      return node.options.every(hasLiteral);
  }
}

/** The path of the first value that JSON would lose or change, if there is one. */
function findNotJson(value: unknown, path: string, within: readonly unknown[] = []): string | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (typeof value !== "object") return path || "the declaration";
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return path;
  if (within.includes(value)) return path;
  for (const [key, child] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const found = findNotJson(child, path ? `${path}.${key}` : `${key}`, [...within, value]);
    if (found) return found;
  }
  return undefined;
}

/** Parameters are closed at every level unless the schema says otherwise, so that a misspelt field is told and not ignored. */
function closeObjects(schema: TSchema): void {
  if (schema["type"] === "object" && schema["properties"] && schema["additionalProperties"] === undefined) {
    schema["additionalProperties"] = false;
  }
  for (const child of Object.values(schema)) {
    if (child && typeof child === "object") closeObjects(child as TSchema);
  }
}

/** Freezes a plain object and everything in it. */
export function deepFreeze<T>(value: T): T {
  if (value && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
