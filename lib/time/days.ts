// Days as they are said: "tomorrow", "next friday", "in two weeks"; dates and periods have files of their own.

import type { Day, Weekday } from "./calendar.ts";
import { readDates, type Said, strong } from "./dates.ts";
import { readDuration } from "./duration.ts";
import { isUnit, readEdges, readPeriods } from "./periods.ts";
import { after, type Match, optional, type Token, wordAt } from "./tokens.ts";

const WEEKDAYS = new Map<string, number>();
"monday mon|tuesday tue tues|wednesday wed weds|thursday thu thur thurs|friday fri|saturday sat|sunday sun"
  .split("|")
  .forEach((names, i) => {
    for (const name of names.split(" ")) WEEKDAYS.set(name, i + 1);
  });
// Also words of their own.
const DOUBTFUL = new Set(["sun", "sat", "wed"]);

const SHIFTS = new Map([
  ["today", 0],
  ["tomorrow", 1],
  ["tmrw", 1],
  ["yesterday", -1],
]);
const BEFORE_DAY = new Set(["on", "by", "for"]);
const BEFORE_PERIOD = new Set(["on", "by", "for", "at", "over"]);
const ABOUT = new Set(["about", "around"]);
const THE = new Set(["the"]);
const COMING = new Set(["this", "coming"]);
const LINKS = new Set(["from", "after", "on"]);
const TIME = new Set(["time"]);

/** Every way to read a day that starts at `at`. */
export function readDays(tokens: readonly Token[], at: number): Match<Said<Day>>[] {
  const start = optional(tokens, at, BEFORE_DAY);
  const period = optional(tokens, at, BEFORE_PERIOD);
  return [
    ...fromNow(tokens, start).map(strong),
    ...readDates(tokens, start, start > at),
    ...readEdges(tokens, period).map(strong),
    ...readPeriods(tokens, period).map(strong),
    ...relatives(tokens, start).map(strong),
  ];
}

/** Every way to read a weekday that starts at `at`. */
export function readWeekdays(tokens: readonly Token[], at: number): Match<Said<Weekday>>[] {
  const start = optional(tokens, optional(tokens, at, BEFORE_DAY), THE);
  const next = wordAt(tokens, start) === "next";
  const from = next ? start + 1 : optional(tokens, optional(tokens, start, COMING), COMING);
  const name = wordAt(tokens, from);
  const weekday = WEEKDAYS.get(name);
  if (!weekday) return [];
  const value: Weekday = { weekday, weeks: 0, ...(next ? { week: 1 } : {}) };
  const found = [{ value: { value, weak: DOUBTFUL.has(name) && from === at }, next: from + 1 }];
  // "friday of next week"
  if (wordAt(tokens, from + 1) === "of" && isUnit(wordAt(tokens, from + 3)))
    return [{ value: { value, weak: false }, next: from + 2 }];
  // "friday week" is a week after Friday
  if (wordAt(tokens, from + 1) === "week")
    found.unshift({ value: { value: { ...value, weeks: 1 }, weak: false }, next: from + 2 });
  return found;
}

function daysAhead(days: number): Day {
  return { kind: "shift", amount: { months: 0, days, seconds: 0 } };
}

// "today", "later today", "the day after tomorrow", "tomorrow week"
function relatives(tokens: readonly Token[], at: number): Match<Day>[] {
  const the = optional(tokens, at, THE);
  const overmorrow = after(tokens, the, "day", "after", "tomorrow");
  if (overmorrow) return [{ value: daysAhead(2), next: overmorrow }];
  const from = after(tokens, at, "later", "today") ? at + 1 : at;
  const days = SHIFTS.get(wordAt(tokens, from));
  if (days === undefined) return [];
  const found = [{ value: daysAhead(days), next: from + 1 }];
  if (days >= 0 && wordAt(tokens, from + 1) === "week") found.unshift({ value: daysAhead(days + 7), next: from + 2 });
  return found;
}

// "in two days", "in a week's time", "within an hour", "20 minutes from now", "an hour later", "a week from friday"
function fromNow(tokens: readonly Token[], at: number): Match<Day>[] {
  const within = wordAt(tokens, at) === "in" || wordAt(tokens, at) === "within";
  const duration = readDuration(tokens, within ? optional(tokens, at + 1, ABOUT) : at);
  if (!duration) return [];
  const amount = duration.value;
  if (within) return [{ value: { kind: "shift", amount }, next: optional(tokens, duration.next, TIME) }];
  const link = wordAt(tokens, duration.next);
  const now = link === "later" ? duration.next + 1 : after(tokens, duration.next, "from", "now");
  if (now) return [{ value: { kind: "shift", amount }, next: now }];
  // "a week on monday", "two weeks tomorrow"
  const isWeeks = amount.months === 0 && amount.seconds === 0 && amount.days % 7 === 0;
  if (!isWeeks && link !== "from" && link !== "after") return [];
  const from = optional(tokens, duration.next, LINKS);
  return [...relatives(tokens, from), ...bases(tokens, from)].map(({ value, next }) => ({
    value: { kind: "shift", amount, from: value },
    next,
  }));
}

function bases(tokens: readonly Token[], at: number): Match<Day | Weekday>[] {
  return [...readWeekdays(tokens, at), ...readDates(tokens, at, true)].map(({ value, next }) => ({
    value: value.value,
    next,
  }));
}
