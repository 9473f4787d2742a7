// Changing the sample rate without folding high notes down into the band of speech.

import { LISTEN_RATE, type Pcm } from "./engine.ts";

/** Zero crossings of the sinc on each side: 12 keep the aliases under -60 dB with the Kaiser window below. */
const CROSSINGS = 12;
const KAISER_BETA = 7;
/** Share of the new band that passes; the rest is the filter's slope. */
const PASSBAND = 0.92;
/** Positions between two input samples that have a filter of their own; nearer than 1/1024 nobody hears. */
const MAX_PHASES = 1024;

/**
 * Resamples by a windowed sinc (J. O. Smith, "Digital Audio Resampling"), low-passed at the lower of both rates.
 * Samples beyond the ends count as silence. Same rate: the same array.
 * @param from - Hertz, 4,000 to 192,000.
 * @example resample(samples, 44_100, 16_000)
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = gcd(from, to);
  const phases = Math.min(to / divisor, MAX_PHASES);
  const filters = makeFilters(phases, Math.min(1, to / from) * PASSBAND);
  const reach = filters.reach;
  const output = new Float32Array(Math.floor((samples.length * to) / from));
  for (let index = 0; index < output.length; index++) {
    const position = (index * from) / to;
    let center = Math.floor(position);
    let phase = Math.round((position - center) * phases);
    if (phase === phases) {
      phase = 0;
      center++;
    }
    const taps = filters.taps[phase]!;
    const first = center - reach + 1;
    const begin = Math.max(0, -first);
    const end = Math.min(taps.length, samples.length - first);
    let sum = 0;
    for (let tap = begin; tap < end; tap++) sum += taps[tap]! * samples[first + tap]!;
    output[index] = sum;
  }
  return output;
}

/** The sound at the rate that engines listen at; the same one if it is. */
export function toListenRate(audio: Pcm): Pcm {
  if (audio.sampleRate === LISTEN_RATE) return audio;
  const samples = resample(toFloat32(audio.samples), audio.sampleRate, LISTEN_RATE);
  return { samples: toInt16(samples), sampleRate: LISTEN_RATE };
}

/** Signed 16-bit samples; what is louder than full scale is clipped. */
export function toInt16(samples: Float32Array): Int16Array {
  const output = new Int16Array(samples.length);
  for (let index = 0; index < samples.length; index++) {
    output[index] = Math.max(-32_768, Math.min(32_767, Math.round(samples[index]! * 32_767)));
  }
  return output;
}

function toFloat32(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / 32_768);
}

function makeFilters(phases: number, cutoff: number): { reach: number; taps: Float32Array[] } {
  const reach = Math.ceil(CROSSINGS / cutoff);
  const taps = Array.from({ length: phases }, (_, phase) => {
    const filter = new Float32Array(reach * 2);
    let sum = 0;
    for (let tap = 0; tap < filter.length; tap++) {
      const distance = tap - reach + 1 - phase / phases;
      const value = sinc(distance * cutoff) * kaiser(distance / reach);
      filter[tap] = value;
      sum += value;
    }
    return filter.map((value) => value / sum);
  });
  return { reach, taps };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA);
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let sum = 1;
  for (let term = 1, k = 1; term > sum * 1e-9; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
