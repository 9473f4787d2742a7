import assert from "node:assert/strict";
import { test } from "node:test";
import { RouteTable } from "./routes.ts";

const ROUTES = [
  "GET /todos",
  "POST /todos",
  "GET /todos/:id",
  "PATCH /todos/:id",
  "DELETE /todos/:id",
  "POST /todos/:id/complete",
  "POST /rings/done",
  "GET /rings/:ring",
  "GET /rings/:ring/log",
  "GET /lists/mine/:name",
  "GET /lists/:owner/items",
];
const table = new RouteTable<string>();
for (const route of ROUTES) table.add(route, route);

const cases: [request: string, expected: [string, Record<string, string>] | string[] | undefined][] = [
  ["GET /todos", ["GET /todos", {}]],
  ["HEAD /todos", ["GET /todos", {}]],
  ["GET /todos/7", ["GET /todos/:id", { id: "7" }]],
  ["POST /todos/7/complete", ["POST /todos/:id/complete", { id: "7" }]],
  // literal before parameter, but only where it leads somewhere
  ["POST /rings/done", ["POST /rings/done", {}]],
  ["GET /rings/done", ["GET /rings/:ring", { ring: "done" }]],
  ["GET /rings/done/log", ["GET /rings/:ring/log", { ring: "done" }]],
  ["GET /lists/mine/x", ["GET /lists/mine/:name", { name: "x" }]],
  ["GET /lists/mine/items", ["GET /lists/mine/:name", { name: "items" }]],
  ["GET /lists/ann/items", ["GET /lists/:owner/items", { owner: "ann" }]],
  // decoding
  ["GET /todos/a%20b", ["GET /todos/:id", { id: "a b" }]],
  ["GET /todos/a%2Fb", ["GET /todos/:id", { id: "a/b" }]],
  ["GET /todos/%E2%82%AC", ["GET /todos/:id", { id: "€" }]],
  ["GET /todos/%2e%2e", ["GET /todos/:id", { id: ".." }]],
  ["GET /todos/__proto__", ["GET /todos/:id", { id: "__proto__" }]],
  ["GET /todos/%zz", undefined],
  ["GET /todos/%E2%82", undefined],
  ["GET /todos/%", undefined],
  // none
  ["GET /", undefined],
  ["GET /nothing", undefined],
  ["GET /constructor", undefined],
  ["GET /todos/", undefined],
  ["GET /todos//complete", undefined],
  ["POST /todos//complete", undefined],
  ["GET /todos/7/complete/x", undefined],
  ["GET /Todos", undefined],
  ["GET /rings", undefined],
  // another method
  ["PUT /todos", ["GET", "POST"]],
  ["POST /todos/7", ["GET", "PATCH", "DELETE"]],
  ["GET /todos/7/complete", ["POST"]],
  ["HEAD /todos/7/complete", ["POST"]],
  ["PUT /rings/done", ["GET", "POST"]],
];
for (const [request, expected] of cases) {
  test(`${request} leads to ${JSON.stringify(expected) ?? "nothing"}`, () => {
    const [method, path] = request.split(" ") as [string, string];
    const found = table.match(method, path);
    if (!found || !expected) assert.equal(found, expected);
    else if ("allow" in found) assert.deepEqual(found.allow.toSorted(), expected.toSorted());
    else assert.deepEqual([found.target, found.params], expected);
  });
}

test("a path of very many segments is refused at once", () => {
  const deep = new RouteTable<number>();
  deep.add("GET /:a/:b", 1);
  assert.equal(deep.match("GET", "/x".repeat(100_000)), undefined);
});
