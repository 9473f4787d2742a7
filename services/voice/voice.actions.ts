// The actions of the voice service.
import { declare, Type } from "../../lib/action/index.ts";
import { errors } from "./voice.errors.ts";
import { Answer, Engines, Speak, Speech, Utterance } from "./voice.schema.ts";

const {
  AUDIO_EMPTY,
  AUDIO_TOO_LARGE,
  AUDIO_TOO_LONG,
  AUDIO_UNSUPPORTED,
  SPEECH_BUSY,
  SPEECH_TIMEOUT,
  SPEECH_UNAVAILABLE,
  VOICE_NO_RECOGNISER,
  VOICE_NO_VOICE,
  VOICE_INTERRUPTED,
  VOICE_NOTHING_TO_CONFIRM,
  VOICE_NOTHING_TO_UNDO,
} = errors;

/** Longer than the slowest recogniser on a busy machine, and than the action it leads to. */
const VOICE_TIMEOUT_MS = 60_000;
const MAX_AUDIO_BYTES = 10 * 1024 * 1024;

export const actions = {
  command: declare({
    summary: "Do what a text says",
    description: "What is not understood is answered so, and nothing is done: `intent` is null then.",
    auth: "user",
    rest: "POST /voice/commands",
    socket: true,
    params: Type.Object({ text: Utterance, speak: Speak }),
    returns: Answer,
    timeout: VOICE_TIMEOUT_MS,
  }),
  hear: declare({
    summary: "Do what a recording says",
    description:
      "The body is the recording: WAV, WebM or Ogg with Opus, and, where ffmpeg is installed, mp3, m4a, flac and others; two minutes at most.",
    auth: "user",
    rest: "POST /voice/speech",
    upload: {
      types: ["audio/*", "video/webm", "application/ogg", "application/octet-stream"],
      maxBytes: MAX_AUDIO_BYTES,
    },
    params: Type.Object({
      speak: Speak,
      live: Type.Optional(
        Type.Boolean({ accepts: "true for a stream of raw 16-bit samples at 16 kHz, which ends at a silence" }),
      ),
      recording: Type.Optional(
        Type.String({
          maxLength: 64,
          accepts: "a name of at most 64 characters, which comes back with voice.heardEnd",
        }),
      ),
    }),
    returns: Answer,
    errors: [
      AUDIO_EMPTY,
      AUDIO_TOO_LARGE,
      AUDIO_TOO_LONG,
      AUDIO_UNSUPPORTED,
      SPEECH_BUSY,
      SPEECH_TIMEOUT,
      SPEECH_UNAVAILABLE,
      VOICE_INTERRUPTED,
      VOICE_NO_RECOGNISER,
    ],
    timeout: VOICE_TIMEOUT_MS,
  }),
  speak: declare({
    summary: "Say a text",
    auth: "user",
    rest: "POST /voice/say",
    socket: true,
    params: Type.Object({ text: Utterance }),
    returns: Speech,
    errors: [SPEECH_BUSY, SPEECH_TIMEOUT, SPEECH_UNAVAILABLE, VOICE_NO_VOICE],
    idempotent: true,
    timeout: VOICE_TIMEOUT_MS,
  }),
  engines: declare({
    summary: "Show which speech engines there are",
    auth: "public",
    rest: "GET /voice/engines",
    socket: true,
    params: Type.Object({}),
    returns: Engines,
    idempotent: true,
  }),
  help: declare({
    summary: "Show what can be said",
    auth: "user",
    rest: "GET /voice/help",
    socket: true,
    params: Type.Object({}),
    returns: Type.Object({ examples: Type.Array(Type.String()) }),
    idempotent: true,
    voice: { en: { say: ["help [me]", "what can (i say|you do)"], reply: "You can say, for example: {examples}" } },
  }),
  undo: declare({
    summary: "Take the last spoken command back",
    auth: "user",
    rest: "POST /voice/undo",
    socket: true,
    params: Type.Object({}),
    returns: Type.Object({ undone: Type.String() }),
    errors: [VOICE_NOTHING_TO_UNDO],
    voice: { en: { say: ["undo [that|it|the last one]", "take (that|it) back", "cancel that"], reply: "Taken back." } },
  }),
  confirm: declare({
    summary: "Do what was asked about",
    auth: "user",
    rest: "POST /voice/confirm",
    socket: true,
    params: Type.Object({ speak: Speak }),
    returns: Answer,
    errors: [VOICE_NOTHING_TO_CONFIRM],
    timeout: VOICE_TIMEOUT_MS,
    voice: { en: { say: ["yes [please]", "(yeah|yep|right|correct|exactly)", "that's right"], reply: "{reply}" } },
  }),
  decline: declare({
    summary: "Do nothing of what was asked about",
    auth: "user",
    rest: "POST /voice/decline",
    socket: true,
    params: Type.Object({}),
    returns: Type.Object({ declined: Type.String() }),
    errors: [VOICE_NOTHING_TO_CONFIRM],
    voice: { en: { say: ["no [thanks]", "(nope|never mind|forget it)"], reply: "All right, I leave it." } },
  }),
};

declare module "../../lib/action/index.ts" {
  interface ServiceActions {
    voice: typeof actions;
  }
  interface ServiceEvents {
    /** A live recording has ended by a silence: the device may stop recording. */
    "voice.heardEnd": { recording: string | null };
    /** What became of an utterance. */
    "voice.answered": {
      user: string;
      intent: string | null;
      action: string | null;
      timings: import("./voice.schema.ts").Timings;
    };
  }
}
