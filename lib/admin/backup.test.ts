import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { MongoClient } from "mongodb";
import { makeFolder, type Platform, type SignedIn, startPlatform } from "../../test/support/platform.ts";
import { mongoOrSkip, startMongo } from "../../test/support/servers.ts";
import { type Config, readConfig } from "../config/config.ts";
import { startNode } from "../node/node.ts";
import { backup } from "./backup.ts";
import { Refusal } from "./refusal.ts";
import { restore } from "./restore.ts";

const NOW = Date.parse("2027-03-01T12:00:00Z");
const at = (data: string, more: Partial<Config> = {}): Config => ({ ...readConfig({}), data, ...more });
const todosOf = async (user: SignedIn): Promise<Record<string, unknown>[]> =>
  (await user.get<{ items: Record<string, unknown>[] }>("/todos?limit=200&sort=createdAt")).body.items;

/** Every file of a folder with its size. */
const listing = (folder: string): string[] =>
  existsSync(folder)
    ? (readdirSync(folder, { recursive: true }) as string[])
        .map((name) => `${name} ${statSync(join(folder, name)).size}`)
        .sort()
    : [];

/** A platform where two users have todos and lists, and one has a session from before. */
async function fill(platform: Platform): Promise<{ ann: SignedIn; bob: SignedIn }> {
  const [ann, bob] = [await platform.register("ann"), await platform.register("bob")];
  for (const title of ["Buy milk", "Zürich → 東京 🚄", "Removed again"])
    await ann.post("/todos", { title, due: "2027-03-02" });
  await bob.post("/todos", { title: "Bob's own", list: "work" });
  const [, , third] = await todosOf(ann);
  await ann.delete(`/todos/${third?.["id"]}`);
  await ann.post(`/todos/${(await todosOf(ann))[0]?.["id"]}/complete`);
  return { ann, bob };
}

/** What its users see of a platform. */
async function sight(platform: Platform) {
  const [ann, bob] = [await platform.login("ann"), await platform.login("bob")];
  return {
    me: (await ann.get("/auth/me")).body,
    todos: [await todosOf(ann), await todosOf(bob)],
    lists: [(await ann.get("/lists")).body, (await bob.get("/lists")).body],
    rings: (await ann.get("/rings")).body,
  };
}

test("a restored platform gives the same answers, and tokens from before are good", async (t) => {
  const platform = await startPlatform(t);
  const { ann } = await fill(platform);
  await platform.clock.advance(24 * 60 * 60 * 1000);
  const before = await sight(platform);
  assert.equal((before.rings as { items: unknown[] }).items.length, 1);
  const file = join(makeFolder(t), "backup.gz");
  const { counts, secrets } = await backup(file, platform.config, NOW);
  assert.deepEqual([counts["auth/users"], counts["todo/todos"], secrets], [2, 4, true]);
  assert.equal(statSync(file).mode & 0o777, process.platform === "win32" ? 0o666 : 0o600);

  const data = join(makeFolder(t), "fresh");
  const summary = await restore(file, at(data));
  assert.deepEqual(summary, { counts, secrets: "restored" });
  const restored = await startPlatform(t, { data }, platform.clock);
  assert.deepEqual(await sight(restored), before);
  const { refreshToken } = ann.session;
  assert.equal((await restored.guest.post("/auth/refresh", { refreshToken })).status, 200);
  const carol = await restored.register("carol");
  assert.deepEqual(carol.session.user.roles, ["user"], "the administrator is there already");
});

test("a backup during writes has everything that was acknowledged before it, whole", async (t) => {
  const platform = await startPlatform(t);
  const ann = await platform.register("ann");
  const acknowledged: unknown[] = [];
  let writing = true;
  const write = async (): Promise<void> => {
    while (writing) acknowledged.push((await ann.post("/todos", { title: `Todo ${acknowledged.length}` })).body);
  };
  const writers = [write(), write(), write()];
  while (acknowledged.length < 20) await new Promise(setImmediate);
  const before = [...acknowledged];
  const file = join(makeFolder(t), "backup.gz");
  await backup(file, platform.config, NOW);
  writing = false;
  await Promise.all(writers);

  const data = makeFolder(t);
  await restore(file, at(data));
  const restored = await startPlatform(t, { data });
  const there = await todosOf(await restored.login("ann"));
  const byId = new Map(there.map((todo) => [todo["id"], todo]));
  for (const todo of before as { id: string }[]) assert.deepEqual(byId.get(todo.id), todo);
  const all = new Map((acknowledged as { id: string }[]).map((todo) => [todo.id, todo]));
  for (const [id, todo] of byId) assert.deepEqual(todo, all.get(id as string));
});

describe("files of the embedded store", () => {
  const docsIn = (file: string): unknown[] =>
    gunzipSync(readFileSync(file))
      .toString()
      .trim()
      .split("\n")
      .slice(1, -1)
      .map((line) => JSON.parse(line));

  test("are read as NeDB reads them: the later line wins, and what was removed is gone", async (t) => {
    const [data, file] = [makeFolder(t), join(makeFolder(t), "backup.gz")];
    mkdirSync(join(data, "todo"));
    mkdirSync(join(data, "nats"));
    writeFileSync(join(data, "nats", "stream.blk"), "not a store");
    writeFileSync(join(data, "todo", "todos.db~"), '{"_id":"half"}\n');
    writeFileSync(
      join(data, "todo", "todos.db"),
      [
        '{"$$indexCreated":{"fieldName":"owner","unique":false,"sparse":true}}',
        '{"_id":"a","n":1}',
        '{"_id":"b","n":1}',
        '{"_id":"a","n":2}',
        '{"$$deleted":true,"_id":"b"}',
        "{broken",
        '{"_id":"c","n":1}',
        '{"_id":"torn","n"',
      ].join("\n"),
    );
    const path = join(data, "todo", "todos.db");
    const { counts, unreadable } = await backup(file, at(data), NOW);
    assert.deepEqual([counts, unreadable], [{ "todo/todos": 2 }, { [path]: 1 }]);
    assert.deepEqual(docsIn(file), [
      { service: "todo", collection: "todos", doc: { _id: "a", n: 2 } },
      { service: "todo", collection: "todos", doc: { _id: "c", n: 1 } },
    ]);
  });

  test("that NeDB rewrites meanwhile are read as they were", async (t) => {
    const [data, file] = [makeFolder(t), join(makeFolder(t), "backup.gz")];
    const path = join(data, "todo", "todos.db");
    mkdirSync(join(data, "todo"));
    const lines = Array.from({ length: 50_000 }, (_, n) => `{"_id":"${n}","text":"${"x".repeat(50)}"}\n`);
    writeFileSync(path, lines.join(""));
    const making = backup(file, at(data), NOW);
    await new Promise(setImmediate);
    appendFileSync(path, '{"_id":"later"}\n');
    writeFileSync(`${path}~`, '{"_id":"other"}\n');
    renameSync(`${path}~`, path);
    assert.deepEqual((await making).counts, { "todo/todos": 50_000 });
  });

  test("of a directory without any are refused, and no file is left", async (t) => {
    const folder = makeFolder(t);
    await assert.rejects(backup(join(folder, "backup.gz"), at(join(folder, "none")), NOW), Refusal);
    assert.deepEqual(readdirSync(folder), []);
  });
});

test("a backup that cannot be written leaves the one before", async (t) => {
  const platform = await startPlatform(t, { services: ["auth"] });
  const folder = makeFolder(t);
  const file = join(folder, "backup.gz");
  await backup(file, platform.config, NOW);
  const before = readFileSync(file);
  mkdirSync(join(platform.config.data, "auth", "broken.db"));
  await assert.rejects(backup(file, platform.config, NOW), { code: "EISDIR" });
  assert.deepEqual(readFileSync(file), before);
  assert.deepEqual(readdirSync(folder), ["backup.gz"]);
  await assert.rejects(backup(join(folder, "none", "backup.gz"), platform.config, NOW), /cannot be written/);
});

const header = { format: "vivavoce-backup", version: 1, createdAt: "2027-03-01T12:00:00.000Z" };
const doc = (id: string, fields: object = {}) => ({
  service: "todo",
  collection: "todos",
  doc: { _id: id, ...fields },
});
const end = (counts: object) => ({ end: true, counts });
const archive = (...lines: unknown[]): Buffer => gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
const whole = archive(header, doc("a"), doc("b"), end({ "todo/todos": 2 }));

for (const [what, content, message] of [
  ["a file that is not gzip", "Buy milk\n", /is not a backup/],
  ["another gzip file", gzipSync("Buy milk\n"), /is not a backup/],
  ["an empty file", "", /is empty|was cut/],
  ["a file of a later version", archive({ ...header, version: 2 }), /has version 2 .* reads version 1/],
  ["a file whose bytes were cut", whole.subarray(0, -12), /was cut/],
  ["a file whose lines were cut", archive(header, doc("a")), /was cut: its last line is missing/],
  [
    "a file that ends within a line",
    gzipSync(`${JSON.stringify(header)}\n{"service":"todo"`),
    /was cut: it ends within a line/,
  ],
  ["a file with a flipped bit", flip(whole), /was changed/],
  [
    "a file with a line too few",
    archive(header, doc("a"), end({ "todo/todos": 2 })),
    /should have 2 documents of todo\/todos and has 1/,
  ],
  ["a file with a line too many", archive(header, doc("a"), end({})), /should have 0 documents/],
  [
    "a file with a document twice",
    archive(header, doc("a"), doc("a"), end({ "todo/todos": 2 })),
    /line 3 is a document that stands there twice/,
  ],
  ["a file with lines after its end", archive(header, end({}), doc("a")), /line 3 stands after the end/],
  ["a document without an id", archive(header, { ...doc("a"), doc: {} }, end({})), /line 2 is not a document/],
  [
    "a document with an operator",
    archive(header, doc("a", { list: [{ $set: 1 }] }), end({})),
    /line 2 is not a document/,
  ],
  [
    "a name that leaves the directory",
    archive(header, { ...doc("a"), collection: "../../x" }, end({})),
    /line 2 is not a document/,
  ],
  ["a line that is null", archive(header, null, end({})), /line 2 is not a document/],
] as [string, string | Buffer, RegExp][]) {
  test(`restore refuses ${what} and writes nothing`, async (t) => {
    const folder = makeFolder(t);
    const file = join(folder, "backup.gz");
    writeFileSync(file, content);
    await assert.rejects(restore(file, at(join(folder, "data"))), (error) => {
      assert.ok(error instanceof Refusal, String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
    assert.deepEqual(readdirSync(folder), ["backup.gz"]);
  });
}

function flip(content: Buffer): Buffer {
  const copy = Buffer.from(content);
  copy.writeUInt8(copy.readUInt8(copy.length - 7) ^ 1, copy.length - 7);
  return copy;
}

function fileWith(t: TestContext, content: Buffer): string {
  const file = join(makeFolder(t), "backup.gz");
  writeFileSync(file, content);
  return file;
}

test("restore refuses a directory that has data, also another service's, and changes nothing", async (t) => {
  const data = makeFolder(t);
  mkdirSync(join(data, "voice"));
  writeFileSync(join(data, "voice", "commands.db"), '{"_id":"a"}\n');
  mkdirSync(join(data, "todo"));
  await assert.rejects(restore(fileWith(t, whole), at(data)), /There is data already: .*commands\.db/);
  assert.deepEqual(
    listing(join(data, "voice")).filter((name) => !name.startsWith("lock")),
    ["commands.db 12"],
  );
  assert.deepEqual(
    listing(join(data, "todo")).filter((name) => !name.startsWith("lock")),
    [],
  );
});

test("restore refuses a directory whose secret is another", async (t) => {
  const data = makeFolder(t);
  writeFileSync(join(data, "secrets.json"), '{"tokenSecret":"mine"}');
  const secrets = { secrets: { tokenSecret: "theirs" } };
  await assert.rejects(restore(fileWith(t, archive(header, secrets, end({}))), at(data)), /holds another secret/);
  assert.deepEqual(listing(data), ["secrets.json 22"]);
});

test("a restore that is broken off leaves nothing", async (t) => {
  const data = join(makeFolder(t), "data");
  await assert.rejects(restore(fileWith(t, whole), at(data), AbortSignal.abort(new Error("stop"))), /stop/);
  assert.deepEqual(
    listing(data).filter((name) => !/^todo( |\/lock )/.test(name)),
    [],
  );
  await restore(fileWith(t, whole), at(data));
  assert.equal(readFileSync(join(data, "todo", "todos.db"), "utf8"), '{"_id":"a"}\n{"_id":"b"}\n');
});

test("no platform starts on a restore that a crash broke off, and no other restore", async (t) => {
  const data = makeFolder(t);
  mkdirSync(join(data, ".restoring"));
  await assert.rejects(startNode({ ...at(data), services: ["todo"], logLevel: "fatal" }), /was broken off/);
  await assert.rejects(restore(fileWith(t, whole), at(data)), /was broken off/);
});

test("a secret of the settings goes before the one of the backup", async (t) => {
  const data = makeFolder(t);
  const file = fileWith(t, archive(header, { secrets: { tokenSecret: "theirs" } }, doc("a"), end({ "todo/todos": 1 })));
  const { secrets } = await restore(file, at(data, { tokenSecret: "a secret of at least 32 characters" }));
  assert.equal(secrets, "left out");
  assert.ok(!existsSync(join(data, "secrets.json")));
});

describe("with MongoDB", { skip: mongoOrSkip }, () => {
  test("an embedded platform moves there and back", async (t) => {
    const mongo = await startMongo();
    t.after(() => mongo.stop());
    const platform = await startPlatform(t);
    await fill(platform);
    const before = await sight(platform);
    const file = join(makeFolder(t), "backup.gz");
    const { counts } = await backup(file, platform.config, NOW);
    await platform.stop();

    const data = makeFolder(t);
    await restore(file, at(data, { mongo: mongo.url }));
    const cluster = await startPlatform(t, { data, mongo: mongo.url });
    assert.deepEqual(await sight(cluster), before);
    const full = restore(file, at(data, { mongo: mongo.url }));
    await assert.rejects(full, /MONGO_URL has data already, in .*_\w+\.\w+\. Restore into an empty one/);

    const back = join(makeFolder(t), "back.gz");
    const again = await backup(back, cluster.config, NOW);
    assert.deepEqual(
      [again.counts["todo/todos"], again.counts["auth/users"], again.secrets],
      [counts["todo/todos"], counts["auth/users"], true],
    );
    const files = makeFolder(t);
    await restore(back, at(files));
    assert.deepEqual(await sight(await startPlatform(t, { data: files })), before);
  });

  test("what was inserted is removed again when an insert fails, and what was not ours stays", async (t) => {
    const mongo = await startMongo();
    t.after(() => mongo.stop());
    const client = await new MongoClient(mongo.url).connect();
    t.after(() => client.close());
    const base = new URL(mongo.url).pathname.slice(1);
    const users = client.db(`${base}_auth`).collection<{ _id: string }>("users");
    await users.createIndex({ email: 1 }, { unique: true });
    const user = (id: string) => ({ service: "auth", collection: "users", doc: { _id: id, email: "ann@example.org" } });
    const counts = { "todo/todos": 1_200, "auth/users": 2 };
    const todos = Array.from({ length: 1_200 }, (_, n) => doc(`${n}`));
    const secrets = { secrets: { tokenSecret: "theirs" } };
    const data = makeFolder(t);
    const file = fileWith(t, archive(header, secrets, ...todos, user("a"), user("b"), end(counts)));
    await assert.rejects(restore(file, at(data, { mongo: mongo.url })), /E11000/);
    assert.equal(await users.countDocuments(), 0);
    assert.equal(await client.db(`${base}_todo`).collection("todos").countDocuments(), 0);
    assert.deepEqual(listing(data), []);

    const good = fileWith(t, archive(header, ...todos, user("a"), end({ ...counts, "auth/users": 1 })));
    await restore(good, at(data, { mongo: mongo.url }));
    assert.equal(await client.db(`${base}_todo`).collection("todos").countDocuments(), 1_200);
  });

  test("a server with nothing of Vivavoce, or none, is refused", async (t) => {
    const mongo = await startMongo();
    t.after(() => mongo.stop());
    const folder = makeFolder(t);
    const file = join(folder, "backup.gz");
    await assert.rejects(backup(file, at(folder, { mongo: mongo.url }), NOW), /has no database of Vivavoce/);
    assert.deepEqual(readdirSync(folder), []);
  });
});
