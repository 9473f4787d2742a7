// The image: what its file says, and the health check that it runs. No container engine runs here.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./support.ts";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

test("the image runs node itself, not as root, from files that are there", () => {
  const text = read("Dockerfile");
  const last = text.slice(text.lastIndexOf("FROM "));
  assert.match(last, /^USER node$/m);
  assert.match(last, /^CMD \["node", "lib\/main\.ts"\]$/m);
  assert.ok(text.indexOf("FROM ") !== text.lastIndexOf("FROM "), "in stages");
  const kept = read(".dockerignore")
    .split("\n")
    .filter((line) => line.startsWith("!"));
  for (const line of kept) assert.ok(existsSync(join(ROOT, line.slice(1))), line);
});

test("the image's health check asks the port that its services have", async (t) => {
  const [, words = ""] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(read("Dockerfile")) ?? [];
  const [, ...args] = JSON.parse(words) as string[];
  let asked = "";
  const server = createServer((request, response) => {
    asked = request.url ?? "";
    response.end();
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const port = String((server.address() as { port: number }).port);
  const check = async (env: Record<string, string>) => {
    const [code] = await once(spawn(process.execPath, args, { env: { ...env }, stdio: "ignore" }), "exit");
    return code;
  };
  assert.equal(await check({ SERVICES: "gateway", VIVAVOCE_PORT: port, VIVAVOCE_METRICS_PORT: "1" }), 0);
  assert.equal(asked, "/health/live");
  assert.equal(await check({ VIVAVOCE_PORT: port, VIVAVOCE_METRICS_PORT: "1" }), 0);
  assert.equal(await check({ SERVICES: "todo", VIVAVOCE_PORT: "1", VIVAVOCE_METRICS_PORT: port }), 0);
  assert.equal(await check({ SERVICES: "todo", VIVAVOCE_PORT: port, VIVAVOCE_METRICS_PORT: "1" }), 1);
});
