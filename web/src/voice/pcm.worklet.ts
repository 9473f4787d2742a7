// Runs on the audio thread: samples of the microphone as 16-bit PCM at 16 kHz, a tenth of a second at a time.
// The audio context is asked for 16 kHz; where the browser refuses, this brings its rate down.
import type { PcmChunk } from "./recorder.ts";

declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const RATE = 16_000;
const CHUNK = RATE / 10;

class PcmProcessor extends AudioWorkletProcessor {
  #chunk = new Int16Array(CHUNK);
  #filled = 0;
  /** Sum and number of the input samples that go into the next output sample. */
  #sum = 0;
  #count = 0;
  /** How much of an output sample has come in. */
  #phase = 0;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#post(this.#chunk.slice(0, this.#filled), true);
      this.#filled = 0;
    };
  }

  process([input]: Float32Array[][]): boolean {
    for (const sample of input?.[0] ?? []) {
      this.#sum += sample;
      this.#count++;
      this.#phase += RATE / sampleRate;
      if (this.#phase < 1) continue;
      this.#phase -= 1;
      this.#write(this.#sum / this.#count);
      this.#sum = 0;
      this.#count = 0;
    }
    return true;
  }

  #write(sample: number): void {
    this.#chunk[this.#filled++] = Math.max(-1, Math.min(1, sample)) * 0x7fff;
    if (this.#filled < CHUNK) return;
    this.#post(this.#chunk, false);
    this.#chunk = new Int16Array(CHUNK);
    this.#filled = 0;
  }

  #post(samples: Int16Array<ArrayBuffer>, last: boolean): void {
    const chunk: PcmChunk = { samples: samples.buffer, last };
    this.port.postMessage(chunk, [chunk.samples]);
  }
}

registerProcessor("pcm", PcmProcessor);
