// A recording as it was uploaded, to the one form that everything behind works on: 16 kHz, mono, 16 bit.
import { LISTEN_RATE, type Pcm, secondsOf } from "./engine.ts";
import { decodeWithFfmpeg } from "./ffmpeg.ts";
import { readOggOpus, readWebmOpus } from "./opus.containers.ts";
import { decodeOpus } from "./opus.ts";
import { resample, toInt16 } from "./resample.ts";
import { SpeechError } from "./speech.errors.ts";
import { parseWav, readWavSamples } from "./wav.ts";

/** What is accepted. */
export interface DecodeLimits {
  /** Default 120. */
  maxSeconds?: number;
  /** Default 25 MiB. */
  maxBytes?: number;
}

/** A family of files that is recognised by its first bytes; all but wav, ogg and webm need ffmpeg. */
export type AudioFormat = "wav" | "ogg" | "webm" | "mp3" | "m4a" | "flac" | "aac" | "aiff" | "caf" | "amr";

/** ffmpeg's names for them. */
const DEMUXERS: Record<AudioFormat, string> = {
  wav: "wav",
  ogg: "ogg",
  webm: "matroska",
  mp3: "mp3",
  m4a: "mov",
  flac: "flac",
  aac: "aac",
  aiff: "aiff",
  caf: "caf",
  amr: "amr",
};

/**
 * Decodes a recording. What it is, its first bytes tell; a content type is not asked, since clients guess it.
 * WAV and Opus in WebM or Ogg need nothing else installed; the rest is read by ffmpeg where it is on the PATH.
 * @throws SpeechError AUDIO_EMPTY, AUDIO_TOO_LARGE, AUDIO_TOO_LONG, AUDIO_UNSUPPORTED.
 * @example const pcm = await decodeAudio(body, { maxSeconds: 30 });
 */
export async function decodeAudio(bytes: Uint8Array, limits: DecodeLimits = {}): Promise<Pcm> {
  const { maxSeconds = 120, maxBytes = 25 * 1024 * 1024 } = limits;
  if (bytes.length === 0) throw new SpeechError("AUDIO_EMPTY");
  if (bytes.length > maxBytes) throw new SpeechError("AUDIO_TOO_LARGE", `${bytes.length} bytes, at most ${maxBytes}`);
  const format = sniffAudio(bytes);
  if (!format) throw new SpeechError("AUDIO_UNSUPPORTED", "no audio format starts with these bytes");
  const audio =
    (await decodeOurselves(bytes, format, maxSeconds)) ?? (await decodeWithFfmpeg(bytes, DEMUXERS[format], maxSeconds));
  if (audio.samples.length === 0) throw new SpeechError("AUDIO_EMPTY");
  if (secondsOf(audio) > maxSeconds) throw new SpeechError("AUDIO_TOO_LONG", `at most ${maxSeconds} s`);
  return audio;
}

async function decodeOurselves(bytes: Uint8Array, format: AudioFormat, maxSeconds: number): Promise<Pcm | undefined> {
  if (format === "wav") return decodeWav(bytes, maxSeconds);
  if (format !== "ogg" && format !== "webm") return undefined;
  const track = format === "ogg" ? readOggOpus(bytes) : readWebmOpus(bytes);
  return track && decodeOpus(track, maxSeconds);
}

function decodeWav(bytes: Uint8Array, maxSeconds: number): Pcm | undefined {
  const info = parseWav(bytes);
  if (!info) return undefined;
  const seconds = ((info.dataEnd - info.dataStart) * 8) / (info.bits * info.channels * info.sampleRate);
  if (seconds > maxSeconds) throw new SpeechError("AUDIO_TOO_LONG", `${seconds.toFixed(1)} s, at most ${maxSeconds} s`);
  return toPcm(readWavSamples(bytes, info), info.sampleRate);
}

/** Samples in [-1, 1] at any rate, as the engines listen to them. */
function toPcm(samples: Float32Array, sampleRate: number): Pcm {
  return { samples: toInt16(resample(samples, sampleRate, LISTEN_RATE)), sampleRate: LISTEN_RATE };
}

/** What the first bytes say a file is; undefined when they say nothing known. */
export function sniffAudio(bytes: Uint8Array): AudioFormat | undefined {
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  const start = text(0, 4);
  if (start === "RIFF" && text(8, 4) === "WAVE") return "wav";
  if (start === "OggS") return "ogg";
  if (start === "\x1aE\xdf\xa3") return "webm";
  if (start === "fLaC") return "flac";
  if (start === "caff") return "caf";
  if (start === "FORM" && text(8, 3) === "AIF") return "aiff";
  if (text(4, 4) === "ftyp") return "m4a";
  if (text(0, 5) === "#!AMR") return "amr";
  if (text(0, 3) === "ID3") return "mp3";
  const [first = 0, second = 0] = bytes;
  if (first !== 0xff) return undefined;
  if ((second & 0xf6) === 0xf0) return "aac";
  return (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 ? "mp3" : undefined;
}
