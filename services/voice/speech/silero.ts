// Silero's voice detector (v6, MIT, Silero Team), computed here: the network is small enough that a native runtime of
// 290 MB would be the larger part of it. `speech/export_vad.py` wrote the weights.
import { readFileSync } from "node:fs";

/** Samples at 16 kHz that one probability is given for: 32 ms. */
export const VAD_FRAME = 512;

const CONTEXT = 64;
const WINDOW = 256;
const HOP = 128;
const BINS = 129;
const STEPS = 4;
const HIDDEN = 128;

interface Convolution {
  weight: Float32Array;
  bias: Float32Array;
  inputs: number;
  outputs: number;
  stride: number;
}

interface Network {
  convolutions: Convolution[];
  inputWeight: Float32Array;
  stateWeight: Float32Array;
  bias: Float32Array;
  outWeight: Float32Array;
  outBias: number;
  cosine: Float32Array;
  sine: Float32Array;
}

let loaded: Network | undefined;

/** Tells frame by frame how probable it is that somebody speaks. One detector per recording: it remembers. */
export class VoiceDetector {
  readonly #network = sharedNetwork();
  readonly #window = new Float32Array(CONTEXT + VAD_FRAME + CONTEXT);
  readonly #hidden = new Float32Array(HIDDEN);
  readonly #cell = new Float32Array(HIDDEN);
  readonly #gates = new Float32Array(4 * HIDDEN);

  /**
   * Probability of voice in the next frame, 0 to 1. About 0.5 ms.
   * @param frame - `VAD_FRAME` samples at 16 kHz.
   */
  feed(frame: Int16Array): number {
    const window = this.#window;
    window.copyWithin(0, VAD_FRAME, VAD_FRAME + CONTEXT);
    for (let index = 0; index < VAD_FRAME; index++) window[CONTEXT + index] = frame[index]! / 32_768;
    const end = CONTEXT + VAD_FRAME;
    for (let index = 0; index < CONTEXT; index++) window[end + index] = window[end - 2 - index]!;
    let features = magnitudes(window, this.#network);
    let steps = STEPS;
    for (const layer of this.#network.convolutions) {
      features = convolve(features, steps, layer);
      steps = Math.ceil(steps / layer.stride);
    }
    return this.#remember(features);
  }

  /** The LSTM's step (gates in ONNX's order: input, output, forget, cell) and the last layer. */
  #remember(features: Float32Array): number {
    const { inputWeight, stateWeight, bias, outWeight, outBias } = this.#network;
    const gates = this.#gates;
    for (let gate = 0; gate < gates.length; gate++) {
      const row = gate * HIDDEN;
      let sum = bias[gate]!;
      for (let index = 0; index < HIDDEN; index++) {
        sum += inputWeight[row + index]! * features[index]! + stateWeight[row + index]! * this.#hidden[index]!;
      }
      gates[gate] = sum;
    }
    let sum = outBias;
    for (let unit = 0; unit < HIDDEN; unit++) {
      const keep = sigmoid(gates[2 * HIDDEN + unit]!) * this.#cell[unit]!;
      this.#cell[unit] = keep + sigmoid(gates[unit]!) * Math.tanh(gates[3 * HIDDEN + unit]!);
      const hidden = sigmoid(gates[HIDDEN + unit]!) * Math.tanh(this.#cell[unit]!);
      this.#hidden[unit] = hidden;
      sum += outWeight[unit]! * Math.max(0, hidden);
    }
    return sigmoid(sum);
  }
}

/** Short-time spectrum: `BINS` magnitudes at each of `STEPS` times, bins outermost. */
function magnitudes(window: Float32Array, { cosine, sine }: Network): Float32Array {
  const output = new Float32Array(BINS * STEPS);
  for (let bin = 0; bin < BINS; bin++) {
    const row = bin * WINDOW;
    for (let step = 0; step < STEPS; step++) {
      const start = step * HOP;
      let real = 0;
      let imaginary = 0;
      for (let index = 0; index < WINDOW; index++) {
        const sample = window[start + index]!;
        real += cosine[row + index]! * sample;
        imaginary += sine[row + index]! * sample;
      }
      output[bin * STEPS + step] = Math.sqrt(real * real + imaginary * imaginary);
    }
  }
  return output;
}

/** A convolution of width 3, padded by 1, with what is below zero cut off. */
function convolve(
  input: Float32Array,
  steps: number,
  { weight, bias, inputs, outputs, stride }: Convolution,
): Float32Array {
  const width = Math.ceil(steps / stride);
  const output = new Float32Array(outputs * width);
  for (let out = 0; out < outputs; out++) {
    for (let step = 0; step < width; step++) {
      const center = step * stride;
      let sum = bias[out]!;
      for (let channel = 0; channel < inputs; channel++) {
        const tap = (out * inputs + channel) * 3;
        const at = channel * steps + center;
        if (center > 0) sum += weight[tap]! * input[at - 1]!;
        sum += weight[tap + 1]! * input[at]!;
        if (center + 1 < steps) sum += weight[tap + 2]! * input[at + 1]!;
      }
      output[out * width + step] = Math.max(0, sum);
    }
  }
  return output;
}

/** Read once, at the first detector. */
function sharedNetwork(): Network {
  loaded ??= readNetwork();
  return loaded;
}

function readNetwork(): Network {
  const weights = decodeHalves(readFileSync(new URL("./silero.weights", import.meta.url)));
  let at = 0;
  const take = (count: number) => {
    at += count;
    return weights.subarray(at - count, at);
  };
  const layer = (inputs: number, outputs: number, stride: number): Convolution => ({
    weight: take(outputs * inputs * 3),
    bias: take(outputs),
    inputs,
    outputs,
    stride,
  });
  const convolutions = [layer(BINS, 128, 1), layer(128, 64, 2), layer(64, 64, 2), layer(64, HIDDEN, 1)];
  const inputWeight = take(4 * HIDDEN * HIDDEN);
  const stateWeight = take(4 * HIDDEN * HIDDEN);
  const bias = take(4 * HIDDEN);
  const outWeight = take(HIDDEN);
  const outBias = take(1)[0]!;
  return { convolutions, inputWeight, stateWeight, bias, outWeight, outBias, ...makeBasis() };
}

/** A Hann window times the waves of each bin. */
function makeBasis(): Pick<Network, "cosine" | "sine"> {
  const cosine = new Float32Array(BINS * WINDOW);
  const sine = new Float32Array(BINS * WINDOW);
  for (let index = 0; index < cosine.length; index++) {
    const time = index % WINDOW;
    const phase = (2 * Math.PI * ((Math.floor(index / WINDOW) * time) % WINDOW)) / WINDOW;
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * time) / WINDOW);
    cosine[index] = hann * Math.cos(phase);
    sine[index] = -hann * Math.sin(phase);
  }
  return { cosine, sine };
}

/** IEEE 754 half precision, little-endian. */
function decodeHalves(bytes: Buffer): Float32Array {
  const output = new Float32Array(bytes.length >> 1);
  for (let index = 0; index < output.length; index++) {
    const half = bytes.readUInt16LE(index * 2);
    const exponent = (half >> 10) & 0x1f;
    const fraction = (half & 0x3ff) / 1024;
    const size = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
    output[index] = half & 0x8000 ? -size : size;
  }
  return output;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
