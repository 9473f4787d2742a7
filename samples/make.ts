// Makes the recordings of samples.json again: node samples/make.ts. Needs the program `flite` and the speech environment.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeWav } from "../services/voice/speech/wav.ts";
import { samples } from "./samples.ts";
import { Readers } from "./voices.ts";

const readers = new Readers();
try {
  for (const { file, voice, text } of samples) {
    const audio = await readers.read(voice, text);
    await writeFile(join(import.meta.dirname, file), encodeWav(audio));
    console.log(`${file}  ${(audio.samples.length / audio.sampleRate).toFixed(1)} s  ${text}`);
  }
} finally {
  await readers.close();
}
