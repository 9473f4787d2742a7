// Whether a sample did what it should: read back from the platform, whatever the answer says.
import { Temporal } from "temporal-polyfill";
import type { Expectation, ExpectedDue } from "./samples.ts";

interface Todo {
  title: string;
  list: string;
  done: boolean;
  due: { date: string; time?: string } | null;
}

/** The part of the voice's answer that is checked. */
export interface Answer {
  heard: string;
  transcript: string;
  action: string | null;
  result: unknown;
  reply: string;
  speech: { data: string } | null;
}

/** Reads a path of the platform. */
export type Get = <T>(path: string) => Promise<T>;

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/** "In twenty minutes" may be said at the end of a minute and heard at the beginning of the next one. */
const MINUTES_OFF = 1;

/**
 * What differs from the expectation; nothing when all is well.
 * @param saidAt the user's date and time before the sample was sent
 */
export async function differences(
  expect: Expectation,
  answer: Answer,
  get: Get,
  saidAt: Temporal.ZonedDateTime,
): Promise<string[]> {
  const found: string[] = [];
  const differ = (what: string, got: unknown, wanted: unknown): void => {
    found.push(`${what} is ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
  };
  if (answer.action !== expect.action) differ("the action", answer.action, expect.action);
  const { items: todos } = await get<{ items: Todo[] }>("/todos?limit=200");

  const { todo, gone, list, ringing } = expect;
  if (todo) {
    const named = todos.find(({ title }) => sameText(title, todo.title));
    if (!named) found.push(`there is no "${todo.title}"`);
    else {
      if (named.done !== (todo.done ?? false)) differ("done", named.done, todo.done ?? false);
      if (todo.list && named.list !== todo.list) differ("the list", named.list, todo.list);
      if (todo.due === null && named.due) differ("the due date", named.due, null);
      if (todo.due && !isDue(named.due, todo.due, saidAt)) differ("the due date", named.due, todo.due);
    }
  }
  if (gone && todos.some(({ title }) => sameText(title, gone))) found.push(`"${gone}" is still there`);
  if (list) {
    const { items } = await get<{ items: { name: string }[] }>("/lists");
    if (!items.some(({ name }) => name === list)) found.push(`there is no list "${list}"`);
  }
  if (ringing !== undefined) {
    const { items } = await get<{ items: unknown[] }>("/rings");
    if (items.length !== ringing) differ("the number of rings", items.length, ringing);
  }
  return [...found, ...shownDifferences(expect, answer)];
}

function shownDifferences({ shown, shownIncludes }: Expectation, { result }: Answer): string[] {
  const wanted = shown ?? shownIncludes;
  if (!wanted) return [];
  const items = (result as { items?: { title?: string; name?: string }[] } | null)?.items ?? [];
  const names = items.map(({ title, name }) => title ?? name ?? "");
  const missing = wanted.filter((name) => !names.some((other) => sameText(name, other)));
  const extra = shown ? names.filter((name) => !shown.some((other) => sameText(name, other))) : [];
  return [
    ...missing.map((name) => `the answer does not show "${name}"`),
    ...extra.map((name) => `the answer shows "${name}"`),
  ];
}

function isDue(due: Todo["due"], expected: ExpectedDue, saidAt: Temporal.ZonedDateTime): boolean {
  if (!due) return false;
  if (expected.minutes !== undefined) {
    const exact = saidAt.add({ minutes: expected.minutes });
    const got = Temporal.PlainDateTime.from(`${due.date}T${due.time ?? "00:00"}`).toZonedDateTime(saidAt.timeZoneId);
    return Math.abs(got.since(exact).total("minutes")) <= MINUTES_OFF;
  }
  return due.time === expected.time && due.date === dateOf(expected, saidAt).toString();
}

function dateOf({ days, weekday, week, time }: ExpectedDue, saidAt: Temporal.ZonedDateTime): Temporal.PlainDate {
  const today = saidAt.toPlainDate();
  const isToCome = time !== undefined && Temporal.PlainTime.compare(time, saidAt.toPlainTime()) > 0;
  if (days !== undefined) return today.add({ days });
  if (weekday === undefined) return isToCome ? today : today.add({ days: 1 });
  const wanted = WEEKDAYS.indexOf(weekday) + 1;
  if (week === "next") return today.add({ days: 7 - today.dayOfWeek + wanted });
  const ahead = (wanted - today.dayOfWeek + 7) % 7;
  return today.add({ days: ahead === 0 && !isToCome ? 7 : ahead });
}

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
