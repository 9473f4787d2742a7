// What is made of a recogniser's words, sure or unsure: a recogniser that hears what the test says it did.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Todo } from "../../services/todo/todo.schema.ts";
import type { SpeechToText, TranscribeOptions, Transcription } from "../../services/voice/speech/engine.ts";
import { SpeechError } from "../../services/voice/speech/speech.errors.ts";
import { makeTone } from "../../services/voice/speech/speech.testing.ts";
import { encodeWav } from "../../services/voice/speech/wav.ts";
import type { Answer } from "../../services/voice/voice.schema.ts";
import voiceService from "../../services/voice/voice.service.ts";
import { startPlatform } from "../support/platform.ts";

const SPEECH = readFileSync(join(import.meta.dirname, "../../samples/01-piper.wav"));
const LOUD_TONE = Buffer.from(encodeWav(makeTone(2)));

/** Hears the next of the texts given to it, or fails as told. */
class Parrot implements SpeechToText {
  readonly name = "parrot";
  readonly capabilities = { languages: ["en"], streaming: false, confidence: true, words: false };
  asked: TranscribeOptions[] = [];
  next: Partial<Transcription> | SpeechError = {};

  async ready(): Promise<void> {}
  async close(): Promise<void> {}
  async transcribe(_audio: unknown, options: TranscribeOptions = {}): Promise<Transcription> {
    this.asked.push(options);
    if (this.next instanceof SpeechError) throw this.next;
    return { text: "", segments: [], engine: this.name, ms: 1, avgLogprob: -0.1, confidence: 0.9, ...this.next };
  }
}

async function start(t: TestContext) {
  const platform = await startPlatform(t);
  const parrot = new Parrot();
  await platform.add(voiceService(platform.broker, async () => ({ stt: parrot, tts: undefined, missing: [] })));
  const ann = await platform.register("ann", { zone: "UTC" });
  const send = (audio: Buffer) =>
    ann.send<Answer>("POST", "/voice/speech", audio as Buffer<ArrayBuffer>, { "Content-Type": "audio/wav" });
  return {
    platform,
    parrot,
    ann,
    send,
    async hear(text: string, more: Partial<Transcription> = {}): Promise<Answer> {
      parrot.next = { text, ...more };
      const { status, body } = await send(SPEECH);
      assert.equal(status, 200, JSON.stringify(body));
      await platform.clock.advance(1_000);
      return body;
    },
    todos: async () => (await ann.get<{ items: Todo[] }>("/todos?sort=createdAt")).body.items.map(({ title }) => title),
  };
}

test("what was misheard a little is set right and both are told", async (t) => {
  const { hear, todos } = await start(t);
  const { heard, transcript, action } = await hear("And milk to my shopping lest.");
  assert.deepEqual(
    [heard, transcript, action],
    ["And milk to my shopping lest.", "add milk to my shopping list", "todo.create"],
  );
  assert.deepEqual(await todos(), ["milk"]);
});

test("what was misheard a good deal is asked about, and yes does it", async (t) => {
  const { hear, todos } = await start(t);
  const asked = await hear("And milk to mine shopping lest.");
  assert.deepEqual(
    [asked.intent, asked.action, asked.reply],
    [null, null, "Did you mean: add milk to my shopping list?"],
  );
  assert.deepEqual(await todos(), []);
  const noise = await hear("I guess it is.");
  assert.equal(noise.action, null);
  const yes = await hear("Yes.");
  assert.deepEqual([yes.action, yes.reply], ["voice.confirm", "Added milk."]);
  assert.deepEqual(await todos(), ["milk"]);
  assert.equal((await hear("Yes.")).reply, "Nothing was asked.");
  assert.equal((await hear("Undo that.")).reply, "Taken back.");
  assert.deepEqual(await todos(), []);
});

test("no leaves it, a minute ends the question, and so does another command", async (t) => {
  const { hear, todos, platform } = await start(t);
  const unsure = "And milk to mine shopping lest.";
  await hear(unsure);
  assert.equal((await hear("No, thanks.")).reply, "All right, I leave it.");
  assert.equal((await hear("Yes.")).action, null);
  await hear(unsure);
  await platform.clock.advance(61_000);
  assert.equal((await hear("Yes.")).action, null);
  await hear(unsure);
  await hear("What's on my list?");
  assert.equal((await hear("Yes.")).action, null);
  assert.deepEqual(await todos(), []);
});

test("a recogniser that guesses is asked back, though the words fit", async (t) => {
  const { hear, todos } = await start(t);
  const { action, reply } = await hear("Add milk to my shopping list.", { avgLogprob: -0.9 });
  assert.deepEqual([action, reply], [null, "Did you mean: Add milk to my shopping list?"]);
  assert.deepEqual(await todos(), []);
  assert.equal((await hear("Yes.", { avgLogprob: -0.9 })).action, "voice.confirm");
  assert.deepEqual(await todos(), ["milk"]);
});

test("the recogniser is told the user's own titles, and they set right what it hears", async (t) => {
  const { hear, ann, parrot } = await start(t);
  await ann.post("/todos", { title: "feed Bartholomew" });
  const { slots, action } = await hear("Tick off feet Bartolomew.");
  assert.equal(action, "todo.complete");
  assert.deepEqual(
    slots.map(({ text }) => text),
    ["feed Bartholomew"],
  );
  assert.match(parrot.asked[0]?.prompt ?? "", /feed Bartholomew/);
});

test("sound without speech is not even given to the recogniser", async (t) => {
  const { send, parrot } = await start(t);
  parrot.next = { text: "Add milk to my shopping list." };
  assert.equal((await send(LOUD_TONE)).body.reply, "I heard nothing.");
  assert.deepEqual(parrot.asked, []);
});

const FAILURES = [
  ["SPEECH_BUSY", 503],
  ["SPEECH_TIMEOUT", 503],
  ["SPEECH_UNAVAILABLE", 503],
  ["SPEECH_FAILED", 500],
] as const;
test("a recogniser that fails is an error with its code, and the next utterance is heard", async (t) => {
  const { send, parrot, hear } = await start(t);
  for (const [code, status] of FAILURES) {
    parrot.next = new SpeechError(code, "/secret/path");
    const answer = await send(SPEECH);
    assert.equal(answer.status, status, code);
    assert.equal(answer.problem.code, status === 500 ? "INTERNAL" : code);
    assert.doesNotMatch(JSON.stringify(answer.problem), /secret/);
  }
  assert.equal((await hear("Help me.")).action, "voice.help");
});
