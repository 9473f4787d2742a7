// Named days looked up in the calendar, seen from today.

import { Temporal } from "temporal-polyfill";
import type { Amount } from "./duration.ts";

export type PeriodUnit = "week" | "weekend" | "month" | "year";

/** Day 1 is Monday. `week` 0 is this calendar week, 1 the next; without it, the next such day. `weeks` are added. */
export type Weekday = { weekday: number; week?: number; weeks: number };

/**
 * A day as it was said: counted from today or another day; a date that lacks what was not said (`monthsAhead`: "of
 * next month", `yearsAhead`: "next year"); or the first or last day of a period.
 */
export type Day =
  | { kind: "shift"; amount: Amount; from?: Day | Weekday }
  | { kind: "date"; day: number; month?: number; year?: number; monthsAhead?: number; yearsAhead?: number }
  | { kind: "period"; unit: PeriodUnit; ahead: number; end: boolean }
  | { kind: "month"; month: number; year?: number; end: boolean };

type PlainDate = Temporal.PlainDate;

const FRIDAY = 5;
const SATURDAY = 6;
const SUNDAY = 7;

/**
 * The date that a day, a weekday or both name. A weekday beside a week picks that day of it; beside any other day it
 * must be right. `toCome`: a time was said that today still has, so that a weekday may be today.
 */
export function dateOf(
  day: Day | undefined,
  weekday: Weekday | undefined,
  today: PlainDate,
  toCome: boolean,
): PlainDate | undefined {
  if (!weekday) return day && dayDate(day, today);
  if (!day) return weekdayDate(weekday, today, toCome);
  if (weekday.week !== undefined || weekday.weeks > 0) return undefined;
  if (day.kind === "period" && (day.unit === "week" || (day.unit === "weekend" && weekday.weekday >= SATURDAY)))
    return dayOfWeek(today, day.ahead, weekday.weekday);
  const date = dayDate(day, today);
  return date?.dayOfWeek === weekday.weekday ? date : undefined;
}

/** The date of a weekday. */
function weekdayDate({ weekday, week, weeks }: Weekday, today: PlainDate, toCome: boolean): PlainDate {
  if (week !== undefined) return dayOfWeek(today, week + weeks, weekday);
  const ahead = (weekday - today.dayOfWeek + 7) % 7;
  return today.add({ days: (ahead === 0 && !toCome ? 7 : ahead) + weeks * 7 });
}

function dayDate(day: Day, today: PlainDate): PlainDate | undefined {
  switch (day.kind) {
    case "shift":
      return shifted(day, today);
    case "date":
      return calendarDate(day, today);
    case "period":
      return periodDate(day, today);
    case "month":
      return edgeOfMonth(day, today);
  }
}

function shifted({ amount, from }: Extract<Day, { kind: "shift" }>, today: PlainDate): PlainDate | undefined {
  const { months, days, seconds } = amount;
  if (seconds > 0) return undefined;
  const start = !from ? today : "weekday" in from ? weekdayDate(from, today, false) : dayDate(from, today);
  return start?.add({ months, days });
}

function calendarDate(date: Extract<Day, { kind: "date" }>, today: PlainDate): PlainDate | undefined {
  const { day, month, year, monthsAhead, yearsAhead } = date;
  if (monthsAhead !== undefined) {
    const { year, month } = today.add({ months: monthsAhead });
    return exactDate(year, month, day);
  }
  if (month === undefined) return nextOf(4, today, (i) => dayInMonths(today, i, day));
  if (yearsAhead !== undefined) return exactDate(today.year + yearsAhead, month, day);
  if (year !== undefined) return exactDate(year, month, day);
  // Leap days are at most eight years apart.
  return nextOf(9, today, (i) => exactDate(today.year + i, month, day));
}

function dayInMonths(today: PlainDate, months: number, day: number): PlainDate | undefined {
  const { year, month } = today.add({ months });
  return exactDate(year, month, day);
}

function edgeOfMonth({ month, year, end }: Extract<Day, { kind: "month" }>, today: PlainDate): PlainDate | undefined {
  const edge = (of: number): PlainDate => {
    const first = Temporal.PlainDate.from({ year: of, month, day: 1 });
    return end ? first.with({ day: first.daysInMonth }) : first;
  };
  return year === undefined ? nextOf(2, today, (i) => edge(today.year + i)) : edge(year);
}

function periodDate({ unit, ahead, end }: Extract<Day, { kind: "period" }>, today: PlainDate): PlainDate {
  switch (unit) {
    case "week": {
      const isWeekend = ahead === 0 && today.dayOfWeek > FRIDAY;
      return dayOfWeek(today, ahead, end ? (isWeekend ? SUNDAY : FRIDAY) : 1);
    }
    case "weekend":
      return dayOfWeek(today, ahead, end || (ahead === 0 && today.dayOfWeek === SUNDAY) ? SUNDAY : SATURDAY);
    case "month": {
      const month = today.with({ day: 1 }).add({ months: ahead });
      return end ? month.with({ day: month.daysInMonth }) : month;
    }
    case "year": {
      const year = today.add({ years: ahead });
      return end ? year.with({ month: 12, day: 31 }) : year.with({ month: 1, day: 1 });
    }
  }
}

function dayOfWeek(today: PlainDate, week: number, weekday: number): PlainDate {
  return today.add({ days: week * 7 + weekday - today.dayOfWeek });
}

function nextOf(tries: number, today: PlainDate, nth: (i: number) => PlainDate | undefined): PlainDate | undefined {
  for (let i = 0; i < tries; i++) {
    const date = nth(i);
    if (date && Temporal.PlainDate.compare(date, today) >= 0) return date;
  }
  return undefined;
}

function exactDate(year: number, month: number, day: number): PlainDate | undefined {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  return day <= first.daysInMonth ? first.with({ day }) : undefined;
}
