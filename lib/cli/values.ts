// From the text of a flag to the value its schema asks for. What fits no type stays text, for the platform to refuse by
// name: the schema is checked in one place only.
import type { Schema } from "./commands.ts";

type TypeName = "string" | "number" | "integer" | "boolean" | "array" | "object" | "null";

/** The JSON types a schema accepts, at any branch of a union. */
export function typesOf(schema: Schema): Set<TypeName> {
  const { type, anyOf, oneOf } = schema as { type?: TypeName | TypeName[]; anyOf?: Schema[]; oneOf?: Schema[] };
  const constants = Array.isArray(schema["enum"]) ? schema["enum"] : "const" in schema ? [schema["const"]] : [];
  return new Set([
    ...[type ?? []].flat(),
    ...[...(anyOf ?? []), ...(oneOf ?? [])].flatMap((branch) => [...typesOf(branch)]),
    ...(type === undefined ? constants.map(typeOf) : []),
  ]);
}

function typeOf(value: unknown): TypeName {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as TypeName;
}

/** A flag without a value: `--done`, and `--no-done`. */
export const isSwitch = (schema: Schema): boolean => {
  const types = typesOf(schema);
  return types.has("boolean") && !types.has("string");
};

/** A flag that may be repeated. */
export const isList = (schema: Schema): boolean => typesOf(schema).has("array");

export const isNullable = (schema: Schema): boolean => typesOf(schema).has("null");

/** The value of one flag: objects and lists as JSON, numbers as numbers, everything else as it was typed. */
export function parseValue(text: string, schema: Schema): unknown {
  const types = typesOf(schema);
  const json = parseJson(text);
  if (json !== undefined) {
    if (types.has("object") && typeOf(json) === "object") return json;
    if (types.has("array") && Array.isArray(json)) return json;
    if (types.has("string")) return text;
    if (types.has("boolean") && typeof json === "boolean") return json;
    if ((types.has("number") || types.has("integer")) && typeof json === "number") return json;
  }
  return text;
}

/** The value of a flag that was repeated: each item by the schema of the list's items; one JSON list is the list. */
export function listOf(texts: readonly string[], schema: Schema): unknown {
  const [only] = texts;
  const whole = texts.length === 1 && only !== undefined ? parseValue(only, schema) : undefined;
  if (Array.isArray(whole)) return whole;
  const items = listSchema(schema);
  return texts.map((text) => parseValue(text, items));
}

function listSchema(schema: Schema): Schema {
  const branches = [schema, ...((schema["anyOf"] ?? schema["oneOf"] ?? []) as Schema[])];
  return (branches.find((branch) => branch["type"] === "array")?.["items"] ?? {}) as Schema;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
