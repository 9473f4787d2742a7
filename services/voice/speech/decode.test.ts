import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { decodeAudio } from "./decode.ts";
import { readOggOpus, readWebmOpus } from "./opus.containers.ts";
import { packetSamples } from "./opus.ts";
import type { SpeechError } from "./speech.errors.ts";
import { makeTone, skipUnlessProgram } from "./speech.testing.ts";
import { encodeWav } from "./wav.ts";

const skip = skipUnlessProgram("ffmpeg");
const folder = mkdtempSync(join(tmpdir(), "vivavoce-decode-"));
after(() => rmSync(folder, { recursive: true }));

/** Two seconds of a tone as ffmpeg writes them. */
function record(name: string, ...options: string[]): Buffer {
  const input = join(folder, "tone.wav");
  const output = join(folder, name);
  writeFileSync(input, encodeWav(makeTone(2, 440, 48_000)));
  execFileSync("ffmpeg", ["-y", "-v", "error", "-i", input, ...options, output]);
  return readFileSync(output);
}

/** The share of the sound's energy that is at 440 Hz, by Goertzel's sum. */
function purity(samples: Int16Array): number {
  let real = 0;
  let imaginary = 0;
  let energy = 0;
  samples.forEach((sample, index) => {
    const phase = (2 * Math.PI * 440 * index) / 16_000;
    real += sample * Math.cos(phase);
    imaginary += sample * Math.sin(phase);
    energy += sample * sample;
  });
  return (2 * (real * real + imaginary * imaginary)) / (energy * samples.length);
}

const code = (expected: string) => (error: SpeechError) => error.code === expected;

describe("decoding what browsers and phones record", { skip }, () => {
  const formats: [string, string[]][] = [
    ["a.webm", ["-c:a", "libopus"]],
    ["live.webm", ["-c:a", "libopus", "-live", "1", "-ac", "2"]],
    ["a.ogg", ["-c:a", "libopus"]],
    ["stereo.ogg", ["-c:a", "libopus", "-ac", "2", "-b:a", "256k"]],
    ["long-frames.ogg", ["-c:a", "libopus", "-frame_duration", "60"]],
    ["vorbis.ogg", ["-c:a", "libvorbis"]],
    ["a.mp3", ["-c:a", "libmp3lame"]],
    ["index-at-the-end.m4a", ["-c:a", "aac"]],
    ["a.flac", []],
    ["a.aac", []],
    ["a.aiff", []],
    ["a-law.wav", ["-c:a", "pcm_alaw"]],
  ];
  for (const [name, options] of formats) {
    it(`reads ${name}`, async () => {
      const { samples, sampleRate } = await decodeAudio(record(name, ...options));
      assert.equal(sampleRate, 16_000);
      assert.ok(Math.abs(samples.length / sampleRate - 2) < 0.1, `${samples.length / sampleRate} s`);
      assert.ok(purity(samples.subarray(1_600, -3_200)) > 0.98, `${purity(samples)}`);
    });
  }

  for (const [name, options] of formats) {
    it(`refuses a ${name} that is too long`, async () => {
      await assert.rejects(decodeAudio(record(name, ...options), { maxSeconds: 1 }), code("AUDIO_TOO_LONG"));
    });
  }

  it("reads what there is of a WebM and an Ogg that were cut off", async () => {
    for (const [name, options] of formats.slice(0, 4)) {
      const bytes = record(name, ...options);
      const { samples } = await decodeAudio(bytes.subarray(0, Math.floor(bytes.length / 2)));
      assert.ok(samples.length > 8_000 && samples.length < 24_000, `${name}: ${samples.length}`);
    }
  });

  it("answers damaged files with samples or a code, never otherwise", async () => {
    for (const [name, options] of formats.slice(0, 3)) {
      const bytes = record(name, ...options);
      for (let round = 0; round < 60; round++) {
        const damaged = Buffer.from(bytes);
        for (let hit = 0; hit < 5; hit++) damaged[4 + ((round * 131 + hit * 977) % (damaged.length - 4))]! ^= 0x5a;
        await decodeAudio(damaged).catch((error: SpeechError) => assert.match(error.code, /^AUDIO_/));
      }
    }
  });

  it("does not follow a playlist to another file, whatever it is called", async () => {
    const secret = join(folder, "secret.wav");
    writeFileSync(secret, encodeWav(makeTone(1)));
    const playlist = Buffer.from(`ffconcat version 1.0\nfile ${secret}\n`);
    await assert.rejects(decodeAudio(playlist), code("AUDIO_UNSUPPORTED"));
    await assert.rejects(decodeAudio(Buffer.concat([Buffer.from("fLaC"), playlist])), code("AUDIO_UNSUPPORTED"));
  });
});

describe("Opus packets", () => {
  it("knows how long a packet is from its first bytes", () => {
    const packets: [number[], number][] = [
      [[0x08], 960],
      [[0x18], 2_880],
      [[0x78], 960],
      [[0xe0], 120],
      [[0xf8], 960],
      [[0xf9], 1_920],
      [[0xfb, 0x03], 2_880],
      [[0xfb], 0],
    ];
    for (const [bytes, samples] of packets) assert.equal(packetSamples(Uint8Array.from(bytes)), samples);
  });

  it("finds no track in containers without one, or of nonsense", () => {
    for (const read of [readOggOpus, readWebmOpus]) {
      assert.equal(read(Buffer.from("OggS")), undefined);
      assert.equal(read(Buffer.alloc(1_000)), undefined);
      assert.equal(read(Buffer.alloc(1_000, 0xff)), undefined);
      assert.equal(read(Buffer.from("1a45dfa3ffffffffffffffff", "hex")), undefined);
    }
  });
});
