// Four voices that read a text aloud, for the samples and the bench: three of flite's, and Piper's.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { decodeAudio } from "../services/voice/speech/decode.ts";
import { LISTEN_RATE, type Pcm } from "../services/voice/speech/engine.ts";
import { PiperEngine } from "../services/voice/speech/piper.engine.ts";
import { toListenRate } from "../services/voice/speech/resample.ts";

const ROOT = join(import.meta.dirname, "..");
export const ENVIRONMENT = join(ROOT, ".runtime/speech");
export const SCRIPTS = join(ROOT, "speech");

export const VOICES = ["slt", "rms", "awb", "piper"] as const;
export type VoiceName = (typeof VOICES)[number];

/** Silence before and after, as a microphone that is opened and closed by hand leaves it. */
const MARGIN_SECONDS = 0.25;

const run = promisify(execFile);

/** Reads texts aloud; needs the program `flite` and the speech environment. Close it at the end. */
export class Readers {
  readonly #piper = new PiperEngine({ python: join(ENVIRONMENT, "bin/python"), scripts: SCRIPTS });

  /** 16 kHz, with a little silence around it. */
  async read(voice: VoiceName, text: string): Promise<Pcm> {
    const spoken = voice === "piper" ? await this.#piper.synthesize(text) : await flite(voice, text);
    const { samples } = toListenRate(spoken);
    const margin = Math.round(MARGIN_SECONDS * LISTEN_RATE);
    const padded = new Int16Array(samples.length + 2 * margin);
    padded.set(samples, margin);
    return { samples: padded, sampleRate: LISTEN_RATE };
  }

  close(): Promise<void> {
    return this.#piper.close();
  }
}

async function flite(voice: string, text: string): Promise<Pcm> {
  const folder = await mkdtemp(join(tmpdir(), "vivavoce-flite-"));
  try {
    const [source, output] = [join(folder, "text.txt"), join(folder, "speech.wav")];
    await writeFile(source, text);
    await run("flite", ["-voice", voice, "-f", source, "-o", output]);
    return await decodeAudio(await readFile(output));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
