import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { withLock } from "./lib/lock.mjs";

test("lets one at a time in, and the next one as soon as it is free", async () => {
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const one = withLock("lock test order", async () => {
    held.resolve();
    order.push("one begins");
    await first.promise;
    order.push("one ends");
  });
  await held.promise;
  // The first is let go only once the second is seen to wait.
  const two = withLock("lock test order", async () => order.push("two"), first.resolve);
  await Promise.all([one, two]);
  assert.deepEqual(order, ["one begins", "one ends", "two"]);
});

test("is free after an error, and passes it on", async () => {
  await assert.rejects(
    withLock("lock test error", () => Promise.reject(new Error("inside"))),
    /inside/,
  );
  assert.equal(await withLock("lock test error", async () => "free"), "free");
});

test("ends with its holder, also after kill -9", async () => {
  const script = `
    import { withLock } from ${JSON.stringify(import.meta.resolve("./lib/lock.mjs"))};
    await withLock("lock test kill", () => { console.log("held"); return new Promise(() => setInterval(() => {}, 1000)); });
  `;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  await once(holder.stdout, "data");
  assert.equal(
    await withLock(
      "lock test kill",
      async () => "taken over",
      () => holder.kill("SIGKILL"),
    ),
    "taken over",
  );
});

test("makes way for another program on its port", async (t) => {
  const port = 20_000 + (createHash("sha256").update("lock test stranger").digest().readUInt16BE(0) % 10_000);
  const stranger = createServer((socket) => socket.end("220 mail.example ready\r\n")).listen(port, "127.0.0.1");
  await once(stranger, "listening");
  t.after(() => stranger.close());
  assert.equal(await withLock("lock test stranger", async () => "beside it"), "beside it");
});
