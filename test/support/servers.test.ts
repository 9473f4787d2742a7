import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { watch } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { MongoClient } from "mongodb";
import { connect as connectNats } from "nats";
import { findMongo, mongoOrSkip, natsOrSkip, startMongo, startNats } from "./servers.ts";

const borrowed = Boolean(process.env["MONGO_URL"]);

async function clients(t: TestContext, url: string, count: number) {
  const all = await Promise.all(Array.from({ length: count }, () => new MongoClient(url).connect()));
  t.after(() => Promise.all(all.map((client) => client.close())));
  return all.map((client) => client.db());
}

test("nats-server comes back on the same port with its streams after a kill", { skip: natsOrSkip }, async (t) => {
  const nats = await startNats();
  t.after(nats.stop);
  const before = await connectNats({ servers: nats.url });
  t.after(() => before.close());
  await (await before.jetstreamManager()).streams.add({ name: "kept", subjects: ["kept.>"] });
  await before.jetstream().publish("kept.one");
  const { pid, url } = nats;

  await nats.kill();
  assert.equal(nats.pid, undefined);
  await nats.restart();
  assert.notEqual(nats.pid, pid);
  assert.equal(nats.url, url);

  const after = await connectNats({ servers: nats.url });
  t.after(() => after.close());
  assert.equal((await (await after.jetstreamManager()).streams.info("kept")).state.messages, 1);
});

test("a server that cannot start says why", { skip: natsOrSkip }, async (t) => {
  const nats = await startNats();
  t.after(nats.stop);
  await assert.rejects(startNats({ port: nats.port }), /ended before it was ready:[\s\S]*address already in use/);
});

test("a server and its data go with a process that is killed", { skip: natsOrSkip }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "vivavoce-test-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const script = `
    import { startNats } from ${JSON.stringify(import.meta.resolve("./servers.ts"))};
    const { port } = await startNats();
    console.log(port);
    setInterval(() => {}, 1000);
  `;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    env: { ...process.env, TMPDIR: dir, TEMP: dir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(holder.stdout.setEncoding("utf8"), "data");
  const client = connect(Number(port), "127.0.0.1").resume();
  await once(client, "data");

  const gone = Promise.all([
    once(
      client.on("error", () => {}),
      "close",
    ),
    emptied(dir),
  ]);
  holder.kill("SIGKILL");
  await gone;
});

test("a server that is left running does not keep its process alive", { skip: natsOrSkip }, async () => {
  const script = `await (await import(${JSON.stringify(import.meta.resolve("./servers.ts"))})).startNats()`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: "ignore" });
  assert.deepEqual(await once(holder, "exit"), [0, null]);
});

async function emptied(dir: string) {
  for await (const _ of watch(dir)) if (readdirSync(dir).length === 0) return;
}

test("of four clients that race for a document one wins, and no increment is lost", {
  skip: mongoOrSkip,
}, async (t) => {
  const mongo = await startMongo();
  t.after(mongo.stop);
  const racers = (await clients(t, mongo.url, 4)).map((db) => db.collection<{ _id: number; n: number }>("races"));
  const [one] = racers;
  assert.ok(one);

  for (let race = 0; race < 40; race++) {
    await one.insertOne({ _id: race, n: 0 });
    const wins = await Promise.all(
      racers.map((each) => each.findOneAndUpdate({ _id: race, n: 0 }, { $set: { n: 1 } })),
    );
    assert.equal(wins.filter(Boolean).length, 1, `race ${race}`);
  }
  await Promise.all(
    racers.flatMap((each) => Array.from({ length: 25 }, () => each.updateOne({ _id: 0 }, { $inc: { n: 1 } }))),
  );
  assert.equal((await one.findOne({ _id: 0 }))?.n, 101);
});

test("an unacknowledged write is done before the next request, whose answer is its own", {
  skip: mongoOrSkip,
}, async (t) => {
  const mongo = await startMongo();
  t.after(mongo.stop);
  const [db] = await clients(t, `${mongo.url}?maxPoolSize=1`, 1);
  const rows = db!.collection<{ _id: number }>("rows");
  for (let _id = 0; _id < 20; _id++) {
    await rows.insertOne({ _id }, { writeConcern: { w: 0 } });
    assert.deepEqual(await rows.findOne({ _id }), { _id });
  }
});

test("a client that goes away in the middle of a message holds up nobody", {
  skip: mongoOrSkip || borrowed,
}, async (t) => {
  const mongo = await startMongo();
  t.after(mongo.stop);
  const [db] = await clients(t, mongo.url, 1);
  const half = connect(mongo.port, "127.0.0.1");
  half.write(Buffer.from([100, 0, 0, 0, 1, 0, 0, 0]));
  assert.equal((await db!.command({ ping: 1 }))["ok"], 1);
  half.resetAndDestroy();
  assert.equal((await db!.command({ ping: 1 }))["ok"], 1);
});

test("what was acknowledged survives a kill, in a folder that is kept", {
  skip: mongoOrSkip || borrowed,
}, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "vivavoce-test-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const mongo = await startMongo({ dir });
  t.after(mongo.stop);
  const [db] = await clients(t, mongo.url, 1);
  const rows = db!.collection<{ _id: number }>("rows");
  for (let _id = 0; _id < 50; _id++) await rows.insertOne({ _id });

  await mongo.kill();
  await mongo.restart();
  assert.equal(await rows.countDocuments(), 50);
  await mongo.stop();
  assert.ok(existsSync(dir));
  assert.ok(findMongo());
});
