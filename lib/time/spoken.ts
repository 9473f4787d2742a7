// When a spoken or typed phrase says that something is due.

import { Temporal } from "temporal-polyfill";
import type { Day, Weekday } from "./calendar.ts";
import { readClocks, type SaidClock } from "./clock.ts";
import type { Said } from "./dates.ts";
import { readDays, readWeekdays } from "./days.ts";
import { dueMilliseconds, fromInstant } from "./due.ts";
import { readParts, type SaidPart } from "./parts.ts";
import { type ParsedDue, type Phrase, resolve } from "./resolve.ts";
import { MAX_PHRASE, type Match, type Token, tokenize } from "./tokens.ts";

export { parseDuration, parseNumber } from "./duration.ts";
export type { ParsedDue } from "./resolve.ts";

const ISO_DATE_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/i;

/**
 * Reads a phrase that says a day, a time or both, in any order: "tomorrow at five", "at 5:30 pm on friday", "in an hour
 * and a half", "the third of march", an ISO date or date-time. The whole phrase must be understood, otherwise the
 * result is undefined, as it is for what no calendar holds (31 February, a Friday 14th that is no Friday).
 *
 * - **Wall clock.** Words are read on the calendar and clocks of `zone` by its rules on that day. "In two hours" is
 *   elapsed time, rounded up to a minute; days, weeks, months and years are counted on the calendar. "In two days"
 *   has no time.
 * - **Am or pm left open.** For today, or without a day: of the two, the one that is still to come; if both are, the
 *   one between 7:00 and 18:59 ("at five", said at noon or at three in the night, is 17:00; "at eight", said at six,
 *   is 8:00). Another day: 1 to 6 are pm, 7 to 11 am, 12 is noon. A leading zero or an hour above 12 is the 24-hour
 *   clock. Without a day, a time that today no longer has is tomorrow's.
 * - **Day parts** decide am or pm. Alone, morning is 9:00, afternoon 15:00, evening 18:00, night and tonight 20:00;
 *   when that has gone by, "this evening" is the next full hour of it. "Tonight at one" is in the night that follows.
 * - **Noon** is 12:00. **Midnight** is the end of the day beside it ("friday at midnight" begins Saturday); "12 am" is
 *   its beginning. The end of the day is 17:00.
 * - **Weekdays**, bare or with "this", are the next such day after today; today itself only with a time that is
 *   still to come (before 22:00, if am or pm is open). "Next friday" is the Friday of next week, weeks begin on
 *   Monday. "Friday week" is a week after Friday.
 * - **Dates without a year or month** are the next such date from today on. 3/14 is month first unless the first
 *   number exceeds 12; 14.3. is day first.
 * - **Periods.** Next week, month, year: its first day. This week, or its end: Friday (at the weekend Sunday); this
 *   month or year: its last day. The weekend: Saturday, or today on a Sunday.
 *
 * Only a phrase that names the past itself ("yesterday", a date with a year, "today at 9 am" or today's date at 9 am
 * said at noon) gives `past: true`.
 * @param context `now` as an ISO instant, `zone` an IANA zone
 * @throws RangeError if `now` or `zone` is invalid, never for a phrase
 * @example parseDue("tomorrow at five", { now: "2026-03-02T11:00:00Z", zone: "Europe/Berlin" })
 * // { due: { date: "2026-03-03", time: "17:00", zone: "Europe/Berlin" }, past: false }
 */
export function parseDue(phrase: string, context: { now: string; zone: string }): ParsedDue | undefined {
  const text = phrase.length > MAX_PHRASE ? "" : phrase.trim();
  const now = (): Temporal.ZonedDateTime => Temporal.Instant.from(context.now).toZonedDateTimeISO(context.zone);
  if (ISO_DATE_TIME.test(text)) {
    const due = fromInstant(text, context.zone);
    if (due) return { due, past: dueMilliseconds(due) < now().epochMilliseconds };
  }
  const tokens = tokenize(text);
  const said = tokens && read(tokens, 0, {});
  return said && resolve(said, now());
}

type Found = { day?: Said<Day>; weekday?: Said<Weekday>; clock?: SaidClock; part?: SaidPart };

// Each part is taken once, so that there are few orders to try.
function read(tokens: readonly Token[], at: number, found: Found): Phrase | undefined {
  if (at === tokens.length) return complete(found);
  for (const { value, next } of readings(tokens, at, found)) {
    const phrase = read(tokens, next, value);
    if (phrase) return phrase;
  }
  return undefined;
}

function readings(tokens: readonly Token[], at: number, found: Found): Match<Found>[] {
  const next: Match<Found>[] = [];
  if (!found.day) for (const m of readDays(tokens, at)) next.push({ value: { ...found, day: m.value }, next: m.next });
  if (!found.weekday)
    for (const m of readWeekdays(tokens, at)) next.push({ value: { ...found, weekday: m.value }, next: m.next });
  if (!found.clock)
    for (const m of readClocks(tokens, at)) next.push({ value: { ...found, clock: m.value }, next: m.next });
  if (!found.part)
    for (const m of readParts(tokens, at)) next.push({ value: { ...found, part: m.value }, next: m.next });
  return next;
}

function complete({ day, weekday, clock, part }: Found): Phrase | undefined {
  const hasDay = day !== undefined || weekday !== undefined;
  const beside = [day, weekday, clock, part].filter(Boolean).length > 1;
  if ((day?.weak || weekday?.weak) && !beside) return undefined;
  if ((clock?.bare && !part) || (clock?.clock.kind === "now" && !hasDay) || (part?.lone && !hasDay)) return undefined;
  return {
    ...(day && { day: day.value }),
    ...(weekday && { weekday: weekday.value }),
    ...(clock && { clock: clock.clock }),
    ...(part && { part: part.part }),
    ...(part?.today && { today: true }),
  };
}
