// The OpenAPI 3.1 projection of the catalogue: `/api/openapi.json`.
import type { CatalogueEntry } from "../../lib/action/catalogue.ts";
import { pathParams } from "../../lib/action/declare.ts";
import { commonErrors, type Declaration, type ErrorSpec } from "../../lib/action/index.ts";

type Json = Record<string, unknown>;

const PROBLEM = { $ref: "#/components/schemas/Problem" };
const BODY_METHODS = new Set(["post", "put", "patch"]);

/** @returns the document for the actions that have a REST route of their own; departed ones are marked */
export function openApi(entries: readonly CatalogueEntry[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const entry of entries) {
    if (!entry.routed || !entry.declaration.rest) continue;
    const [method, path] = entry.declaration.rest.split(" ") as [string, string];
    const template = `/api/v1${path.replace(/:([A-Za-z][\w-]*)/g, "{$1}")}`;
    paths[template] = { ...paths[template], [method.toLowerCase()]: operation(entry, method.toLowerCase()) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Vivavoce",
      version,
      description: "Every action of the cluster that has a REST door, as it is declared just now.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { Problem: problemSchema },
    },
  };
}

function operation({ name, declaration, present, say }: CatalogueEntry, method: string): Json {
  const { rest = "", summary, description, auth, upload } = declaration;
  const inPath = new Set(pathParams(rest));
  const properties = declaration.params.properties as Record<string, Json>;
  const required = new Set((declaration.params["required"] as string[] | undefined) ?? []);
  const names = Object.keys(properties);
  const inBody = BODY_METHODS.has(method) && !upload ? names.filter((param) => !inPath.has(param)) : [];
  const parameters = names
    .filter((param) => !inBody.includes(param))
    .map((param) => ({
      name: param,
      in: inPath.has(param) ? "path" : "query",
      required: inPath.has(param) || required.has(param),
      schema: properties[param],
    }));
  const headers = [
    ...(declaration.idempotent === "key"
      ? [header("Idempotency-Key", "Names this effect: a repeat within 24 hours gets the first result.")]
      : []),
    ...(declaration.etag && properties[declaration.etag]
      ? [header("If-Match", "The ETag that was read: refused with 412 where the resource has changed since.")]
      : []),
  ];
  return {
    operationId: name,
    tags: [name.slice(0, name.indexOf("."))],
    summary,
    ...(description && { description }),
    ...(auth !== "public" && { security: [{ bearer: [] }] }),
    ...(!present && { "x-departed": true }),
    ...(say.length > 0 && { "x-say": say }),
    ...(parameters.length + headers.length > 0 && { parameters: [...parameters, ...headers] }),
    ...(inBody.length > 0 && {
      requestBody: {
        required: inBody.some((param) => required.has(param)),
        content: { "application/json": { schema: pick(declaration.params as Json, inBody) } },
      },
    }),
    ...(upload && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          upload.types.map((type) => [type, { schema: { type: "string", format: "binary" } }]),
        ),
      },
    }),
    responses: responses(declaration),
  };
}

const header = (name: string, description: string): Json => ({
  name,
  in: "header",
  required: false,
  description,
  schema: { type: "string" },
});

function pick(schema: Json, names: readonly string[]): Json {
  const properties = schema["properties"] as Json;
  const required = ((schema["required"] as string[] | undefined) ?? []).filter((name) => names.includes(name));
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, properties[name]])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** Statuses with what they mean; several errors of one status share an answer. */
function responses(declaration: Declaration): Json {
  const status = statusOf(declaration);
  const success =
    status === 204
      ? { description: "Done" }
      : { description: "Done", content: { "application/json": { schema: declaration.returns } } };
  const { UNAUTHENTICATED, FORBIDDEN, VALIDATION_FAILED, RATE_LIMITED, UNAVAILABLE } = commonErrors;
  const errors: ErrorSpec[] = [
    ...(declaration.auth === "public" ? [] : [UNAUTHENTICATED]),
    ...(declaration.auth === "admin" || declaration.scope ? [FORBIDDEN] : []),
    ...(declaration.errors ?? []),
    VALIDATION_FAILED,
    RATE_LIMITED,
    UNAVAILABLE,
  ];
  const byStatus = Map.groupBy(errors, (error) => String(error.status));
  const problems = [...byStatus].map(([code, specs]) => [
    code,
    {
      description: specs.map((spec) => `${spec.code}: ${spec.message}`).join(" "),
      content: { "application/problem+json": { schema: PROBLEM } },
    },
  ]);
  return { [status]: success, ...Object.fromEntries(problems) };
}

/** The success status of an action at this door. */
export function statusOf(declaration: Declaration): number {
  return declaration.status ?? (declaration.returns["type"] === "null" ? 204 : 200);
}

const problemSchema = {
  type: "object",
  description: "Problem details (RFC 9457).",
  required: ["type", "title", "status", "detail", "code", "requestId"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string" },
    requestId: { type: "string" },
    errors: {
      type: "array",
      maxItems: 20,
      items: {
        type: "object",
        required: ["path", "message", "accepts"],
        properties: { path: { type: "string" }, message: { type: "string" }, accepts: { type: "string" } },
      },
    },
  },
};
