// From what was said to a day and a time in a zone; the conventions are stated at parseDue.

import { Temporal } from "temporal-polyfill";
import { type Day, dateOf, type Weekday } from "./calendar.ts";
import type { Clock } from "./clock.ts";
import { type Due, dueMilliseconds, dueOfInstant, isDueYear, timeText } from "./due.ts";
import { DAY_PARTS, type DayPart } from "./parts.ts";

/** The parts of one phrase; `today` when the day part named it (tonight). */
export type Phrase = { day?: Day; weekday?: Weekday; clock?: Clock; part?: DayPart; today?: boolean };

/** `past`: the phrase names an instant, or a whole day, that is over. */
export type ParsedDue = { due: Due; past: boolean };

type Timed = { date: Temporal.PlainDate; minutes: number };

const MINUTES_PER_DAY = 1440;
const WAKING = 7 * 60;
const BEDTIME = 22 * 60;
const SMALL_HOURS = 5 * 60;

/** Undefined if the parts contradict each other or name no day of the calendar. */
export function resolve(phrase: Phrase, now: Temporal.ZonedDateTime): ParsedDue | undefined {
  const { day, weekday } = phrase;
  if (day?.kind === "shift" && day.amount.seconds > 0) return elapsed(phrase, now);
  const today = now.toPlainDate();
  const times = timesOf(phrase, now);
  if (times?.length === 0 || (phrase.today && (day || weekday))) return undefined;
  if (!day && !weekday && !phrase.today) return times && parsed(soonest(times, today, now), now);
  const toCome = times?.some(
    (minutes) => isFuture({ date: today, minutes }, now) && (times.length === 1 || minutes < BEDTIME),
  );
  const date = phrase.today ? today : dateOf(day, weekday, today, weekday !== undefined && toCome === true);
  if (!date || !isDueYear(date.year)) return undefined;
  if (!times) {
    const due = { date: date.toString(), zone: now.timeZoneId };
    return { due, past: Temporal.PlainDate.compare(date, today) < 0 };
  }
  const timed = date.equals(today) ? onToday(phrase, times, today, now) : { date, minutes: usual(times) };
  return parsed(timed, now);
}

// Calendar days keep the wall clock, hours and minutes are elapsed time.
function elapsed({ day, ...rest }: Phrase, now: Temporal.ZonedDateTime): ParsedDue | undefined {
  if (day?.kind !== "shift" || day.from || Object.keys(rest).length > 0) return undefined;
  const { months, days, seconds } = day.amount;
  const then = now.add({ months, days }).add({ seconds });
  if (!isDueYear(then.year)) return undefined;
  const minute = Math.ceil(then.epochMilliseconds / 60_000) * 60_000;
  return { due: dueOfInstant(Temporal.Instant.fromEpochMilliseconds(minute), now.timeZoneId), past: false };
}

// Minutes from the start of the day, in ascending order: two when am or pm is open, none if clock and part contradict.
function timesOf({ clock, part }: Phrase, now: Temporal.ZonedDateTime): number[] | undefined {
  if (!clock) return part && [DAY_PARTS[part].usual];
  if (clock.kind === "now") return part ? [] : [now.hour * 60 + now.minute];
  const { minutes } = clock;
  const faces = clock.kind === "face" ? [minutes, minutes + MINUTES_PER_DAY / 2] : [minutes];
  if (!part) return faces;
  const { from, until } = DAY_PARTS[part];
  return [...faces, minutes + MINUTES_PER_DAY].filter((m) => m >= from && m < until).slice(0, 1);
}

function soonest(times: number[], today: Temporal.PlainDate, now: Temporal.ZonedDateTime): Timed {
  const ofDay = times.map((minutes) => minutes % MINUTES_PER_DAY);
  return upcoming(ofDay, today, now) ?? { date: today.add({ days: 1 }), minutes: usual(ofDay) };
}

function onToday(phrase: Phrase, times: number[], date: Temporal.PlainDate, now: Temporal.ZonedDateTime): Timed {
  const last = times.at(-1) as number;
  // "Tonight at two", said at half past midnight, is not a day away.
  if (phrase.today && last >= MINUTES_PER_DAY && now.hour * 60 < SMALL_HOURS) {
    const early = upcoming([last - MINUTES_PER_DAY], date, now);
    if (early) return early;
  }
  return upcoming(times, date, now) ?? { date, minutes: phrase.part && !phrase.clock ? rest(phrase.part, now) : last };
}

// "This evening", said at seven, is the next full hour of what is left of it.
function rest(part: DayPart, now: Temporal.ZonedDateTime): number {
  const { usual, over } = DAY_PARTS[part];
  if (now.hour * 60 >= over) return usual;
  return Math.min((now.hour + 1) * 60, over - 1);
}

function usual(times: number[]): number {
  const [first = 0, second = first] = times;
  return first < WAKING ? second : first;
}

function upcoming(times: number[], date: Temporal.PlainDate, now: Temporal.ZonedDateTime): Timed | undefined {
  const future = times.filter((minutes) => isFuture({ date, minutes }, now));
  return future.length === 0 ? undefined : { date, minutes: usual(future) };
}

function isFuture(timed: Timed, now: Temporal.ZonedDateTime): boolean {
  return dueMilliseconds(toDue(timed, now.timeZoneId)) > now.epochMilliseconds;
}

function parsed(timed: Timed, now: Temporal.ZonedDateTime): ParsedDue {
  const due = toDue(timed, now.timeZoneId);
  return { due, past: dueMilliseconds(due) < now.epochMilliseconds };
}

function toDue({ date, minutes }: Timed, zone: string): Due {
  const day = minutes < MINUTES_PER_DAY ? date : date.add({ days: 1 });
  return { date: day.toString(), time: timeText(minutes % MINUTES_PER_DAY), zone };
}
