// What the tests of this folder share: sounds made by arithmetic, and reasons to skip.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LISTEN_RATE, type Pcm } from "./engine.ts";

/** The repository's speech environment and workers. */
export const SPEECH_PYTHON = fileURLToPath(new URL("../../../.runtime/speech/bin/python", import.meta.url));
export const SPEECH_SCRIPTS = fileURLToPath(new URL("../../../speech", import.meta.url));

/** False, or why a test that needs the Python environment is skipped, with what brings it. */
export function skipUnlessPython(): string | false {
  return existsSync(SPEECH_PYTHON)
    ? false
    : "needs .runtime/speech: run `npm start` once where there is Python >= 3.10";
}

/** False, or why a test that needs a program is skipped, with what brings it. */
export function skipUnlessProgram(name: string): string | false {
  try {
    execFileSync(process.platform === "win32" ? "where" : "which", [name], { stdio: "ignore" });
    return false;
  } catch {
    return `needs ${name}: apt-get install ${name}`;
  }
}

/** Numbers in [-1, 1) that are the same in every run. */
export function randomNumbers(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** A sound from a function of the time in seconds; the amplitude is 0 to 1. */
export function makeSound(seconds: number, wave: (time: number) => number, sampleRate = LISTEN_RATE): Pcm {
  const length = Math.round(seconds * sampleRate);
  const samples = Int16Array.from({ length }, (_, index) => Math.round(wave(index / sampleRate) * 32_767));
  return { samples, sampleRate };
}

/** A sine of 440 Hz unless told otherwise. */
export function makeTone(seconds: number, frequency = 440, sampleRate = LISTEN_RATE): Pcm {
  return makeSound(seconds, (time) => 0.5 * Math.sin(2 * Math.PI * frequency * time), sampleRate);
}

/** Sounds of 3 s that are no speech, by name. */
export function makeNoises(): Record<string, Pcm> {
  const random = randomNumbers();
  const wave = (frequency: number, time: number) => Math.sin(2 * Math.PI * frequency * time);
  const beats = (time: number, every: number) => time % every;
  let brown = 0;
  return {
    silence: makeSound(3, () => 0),
    hiss: makeSound(3, () => 0.002 * random()),
    "white noise": makeSound(3, () => 0.3 * random()),
    rumble: makeSound(3, () => {
      brown = 0.98 * brown + 0.1 * random();
      return Math.max(-1, Math.min(1, 0.7 * brown));
    }),
    tone: makeTone(3),
    "mains hum": makeSound(3, (time) => [1, 2, 3, 4, 5].reduce((sum, k) => sum + (0.15 / k) * wave(50 * k, time), 0)),
    chord: makeSound(3, (time) => 0.15 * (wave(220, time) + wave(277, time) + wave(330, time)) * wave(1, time)),
    clicks: makeSound(3, (time) => random() * Math.exp(-beats(time, 0.3) / 0.01)),
    siren: makeSound(3, (time) => 0.3 * Math.sin(2 * Math.PI * (600 * time + 60 * wave(1.5, time)))),
    bell: makeSound(3, (time) => 0.3 * (wave(800, time) + wave(1230, time)) * Math.exp(-beats(time, 1) / 0.3)),
    knocks: makeSound(3, (time) => 0.8 * wave(90, time) * Math.exp(-beats(time, 0.5) / 0.03)),
  };
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
