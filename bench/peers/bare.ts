// The floor of one process: node:http, Ajv, jsonwebtoken and NeDB without a framework.
import { serve } from "./http.ts";
import { openTodos } from "./todos.ts";

const todos = await openTodos();

serve({
  create: async (owner, body) => JSON.stringify(await todos.create(owner, body)),
  get: async (owner, id) => {
    const todo = await todos.get(owner, id);
    return todo && JSON.stringify(todo);
  },
  list: async (owner, limit) => JSON.stringify(await todos.list(owner, limit)),
});
