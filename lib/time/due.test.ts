import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Due, dueAt, fromInstant, isZone, speakDue } from "./due.ts";

const due = (date: string, time: string | undefined, zone: string): Due => ({ date, zone, ...(time && { time }) });

describe("dueAt", () => {
  const instants: [Due, string, string][] = [
    [due("2026-03-01", "17:00", "Europe/Berlin"), "2026-03-01T16:00:00.000Z", "winter time"],
    [due("2026-07-01", "17:00", "Europe/Berlin"), "2026-07-01T15:00:00.000Z", "summer time"],
    [due("2026-07-01", undefined, "Europe/Berlin"), "2026-07-01T07:00:00.000Z", "nine o'clock without a time"],
    [due("2026-01-01", "00:15", "Asia/Kolkata"), "2025-12-31T18:45:00.000Z", "the day before in UTC"],
    [due("2026-03-29", "02:30", "Europe/Berlin"), "2026-03-29T01:30:00.000Z", "a skipped time moved forward"],
    [due("2026-03-08", "02:30", "America/New_York"), "2026-03-08T07:30:00.000Z", "a skipped time moved forward"],
    [due("2026-10-25", "02:30", "Europe/Berlin"), "2026-10-25T00:30:00.000Z", "the first of two"],
    [due("2026-11-01", "01:30", "America/New_York"), "2026-11-01T05:30:00.000Z", "the first of two"],
    [due("2026-09-27", "02:30", "Pacific/Auckland"), "2026-09-26T14:30:00.000Z", "a skipped time moved forward"],
    [
      due("2026-04-05", "01:45", "Australia/Lord_Howe"),
      "2026-04-04T14:45:00.000Z",
      "the first of two, half an hour apart",
    ],
  ];
  for (const [value, expected, why] of instants) {
    test(`${value.date} ${value.time ?? ""} in ${value.zone} is ${expected}: ${why}`, () => {
      assert.equal(dueAt(value), expected);
    });
  }

  test("rings at the preferred time without a time, and only then", () => {
    assert.equal(dueAt(due("2026-03-01", undefined, "UTC"), "07:30"), "2026-03-01T07:30:00.000Z");
    assert.equal(dueAt(due("2026-03-01", "17:00", "UTC"), "07:30"), "2026-03-01T17:00:00.000Z");
  });

  test("refuses a date, time or zone that does not exist", () => {
    for (const value of [
      due("2026-02-30", "17:00", "UTC"),
      due("2026-03-01", "25:00", "UTC"),
      due("2026-03-01", "17:00", "Mars/Olympus"),
    ])
      assert.throws(() => dueAt(value), RangeError);
  });
});

describe("isZone", () => {
  const valid = ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "US/Pacific", "Asia/Kolkata"];
  const invalid = [
    "",
    "Mars/Olympus",
    "+01:00",
    "europe/berlin",
    "Europe/Berlin ",
    "__proto__",
    "constructor",
    "Z",
    "a".repeat(1e6),
  ];
  test("accepts the names of the platform's zones", () => {
    for (const zone of [...valid, ...Intl.supportedValuesOf("timeZone")]) assert.ok(isZone(zone), zone);
  });
  test("refuses offsets, other spellings and anything else, also when asked again", () => {
    for (const zone of [...invalid, ...invalid]) assert.ok(!isZone(zone), zone.slice(0, 40));
  });
});

describe("fromInstant", () => {
  const texts: [string, string, Due | undefined][] = [
    ["2026-03-01T16:00:00Z", "Europe/Berlin", due("2026-03-01", "17:00", "Europe/Berlin")],
    ["2026-07-01T16:00:00.123Z", "Europe/Berlin", due("2026-07-01", "18:00:01", "Europe/Berlin")],
    ["2026-03-01T16:00-05:00", "Asia/Kolkata", due("2026-03-02", "02:30", "Asia/Kolkata")],
    ["2026-03-01T17:00", "Asia/Kolkata", due("2026-03-01", "17:00", "Asia/Kolkata")],
    ["2026-03-01 17:00:59", "UTC", due("2026-03-01", "17:00:59", "UTC")],
    ["2026-03-01", "America/New_York", due("2026-03-01", undefined, "America/New_York")],
    ["2026-10-25T00:30:00Z", "Europe/Berlin", due("2026-10-25", "02:30", "Europe/Berlin")],
    ["2026-10-25T01:30:00Z", "Europe/Berlin", due("2026-10-25", "01:30", "UTC")],
    ["2026-02-30", "UTC", undefined],
    ["2026-03-01T24:30", "UTC", undefined],
    ["2026-03-01T17:00[Europe/Berlin]", "UTC", undefined],
    ["2026-3-1", "UTC", undefined],
    ["20260301", "UTC", undefined],
    ["9999-12-31T23:59:00Z", "Pacific/Auckland", undefined],
    ["", "UTC", undefined],
    ["tomorrow", "UTC", undefined],
  ];
  for (const [text, zone, expected] of texts) {
    test(`"${text}" in ${zone} is ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(fromInstant(text, zone), expected));
  }

  test("keeps the instant, also in the hour that comes twice", () => {
    for (let minute = 0; minute < 240; minute += 10) {
      const instant = new Date(Date.UTC(2026, 9, 24, 23, minute)).toISOString();
      assert.equal(dueAt(fromInstant(instant, "Europe/Berlin") as Due), instant);
    }
  });
});

describe("speakDue", () => {
  const listener = { now: "2026-03-04T11:00:00Z", zone: "Europe/Berlin" };
  const words: [Due, string][] = [
    [due("2026-03-04", "17:00", "Europe/Berlin"), "today at 5 pm"],
    [due("2026-03-04", undefined, "Europe/Berlin"), "today"],
    [due("2026-03-05", "17:30", "Europe/Berlin"), "tomorrow at 5:30 pm"],
    [due("2026-03-03", "09:05", "Europe/Berlin"), "yesterday at 9:05 am"],
    [due("2026-03-06", "12:00", "Europe/Berlin"), "Friday at noon"],
    [due("2026-03-10", "00:00", "Europe/Berlin"), "Tuesday at 12 am"],
    [due("2026-03-11", undefined, "Europe/Berlin"), "11 March"],
    [due("2026-03-02", undefined, "Europe/Berlin"), "2 March"],
    [due("2026-12-14", "12:30", "Europe/Berlin"), "14 December at 12:30 pm"],
    [due("2028-03-14", undefined, "Europe/Berlin"), "14 March 2028"],
    [due("2026-03-05", "01:30", "Asia/Kolkata"), "today at 9 pm"],
    [due("2026-03-05", undefined, "Asia/Kolkata"), "tomorrow"],
  ];
  for (const [value, expected] of words) {
    test(`${value.date} ${value.time ?? ""} ${value.zone} is "${expected}"`, () => {
      assert.equal(speakDue(value, listener), expected);
    });
  }

  test("speaks the second pass of an hour on the listener's clocks", () => {
    const second = due("2026-10-25", "01:10", "UTC");
    assert.equal(speakDue(second, { now: "2026-10-25T00:50:00Z", zone: "Europe/Berlin" }), "today at 2:10 am");
  });
});
