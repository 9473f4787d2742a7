import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { type Pcm, secondsOf } from "./engine.ts";
import { FLITE_VOICES, FliteEngine } from "./flite.engine.ts";
import type { SpeechError } from "./speech.errors.ts";
import { sentencesOf, speakable } from "./spoken.ts";
import { findSpeech } from "./vad.ts";

describe("flite, the voice from npm", () => {
  const engine = new FliteEngine();
  after(() => engine.close());

  it("speaks", async () => {
    const said = await engine.synthesize("I added oat milk to your list.");
    assert.equal(said.sampleRate, 16_000);
    assert.ok(secondsOf(said) > 1.5 && secondsOf(said) < 4);
    assert.ok(await findSpeech(said));
  });

  it("speaks in each of its voices, and they differ", async () => {
    const lengths = new Set<number>();
    for (const voice of FLITE_VOICES) {
      const other = new FliteEngine({ voice });
      lengths.add((await other.synthesize("hello there")).samples.length);
      await other.close();
    }
    assert.equal(lengths.size, FLITE_VOICES.length);
  });

  it("gives the sentences one by one", async () => {
    const chunks: Pcm[] = [];
    for await (const chunk of engine.stream("It is done. What next?")) chunks.push(chunk);
    assert.equal(chunks.length, 2);
  });

  it("has nothing to say to nothing", async () => {
    for (const text of ["", "  ", "?!", "🙂"]) assert.equal((await engine.synthesize(text)).samples.length, 0);
  });

  it("treats a text that looks like an option as a text", async () => {
    assert.ok(secondsOf(await engine.synthesize("-lv")) > 0.3);
  });

  it("stops when it is called off, and refuses when it is closed", async () => {
    const controller = new AbortController();
    const said = engine.synthesize("A sentence that nobody wants to hear.", { signal: controller.signal });
    controller.abort();
    await assert.rejects(said, { name: "AbortError" });
    const closed = new FliteEngine();
    await closed.close();
    await assert.rejects(closed.synthesize("hello"), (error: SpeechError) => error.code === "SPEECH_UNAVAILABLE");
  });

  it("refuses more than may wait", async () => {
    const small = new FliteEngine({ maxQueue: 1 });
    const first = small.synthesize("one");
    await assert.rejects(small.synthesize("two"), (error: SpeechError) => error.code === "SPEECH_BUSY");
    await first;
    await small.close();
  });
});

describe("text for a voice", () => {
  const cases: [string, string][] = [
    ["Tom & Jerry <b>", "Tom and Jerry b"],
    ["[[ h@ ]] x", "h@ x"],
    ["a\u0000b\tc\n", "a b c"],
    ["...", ""],
    ["x".repeat(6_000), "x".repeat(5_000)],
    ["Ça va?", "Ça va?"],
  ];
  for (const [text, expected] of cases) {
    it(`${JSON.stringify(text.slice(0, 20))} is read as ${JSON.stringify(expected.slice(0, 20))}`, () => {
      assert.equal(speakable(text), expected);
    });
  }

  it("falls into sentences", () => {
    assert.deepEqual(sentencesOf("It is 3.5 km. Go!"), ["It is 3.5 km.", "Go!"]);
  });
});
