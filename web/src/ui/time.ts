// Days and times on the clocks of the user's zone, without a clock of its own: now is an argument.
import type { Todo } from "../contract.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** How dates and times are written. */
export interface Writing {
  locale: string;
  hourCycle: "h12" | "h23";
}

/** The words around dates are English; the clock is the one that the browser's user is used to. */
function browserWriting(): Writing {
  const { hourCycle } = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
  return {
    locale: navigator.languages.find((language) => language.startsWith("en")) ?? "en-GB",
    hourCycle: hourCycle === "h12" || hourCycle === "h11" ? "h12" : "h23",
  };
}

/** The day of an instant in a zone, as YYYY-MM-DD. */
export function dayOf(instant: number, zone: string): string {
  return wallClock(instant, zone).slice(0, 10);
}

/** The time of an instant in a zone, as HH:MM. */
export function timeOf(instant: number, zone: string): string {
  return wallClock(instant, zone).slice(11, 16);
}

/** What the clocks of a zone show, as YYYY-MM-DDTHH:MM. */
function wallClock(instant: number, zone: string): string {
  // Swedish writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return format.format(instant).replace(" ", "T");
}

/** The instant at which the clocks of a zone show a time; a time that they skip is moved forward. */
export function instantOf(date: string, time: string, zone: string): number {
  const target = Date.parse(`${date}T${time}Z`);
  let instant = target;
  for (let pass = 0; pass < 2; pass++) instant += target - Date.parse(`${wallClock(instant, zone)}Z`);
  return instant;
}

/** Whole days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The day a todo is due in the user's zone; a due date without a time is that day everywhere. */
export function dueDay({ due, dueAt }: Pick<Todo, "due" | "dueAt">, zone: string): string | null {
  if (!due || !dueAt) return null;
  return due.time ? dayOf(Date.parse(dueAt), zone) : due.date;
}

/** A due date as it is shown: "Today, 17:00", "Tomorrow", "Friday, 09:00", "Mon 14 Dec", "14 Mar 2028, 17:00". */
export function showDue(
  todo: Pick<Todo, "due" | "dueAt">,
  zone: string,
  now: number,
  writing = browserWriting(),
): string {
  const day = dueDay(todo, zone);
  if (!day || !todo.dueAt) return "";
  const words = showDay(day, dayOf(now, zone), writing);
  return todo.due?.time ? `${words}, ${showTime(Date.parse(todo.dueAt), zone, writing)}` : words;
}

function showTime(instant: number, zone: string, { locale, hourCycle }: Writing): string {
  const hour = hourCycle === "h23" ? "2-digit" : "numeric";
  const options = { timeZone: zone, hour, minute: "2-digit", hourCycle } as const;
  return new Intl.DateTimeFormat(locale, options).format(instant);
}

function showDay(day: string, today: string, { locale }: Writing): string {
  const ahead = daysBetween(today, day);
  if (ahead === 0) return "Today";
  if (ahead === 1) return "Tomorrow";
  if (ahead === -1) return "Yesterday";
  const soon = ahead > 1 && ahead < 7;
  const options: Intl.DateTimeFormatOptions = soon
    ? { weekday: "long" }
    : day.slice(0, 4) === today.slice(0, 4)
      ? { weekday: "short", day: "numeric", month: "short" }
      : { day: "numeric", month: "short", year: "numeric" };
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).format(Date.parse(day));
}
