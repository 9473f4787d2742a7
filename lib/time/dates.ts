// Dates as they are said: "the third of march", "march 3rd 2027", "the 14th".

import type { Day } from "./calendar.ts";
import { after, type Match, optional, type Token, wordAt } from "./tokens.ts";

/** `weak` words need another part of a time beside them: "14th", "sun". */
export type Said<T> = { value: T; weak: boolean };

type CalendarDate = Extract<Day, { kind: "date" }>;

const MONTHS = new Map<string, number>();
"january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct|november nov|december dec"
  .split("|")
  .forEach((names, i) => {
    for (const name of names.split(" ")) MONTHS.set(name, i + 1);
  });
const THE = new Set(["the"]);
const OF = new Set(["of"]);

/** Every way to read a date that starts at `at`; a lone ordinal is `weak` unless a word before it introduced it. */
export function readDates(tokens: readonly Token[], at: number, introduced: boolean): Match<Said<Day>>[] {
  const written = tokens[at];
  if (written?.kind === "date") return [strong({ value: written, next: at + 1 })];
  const start = optional(tokens, at, THE);
  return [...dayMonths(tokens, start).map(strong), ...daysOfMonth(tokens, start, introduced || start > at)];
}

// "the third of march", "3 march 2027", "march 3rd", "march the third"
function dayMonths(tokens: readonly Token[], at: number): Match<Day>[] {
  const first = dayNumber(tokens, at);
  const month = MONTHS.get(wordAt(tokens, first ? optional(tokens, at + 1, OF) : at));
  if (!month) return [];
  const dayAt = first ? at : optional(tokens, at + 1, THE);
  const day = first ?? dayNumber(tokens, dayAt);
  if (!day) return [];
  const next = first ? optional(tokens, at + 1, OF) + 1 : dayAt + 1;
  const value: CalendarDate = { kind: "date", day, month };
  return [
    ...years(tokens, next).map((year) => ({ value: { ...value, ...year.value }, next: year.next })),
    { value, next },
  ];
}

// "the 14th", "the third of next month"
function daysOfMonth(tokens: readonly Token[], at: number, introduced: boolean): Match<Said<Day>>[] {
  if (tokens[at]?.kind !== "ordinal") return [];
  const day = dayNumber(tokens, at);
  if (!day) return [];
  const ofTheMonth = after(tokens, at + 1, "of", "the", "month");
  if (ofTheMonth) return [strong({ value: { kind: "date", day }, next: ofTheMonth })];
  const month = monthOf(tokens, at + 1);
  const value: CalendarDate = { kind: "date", day };
  const found: Match<Said<Day>> = { value: { value, weak: !introduced }, next: at + 1 };
  return month ? [strong({ value: { ...value, monthsAhead: month.value }, next: month.next }), found] : [found];
}

function monthOf(tokens: readonly Token[], at: number): Match<number> | undefined {
  const from = optional(tokens, at, OF);
  const word = wordAt(tokens, from);
  if (wordAt(tokens, from + 1) !== "month" || (word !== "this" && word !== "next")) return undefined;
  return { value: word === "next" ? 1 : 0, next: from + 2 };
}

function dayNumber(tokens: readonly Token[], at: number): number | undefined {
  const token = tokens[at];
  if (token?.kind !== "ordinal" && token?.kind !== "number") return undefined;
  return Number.isInteger(token.value) && token.value >= 1 && token.value <= 31 ? token.value : undefined;
}

// "2027", "twenty twenty seven", "two thousand twenty seven", "next year"
function years(tokens: readonly Token[], at: number): Match<{ year: number } | { yearsAhead: number }>[] {
  const relative = wordAt(tokens, at);
  if ((relative === "this" || relative === "next") && wordAt(tokens, at + 1) === "year")
    return [{ value: { yearsAhead: relative === "next" ? 1 : 0 }, next: at + 2 }];
  const [first, second] = [tokens[at], tokens[at + 1]];
  if (first?.kind !== "number") return [];
  if (first.value >= 1900 && first.value < 2200) return [{ value: { year: first.value }, next: at + 1 }];
  const pair = (first.value === 20 || first.value === 21) && first.digits === "" && second?.kind === "number";
  if (!pair || second.digits !== "" || second.value < 10 || second.value > 99) return [];
  return [{ value: { year: first.value * 100 + second.value }, next: at + 2 }];
}

/** Every way to read a month that stands for its first or last day; without a year only if `yearless`. */
export function readMonths(tokens: readonly Token[], at: number, yearless: boolean, end: boolean): Match<Day>[] {
  const month = MONTHS.get(wordAt(tokens, at));
  if (!month) return [];
  const found: Match<Day>[] = years(tokens, at + 1).flatMap(({ value, next }) =>
    "year" in value ? [{ value: { kind: "month", month, year: value.year, end }, next }] : [],
  );
  return yearless ? [...found, { value: { kind: "month", month, end }, next: at + 1 }] : found;
}

/** A match whose words need nothing beside them. */
export function strong<T>({ value, next }: Match<T>): Match<Said<T>> {
  return { value: { value, weak: false }, next };
}
