import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeAudio, sniffAudio } from "./decode.ts";
import { resample, toInt16 } from "./resample.ts";
import type { SpeechError } from "./speech.errors.ts";
import { makeTone } from "./speech.testing.ts";
import { encodeWav } from "./wav.ts";

interface WavClaims {
  tag?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  block?: number;
  size?: number;
}

/** A WAV header of any claims, with its data. */
function makeWav(claims: WavClaims, data: Uint8Array): Uint8Array {
  const { tag = 1, channels = 1, rate = 16_000, bits = 16, size } = claims;
  const block = claims.block ?? (channels * bits) / 8;
  const bytes = encodeWav({ samples: new Int16Array(), sampleRate: rate });
  const view = new DataView(bytes.buffer);
  view.setUint16(20, tag, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint16(32, block, true);
  view.setUint16(34, bits, true);
  view.setUint32(40, size ?? data.length, true);
  return Buffer.concat([bytes, data]);
}

const code = (expected: string) => (error: SpeechError) => error.code === expected;

/** The loudest difference to a tone of 440 Hz and half volume. */
function distanceToTone(samples: Int16Array): number {
  const tone = makeTone(samples.length / 16_000).samples;
  const inner = samples.subarray(200, -200);
  return inner.reduce((worst, sample, index) => Math.max(worst, Math.abs(sample - tone[index + 200]!)), 0) / 32_768;
}

describe("WAV", () => {
  it("reads what it writes, sample by sample", async () => {
    const tone = makeTone(0.5);
    const read = await decodeAudio(encodeWav(tone));
    assert.equal(read.sampleRate, 16_000);
    assert.ok(distanceToTone(read.samples) < 0.0001);
    assert.equal(read.samples.length, tone.samples.length);
  });

  const tone = makeTone(0.5).samples;
  const encodings: [string, WavClaims, number, (view: DataView, at: number, sample: number) => void][] = [
    ["8 bits", { bits: 8 }, 0.01, (view, at, sample) => view.setUint8(at, (sample >> 8) + 128)],
    ["24 bits", { bits: 24 }, 0.0001, (view, at, sample) => view.setInt16(at + 1, sample, true)],
    ["32 bits", { bits: 32 }, 0.0001, (view, at, sample) => view.setInt32(at, sample * 65_536, true)],
    ["32-bit float", { bits: 32, tag: 3 }, 0.0001, (view, at, sample) => view.setFloat32(at, sample / 32_768, true)],
    ["64-bit float", { bits: 64, tag: 3 }, 0.0001, (view, at, sample) => view.setFloat64(at, sample / 32_768, true)],
  ];
  for (const [name, header, tolerance, write] of encodings) {
    it(`reads ${name} in two channels`, async () => {
      const width = header.bits! / 8;
      const data = new Uint8Array(tone.length * width * 2);
      const view = new DataView(data.buffer);
      tone.forEach((sample, index) => {
        write(view, index * 2 * width, sample);
        write(view, (index * 2 + 1) * width, sample);
      });
      const read = await decodeAudio(makeWav({ ...header, channels: 2 }, data));
      assert.equal(read.samples.length, tone.length);
      assert.ok(distanceToTone(read.samples) < tolerance);
    });
  }

  it("reads files whose size was never filled in", async () => {
    const data = new Uint8Array(makeTone(0.2).samples.buffer);
    for (const size of [0, 0xffffffff]) {
      assert.equal((await decodeAudio(makeWav({ size }, data))).samples.length, 3_200);
    }
  });

  const hostile: [string, Uint8Array, string][] = [
    ["nothing", new Uint8Array(), "AUDIO_EMPTY"],
    ["a header without samples", makeWav({}, new Uint8Array()), "AUDIO_EMPTY"],
    ["half a sample", makeWav({}, new Uint8Array(1)), "AUDIO_EMPTY"],
    ["a rate of zero", makeWav({ rate: 0 }, new Uint8Array(64)), "AUDIO_UNSUPPORTED"],
    ["a rate of four billion", makeWav({ rate: 0xffffffff }, new Uint8Array(64)), "AUDIO_UNSUPPORTED"],
    ["no channel", makeWav({ channels: 0 }, new Uint8Array(64)), "AUDIO_UNSUPPORTED"],
    ["65,535 channels", makeWav({ channels: 65_535 }, new Uint8Array(64)), "AUDIO_UNSUPPORTED"],
    ["frames that do not fit", makeWav({ block: 7 }, new Uint8Array(64)), "AUDIO_UNSUPPORTED"],
    ["a file cut in its header", makeWav({}, new Uint8Array(64)).subarray(0, 30), "AUDIO_UNSUPPORTED"],
    ["text", new TextEncoder().encode("#EXTM3U\nfile:///etc/passwd"), "AUDIO_UNSUPPORTED"],
    ["an hour at the lowest rate", makeWav({ rate: 4_000, bits: 8 }, new Uint8Array(14_400_000)), "AUDIO_TOO_LONG"],
    ["too many bytes", new Uint8Array(26 * 1024 * 1024), "AUDIO_TOO_LARGE"],
  ];
  for (const [name, bytes, expected] of hostile) {
    it(`refuses ${name} with ${expected}`, () => assert.rejects(decodeAudio(bytes), code(expected)));
  }

  it("survives every cut and a thousand damaged headers", async () => {
    const whole = encodeWav(makeTone(0.01));
    for (let length = 0; length < 60; length++)
      await decodeAudio(whole.subarray(0, length)).catch((error: SpeechError) => assert.match(error.code, /^AUDIO_/));
    for (let round = 0; round < 1_000; round++) {
      const bytes = whole.slice();
      bytes[12 + (round % 32)] = (round * 37) % 256;
      await decodeAudio(bytes).catch((error: SpeechError) => assert.match(error.code, /^AUDIO_/));
    }
  });
});

describe("resampling", () => {
  for (const rate of [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 11_127]) {
    it(`keeps pitch, level and length from ${rate} Hz`, async () => {
      const read = await decodeAudio(encodeWav(makeTone(0.5, 440, rate)));
      assert.ok(Math.abs(read.samples.length - 8_000) <= 1);
      assert.ok(distanceToTone(read.samples) < 0.01);
    });
  }

  it("removes what lies above the new band instead of folding it down", () => {
    const high = Float32Array.from(makeTone(0.5, 11_000, 44_100).samples, (sample) => sample / 32_768);
    const low = toInt16(resample(high, 44_100, 16_000)).subarray(200, -200);
    const level = Math.sqrt(low.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / low.length);
    assert.ok(20 * Math.log10(level / 0.35) < -60, `${level}`);
  });
});

describe("telling formats by their first bytes", () => {
  const starts: [string, string | undefined][] = [
    ["RIFF\0\0\0\0WAVE", "wav"],
    ["OggS", "ogg"],
    ["\x1aE\xdf\xa3", "webm"],
    ["fLaC", "flac"],
    ["\0\0\0\x20ftypM4A ", "m4a"],
    ["ID3\x04", "mp3"],
    ["\xff\xfb\x90", "mp3"],
    ["\xff\xf1\x50", "aac"],
    ["FORM\0\0\0\0AIFF", "aiff"],
    ["caff", "caf"],
    ["#!AMR\n", "amr"],
    ["RIFF\0\0\0\0AVI ", undefined],
    ["\xff\x00", undefined],
    ["<html>", undefined],
  ];
  for (const [start, format] of starts) {
    it(`${JSON.stringify(start)} is ${format ?? "nothing known"}`, () => {
      assert.equal(sniffAudio(Buffer.from(start, "latin1")), format);
    });
  }
});
