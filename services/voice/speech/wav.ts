// WAV files: what people upload is read with suspicion, what we send is written in the plainest form.
import type { Pcm } from "./engine.ts";
import { SpeechError } from "./speech.errors.ts";

/** A WAV file's header and where its samples are. */
export interface WavInfo {
  encoding: "int" | "float";
  channels: number;
  sampleRate: number;
  bits: number;
  /** Bytes `dataStart` to `dataEnd`, whole frames only. */
  dataStart: number;
  dataEnd: number;
}

const FORMAT_PCM = 1;
const FORMAT_FLOAT = 3;
const FORMAT_EXTENSIBLE = 0xfffe;
const HEADER_BYTES = 44;

/** A WAV file of 16-bit samples, header included. */
export function encodeWav({ samples, sampleRate }: Pcm): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, FORMAT_PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => {
    view.setInt16(HEADER_BYTES + index * 2, sample, true);
  });
  return bytes;
}

/**
 * Finds format and samples of a WAV file. Sizes that lie are cut at the file's end: programs that write to a pipe leave
 * 0 or 0xFFFFFFFF there.
 * @returns undefined for encodings that are no plain samples (A-law, ADPCM): another decoder may know them.
 * @throws SpeechError AUDIO_UNSUPPORTED for a header that makes no sense, AUDIO_EMPTY without samples.
 */
export function parseWav(bytes: Uint8Array): WavInfo | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Omit<WavInfo, "dataStart" | "dataEnd"> | "foreign" | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = view.getUint32(at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name === 0x666d7420) format = readFormat(view, start, Math.min(size, bytes.length - start));
    if (name === 0x64617461 && format === "foreign") return undefined;
    if (name === 0x64617461 && format && format !== "foreign") return locate(format, start, size, bytes.length);
    at = start + size + (size & 1);
  }
  throw new SpeechError(format ? "AUDIO_EMPTY" : "AUDIO_UNSUPPORTED", "a WAV file without format or data");
}

function readFormat(view: DataView, at: number, size: number): Omit<WavInfo, "dataStart" | "dataEnd"> | "foreign" {
  if (size < 16) throw new SpeechError("AUDIO_UNSUPPORTED", "a WAV format of under 16 bytes");
  const extensible = view.getUint16(at, true) === FORMAT_EXTENSIBLE && size >= 26;
  const tag = view.getUint16(extensible ? at + 24 : at, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const block = view.getUint16(at + 12, true);
  const bits = view.getUint16(at + 14, true);
  if (channels < 1 || channels > 8) throw new SpeechError("AUDIO_UNSUPPORTED", `${channels} channels`);
  if (sampleRate < 4_000 || sampleRate > 192_000) throw new SpeechError("AUDIO_UNSUPPORTED", `${sampleRate} Hz`);
  const plain =
    (tag === FORMAT_PCM && [8, 16, 24, 32].includes(bits)) || (tag === FORMAT_FLOAT && [32, 64].includes(bits));
  if (!plain) return "foreign";
  if (block !== (channels * bits) / 8) throw new SpeechError("AUDIO_UNSUPPORTED", `frames of ${block} bytes`);
  return { encoding: tag === FORMAT_FLOAT ? "float" : "int", channels, sampleRate, bits };
}

function locate(format: Omit<WavInfo, "dataStart" | "dataEnd">, start: number, size: number, length: number): WavInfo {
  const frame = (format.channels * format.bits) / 8;
  const available = length - start;
  const claimed = size === 0 || size > available ? available : size;
  const whole = claimed - (claimed % frame);
  if (whole === 0) throw new SpeechError("AUDIO_EMPTY");
  return { ...format, dataStart: start, dataEnd: start + whole };
}

/** The samples of a WAV file as one channel in [-1, 1]: the mean of its channels. */
export function readWavSamples(bytes: Uint8Array, info: WavInfo): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = info.bits / 8;
  const read = sampleReader(view, info);
  const samples = new Float32Array((info.dataEnd - info.dataStart) / (width * info.channels));
  let at = info.dataStart;
  for (let index = 0; index < samples.length; index++) {
    let sum = 0;
    for (let channel = 0; channel < info.channels; channel++, at += width) sum += read(at);
    const mean = sum / info.channels;
    samples[index] = Number.isFinite(mean) ? mean : 0;
  }
  return samples;
}

function sampleReader(view: DataView, { encoding, bits }: WavInfo): (at: number) => number {
  if (encoding === "float") {
    return bits === 64 ? (at) => view.getFloat64(at, true) : (at) => view.getFloat32(at, true);
  }
  switch (bits) {
    case 8:
      return (at) => (view.getUint8(at) - 128) / 128;
    case 16:
      return (at) => view.getInt16(at, true) / 32_768;
    case 24:
      return (at) => (view.getInt8(at + 2) * 65_536 + view.getUint16(at, true)) / 8_388_608;
    default:
      return (at) => view.getInt32(at, true) / 2_147_483_648;
  }
}
