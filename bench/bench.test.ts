import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { natsOrSkip } from "../test/support/servers.ts";
import { median, report, type Sample } from "./report.ts";

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, "main.ts");

test("prints a figure of every system for every request", { skip: natsOrSkip, timeout: 120_000 }, async () => {
  const { stdout } = await run(process.execPath, [MAIN, "--quick"]);
  for (const request of ["get one", "list 20 of 200", "list 20 of 10,000", "create one"]) {
    for (const system of [
      "bare node:http",
      "Fastify",
      "Vivavoce embedded",
      "bare HTTP + raw NATS",
      "Vivavoce cluster",
    ]) {
      const figures = new RegExp(
        `^\\| ${request} \\| ${system.replaceAll("+", "\\+")} \\| \\d+ \\| [\\d,]+ \\| [\\d.]+ \\|$`,
        "m",
      );
      assert.match(stdout, figures);
    }
  }
  assert.match(stdout, /^\| Vivavoce embedded \/ Fastify \| 1\.5( \| [\d.]+){4} \|$/m);
  assert.match(stdout, /^\| Vivavoce cluster \/ bare HTTP \+ raw NATS \| 1\.3( \| [\d.]+){4} \|$/m);
  assert.match(stdout, /cores, .* Node \d+\./);
});

test("refuses a system there is not", async () => {
  await assert.rejects(run(process.execPath, [MAIN, "--system", "rails"]), /bare, fastify, embedded, nats, cluster/);
});

test("compares round by round: a machine that gets slower changes no ratio", () => {
  const samples = [1, 2, 3].flatMap((round): Sample[] => [
    { scenario: "get", system: "embedded", round, cpu: 30 * round, rate: 1, p99: 1 },
    { scenario: "get", system: "fastify", round, cpu: 20 * round, rate: 1, p99: 1 },
  ]);
  assert.match(report(samples), /Vivavoce embedded \/ Fastify \| 1\.5 \| 1\.50 \|/);
});

test("takes the middle of an odd number and the mean of the two of an even one", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});
