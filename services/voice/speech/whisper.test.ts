import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { joinPcm, type Pcm, secondsOf } from "./engine.ts";
import { FliteEngine } from "./flite.engine.ts";
import { PiperEngine } from "./piper.engine.ts";
import type { SpeechError } from "./speech.errors.ts";
import { isAlive, makeNoises, makeSound, SPEECH_PYTHON, SPEECH_SCRIPTS, skipUnlessPython } from "./speech.testing.ts";
import { WhisperEngine } from "./whisper.engine.ts";

const skip = skipUnlessPython();
const place = { python: SPEECH_PYTHON, scripts: SPEECH_SCRIPTS };
const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9 ]/g, "");

describe("Whisper and Piper", { skip }, () => {
  let whisper: WhisperEngine;
  let piper: PiperEngine;
  let flite: FliteEngine;
  before(async () => {
    whisper = new WhisperEngine(place);
    piper = new PiperEngine(place);
    flite = new FliteEngine();
    await Promise.all([whisper.ready(), piper.ready()]);
  });
  after(() => Promise.all([whisper.close(), piper.close(), flite.close()]));

  it("hears what Piper and flite say", async () => {
    for (const voice of [piper, flite]) {
      const heard = await whisper.transcribe(await voice.synthesize("What is on my shopping list?"));
      assert.equal(plain(heard.text), "what is on my shopping list");
      assert.equal(heard.engine, "whisper");
      assert.ok(heard.confidence! > 0.4 && heard.confidence! <= 1);
      assert.ok(heard.avgLogprob! < 0 && heard.noSpeechProb! < 0.6 && heard.ms > 0);
    }
  });

  it("says which languages it knows", () => {
    assert.deepEqual(whisper.capabilities.languages, ["en"]);
  });

  for (const [name, sound] of Object.entries(makeNoises())) {
    it(`hears no words in ${name}`, async () => assert.equal((await whisper.transcribe(sound)).text, ""));
  }

  it("hears no words in nothing", async () => {
    assert.equal((await whisper.transcribe({ samples: new Int16Array(), sampleRate: 16_000 })).text, "");
    assert.equal((await whisper.transcribe(makeSound(0.05, () => 0.5))).text, "");
  });

  it("gives times and probabilities of words in the recording's own time", async () => {
    const said = await flite.synthesize("What is on my shopping list?");
    const { segments } = await whisper.transcribe(said, { words: true });
    const words = segments.flatMap((segment) => segment.words ?? []);
    assert.equal(plain(words.map(({ word }) => word).join(" ")), "what is on my shopping list");
    for (const word of words) {
      assert.ok(word.start >= 0 && word.end <= secondsOf(said) + 0.1 && word.start <= word.end);
      assert.ok(word.probability! > 0 && word.probability! <= 1);
    }
  });

  it("writes a long answer down across its pauses", async () => {
    const sentences = [
      "The weather is lovely today.",
      "We moved here three years ago.",
      "My favourite animal is the otter.",
    ];
    const parts: Pcm[] = [];
    for (const sentence of sentences)
      parts.push(
        await flite.synthesize(sentence),
        makeSound(3, () => 0),
      );
    const { text, segments } = await whisper.transcribe(joinPcm(parts), { longForm: true });
    for (const word of ["weather", "moved", "otter"]) assert.match(text.toLowerCase(), new RegExp(word));
    assert.ok(segments.at(-1)!.end > 8, "times count the pauses");
  });

  it("keeps hesitations when asked", async () => {
    const said = await piper.synthesize("Um, I think, uh, that it is a tree.");
    assert.match((await whisper.transcribe(said, { keepFillers: true })).text.toLowerCase(), /\b(um|uh)\b/);
  });

  it("answers many at once, and none that was called off", async () => {
    const said = await flite.synthesize("Snooze for ten minutes.");
    const controller = new AbortController();
    const answers = Promise.allSettled([
      whisper.transcribe(said),
      whisper.transcribe(said, { signal: controller.signal }),
      whisper.transcribe(said),
    ]);
    controller.abort();
    const [first, second, third] = await answers;
    assert.equal(
      plain(first.status === "fulfilled" ? first.value.text : "").replace("10", "ten"),
      "snooze for ten minutes",
    );
    assert.equal(second.status, "rejected");
    assert.equal(third.status, "fulfilled");
  });

  it("streams speech by the sentence, and stops when the listener leaves", async () => {
    const chunks: Pcm[] = [];
    for await (const chunk of piper.stream("One. Two. Three.")) chunks.push(chunk);
    assert.equal(chunks.length, 3);
    assert.ok(chunks.every((chunk) => chunk.sampleRate === 22_050 && secondsOf(chunk) > 0.2));
    for await (const chunk of piper.stream("This is the first of very many sentences. ".repeat(50))) {
      assert.ok(secondsOf(chunk) > 1);
      break;
    }
    const start = performance.now();
    await piper.synthesize("Quick.");
    assert.ok(performance.now() - start < 1_000, "the rest of the long text was still read");
  });

  it("reads out marks and control characters as harmless text", async () => {
    for (const text of ["[[ x ]] \u0000 <speak> & é 🙂", "1,000 %"])
      assert.ok(secondsOf(await piper.synthesize(text)) > 0.2);
    for (const text of ["", "...", "🙂"]) assert.equal((await piper.synthesize(text)).samples.length, 0);
  });

  it("ends with a parent that was killed in the middle of a sentence", async () => {
    const module = new URL("./worker.ts", import.meta.url).href;
    const args = ["-B", join(SPEECH_SCRIPTS, "piper_worker.py")];
    const script = `
      import { WorkerProcess } from ${JSON.stringify(module)};
      const worker = new WorkerProcess(${JSON.stringify({ name: "piper", command: SPEECH_PYTHON, args })});
      await worker.ready();
      const text = "A sentence that is not the last one. ".repeat(100);
      worker.request({ text }, { onPart: () => console.log(worker.pid) });`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const worker = Number.parseInt(line.toString(), 10);
    assert.ok(isAlive(worker));
    parent.kill("SIGKILL");
    for (let round = 0; isAlive(worker) && round < 100; round++) await wait(50);
    assert.equal(isAlive(worker), false);
  });

  it("says clearly that a model is not there", async () => {
    const broken = new WhisperEngine({ ...place, model: "/no/such/model" });
    await assert.rejects(broken.ready(), (error: SpeechError) => error.code === "SPEECH_UNAVAILABLE");
    await broken.close();
  });
});
