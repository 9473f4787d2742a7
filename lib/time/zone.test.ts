import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

for (const zone of ["Pacific/Auckland", "America/Los_Angeles"]) {
  for (const file of ["due.test.ts", "spoken.test.ts"]) {
    test(`${file} passes in a process whose own zone is ${zone}`, () => {
      // Inside a test run, node would report to the parent and exit with 0.
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const zoneCheck = `process.exitCode = new Intl.DateTimeFormat().resolvedOptions().timeZone === "${zone}" ? 0 : 1`;
      const options = { env: { ...env, TZ: zone }, encoding: "utf8" as const };
      assert.equal(spawnSync(process.execPath, ["-e", zoneCheck], options).status, 0);
      const run = spawnSync(process.execPath, ["--test-reporter=tap", join(import.meta.dirname, file)], options);
      assert.equal(run.status, 0, run.stdout.slice(0, 4000) + run.stderr);
      assert.match(run.stdout, /^# pass [1-9]/m);
    });
  }
}
