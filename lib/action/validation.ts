// JSON Schema at work: one compiled check per action, coercion for text sources, projection of results, readable errors.
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { commonErrors, type FieldError, fail } from "./errors.ts";

type Schema = Record<string, unknown>;

/** Keywords of ours that say what a slot is; they check nothing. */
const ANNOTATIONS = ["slot", "accepts", "spoken"];

function makeAjv(options: Options): Ajv {
  const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, ownProperties: true, ...options });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  for (const keyword of ANNOTATIONS) ajv.addKeyword(keyword);
  ajv.addKeyword("example");
  ajv.addFormat("binary", true);
  return ajv;
}

const quick = makeAjv({ allErrors: false });
const thorough = makeAjv({ allErrors: true, verbose: true });
const lenient = makeAjv({ allErrors: true, coerceTypes: "array" });
/** For results, our own data: dates and times were checked on their way in, and again they would be half the cost of a list. */
const shapes = makeAjv({ allErrors: false, validateFormats: false });

/** At most this many wrong fields are told: a hostile body must not make a long answer. */
const MAX_ERRORS = 20;

/**
 * Compiles a check of parameters. It throws VALIDATION_FAILED (422) with up to 20 wrong fields; it changes nothing.
 * Costs under a microsecond for a small body; the list of errors is made only for a body that failed.
 */
export function compileCheck(schema: Schema): (params: unknown) => void {
  const check = quick.compile(schema);
  let explain: ValidateFunction | undefined;
  return (params) => {
    if (check(params)) return;
    explain ??= thorough.compile(schema);
    explain(params);
    fail(commonErrors.VALIDATION_FAILED, { errors: fieldErrors(explain.errors ?? []) });
  };
}

/**
 * Compiles the coercion of text sources (path, query, form fields, flags) to what the schema says: `"20"` to 20, `"true"`
 * to true, one value to an array of one. What cannot be coerced stays as it is, for the check to refuse by name.
 */
export function compileCoercion(schema: Schema): (text: Record<string, unknown>) => void {
  const properties = (schema["properties"] ?? {}) as Record<string, Schema>;
  const coerce = lenient.compile({ type: "object", properties });
  return (text) => void coerce(text);
}

/**
 * Compiles the projection of a result to what `returns` names: everything else is taken out of the object in place.
 * @returns whether the result is as declared
 */
export function compileProjection(schema: Schema): (result: unknown) => boolean {
  const check = shapes.compile(schema);
  const prune = compilePruning(schema);
  return (result) => {
    const fits = check(result);
    if (fits) prune?.(result);
    return fits;
  };
}

type Prune = (value: unknown) => void;

/**
 * Ajv's own `removeAdditional` removes by every branch of a union, also by those that do not fit in the end.
 * @returns `undefined` where there is nothing to take out, so that texts and numbers cost nothing
 */
function compilePruning(schema: Schema): Prune | undefined {
  const { type, items, anyOf, oneOf, allOf } = schema as Record<"anyOf" | "oneOf" | "allOf", Schema[] | undefined> & {
    type?: unknown;
    items?: Schema;
  };
  const options = (anyOf ?? oneOf)?.map((option) => ({ option, prune: compilePruning(option) }));
  if (options) return options.some(({ prune }) => prune) ? pruneUnion(options) : undefined;
  if (type === "array" && items) {
    const prune = compilePruning(items);
    return prune && ((value) => (value as unknown[]).forEach(prune));
  }
  const parts = [schema, ...(allOf ?? [])];
  if (!parts.some((part) => part["properties"])) return undefined;
  const isOpen = parts.some((part) => part["patternProperties"] || part["additionalProperties"]);
  const pruners = new Map(
    parts
      .flatMap((part) => Object.entries((part["properties"] ?? {}) as Record<string, Schema>))
      .map(([name, property]) => [name, compilePruning(property)]),
  );
  return (value) => {
    const fields = value as Record<string, unknown>;
    for (const name of Object.keys(fields)) {
      if (pruners.has(name)) pruners.get(name)?.(fields[name]);
      else if (!isOpen) delete fields[name];
    }
  };
}

/** The first branch that fits says what stays. */
function pruneUnion(options: readonly { option: Schema; prune: Prune | undefined }[]): Prune {
  const branches = options.map(({ option, prune }) => ({ fits: shapes.compile(option), prune }));
  return (value) => branches.find(({ fits }) => fits(value))?.prune?.(value);
}

/** Ajv's errors as our list: one entry a field, the first that was found. */
export function fieldErrors(errors: readonly ErrorObject[]): FieldError[] {
  const byPath = new Map<string, FieldError>();
  for (const error of errors) {
    // The branches of a union fail one by one and then together: only the last says what is accepted.
    if (/\/(anyOf|oneOf)\/\d+\//.test(error.schemaPath)) continue;
    const path = pathOf(error);
    if (byPath.has(path)) continue;
    if (byPath.size >= MAX_ERRORS) break;
    byPath.set(path, { path, message: messageOf(error), accepts: acceptsOf(error) });
  }
  return [...byPath.values()];
}

function pathOf(error: ErrorObject): string {
  const base = error.instancePath.split("/").slice(1).map(unescapePointer);
  const { missingProperty, additionalProperty } = error.params as Record<string, string | undefined>;
  const leaf = missingProperty ?? additionalProperty;
  return [...base, ...(leaf === undefined ? [] : [leaf.slice(0, 100)])].join(".");
}

const unescapePointer = (part: string): string => part.replaceAll("~1", "/").replaceAll("~0", "~").slice(0, 100);

const MESSAGES: Readonly<Record<string, string>> = {
  type: "is of the wrong type",
  format: "is not in the right form",
  pattern: "is not in the right form",
  minLength: "is too short",
  maxLength: "is too long",
  minimum: "is too small",
  maximum: "is too large",
  minItems: "has too few items",
  maxItems: "has too many items",
};

function messageOf(error: ErrorObject): string {
  if (error.keyword === "required") return "is missing";
  if (error.keyword === "additionalProperties") return "is not a field of this request";
  if (error.keyword === "enum" || error.keyword === "const") return "is not one of the accepted values";
  if (error.keyword === "anyOf" || error.keyword === "oneOf") return "is not in an accepted form";
  return MESSAGES[error.keyword] ?? "is not valid";
}

function acceptsOf(error: ErrorObject): string {
  const parent = error.parentSchema as Schema | undefined;
  if (error.keyword === "additionalProperties") {
    const names = Object.keys((parent?.["properties"] ?? {}) as object);
    return names.length ? `these fields: ${names.join(", ")}` : "no fields";
  }
  if (error.keyword === "required") {
    const property = (parent?.["properties"] as Record<string, Schema> | undefined)?.[
      (error.params as { missingProperty: string }).missingProperty
    ];
    return describeSchema(property ?? {});
  }
  return describeSchema(parent ?? {});
}

/** What a schema accepts, in words: `a text of 1 to 200 characters`. The schema's own `accepts` comes first. */
export function describeSchema(schema: Schema): string {
  const { accepts, type, format, pattern, anyOf, items } = schema as Record<string, unknown> & {
    anyOf?: Schema[];
    items?: Schema;
  };
  if (typeof accepts === "string") return accepts;
  if (Array.isArray(schema["enum"])) return `one of: ${schema["enum"].map(String).join(", ")}`;
  if (schema["const"] !== undefined) return JSON.stringify(schema["const"]);
  if (anyOf) {
    const constants = anyOf.map((option) => option["const"]);
    if (constants.every((constant) => constant !== undefined)) return `one of: ${constants.map(String).join(", ")}`;
    return anyOf.map(describeSchema).join(", or ");
  }
  switch (type) {
    case "string":
      if (format) return `a text in the form "${String(format)}"`;
      return `a text${range(schema["minLength"], schema["maxLength"], "character")}${pattern ? ` that matches ${String(pattern)}` : ""}`;
    case "integer":
      return `a whole number${between(schema["minimum"], schema["maximum"])}`;
    case "number":
      return `a number${between(schema["minimum"], schema["maximum"])}`;
    case "boolean":
      return "true or false";
    case "array":
      return `a list${range(schema["minItems"], schema["maxItems"], "item")}${items ? `, each ${describeSchema(items)}` : ""}`;
    case "object":
      return `an object with: ${Object.keys((schema["properties"] ?? {}) as object).join(", ")}`;
    case "null":
      return "null";
    default:
      return "any value";
  }
}

function range(min: unknown, max: unknown, unit: string): string {
  if (min === undefined && max === undefined) return "";
  if (max === undefined) return ` of at least ${min} ${unit}s`;
  return ` of ${min ?? 0} to ${max} ${unit}s`;
}

function between(min: unknown, max: unknown): string {
  if (min === undefined && max === undefined) return "";
  if (max === undefined) return ` of at least ${min}`;
  if (min === undefined) return ` of at most ${max}`;
  return ` from ${min} to ${max}`;
}
