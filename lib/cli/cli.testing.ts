// The document of a platform with one action, for the client's tests.
import type { OpenApi } from "./commands.ts";

export const DOCUMENT: OpenApi = {
  info: { version: "1" },
  paths: {
    "/api/v1/things/{id}": {
      patch: {
        operationId: "thing.update",
        summary: "Change a thing",
        parameters: [
          { name: "id", in: "path", required: true, schema: { type: "string" } },
          { name: "Idempotency-Key", in: "header", schema: { type: "string" } },
        ],
        requestBody: {
          content: {
            "application/json": {
              schema: {
                type: "object",
                required: ["title"],
                properties: {
                  title: { type: "string" },
                  done: { type: "boolean" },
                  count: { type: "integer" },
                  tags: { type: "array", items: { type: "string" } },
                  sizes: { type: "array", items: { type: "number" } },
                  dueFrom: { anyOf: [{ type: "object" }, { type: "string" }, { type: "null" }] },
                  level: { anyOf: [{ const: 1 }, { const: 2 }] },
                },
              },
            },
          },
        },
      },
    },
  },
};
