// Who speaks when: the start and the end of speech in a live stream, and whether a recording holds any at all.
import { setImmediate } from "node:timers/promises";
import { LISTEN_RATE, type Pcm } from "./engine.ts";
import { toListenRate } from "./resample.ts";
import { VAD_FRAME, VoiceDetector } from "./silero.ts";

/** When speech begins and ends. */
export interface VadOptions {
  /** Silence after which an utterance is over. Default 700: shorter cuts people who think. */
  silenceMs?: number;
  /** Sound kept before the first and after the last voiced frame. Default 300: consonants are quiet. */
  paddingMs?: number;
}

/** A change in a live stream. `at` counts samples at 16 kHz from the stream's beginning, padding included. */
export type VadEvent =
  | { type: "speechStart"; at: number }
  /** `voicedSeconds`: below {@link MIN_VOICED_SECONDS} it was no word; drop it. */
  | { type: "speechEnd"; at: number; voicedSeconds: number };

/** Where the speech is in a recording, in samples, and how much voice it holds. */
export interface SpeechSpan {
  start: number;
  end: number;
  voicedSeconds: number;
}

/**
 * Less voice than this is no word: recognisers write "Thank you." for a cough. The shortest of 360 synthetic samples has
 * 0.19 s ("help"), of 177 words by a person 0.22 (the letter L); noises, hums, tones, clicks and sirens have none.
 */
export const MIN_VOICED_SECONDS = 0.15;

// Silero's own thresholds: speech begins at the upper and goes on until the lower.
const BEGINS = 0.5;
const GOES_ON = 0.35;
/** Voiced frames within the last four that begin an utterance: one alone may be a click. */
const FRAMES_TO_BEGIN = 3;
/** Frames worked on before others get a turn: 10 ms. */
const FRAMES_A_TURN = 20;

/**
 * Follows a live stream of 16 kHz samples; chunks may have any size. About 0.5 ms of work for 32 ms of sound.
 * @example for (const event of vad.feed(chunk)) if (event.type === "speechEnd") recognise(event.at);
 */
export class VadStream {
  readonly #detector = new VoiceDetector();
  readonly #silence: number;
  readonly #padding: number;
  readonly #frame = new Int16Array(VAD_FRAME);
  readonly #recent: boolean[] = [];
  #filled = 0;
  #position = 0;
  #speaking = false;
  #voice = false;
  #voiced = 0;
  #lastVoice = 0;

  constructor({ silenceMs = 700, paddingMs = 300 }: VadOptions = {}) {
    this.#silence = (silenceMs * LISTEN_RATE) / 1000;
    this.#padding = (paddingMs * LISTEN_RATE) / 1000;
  }

  /** Whether an utterance has begun and not ended. */
  get speaking(): boolean {
    return this.#speaking;
  }

  /** Takes samples and tells what has changed in them. */
  feed(samples: Int16Array): VadEvent[] {
    const events: VadEvent[] = [];
    for (let at = 0; at < samples.length; ) {
      const taken = samples.subarray(at, at + VAD_FRAME - this.#filled);
      this.#frame.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled < VAD_FRAME) break;
      this.#filled = 0;
      const event = this.#step();
      if (event) events.push(event);
    }
    return events;
  }

  /** The stream is over; ends an utterance that has not. */
  end(): VadEvent[] {
    return this.#speaking ? [this.#finish(this.#position + this.#filled)] : [];
  }

  #step(): VadEvent | undefined {
    const start = this.#position;
    this.#position += VAD_FRAME;
    const probability = this.#detector.feed(this.#frame);
    this.#voice = probability >= (this.#voice ? GOES_ON : BEGINS);
    this.#recent.push(this.#voice);
    if (this.#recent.length > FRAMES_TO_BEGIN + 1) this.#recent.shift();
    if (this.#voice) this.#lastVoice = this.#position;
    if (this.#speaking) {
      if (this.#voice) this.#voiced += VAD_FRAME;
      return this.#position - this.#lastVoice >= this.#silence ? this.#finish(this.#position) : undefined;
    }
    if (this.#recent.filter(Boolean).length < FRAMES_TO_BEGIN) return undefined;
    this.#speaking = true;
    this.#voiced = FRAMES_TO_BEGIN * VAD_FRAME;
    return { type: "speechStart", at: Math.max(0, start - FRAMES_TO_BEGIN * VAD_FRAME - this.#padding) };
  }

  #finish(now: number): VadEvent {
    this.#speaking = false;
    this.#recent.length = 0;
    const at = Math.min(now, this.#lastVoice + this.#padding);
    return { type: "speechEnd", at, voicedSeconds: this.#voiced / LISTEN_RATE };
  }
}

/**
 * The speech of a recording, from its first utterance to its last; undefined when nobody speaks in it.
 * @param audio - at 16 kHz, as `decodeAudio` gives it.
 */
export async function findSpeech({ samples }: Pcm, options?: VadOptions): Promise<SpeechSpan | undefined> {
  const stream = new VadStream(options);
  const events: VadEvent[] = [];
  const turn = FRAMES_A_TURN * VAD_FRAME;
  for (let at = 0; at < samples.length; at += turn) {
    events.push(...stream.feed(samples.subarray(at, at + turn)));
    if (at > 0) await setImmediate();
  }
  events.push(...stream.end());
  const first = events[0];
  const last = events.at(-1);
  const voicedSeconds = events.reduce((sum, event) => sum + (event.type === "speechEnd" ? event.voicedSeconds : 0), 0);
  if (!first || !last || voicedSeconds < MIN_VOICED_SECONDS) return undefined;
  return { start: first.at, end: last.at, voicedSeconds };
}

/** A recording without the silence around its speech. */
export interface TrimmedPcm {
  audio: Pcm;
  /** Seconds that were cut off at the start. */
  offset: number;
}

/** Cuts the silence around the speech off, at 16 kHz; undefined when nobody speaks. */
export async function trimSilence(recording: Pcm, options?: VadOptions): Promise<TrimmedPcm | undefined> {
  const { samples, sampleRate } = toListenRate(recording);
  const speech = await findSpeech({ samples, sampleRate }, options);
  if (!speech) return undefined;
  return {
    audio: { samples: samples.subarray(speech.start, speech.end), sampleRate },
    offset: speech.start / sampleRate,
  };
}
