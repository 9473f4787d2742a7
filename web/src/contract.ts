// What the console and the platform say to each other; types only, so that nothing of a service gets into the bundle.
import type { ServiceEvents } from "../../lib/action/index.ts";
import type {} from "../../services/todo/todo.actions.ts";
import type { Todo } from "../../services/todo/todo.schema.ts";
import type {} from "../../services/voice/voice.actions.ts";

export type { Account, Session } from "../../services/auth/auth.schema.ts";
export type { Ring, Todo } from "../../services/todo/todo.schema.ts";
export type { Answer, Speech } from "../../services/voice/voice.schema.ts";

/** A page of todos, of which no fields were left out. */
export interface TodoPage {
  items: Todo[];
  nextCursor: string | null;
}

/** Which engines the platform has, by name. */
export interface Engines {
  speechToText: string | null;
  textToSpeech: string | null;
  /** What is missing, a line each, with what brings it. */
  missing: string[];
}

/** Server events on the socket. */
export const EVENTS = {
  created: "todo.created",
  updated: "todo.updated",
  completed: "todo.completed",
  reopened: "todo.reopened",
  removed: "todo.removed",
  restored: "todo.restored",
  rang: "todo.rang",
  ringEnded: "todo.ringEnded",
  /** The end of speech was heard: the page may stop recording. */
  heardEnd: "voice.heardEnd",
} as const satisfies Record<string, keyof ServiceEvents>;

export type PushedEvent = (typeof EVENTS)[keyof typeof EVENTS];
export type Payload<E extends PushedEvent> = ServiceEvents[E];

/** What the console sends on the socket. */
export const SOCKET = {
  authenticate: "authenticate",
  listen: "listen",
  audio: "audio",
  audioEnd: "audio.end",
} as const;

/** The format of live audio: 16-bit little-endian, one channel. */
export const LIVE_AUDIO = { type: "audio/pcm", rate: 16_000 } as const;
