// The voice on a node of its own: what is recorded at a gateway reaches it over a real NATS server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Config, readConfig } from "../../lib/config/config.ts";
import { startNode } from "../../lib/node/node.ts";
import { skipUnlessPython } from "../../services/voice/speech/speech.testing.ts";
import type { Answer } from "../../services/voice/voice.schema.ts";
import { connect } from "../support/device.ts";
import { makeFolder, startPlatform } from "../support/platform.ts";
import { natsOrSkip, startNats } from "../support/servers.ts";

const SAMPLE = join(import.meta.dirname, "../../samples/01-piper.wav");
const CHUNK_BYTES = 3_200;

/** A node with the doors and one with the voice, which are ready for each other. */
async function startCluster(t: TestContext) {
  const nats = await startNats();
  t.after(() => nats.stop());
  const shared: Partial<Config> = { nats: nats.url, tokenSecret: "s".repeat(32), logLevel: "fatal", rateLimit: 0 };
  const voice = await startNode({
    ...readConfig({}),
    ...shared,
    data: makeFolder(t),
    nodeID: "voice",
    services: ["voice"],
  });
  t.after(() => voice.stop());
  const doors = await startPlatform(t, { ...shared, nodeID: "doors" });
  await doors.broker.waitForServices("voice");
  await voice.broker.waitForServices("todo");
  return { voice, doors, ann: await doors.register("ann", { zone: "UTC" }) };
}

const skip = natsOrSkip || skipUnlessPython();

test("a recording and live sound reach the voice on another node", { skip }, async (t) => {
  const { doors, ann } = await startCluster(t);
  const wav = readFileSync(SAMPLE);
  const { body } = await ann.send<Answer>("POST", "/voice/speech", wav, { "Content-Type": "audio/wav" });
  assert.equal(body.action, "todo.create", body.heard);

  const device = await connect(t, doors, ann);
  const answer = new Promise<Answer>((resolve) =>
    device.socket.emit("listen", {}, (_: unknown, heard: Answer) => resolve(heard)),
  );
  const speech = Buffer.concat([wav.subarray(44), Buffer.alloc(20 * CHUNK_BYTES)]);
  for (let at = 0; at < speech.length; at += CHUNK_BYTES)
    device.socket.emit("audio", speech.subarray(at, at + CHUNK_BYTES));
  assert.equal((await answer).reply, body.reply);
  await device.next("voice.heardEnd");
});

test("a recording that breaks off ends no node", { skip }, async (t) => {
  const { doors, ann } = await startCluster(t);
  const wav = readFileSync(SAMPLE);
  const { port } = new URL(doors.url);
  const headers = { Authorization: `Bearer ${ann.token}`, "Content-Type": "audio/wav" };
  const upload = request({ port, method: "POST", path: "/api/v1/voice/speech", headers }).on("error", () => {});
  await new Promise<void>((resolve) => upload.write(wav.subarray(0, 20_000), () => resolve()));
  upload.destroy();
  const { body } = await ann.send<Answer>("POST", "/voice/speech", wav, { "Content-Type": "audio/wav" });
  assert.equal(body.action, "todo.create");
  const { items } = (await ann.get<{ items: unknown[] }>("/todos")).body;
  assert.equal(items.length, 1);
});
