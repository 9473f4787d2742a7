// The thread in which flite speaks: its program is synchronous and would hold everybody else up.
import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import { runFlite } from "./flite.wasi.ts";
import { parseWav } from "./wav.ts";

/** What the thread is asked. */
export interface FliteRequest {
  id: number;
  text: string;
}

/** What it answers: the samples, or why not. */
export type FliteAnswer = { id: number; samples: Int16Array; sampleRate: number } | { id: number; error: string };

const { program, voice } = workerData as { program: string; voice: string };
const module = await WebAssembly.compile(await readFile(program));

parentPort!.on("message", ({ id, text }: FliteRequest) => {
  try {
    const { samples, sampleRate } = speak(text);
    parentPort!.postMessage({ id, samples, sampleRate } satisfies FliteAnswer, [samples.buffer]);
  } catch (error) {
    parentPort!.postMessage({ id, error: String(error) } satisfies FliteAnswer);
  }
});

function speak(text: string): { samples: Int16Array<ArrayBuffer>; sampleRate: number } {
  const wav = runFlite(module, ["-voice", voice, "-t", text, "-o", "/out.wav"]);
  const info = parseWav(wav);
  if (!info) throw new Error("flite wrote no plain WAV file");
  const view = new DataView(wav.buffer, wav.byteOffset + info.dataStart, info.dataEnd - info.dataStart);
  const samples = new Int16Array(view.byteLength >> 1);
  for (let index = 0; index < samples.length; index++) samples[index] = view.getInt16(index * 2, true);
  return { samples, sampleRate: info.sampleRate };
}
