// A Fastify monolith as its documentation recommends: schemas for bodies, queries and answers (compiled checks and
// serializers), authentication in an onRequest hook, no logger.
import fastify from "fastify";
import { type CreateBody, createSchema, openTodos, userOf } from "./todos.ts";

const todo = {
  type: "object",
  properties: {
    id: { type: "string" },
    title: { type: "string" },
    due: {
      type: "object",
      nullable: true,
      properties: { date: { type: "string" }, time: { type: "string" }, zone: { type: "string" } },
    },
    dueAt: { type: "string", nullable: true },
    list: { type: "string" },
    done: { type: "boolean" },
    version: { type: "integer" },
    createdAt: { type: "string" },
    updatedAt: { type: "string" },
  },
} as const;

const page = {
  type: "object",
  properties: { items: { type: "array", items: todo }, nextCursor: { type: "string", nullable: true } },
} as const;

const limits = {
  type: "object",
  properties: { limit: { type: "integer", minimum: 1, maximum: 200, default: 20 } },
} as const;

const todos = await openTodos();
const app = fastify({ logger: false });

app.decorateRequest("owner", "");
app.addHook("onRequest", async (request, reply) => {
  const owner = userOf(request.headers.authorization);
  if (owner === undefined) return reply.code(401).send({ code: "UNAUTHENTICATED" });
  request.owner = owner;
});

app.post<{ Body: CreateBody }>(
  "/api/v1/todos",
  { schema: { body: createSchema, response: { 201: todo } } },
  async (request, reply) => {
    reply.code(201);
    return todos.create(request.owner, request.body);
  },
);

app.get<{ Params: { id: string } }>(
  "/api/v1/todos/:id",
  { schema: { response: { 200: todo } } },
  async (request, reply) =>
    (await todos.get(request.owner, request.params.id)) ?? reply.code(404).send({ code: "NOT_FOUND" }),
);

app.get<{ Querystring: { limit: number } }>(
  "/api/v1/todos",
  { schema: { querystring: limits, response: { 200: page } } },
  async (request) => todos.list(request.owner, request.query.limit),
);

process.send?.({ ready: await app.listen({ port: 0, host: "127.0.0.1" }) });

declare module "fastify" {
  interface FastifyRequest {
    owner: string;
  }
}
