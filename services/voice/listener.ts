// From audio to words: decode, find the speech, recognise. What is no speech never becomes words.
import { setImmediate } from "node:timers/promises";
import { codeOf } from "../../lib/action/index.ts";
import { decodeAudio } from "./speech/decode.ts";
import { LISTEN_RATE, type Pcm, type SpeechToText, type Transcription } from "./speech/engine.ts";
import { SpeechError } from "./speech/speech.errors.ts";
import { MIN_VOICED_SECONDS, trimSilence, VadStream } from "./speech/vad.ts";

/** A command said without a pause is over long before this. */
const MAX_SECONDS = 120;
const MAX_BYTES = 10 * 1024 * 1024;

export interface Heard {
  /** `undefined` where nobody spoke. */
  transcription: Transcription | undefined;
  decodeMs: number;
}

/** The recording ended before its end: the device is gone. */
export class BrokenOff extends Error {}

/** A whole recording. @throws SpeechError for what cannot be read, BrokenOff for half a recording */
export async function hearRecording(
  engine: SpeechToText,
  stream: AsyncIterable<Uint8Array>,
  prompt: Promise<string>,
): Promise<Heard> {
  const started = performance.now();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of unbroken(stream)) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new SpeechError("AUDIO_TOO_LARGE");
    chunks.push(chunk);
  }
  const audio = await decodeAudio(Buffer.concat(chunks), { maxSeconds: MAX_SECONDS, maxBytes: MAX_BYTES });
  return recognise(engine, audio, prompt, started);
}

/** Live samples (16-bit little-endian, one channel, 16 kHz) up to the silence after the first utterance, or the stream's end. */
export async function hearLive(
  engine: SpeechToText,
  stream: AsyncIterable<Uint8Array>,
  prompt: Promise<string>,
  onEnd: () => void,
): Promise<Heard> {
  const vad = new VadStream();
  const parts: Int16Array[] = [];
  let odd: Uint8Array = new Uint8Array(0);
  let length = 0;
  for await (const chunk of unbroken(stream)) {
    const bytes = odd.length ? Buffer.concat([odd, chunk]) : chunk;
    const samples = toSamples(bytes);
    odd = bytes.subarray(samples.length * 2);
    parts.push(samples);
    length += samples.length;
    const ended = vad
      .feed(samples)
      .some((event) => event.type === "speechEnd" && event.voicedSeconds >= MIN_VOICED_SECONDS);
    if (ended || length > MAX_SECONDS * LISTEN_RATE) break;
    await setImmediate();
  }
  onEnd();
  const samples = new Int16Array(length);
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return recognise(engine, { samples, sampleRate: LISTEN_RATE }, prompt, performance.now());
}

async function recognise(engine: SpeechToText, audio: Pcm, prompt: Promise<string>, started: number): Promise<Heard> {
  const speech = await trimSilence(audio);
  const decodeMs = performance.now() - started;
  if (!speech) return { transcription: undefined, decodeMs };
  return { transcription: await engine.transcribe(speech.audio, { prompt: await prompt, language: "en" }), decodeMs };
}

/** The stream's own errors in our terms. */
async function* unbroken(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    // The door's word for an upload past its bound, from this node or another one.
    if (codeOf(error) === "PAYLOAD_TOO_LARGE") throw new SpeechError("AUDIO_TOO_LARGE");
    throw new BrokenOff("the recording broke off", { cause: error });
  }
}

/** Copied, since a chunk may begin at an odd address of a larger buffer. */
function toSamples(bytes: Uint8Array): Int16Array {
  const whole = bytes.length - (bytes.length % 2);
  return new Int16Array(Uint8Array.from(bytes.subarray(0, whole)).buffer);
}
