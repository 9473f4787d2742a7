import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, daysBetween, dueDay, instantOf, showDue, type Writing } from "./time.ts";

const ZONE = "Europe/Berlin";
const BRITISH: Writing = { locale: "en-GB", hourCycle: "h23" };
const NOW = Date.parse("2026-03-10T11:00:00Z");

const timed = (dueAt: string, zone = ZONE) => ({ due: { date: "2026-01-01", time: "00:00", zone }, dueAt });
const allDay = (date: string, zone = ZONE) => ({ due: { date, zone }, dueAt: `${date}T08:00:00.000Z` });

test("shows a due date as people say it, on the clocks of the user", () => {
  const cases: [Parameters<typeof showDue>[0], string][] = [
    [{ due: null, dueAt: null }, ""],
    [allDay("2026-03-10"), "Today"],
    [allDay("2026-03-09"), "Yesterday"],
    [timed("2026-03-10T16:00:00.000Z"), "Today, 17:00"],
    [timed("2026-03-10T23:30:00.000Z"), "Tomorrow, 00:30"],
    [timed("2026-03-13T08:05:00.000Z", "America/New_York"), "Friday, 09:05"],
    [allDay("2026-03-17"), "Tue 17 Mar"],
    [allDay("2027-03-17"), "17 Mar 2027"],
  ];
  // Whether a comma follows the weekday has changed between versions of ICU.
  for (const [todo, words] of cases) assert.equal(showDue(todo, ZONE, NOW, BRITISH).replace(/^(\w{3}),/, "$1"), words);
});

test("keeps a day without a time the day that it is, wherever it was meant", () => {
  assert.equal(dueDay(allDay("2026-03-10", "Pacific/Auckland"), ZONE), "2026-03-10");
  assert.equal(dueDay(timed("2026-03-10T23:30:00.000Z"), ZONE), "2026-03-11");
});

test("finds the instant of a wall-clock time, also when the clocks change", () => {
  const cases = [
    ["2026-03-10", "09:00", "2026-03-10T08:00:00.000Z"],
    ["2026-03-29", "01:59", "2026-03-29T00:59:00.000Z"],
    ["2026-03-29", "09:00", "2026-03-29T07:00:00.000Z"],
    ["2026-10-25", "09:00", "2026-10-25T08:00:00.000Z"],
  ] as const;
  for (const [date, time, instant] of cases)
    assert.equal(new Date(instantOf(date, time, ZONE)).toISOString(), instant, `${date} ${time}`);
});

test("counts days across months and leap days", () => {
  assert.equal(addDays("2028-02-28", 2), "2028-03-01");
  assert.equal(daysBetween("2028-02-28", "2028-03-01"), 2);
});
