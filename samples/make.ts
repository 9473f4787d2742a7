// Makes recordings of samples.json: node samples/make.ts [file ...]; without names those that are missing. Needs the
// program `flite` and the speech environment. Piper says a sentence a little differently each time.
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeWav } from "../services/voice/speech/wav.ts";
import { type Sample, samples } from "./samples.ts";
import { Readers } from "./voices.ts";

const named = process.argv.slice(2);
const isWanted = ({ file }: Sample): boolean =>
  named.length > 0 ? named.includes(file) : !existsSync(join(import.meta.dirname, file));
const readers = new Readers();
try {
  for (const { file, voice, text } of samples.filter(isWanted)) {
    const audio = await readers.read(voice, text);
    await writeFile(join(import.meta.dirname, file), encodeWav(audio));
    console.log(`${file}  ${(audio.samples.length / audio.sampleRate).toFixed(1)} s  ${text}`);
  }
} finally {
  await readers.close();
}
