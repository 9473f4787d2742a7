// Shapes of the voice door.
import { type Static, Type } from "../../lib/action/index.ts";

export const Utterance = Type.String({
  minLength: 1,
  maxLength: 500,
  pattern: "\\S",
  accepts: "a text of 1 to 500 characters",
});
export const Speak = Type.Optional(Type.Boolean({ accepts: "true for the reply as audio, too" }));

export const Slot = Type.Object({ name: Type.String(), text: Type.String(), value: Type.Unknown() });

/** Spoken audio inside JSON. */
export const Speech = Type.Object({ type: Type.String(), data: Type.String({ contentEncoding: "base64" }) });
export type Speech = Static<typeof Speech>;

/** Milliseconds that each stage took; what did not take place is left out. */
export const Timings = Type.Object({
  decode: Type.Optional(Type.Number()),
  speechToText: Type.Optional(Type.Number()),
  understand: Type.Optional(Type.Number()),
  act: Type.Optional(Type.Number()),
  speak: Type.Optional(Type.Number()),
  total: Type.Number(),
});
export type Timings = Static<typeof Timings>;

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** What became of an utterance. */
export const Answer = Type.Object({
  id: Type.String(),
  /** The recogniser's words, or the text as typed. */
  heard: Type.String(),
  /** What is taken as said, after the repair by sound. */
  transcript: Type.String(),
  /** 0 to 1, where the recogniser tells. */
  confidence: orNull(Type.Number()),
  /** The action that was understood; `null` when nothing was. */
  intent: orNull(Type.String()),
  slots: Type.Array(Slot),
  /** The action that was carried out; `null` when none was. */
  action: orNull(Type.String()),
  result: Type.Unknown(),
  reply: Type.String(),
  /** Whether "undo" takes it back. */
  undoable: Type.Boolean(),
  /** What was asked about: "did you mean …?", for "yes" to answer. */
  suggestion: orNull(Type.String()),
  speech: orNull(Speech),
  timings: Timings,
});
export type Answer = Static<typeof Answer>;

export const Engines = Type.Object({
  speechToText: orNull(Type.String()),
  textToSpeech: orNull(Type.String()),
  /** What is missing, a line each, with what brings it. */
  missing: Type.Array(Type.String()),
});
