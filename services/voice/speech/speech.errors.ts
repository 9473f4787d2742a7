// What can go wrong between a microphone and a text, and between a text and a loudspeaker.
import { defineErrors } from "../../../lib/action/errors.ts";

/** The catalogue of the speech adapters; a door shows the message. */
export const speechErrors = defineErrors({
  AUDIO_EMPTY: { status: 422, message: "The recording is empty." },
  AUDIO_UNSUPPORTED: { status: 415, message: "This is no audio that can be read here." },
  AUDIO_TOO_LONG: { status: 413, message: "The recording is too long." },
  AUDIO_TOO_LARGE: { status: 413, message: "The recording is too large." },
  SPEECH_BUSY: { status: 503, retryable: true, message: "Too many people are talking at once. Try again in a moment." },
  SPEECH_TIMEOUT: { status: 503, retryable: true, message: "The speech engine took too long." },
  SPEECH_UNAVAILABLE: { status: 503, retryable: true, message: "The speech engine is not running just now." },
  SPEECH_FAILED: { status: 500, message: "The speech engine could not do this." },
});

/** A code of the catalogue. */
export type SpeechErrorCode = keyof typeof speechErrors;

/**
 * An error of this folder; `message` is for the log and may name programs and paths, the catalogue's is for people.
 * @example throw new SpeechError("AUDIO_TOO_LONG", "130 s, at most 120 s");
 */
export class SpeechError extends Error {
  readonly code: SpeechErrorCode;
  /** Whether the same request may succeed when repeated. */
  readonly retryable: boolean;

  constructor(code: SpeechErrorCode, message?: string, options?: ErrorOptions) {
    super(message ?? speechErrors[code].message, options);
    this.name = "SpeechError";
    this.code = code;
    this.retryable = speechErrors[code].retryable;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
