// Which ears and which voice there are: the platform's, the browser's, or none, and why.
import type { Engines } from "../contract.ts";
import { canRecognise, canSpeak } from "./browser-speech.ts";
import type { Preferences } from "./preferences.ts";

export type Ears =
  | { kind: "platform" }
  | { kind: "browser" }
  /** The browser's recogniser would do, but the user has not been asked. */
  | { kind: "ask" }
  | { kind: "none"; reason: string };

const INSECURE =
  "Browsers give no microphone to a page without TLS. Open the console at https:// or at http://localhost; for other devices set VIVAVOCE_TLS_CERT and VIVAVOCE_TLS_KEY.";

/** @param engines undefined while they are not known */
export function earsOf(engines: Engines | undefined, { browserSpeech }: Preferences): Ears {
  if (!engines) return { kind: "none", reason: "Looking for the speech engines…" };
  if (!window.isSecureContext) return { kind: "none", reason: INSECURE };
  if (engines.speechToText) {
    const canRecord = typeof navigator.mediaDevices?.getUserMedia === "function" && "AudioWorkletNode" in window;
    return canRecord ? { kind: "platform" } : { kind: "none", reason: "This browser cannot record. Type instead." };
  }
  if (canRecognise() && browserSpeech !== false) return { kind: browserSpeech ? "browser" : "ask" };
  return { kind: "none", reason: ["No speech recogniser is installed here.", ...engines.missing].join(" ") };
}

/** What the browser could do in place of what the platform lacks; empty: nothing to ask for. */
export function offersOf(engines: Engines | undefined): ("listen" | "speak")[] {
  if (!engines) return [];
  return [
    ...(!engines.speechToText && canRecognise() ? (["listen"] as const) : []),
    ...(!engines.textToSpeech && canSpeak() ? (["speak"] as const) : []),
  ];
}
