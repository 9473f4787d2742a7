// Any server that speaks OpenAI's transcription API: OpenAI itself, or one in the house (speaches, LocalAI, vLLM, ...).
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
import { messageOf, SpeechError } from "./speech.errors.ts";
import { trimSilence } from "./vad.ts";
import { encodeWav } from "./wav.ts";

/** Where the server is. */
export interface OpenAiOptions {
  /** Up to and with the version: `https://api.openai.com/v1`. */
  baseUrl: string;
  /** Sent as a bearer token; a server in the house may need none. */
  apiKey?: string | undefined;
  /** Default `whisper-1`. It must know `verbose_json`. */
  model?: string | undefined;
  /** Default 30,000. Nothing is tried twice: the caller has a deadline. */
  requestTimeoutMs?: number;
}

/** The part of a `verbose_json` answer that we read; servers leave fields out. */
interface VerboseJson {
  text?: string;
  language?: string;
  segments?: { start: number; end: number; text: string; avg_logprob?: number; no_speech_prob?: number }[] | null;
  words?: { start: number; end: number; word: string }[] | null;
}

/** A recogniser over HTTP. What is no speech is not sent. */
export class OpenAiEngine implements SpeechToText {
  readonly name = "openai";
  readonly capabilities: SpeechToTextCapabilities = {
    languages: ["*"],
    streaming: false,
    confidence: true,
    words: true,
  };
  readonly #options: OpenAiOptions;
  readonly #closing = new AbortController();

  constructor(options: OpenAiOptions) {
    this.#options = options;
  }

  /** Nothing is asked ahead: the first request tells. */
  async ready(): Promise<void> {}

  async transcribe(audio: Pcm, options: TranscribeOptions = {}): Promise<Transcription> {
    const start = performance.now();
    const speech = await trimSilence(audio);
    if (!speech) return { text: "", segments: [], engine: this.name, ms: Math.round(performance.now() - start) };
    const answer = await this.#post(
      makeForm(speech.audio, this.#options.model ?? "whisper-1", options),
      options.signal,
    );
    const segments = shiftSegments(toSegments(answer), speech.offset);
    return {
      text: (answer.text ?? "").trim(),
      segments,
      ...summarize(segments),
      ...(answer.language && { language: languageCode(answer.language) }),
      engine: this.name,
      ms: Math.round(performance.now() - start),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort(new SpeechError("SPEECH_UNAVAILABLE", "the transcription server's client is closed"));
  }

  async #post(body: FormData, signal: AbortSignal | undefined): Promise<VerboseJson> {
    const { baseUrl, apiKey, requestTimeoutMs = 30_000 } = this.#options;
    const deadline = AbortSignal.timeout(requestTimeoutMs);
    const stop = AbortSignal.any([deadline, this.#closing.signal, ...(signal ? [signal] : [])]);
    try {
      const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/audio/transcriptions`, {
        method: "POST",
        headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
        body,
        signal: stop,
        redirect: "error",
      });
      if (!response.ok) throw await toError(response);
      return (await response.json()) as VerboseJson;
    } catch (cause) {
      if (cause instanceof SpeechError) throw cause;
      signal?.throwIfAborted();
      this.#closing.signal.throwIfAborted();
      if (deadline.aborted) throw new SpeechError("SPEECH_TIMEOUT", `no text in ${requestTimeoutMs} ms`, { cause });
      throw new SpeechError("SPEECH_UNAVAILABLE", `the transcription server: ${messageOf(cause)}`, { cause });
    }
  }
}

function makeForm(audio: Pcm, model: string, { prompt, keepFillers, longForm, words, language }: TranscribeOptions) {
  const form = new FormData();
  const wav = encodeWav(audio);
  form.set("file", new Blob([wav as Uint8Array<ArrayBuffer>], { type: "audio/wav" }), "speech.wav");
  form.set("model", model);
  form.set("response_format", "verbose_json");
  form.set("temperature", "0");
  form.append("timestamp_granularities[]", "segment");
  if (words) form.append("timestamp_granularities[]", "word");
  if (language) form.set("language", language);
  const asked = keepFillers ? FILLER_PROMPT : longForm ? undefined : prompt;
  if (asked) form.set("prompt", asked);
  return form;
}

/** Words come beside the segments and are put into the one they start in. */
function toSegments({ segments, words }: VerboseJson): Segment[] {
  const left = [...(words ?? [])];
  return (segments ?? []).map((segment, index, all) => {
    const until = index === all.length - 1 ? Number.POSITIVE_INFINITY : segment.end;
    const count = left.findIndex((word) => word.start >= until);
    const own = left.splice(0, count < 0 ? left.length : count);
    return {
      start: segment.start,
      end: segment.end,
      text: segment.text.trim(),
      ...(segment.avg_logprob !== undefined && { avgLogprob: segment.avg_logprob }),
      ...(segment.no_speech_prob !== undefined && { noSpeechProb: segment.no_speech_prob }),
      ...(own.length > 0 && { words: own }),
    };
  });
}

async function toError(response: Response): Promise<SpeechError> {
  const text = (await response.text().catch(() => "")).slice(0, 300);
  const message = `the transcription server answered ${response.status}: ${text}`;
  if (response.status === 429) return new SpeechError("SPEECH_BUSY", message);
  return new SpeechError(response.status >= 500 ? "SPEECH_UNAVAILABLE" : "SPEECH_FAILED", message);
}

/** Servers say "english" or "en". */
function languageCode(language: string): string {
  const wanted = language.toLowerCase();
  if (wanted.length === 2) return wanted;
  const names = new Intl.DisplayNames("en", { type: "language" });
  const letters = Array.from("abcdefghijklmnopqrstuvwxyz");
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  return codes.find((code) => names.of(code)?.toLowerCase() === wanted) ?? wanted;
}
