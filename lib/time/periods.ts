// Periods as they are said, which stand for their first or last day: "next week", "end of the month", "in march".

import type { Day, PeriodUnit } from "./calendar.ts";
import { readMonths } from "./dates.ts";
import { after, type Match, optional, type Token, wordAt } from "./tokens.ts";

const THE = new Set(["the"]);
const END = new Set(["end"]);
const START = new Set(["start", "beginning"]);
const AHEAD = new Map([
  ["this", 0],
  ["next", 1],
]);

/** Every way to read a period: "this weekend", "next week", "the week after next", "later this month", "in march". */
export function readPeriods(tokens: readonly Token[], at: number): Match<Day>[] {
  const start = optional(tokens, at, THE);
  const later = wordAt(tokens, at) === "later";
  const period = periodAt(tokens, later ? at + 1 : start);
  if (period) {
    // What is due this week, month or year has until its end.
    const end = period.value.ahead === 0 && period.value.unit !== "weekend";
    return [{ value: { kind: "period", ...period.value, end }, next: period.next }];
  }
  const within = wordAt(tokens, at) === "in";
  return readMonths(tokens, within ? at + 1 : at, within, false);
}

/** Every way to read the edge of a period: "the end of the month", "start of next week", "the last day of march". */
export function readEdges(tokens: readonly Token[], at: number): Match<Day>[] {
  const start = optional(tokens, at, THE);
  const ended = after(tokens, start, "last", "day") ?? optional(tokens, start, END);
  const edge = ended > start ? ended : optional(tokens, start, START);
  if (edge === start) return [];
  const end = ended > start;
  if (wordAt(tokens, edge) !== "of") return [];
  const from = optional(tokens, edge + 1, THE);
  const word = wordAt(tokens, from);
  if (isUnit(word)) return [{ value: { kind: "period", unit: word, ahead: 0, end }, next: from + 1 }];
  const period = periodAt(tokens, from);
  if (period) return [{ value: { kind: "period", ...period.value, end }, next: period.next }];
  return readMonths(tokens, from, true, end);
}

function periodAt(tokens: readonly Token[], at: number): Match<{ unit: PeriodUnit; ahead: number }> | undefined {
  const word = wordAt(tokens, at);
  const unit = wordAt(tokens, at + 1);
  const ahead = AHEAD.get(word);
  if (ahead !== undefined && isUnit(unit)) return { value: { unit, ahead }, next: at + 2 };
  if (!isUnit(word)) return undefined;
  const next = after(tokens, at + 1, "after", "next");
  if (next) return { value: { unit: word, ahead: 2 }, next };
  const before = wordAt(tokens, at - 1);
  return word === "weekend" && before === "the" ? { value: { unit: word, ahead: 0 }, next: at + 1 } : undefined;
}

/** Whether a word is the name of a period. */
export function isUnit(word: string): word is PeriodUnit {
  return word === "week" || word === "weekend" || word === "month" || word === "year";
}
