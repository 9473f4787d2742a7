// A Piper voice, kept loaded in a Python process of its own (speech/piper_worker.py). Piper is GPL: a program that we
// talk to over a pipe, never linked.
import { join } from "node:path";
import { collectPcm, type Pcm, type SynthesizeOptions, type TextToSpeech } from "./engine.ts";
import { speakable } from "./spoken.ts";
import { type WorkerMessage, WorkerProcess } from "./worker.ts";

/** Where the worker is and how it shall speak. */
export interface PiperOptions {
  /** The interpreter of the speech environment. */
  python: string;
  /** The folder with `piper_worker.py`. */
  scripts: string;
  /** Path of a voice's .onnx; the installed one otherwise. */
  voice?: string | undefined;
  /** 1 is normal. */
  speed?: number | undefined;
  maxQueue?: number;
  requestTimeoutMs?: number;
}

/** The natural voice: 22,050 Hz, the first sentence after about 60 ms. */
export class PiperEngine implements TextToSpeech {
  readonly name = "piper";
  readonly #worker: WorkerProcess;
  readonly #speed: number;

  constructor({ python, scripts, voice, speed = 1, ...limits }: PiperOptions) {
    this.#speed = speed;
    this.#worker = new WorkerProcess({
      name: "piper",
      command: python,
      args: ["-B", join(scripts, "piper_worker.py")],
      env: voice ? { ...process.env, PIPER_VOICE: voice } : process.env,
      ...limits,
    });
  }

  async ready(): Promise<void> {
    await this.#worker.ready();
  }

  synthesize(text: string, options?: SynthesizeOptions): Promise<Pcm> {
    return collectPcm(this.stream(text, options));
  }

  /** Leaving the loop early calls the rest off. */
  async *stream(text: string, { signal }: SynthesizeOptions = {}): AsyncGenerator<Pcm> {
    const plain = speakable(text);
    if (!plain) return;
    const left = new AbortController();
    const stop = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
    const arrived: Pcm[] = [];
    let ended = false;
    let wake = Promise.withResolvers<void>();
    const onPart = (message: WorkerMessage) => {
      arrived.push(toPcm(message));
      wake.resolve();
    };
    const asked = this.#worker.request({ text: plain, speed: this.#speed }, { signal: stop, onPart });
    const done = asked.finally(() => {
      ended = true;
      wake.resolve();
    });
    // Awaited below, unless the caller leaves first.
    done.catch(() => {});
    try {
      while (!ended || arrived.length > 0) {
        yield* arrived.splice(0);
        if (!ended) await wake.promise;
        wake = Promise.withResolvers<void>();
      }
      await done;
    } finally {
      left.abort();
    }
  }

  close(): Promise<void> {
    return this.#worker.close();
  }
}

function toPcm(message: WorkerMessage): Pcm {
  const bytes = Buffer.from(String(message["pcm"]), "base64");
  const samples = new Int16Array(bytes.length >> 1);
  for (let index = 0; index < samples.length; index++) samples[index] = bytes.readInt16LE(index * 2);
  return { samples, sampleRate: Number(message["sample_rate"]) };
}
