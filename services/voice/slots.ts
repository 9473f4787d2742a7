// What a slot takes and what its words mean, by the JSON Schema of the parameter.
import type { OwnThing } from "../../lib/action/index.ts";
import { parseTemplate, type TemplateNode } from "../../lib/action/template.ts";
import { dueTemplates, durationTemplates, numberTemplates } from "../../lib/time/grammar.ts";
import { parseDue, parseDuration, parseNumber } from "../../lib/time/spoken.ts";
import type { SnapSlot } from "./snap/graph.ts";

type Schema = Record<string, unknown>;

/** `open`: any words; `own`: any words that name a thing of the caller's; the others are closed. */
export type SlotKind =
  | { kind: "open" }
  | { kind: "own"; own: OwnThing }
  | { kind: "due" }
  | { kind: "duration" }
  | { kind: "number" }
  | { kind: "choice"; values: readonly string[] };

/** When and where the words were said. */
export interface Moment {
  /** ISO instant. */
  now: string;
  zone: string;
}

/** The words of a slot and what they mean; `past` where they name a time that is gone. */
export interface SlotValue {
  value: unknown;
  past?: boolean;
}

/** The longest closed phrase in words: "on the twenty ninth of september at twenty five past eleven in the evening". */
export const MAX_CLOSED_WORDS = 14;

export function slotKind(schema: Schema): SlotKind {
  const { slot, type } = schema;
  if (slot === "due" || slot === "duration") return { kind: slot };
  if (slot && typeof slot === "object") return { kind: "own", own: slot as OwnThing };
  const values = constants(schema);
  if (values) return { kind: "choice", values };
  if (type === "integer" || type === "number") return { kind: "number" };
  return { kind: "open" };
}

function constants(schema: Schema): string[] | undefined {
  const options =
    (schema["anyOf"] as Schema[] | undefined)?.map((option) => option["const"]) ??
    (schema["enum"] as unknown[] | undefined);
  return options?.every((option) => typeof option === "string") ? (options as string[]) : undefined;
}

/** What the words of a slot mean; `undefined` where a closed slot does not take them. */
export function readSlot(kind: SlotKind, words: string, moment: Moment): SlotValue | undefined {
  switch (kind.kind) {
    case "open":
    case "own":
      return { value: words };
    case "due": {
      const parsed = parseDue(words, moment);
      return parsed && { value: parsed.due, past: parsed.past };
    }
    case "duration":
      return given(parseDuration(words));
    case "number":
      return given(parseNumber(words));
    case "choice":
      return given(kind.values.find((value) => spoken(value) === words.toLowerCase()));
  }
}

const given = (value: unknown): SlotValue | undefined => (value === undefined ? undefined : { value });

/** An enumeration's value as it is said: `in_progress` is "in progress". */
const spoken = (value: string): string => value.replace(/[_-]+/g, " ").toLowerCase();

// Parsed once: templates that give the same array share its part of the sound graph.
const PHRASES = {
  due: dueTemplates.map(parseTemplate),
  duration: durationTemplates.map(parseTemplate),
  number: numberTemplates.map(parseTemplate),
} as const;

/** The slot as the repair of what was misheard knows it; `names` are those of the user's own things. */
export function snapSlot(kind: SlotKind, names: readonly TemplateNode[] = []): SnapSlot {
  if (kind.kind === "open") return { kind: "open" };
  if (kind.kind === "own") return { kind: "open", known: names };
  if (kind.kind === "choice") return { kind: "closed", phrases: kind.values.map(phraseOf) };
  return { kind: "closed", phrases: PHRASES[kind.kind] };
}

/** A text as a phrase: its words, without anything that no one says. */
export function phraseOf(text: string): TemplateNode {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
  return { kind: "sequence", items: words.map((word) => ({ kind: "word", text: word.replace("’", "'") })) };
}
