import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { joinPcm, LISTEN_RATE, type Pcm } from "./engine.ts";
import { FliteEngine } from "./flite.engine.ts";
import { makeNoises, makeSound, randomNumbers } from "./speech.testing.ts";
import { findSpeech, trimSilence, VadStream } from "./vad.ts";

const voice = new FliteEngine();
after(() => voice.close());

const silence = (seconds: number) => makeSound(seconds, () => 0);
const seconds = (samples: number) => samples / LISTEN_RATE;

/** The sound with white noise as many decibels below it. */
function withNoise({ samples, sampleRate }: Pcm, decibels: number): Pcm {
  const random = randomNumbers(7);
  const level = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  const gain = (level / 10 ** (decibels / 20)) * Math.sqrt(3);
  return {
    samples: samples.map((sample) => Math.max(-32_768, Math.min(32_767, sample + gain * random()))),
    sampleRate,
  };
}

describe("voice activity", () => {
  for (const [name, sound] of Object.entries(makeNoises())) {
    it(`hears nobody in ${name}`, async () => assert.equal(await findSpeech(sound), undefined));
  }

  it("finds the start and the end of a sentence, also in noise", async () => {
    const sentence = (await trimSilence(await voice.synthesize("Add oat milk to my list.")))!.audio;
    const clean = joinPcm([silence(1.5), sentence, silence(1.5)]);
    for (const sound of [clean, withNoise(clean, 20), withNoise(clean, 5)]) {
      const span = (await findSpeech(sound))!;
      assert.ok(Math.abs(seconds(span.start) - 1.5) < 0.4, `start ${seconds(span.start)}`);
      assert.ok(Math.abs(seconds(span.end - sentence.samples.length) - 1.5) < 0.4, `end ${seconds(span.end)}`);
      assert.ok(span.voicedSeconds > 1);
    }
  });

  it("hears the shortest words", async () => {
    for (const word of ["yes", "no", "done", "undo", "help", "stop"]) {
      const sound = joinPcm([silence(0.5), await voice.synthesize(word), silence(0.5)]);
      assert.ok(await findSpeech(sound), word);
    }
  });

  it("ends an utterance after a silence, and lets a pause for thought be", async () => {
    const [first, second] = [await voice.synthesize("Remind me"), await voice.synthesize("to call mum.")];
    const stream = new VadStream({ silenceMs: 700 });
    const sound = joinPcm([silence(0.5), first, silence(0.2), second, silence(2), first, silence(2)]);
    const events = stream.feed(sound.samples);
    assert.deepEqual(
      events.map((event) => event.type),
      ["speechStart", "speechEnd", "speechStart", "speechEnd"],
    );
    assert.equal(stream.speaking, false);
  });

  it("says the same for chunks of any size", async () => {
    const sound = joinPcm([silence(0.5), await voice.synthesize("What is on my list?"), silence(1)]);
    const whole = new VadStream().feed(sound.samples);
    const stream = new VadStream();
    const pieces = [];
    for (let at = 0; at < sound.samples.length; at += 333)
      pieces.push(...stream.feed(sound.samples.subarray(at, at + 333)));
    assert.deepEqual(pieces, whole);
  });

  it("ends with the stream", async () => {
    const stream = new VadStream();
    const sound = (await trimSilence(await voice.synthesize("Show my todos")))!.audio;
    assert.deepEqual(
      [...stream.feed(sound.samples), ...stream.end(), ...stream.end()].map((event) => event.type),
      ["speechStart", "speechEnd"],
    );
  });
});
