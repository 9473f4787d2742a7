// Whisper, kept loaded in a Python process of its own (speech/whisper_worker.py).
import { join } from "node:path";
import {
  FILLER_PROMPT,
  LISTEN_RATE,
  type Pcm,
  type Segment,
  type SpeechToText,
  type SpeechToTextCapabilities,
  shiftSegments,
  summarize,
  type TranscribeOptions,
  type Transcription,
  type Word,
} from "./engine.ts";
import { toListenRate } from "./resample.ts";
import { type WorkerMessage, WorkerProcess } from "./worker.ts";

/** Where the worker is and what it shall load. */
export interface WhisperOptions {
  /** The interpreter of the speech environment. */
  python: string;
  /** The folder with `whisper_worker.py`. */
  scripts: string;
  /** A model's folder or name; the bundled tiny.en otherwise. */
  model?: string | undefined;
  /** For one decoding; default: up to 4. */
  threads?: number | undefined;
  maxQueue?: number;
  requestTimeoutMs?: number;
}

/**
 * Seconds of voice below which nothing is decoded: Whisper writes "Thank you." for a cough. The worker counts the decay
 * of a word as well (the shortest of four voices has 0.57, 55 noises of 11 kinds none), so this is any voice at all.
 */
const MIN_SPEECH_SECONDS = 0.25;
/** Silence put before and after: cut tight, "yes" became "US." and "no" became "Now" in 4 of 24 short words. */
const PADDING_SECONDS = 0.3;

/** The default engine: offline, about 0.3 s for a spoken command on two cores. Resamples what is not 16 kHz. */
export class WhisperEngine implements SpeechToText {
  readonly name = "whisper";
  readonly #worker: WorkerProcess;
  #languages: readonly string[] = ["en"];

  constructor({ python, scripts, model, threads, ...limits }: WhisperOptions) {
    const env = { ...process.env };
    if (model) env["WHISPER_MODEL"] = model;
    if (threads) env["WHISPER_THREADS"] = String(threads);
    this.#worker = new WorkerProcess({
      name: "whisper",
      command: python,
      args: ["-B", join(scripts, "whisper_worker.py")],
      env,
      ...limits,
    });
  }

  /** `languages` is known once it is ready. */
  get capabilities(): SpeechToTextCapabilities {
    return { languages: this.#languages, streaming: false, confidence: true, words: true };
  }

  async ready(): Promise<void> {
    const about = await this.#worker.ready();
    if (Array.isArray(about["languages"])) this.#languages = about["languages"].map(String);
  }

  async transcribe(audio: Pcm, options: TranscribeOptions = {}): Promise<Transcription> {
    const start = performance.now();
    if (audio.samples.length === 0) return { text: "", segments: [], engine: this.name, ms: 0 };
    const request = { audio: toBase64(padded(audio)), min_speech: MIN_SPEECH_SECONDS, ...decodingOf(options) };
    const answer = await this.#worker.request(request, { signal: options.signal });
    // Times of the recording as it was given, without our padding.
    const segments = shiftSegments((answer["segments"] as WorkerMessage[]).map(toSegment), -PADDING_SECONDS);
    const language = answer["language"];
    return {
      text: String(answer["text"]),
      segments,
      ...summarize(segments),
      ...(typeof language === "string" && { language }),
      engine: this.name,
      ms: Math.round(performance.now() - start),
    };
  }

  close(): Promise<void> {
    return this.#worker.close();
  }
}

/** Whisper's options for a command, for a long answer, and for one whose hesitations count. */
function decodingOf({ prompt, longForm, keepFillers, words, language }: TranscribeOptions): WorkerMessage {
  const common = { language: language ?? null, words: words ?? false, beam: 5 };
  if (keepFillers)
    return { ...common, prompt: FILLER_PROMPT, timestamps: true, condition: true, vad: longForm ?? false };
  if (longForm) return { ...common, timestamps: true, condition: true, vad: true };
  // Without timestamps a search of several beams may end early: "in an hour and", "the rubbish" (tonight) of 288 commands 5 did.
  return { ...common, prompt: prompt ?? null, timestamps: true };
}

function padded(audio: Pcm): Int16Array {
  const heard = toListenRate(audio).samples;
  const padding = Math.round(PADDING_SECONDS * LISTEN_RATE);
  const output = new Int16Array(heard.length + 2 * padding);
  output.set(heard, padding);
  return output;
}

function toBase64(samples: Int16Array): string {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString("base64");
}

function toSegment(message: WorkerMessage): Segment {
  const words = message["words"] as WorkerMessage[] | undefined;
  return {
    start: Number(message["start"]),
    end: Number(message["end"]),
    text: String(message["text"]),
    avgLogprob: Number(message["avg_logprob"]),
    noSpeechProb: Number(message["no_speech_prob"]),
    ...(words && { words: words.map(toWord) }),
  };
}

function toWord(message: WorkerMessage): Word {
  return {
    start: Number(message["start"]),
    end: Number(message["end"]),
    word: String(message["word"]),
    probability: Number(message["probability"]),
  };
}
