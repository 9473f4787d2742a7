// Which engines there are on this machine, and which of them are used.
import { access, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { SpeechToText, TextToSpeech } from "./engine.ts";
import { FliteEngine } from "./flite.engine.ts";
import { NodeWhisperEngine } from "./node-whisper.engine.ts";
import { OpenAiEngine, type OpenAiOptions } from "./openai.engine.ts";
import { PiperEngine } from "./piper.engine.ts";
import { WhisperEngine } from "./whisper.engine.ts";

/** What the settings say about speech. */
export interface SpeechConfig {
  /** `auto` takes the best that is present: whisper, openai, node-whisper. */
  stt: "auto" | "whisper" | "openai" | "node-whisper" | "none";
  /** `auto` takes Piper where it is, else the voice from npm. */
  tts: "auto" | "piper" | "flite" | "none";
  /** The Python environment: `.runtime/speech`. */
  environment: string;
  /** The folder with the workers: `speech`. */
  scripts: string;
  /** The PATH, to look for `whisper` and `ffmpeg` in. */
  path: string;
  whisperModel?: string | undefined;
  whisperThreads?: number | undefined;
  piperVoice?: string | undefined;
  openai?: OpenAiOptions | undefined;
}

/** What was found. The engines are starting; `ready()` tells when they can be asked. */
export interface Engines {
  stt: SpeechToText | undefined;
  tts: TextToSpeech | undefined;
  /** What is not there, a line each, with what brings it. */
  missing: string[];
}

const BRING_SPEECH = "install Python 3.10 or newer and start again";

/** Looks for engines and starts the chosen ones. Never fails: without any, text still works. */
export async function findEngines(config: SpeechConfig): Promise<Engines> {
  const [python, ffmpeg] = await Promise.all([findPython(config.environment), findProgram("ffmpeg", config.path)]);
  const stt = await chooseListener(config, python);
  const tts = chooseVoice(config, python);
  const missing: string[] = [];
  if (!stt && config.stt !== "none") missing.push(listenerMissing(config.stt));
  if (tts?.name !== "piper" && ["auto", "piper"].includes(config.tts)) {
    missing.push(`No natural voice (Piper): ${BRING_SPEECH}.`);
  }
  if (stt && !ffmpeg) missing.push("Recordings as mp3, m4a or flac cannot be read: install ffmpeg.");
  return { stt, tts, missing };
}

async function chooseListener(config: SpeechConfig, python: Python | undefined): Promise<SpeechToText | undefined> {
  const { stt, scripts, whisperModel: model, whisperThreads: threads, openai, path } = config;
  const wanted = (name: SpeechConfig["stt"]) => stt === "auto" || stt === name;
  if (wanted("whisper") && python?.packages.has("faster_whisper")) {
    return new WhisperEngine({ python: python.path, scripts, model, threads });
  }
  if (wanted("openai") && openai) return new OpenAiEngine(openai);
  if (wanted("node-whisper") && (await findProgram("whisper", path))) return new NodeWhisperEngine({ model });
  return undefined;
}

function chooseVoice({ tts, scripts, piperVoice: voice }: SpeechConfig, python: Python | undefined) {
  if ((tts === "auto" || tts === "piper") && python?.packages.has("piper")) {
    return new PiperEngine({ python: python.path, scripts, voice });
  }
  return tts === "auto" || tts === "flite" ? new FliteEngine() : undefined;
}

function listenerMissing(stt: SpeechConfig["stt"]): string {
  if (stt === "openai") return "No speech recogniser: the address of the OpenAI-compatible server is not set.";
  if (stt === "node-whisper") return "No speech recogniser: there is no `whisper` command on the PATH.";
  return `No speech recogniser: ${BRING_SPEECH}.`;
}

interface Python {
  path: string;
  /** Names in its site-packages. */
  packages: ReadonlySet<string>;
}

/** The interpreter of a virtual environment, and what is installed there; undefined when there is none. */
async function findPython(environment: string): Promise<Python | undefined> {
  const windows = process.platform === "win32";
  const path = windows ? join(environment, "Scripts", "python.exe") : join(environment, "bin", "python");
  if (!(await exists(path))) return undefined;
  const library = join(environment, windows ? "Lib" : "lib");
  const versions = windows ? ["."] : await list(library);
  const packages = await Promise.all(versions.map((version) => list(join(library, version, "site-packages"))));
  return { path, packages: new Set(packages.flat()) };
}

async function findProgram(name: string, path: string): Promise<boolean> {
  const names = process.platform === "win32" ? [`${name}.exe`, `${name}.cmd`] : [name];
  const files = path.split(delimiter).flatMap((folder) => names.map((file) => join(folder, file)));
  const found = await Promise.all(files.map(exists));
  return found.includes(true);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
