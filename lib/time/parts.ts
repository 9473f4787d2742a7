// Day parts as they are said: "in the morning", "this evening", "tonight".

import { after, type Match, type Token, wordAt } from "./tokens.ts";

/**
 * Day parts in minutes from the start of the day: what they mean on their own, when they are over, and between which
 * times a clock beside them lies. A night reaches into the next day.
 */
export const DAY_PARTS = {
  morning: { usual: 9 * 60, over: 12 * 60, from: 0, until: 12 * 60 },
  afternoon: { usual: 15 * 60, over: 18 * 60, from: 12 * 60, until: 24 * 60 },
  evening: { usual: 18 * 60, over: 24 * 60, from: 13 * 60, until: 25 * 60 },
  night: { usual: 20 * 60, over: 24 * 60, from: 17 * 60, until: 29 * 60 },
} as const;

export type DayPart = keyof typeof DAY_PARTS;

/** `today` when the words name the day too (tonight); `lone` when they mean nothing without a day (morning). */
export type SaidPart = { part: DayPart; today: boolean; lone: boolean };

/** Every way to read a day part that starts at `at`. */
export function readParts(tokens: readonly Token[], at: number): Match<SaidPart>[] {
  const first = wordAt(tokens, at);
  const start = first === "by" || first === "for" ? at + 1 : at;
  if (wordAt(tokens, start) === "tonight") return [part("night", start + 1, true)];
  const on = after(tokens, start, "on", "the");
  const within = on ?? after(tokens, start, "in", "the") ?? after(tokens, start, "during", "the");
  if (wordAt(tokens, start) === "at") return wordAt(tokens, start + 1) === "night" ? [part("night", start + 2)] : [];
  const today = wordAt(tokens, start) === "this";
  const from = within ?? (today ? start + 1 : start);
  const name = wordAt(tokens, from);
  if (!isDayPart(name)) return [];
  // "on the morning of the 14th"
  const of = wordAt(tokens, from + 1) === "of";
  return [part(name, of ? from + 2 : from + 1, today, of || on !== undefined || from === start)];
}

function part(name: DayPart, next: number, today = false, lone = false): Match<SaidPart> {
  return { value: { part: name, today, lone }, next };
}

function isDayPart(word: string): word is DayPart {
  return Object.hasOwn(DAY_PARTS, word);
}
