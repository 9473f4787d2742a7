// The commands there are: the operations of the platform's own OpenAPI document, so that a service that has just joined
// has its command, flags and help without a new client.

export type Schema = Readonly<Record<string, unknown>>;

/** One parameter of an action, as a flag. */
export interface Parameter {
  /** As declared: `dueFrom`. */
  name: string;
  /** As typed: `due-from`. */
  flag: string;
  in: "path" | "query" | "body";
  required: boolean;
  schema: Schema;
}

/** One action at the REST door. */
export interface Command {
  service: string;
  action: string;
  method: string;
  /** `/api/v1/todos/{id}` */
  path: string;
  summary: string;
  description: string | undefined;
  parameters: Parameter[];
  /** Takes an Idempotency-Key. */
  keyed: boolean;
  /** Media types of a body that is a file. */
  upload: string[] | undefined;
  /** No live node has it just now. */
  departed: boolean;
  /** How it is said. */
  say: string[];
}

interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  "x-departed"?: boolean;
  "x-say"?: string[];
}

export interface OpenApi {
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
}

/** Every operation whose id is `service.action`. */
export function commandsOf({ paths }: OpenApi): Command[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const [service, ...rest] = (operation.operationId ?? "").split(".");
      return service && rest.length > 0 ? [command(service, rest.join("."), method, path, operation)] : [];
    }),
  );
}

function command(service: string, action: string, method: string, path: string, operation: Operation): Command {
  const { summary = "", description, parameters = [], requestBody } = operation;
  const content = requestBody?.content ?? {};
  const body = content["application/json"]?.schema;
  const required = new Set((body?.["required"] as string[] | undefined) ?? []);
  const fields = Object.entries((body?.["properties"] ?? {}) as Record<string, Schema>);
  return {
    service,
    action,
    method: method.toUpperCase(),
    path,
    summary,
    description,
    parameters: [
      ...parameters.flatMap(({ name, in: place, required = false, schema = {} }): Parameter[] =>
        place === "path" || place === "query" ? [{ name, flag: kebab(name), in: place, required, schema }] : [],
      ),
      ...fields.map(
        ([name, schema]): Parameter => ({
          name,
          flag: kebab(name),
          in: "body",
          required: required.has(name),
          schema,
        }),
      ),
    ],
    keyed: parameters.some(({ in: place, name }) => place === "header" && name === "Idempotency-Key"),
    upload: body || Object.keys(content).length === 0 ? undefined : Object.keys(content),
    departed: operation["x-departed"] ?? false,
    say: operation["x-say"] ?? [],
  };
}

/** `dueFrom` as people type it: `due-from`. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The parameters that may be given without a flag, in the order of the path. */
export function positionals({ path, parameters }: Command): Parameter[] {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
  return names.flatMap((name) => parameters.filter((parameter) => parameter.in === "path" && parameter.name === name));
}
