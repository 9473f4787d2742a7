// When something is due: the wall clock of a place, from which the instant is derived.

import { Temporal } from "temporal-polyfill";

/** A day (YYYY-MM-DD), with or without a time (HH:MM, or HH:MM:SS), on the calendar and clocks of an IANA zone. */
export type Due = { date: string; time?: string; zone: string };

const ALL_DAY_TIME = "09:00";
const ZONE = /^[A-Za-z][\w+-]{1,31}(?:\/[\w+-]{1,31}){0,2}$/;
// Holds spellings that the platform knows, so it cannot grow beyond some 600.
const zones = new Set<string>();

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

const LOCAL = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?$/i;
const ABSOLUTE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)$/i;

/** Whether this is the name of an IANA zone, links included ("Europe/Berlin", "UTC"), in its own spelling. */
export function isZone(zone: string): boolean {
  if (zones.has(zone)) return true;
  if (!ZONE.test(zone) || canonicalSpelling(zone) !== zone) return false;
  zones.add(zone);
  return true;
}

function canonicalSpelling(zone: string): string | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId;
  } catch {
    return undefined;
  }
}

/**
 * The instant at which something is due, in UTC: `2026-03-01T16:00:00.000Z`. Without a time it is due at `allDayTime`.
 *
 * A time that the clocks skip in spring is moved forward by the gap (02:30 becomes 03:30); of a time that comes twice
 * in autumn it is the first.
 * @throws RangeError for a date, time or zone that does not exist
 */
export function dueAt(due: Due, allDayTime: string = ALL_DAY_TIME): string {
  return new Date(dueMilliseconds(due, allDayTime)).toISOString();
}

/** {@link dueAt} in milliseconds since the epoch. */
export function dueMilliseconds(due: Due, allDayTime: string = ALL_DAY_TIME): number {
  const local = Temporal.PlainDateTime.from(`${due.date}T${due.time ?? allDayTime}`);
  return local.toZonedDateTime(due.zone, { disambiguation: "compatible" }).epochMilliseconds;
}

/** Whether a year has four digits on the clocks of every zone: 1 to 9998. */
export function isDueYear(year: number): boolean {
  return year >= 1 && year <= 9998;
}

/**
 * Reads an ISO 8601 date or date-time: with `Z` or an offset it is an instant, shown on the clocks of the zone;
 * without, it is already local (`2026-03-01T17:00`, `2026-03-01`). Fractions of a second are
 * rounded up. Undefined for anything else, and for years that {@link isDueYear} refuses.
 */
export function fromInstant(text: string, zone: string): Due | undefined {
  try {
    if (!isDueYear(Number(text.slice(0, 4)))) return undefined;
    if (ABSOLUTE.test(text)) return dueOfInstant(Temporal.Instant.from(text), zone);
    const [, date, time] = LOCAL.exec(text) ?? [];
    if (!date) return undefined;
    const due = { date: Temporal.PlainDate.from(date).toString(), zone };
    return time ? { ...due, time: wallTime(Temporal.PlainTime.from(time)) } : due;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * An instant on the clocks of a zone, to the second (a fraction counts as one: nothing is due before its time). In the hour that comes twice the wall clock can only name its
 * first pass; an instant in the second keeps its exact time by being written in UTC.
 */
export function dueOfInstant(instant: Temporal.Instant, zone: string): Due {
  const local = instant.round({ smallestUnit: "second", roundingMode: "ceil" }).toZonedDateTimeISO(zone);
  const due = { date: local.toPlainDate().toString(), time: wallTime(local.toPlainTime()), zone };
  const drift = instant.epochMilliseconds - dueMilliseconds(due);
  return drift >= 60_000 && zone !== "UTC" ? dueOfInstant(instant, "UTC") : due;
}

/**
 * A due time as it is said after "for": "today at 5 pm", "tomorrow at 5:30 pm", "Friday at noon" (within six days),
 * "14 March", "14 March 2028 at 9 am" (another year). A time in another zone is put on the listener's clocks, a day
 * without a time stays the day that it is. What it says about the future until 2199, `parseDue` understands.
 * @param listener now as an ISO instant, and the zone of the listener
 */
export function speakDue(due: Due, listener: { now: string; zone: string }): string {
  const { zone } = listener;
  const today = Temporal.Instant.from(listener.now).toZonedDateTimeISO(zone).toPlainDate();
  if (due.time === undefined) return speakDay(Temporal.PlainDate.from(due.date), today);
  const local = Temporal.Instant.fromEpochMilliseconds(dueMilliseconds(due)).toZonedDateTimeISO(zone);
  const time = due.zone === zone ? due.time : timeText(local.hour * 60 + local.minute);
  const date = due.zone === zone ? Temporal.PlainDate.from(due.date) : local.toPlainDate();
  return `${speakDay(date, today)} at ${speakTime(time)}`;
}

function speakDay(date: Temporal.PlainDate, today: Temporal.PlainDate): string {
  const ahead = today.until(date, { largestUnit: "day" }).days;
  if (ahead === 0) return "today";
  if (ahead === 1) return "tomorrow";
  if (ahead === -1) return "yesterday";
  if (ahead > 1 && ahead < 7) return WEEKDAYS[date.dayOfWeek - 1] as string;
  const day = `${date.day} ${MONTHS[date.month - 1]}`;
  return date.year === today.year ? day : `${day} ${date.year}`;
}

function speakTime(time: string): string {
  if (time.startsWith("12:00")) return "noon";
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const face = hour % 12 === 0 ? 12 : hour % 12;
  return `${face}${minute === 0 ? "" : `:${String(minute).padStart(2, "0")}`} ${hour < 12 ? "am" : "pm"}`;
}

/** HH:MM where there are no seconds, else HH:MM:SS. */
function wallTime(time: Temporal.PlainTime): string {
  return time.toString({ smallestUnit: "second", roundingMode: "ceil" }).replace(/:00$/, "");
}

/** Minutes from the start of the day as HH:MM. */
export function timeText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
