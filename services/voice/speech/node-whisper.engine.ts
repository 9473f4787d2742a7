// Any `whisper` command on the PATH (openai-whisper, whisper-ctranslate2, ...), through the package node-whisper. It
// loads its model for every call: seconds each, so it is the last choice.
import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  FILLER_PROMPT,
  type Pcm,
  type Segment,
  type SpeechToText,
  type SpeechToTextCapabilities,
  shiftSegments,
  summarize,
  type TranscribeOptions,
  type Transcription,
} from "./engine.ts";
import type { RunnerOrder, RunnerReport } from "./node-whisper.runner.ts";
import { SpeechError } from "./speech.errors.ts";
import { trimSilence } from "./vad.ts";
import { encodeWav } from "./wav.ts";

/** How the command is called. */
export interface NodeWhisperOptions {
  /** The command's own default otherwise, which may be a large one that it fetches. */
  model?: string | undefined;
  /** Calls that wait for the one that runs; one more is refused with SPEECH_BUSY. Default 4. */
  maxQueue?: number;
  /** Of one call. Default 120,000. */
  requestTimeoutMs?: number;
}

/** The part of whisper's JSON that we read. */
interface WhisperJson {
  text?: string;
  language?: string;
  segments?: {
    start: number;
    end: number;
    text: string;
    avg_logprob?: number;
    no_speech_prob?: number;
    words?: { start: number; end: number; word: string; probability?: number }[];
  }[];
}

/** One call at a time, each in a temporary folder of its own: the package's file names clash otherwise. */
export class NodeWhisperEngine implements SpeechToText {
  readonly name = "node-whisper";
  readonly capabilities: SpeechToTextCapabilities = {
    languages: ["*"],
    streaming: false,
    confidence: true,
    words: true,
  };
  readonly #options: NodeWhisperOptions;
  readonly #closing = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: NodeWhisperOptions = {}) {
    this.#options = options;
  }

  /** Nothing is loaded ahead. */
  async ready(): Promise<void> {}

  async transcribe(audio: Pcm, options: TranscribeOptions = {}): Promise<Transcription> {
    const start = performance.now();
    const { maxQueue = 4 } = this.#options;
    if (this.#waiting > maxQueue) throw new SpeechError("SPEECH_BUSY", `${maxQueue} wait already`);
    this.#waiting++;
    const run = this.#queue.then(() => this.#run(audio, options));
    this.#queue = run.catch(() => {}).finally(() => this.#waiting--);
    return { ...(await run), ms: Math.round(performance.now() - start) };
  }

  async close(): Promise<void> {
    this.#closing.abort(new SpeechError("SPEECH_UNAVAILABLE", "node-whisper is closed"));
    await this.#queue;
  }

  async #run(
    audio: Pcm,
    { prompt, keepFillers, longForm, words, language, signal }: TranscribeOptions,
  ): Promise<Transcription> {
    const stop = AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]);
    stop.throwIfAborted();
    // The command writes "You" for silence.
    const speech = await trimSilence(audio);
    if (!speech) return { text: "", segments: [], engine: this.name, ms: 0 };
    const folder = await mkdtemp(join(tmpdir(), "vivavoce-whisper-"));
    try {
      const file = join(folder, "speech.wav");
      await writeFile(file, encodeWav(speech.audio), { mode: 0o600 });
      const asked = keepFillers ? FILLER_PROMPT : longForm ? undefined : prompt;
      const order = { file, folder, model: this.#options.model, language, prompt: asked, words: words ?? false };
      const content = await callRunner(order, this.#options.requestTimeoutMs ?? 120_000, stop);
      return this.#toTranscription(content, speech.offset);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #toTranscription(content: WhisperJson, offset: number): Transcription {
    const found = (content.segments ?? []).map(
      (row): Segment => ({
        start: row.start,
        end: row.end,
        text: row.text.trim(),
        ...(row.avg_logprob !== undefined && { avgLogprob: row.avg_logprob }),
        ...(row.no_speech_prob !== undefined && { noSpeechProb: row.no_speech_prob }),
        ...(row.words && { words: row.words.map((word) => ({ ...word, word: word.word.trim() })) }),
      }),
    );
    const segments = shiftSegments(found, offset);
    const text = (content.text ?? segments.map((segment) => segment.text).join(" ")).trim();
    const language = content.language ? { language: content.language } : {};
    return { text, segments, ...summarize(segments), ...language, engine: this.name, ms: 0 };
  }
}

function callRunner(order: RunnerOrder, timeoutMs: number, signal: AbortSignal): Promise<WhisperJson> {
  return new Promise((resolve, reject) => {
    const runner = fork(fileURLToPath(new URL("./node-whisper.runner.ts", import.meta.url)), {
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      execArgv: [],
    });
    const settle = (result: { value: WhisperJson } | { error: unknown }) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      runner.removeAllListeners();
      killGroup(runner);
      if ("value" in result) resolve(result.value);
      else reject(result.error);
    };
    const fail = (error: unknown) => settle({ error });
    const abort = () => fail(signal.reason);
    const timer = setTimeout(() => fail(new SpeechError("SPEECH_TIMEOUT", `no text in ${timeoutMs} ms`)), timeoutMs);
    signal.addEventListener("abort", abort, { once: true });
    runner.on("message", (report: RunnerReport) => {
      if ("content" in report) settle({ value: report.content as WhisperJson });
      else fail(toError(report.error));
    });
    runner.on("error", (cause) =>
      fail(new SpeechError("SPEECH_UNAVAILABLE", "node-whisper does not start", { cause })),
    );
    runner.on("exit", (code) => fail(new SpeechError("SPEECH_UNAVAILABLE", `node-whisper ended with ${code}`)));
    runner.send(order);
  });
}

/** A missing JSON file is how a `whisper` that could not read its input ends: with exit code 0. */
function toError(message: string): SpeechError {
  const missing = message.includes("spawn whisper ENOENT");
  return new SpeechError(missing ? "SPEECH_UNAVAILABLE" : "SPEECH_FAILED", `node-whisper: ${message.slice(0, 500)}`);
}

function killGroup(runner: ChildProcess): void {
  if (runner.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? runner.pid : -runner.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
