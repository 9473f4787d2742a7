import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dueAt, speakDue } from "./due.ts";
import { type ParsedDue, parseDue, parseDuration, parseNumber } from "./spoken.ts";

/** Expected: date, time, the zone if it is not that of the user, "past"; "" for a phrase that is none. */
type Case = { said: string; now: string; zone: string; expect: string };

const at = (now: string, zone: string, table: Record<string, string>): Case[] =>
  Object.entries(table).map(([said, expect]) => ({ said, now, zone, expect }));

const cases: Case[] = [
  // Wednesday noon
  ...at("2026-03-04T11:00:00Z", "Europe/Berlin", {
    // hours without am or pm
    "at five": "2026-03-04 17:00",
    "at eight": "2026-03-04 20:00",
    "at eleven": "2026-03-04 23:00",
    "at twelve": "2026-03-05 12:00",
    "tomorrow at five": "2026-03-05 17:00",
    "tomorrow at seven": "2026-03-05 07:00",
    "tomorrow at eleven thirty": "2026-03-05 11:30",
    "tomorrow at twelve": "2026-03-05 12:00",
    "tomorrow at 12:30": "2026-03-05 12:30",
    "tomorrow at 05:30": "2026-03-05 05:30",
    // writings of a clock time
    "at five tomorrow": "2026-03-05 17:00",
    "5pm": "2026-03-04 17:00",
    "5 PM": "2026-03-04 17:00",
    "5 p.m.": "2026-03-04 17:00",
    "at 5 p m": "2026-03-04 17:00",
    "5:30pm": "2026-03-04 17:30",
    "5.30 p.m.": "2026-03-04 17:30",
    "530 pm": "2026-03-04 17:30",
    "17:00": "2026-03-04 17:00",
    "at 1730": "2026-03-04 17:30",
    "seventeen hundred hours": "2026-03-04 17:00",
    "5:30": "2026-03-04 17:30",
    "five thirty": "2026-03-04 17:30",
    "five oh five": "2026-03-04 17:05",
    "at 5 30": "2026-03-04 17:30",
    "five o'clock": "2026-03-04 17:00",
    "5 o\u2019clock": "2026-03-04 17:00",
    "at 5 o clock": "2026-03-04 17:00",
    "half past five": "2026-03-04 17:30",
    "half five": "2026-03-04 17:30",
    "a quarter to six": "2026-03-04 17:45",
    "quarter past five": "2026-03-04 17:15",
    "twenty-five past five": "2026-03-04 17:25",
    "ten to one": "2026-03-04 12:50",
    "3 minutes past 4": "2026-03-04 16:03",
    "ten to midnight": "2026-03-04 23:50",
    "quarter past midnight": "2026-03-05 00:15",
    "around 5 pm": "2026-03-04 17:00",
    "by 5 pm": "2026-03-04 17:00",
    "at 5 pm sharp": "2026-03-04 17:00",
    noon: "2026-03-05 12:00",
    "12 noon tomorrow": "2026-03-05 12:00",
    midnight: "2026-03-05 00:00",
    "friday at midnight": "2026-03-07 00:00",
    "tomorrow at 12 am": "2026-03-05 00:00",
    "by the end of the day": "2026-03-04 17:00",
    "same time tomorrow": "2026-03-05 12:00",
    // day parts
    "at five in the evening": "2026-03-04 17:00",
    "at five in the morning": "2026-03-05 05:00",
    "tomorrow at five in the morning": "2026-03-05 05:00",
    "tonight at nine": "2026-03-04 21:00",
    "at half past nine tonight": "2026-03-04 21:30",
    "tonight at one": "2026-03-05 01:00",
    "at twelve tonight": "2026-03-05 00:00",
    "friday night at two": "2026-03-07 02:00",
    tonight: "2026-03-04 20:00",
    "this evening": "2026-03-04 18:00",
    "this morning": "2026-03-04 09:00 past",
    "in the morning": "2026-03-05 09:00",
    "tomorrow morning": "2026-03-05 09:00",
    "tomorrow morning at eight": "2026-03-05 08:00",
    "at 8 tomorrow morning": "2026-03-05 08:00",
    "friday afternoon": "2026-03-06 15:00",
    "on the evening of the 14th": "2026-03-14 18:00",
    // days
    today: "2026-03-04",
    "later today": "2026-03-04",
    tomorrow: "2026-03-05",
    "Tomorrow, at five.": "2026-03-05 17:00",
    "the day after tomorrow at 8": "2026-03-06 08:00",
    yesterday: "2026-03-03 past",
    "today at 9 am": "2026-03-04 09:00 past",
    "today at nine": "2026-03-04 21:00",
    friday: "2026-03-06",
    "by Friday": "2026-03-06",
    "this friday": "2026-03-06",
    "next friday": "2026-03-13",
    "next monday": "2026-03-09",
    "next sunday": "2026-03-15",
    wednesday: "2026-03-11",
    "wednesday at 3": "2026-03-04 15:00",
    "wednesday at 11": "2026-03-11 11:00",
    "wednesday at 9 am": "2026-03-11 09:00",
    "at 5 on friday": "2026-03-06 17:00",
    "friday at 5": "2026-03-06 17:00",
    "fri 5pm": "2026-03-06 17:00",
    "on sun": "2026-03-08",
    "friday next week": "2026-03-13",
    "on Friday of next week at 9am": "2026-03-13 09:00",
    "friday week": "2026-03-13",
    "a week from friday": "2026-03-13",
    "a week on monday at 3 pm": "2026-03-16 15:00",
    "two weeks from tomorrow": "2026-03-19",
    // lengths
    "in 20 minutes": "2026-03-04 12:20",
    "in a minute": "2026-03-04 12:01",
    "in an hour": "2026-03-04 13:00",
    "in half an hour": "2026-03-04 12:30",
    "in a quarter of an hour": "2026-03-04 12:15",
    "in an hour and a half": "2026-03-04 13:30",
    "in two and a half hours": "2026-03-04 14:30",
    "in 1 hour, 20 minutes": "2026-03-04 13:20",
    "in 1h30": "2026-03-04 13:30",
    "20 minutes from now": "2026-03-04 12:20",
    "in a couple of hours": "2026-03-04 14:00",
    "in two days": "2026-03-06",
    "in two days at five": "2026-03-06 17:00",
    "at noon in two days": "2026-03-06 12:00",
    "in 3 days' time": "2026-03-07",
    "in a week": "2026-03-11",
    "in a fortnight": "2026-03-18",
    "in two months": "2026-05-04",
    // periods
    "next week": "2026-03-09",
    "this week": "2026-03-06",
    "the week after next": "2026-03-16",
    "this weekend": "2026-03-07",
    "next weekend": "2026-03-14",
    "sunday this weekend": "2026-03-08",
    "next month": "2026-04-01",
    "next year": "2027-01-01",
    "end of the month": "2026-03-31",
    "by the end of next week": "2026-03-13",
    "the end of april": "2026-04-30",
    "in july": "2026-07-01",
    // dates
    "the 14th": "2026-03-14",
    "the 3rd": "2026-04-03",
    "the first of the month": "2026-04-01",
    "on the 14th of next month": "2026-04-14",
    "on the third of march": "2027-03-03",
    "march 4th": "2026-03-04",
    "march 4th at 9 am": "2026-03-04 09:00 past",
    "March 3rd, 2027": "2027-03-03",
    "march third twenty twenty seven at five": "2027-03-03 17:00",
    "3 march 2025": "2025-03-03 past",
    "5 April next year": "2027-04-05",
    "15-Sep": "2026-09-15",
    "03.05.": "2026-05-03",
    "3.5.2026 at 10": "2026-05-03 10:00",
    "3/5": "2026-03-05",
    "14/3": "2026-03-14",
    "2026-03-09": "2026-03-09",
    "2026-03-09 at 5 pm": "2026-03-09 17:00",
    "2026-03-09T17:00": "2026-03-09 17:00",
    "2026-03-09T17:00:00Z": "2026-03-09 18:00",
    "2026-07-09T17:00:00+05:30": "2026-07-09 13:30",
    "2026-03-01T17:00": "2026-03-01 17:00 past",
    "friday the 6th at noon": "2026-03-06 12:00",
    "Friday, 13 March 2026": "2026-03-13",
  }),
  // Early and late on a day: which of two faces is meant
  ...at("2026-03-04T05:00:00Z", "Europe/London", {
    "at six": "2026-03-04 18:00",
    "at seven": "2026-03-04 07:00",
    "at ten": "2026-03-04 10:00",
    "today at six": "2026-03-04 18:00",
  }),
  ...at("2026-03-05T02:00:00Z", "America/Los_Angeles", {
    today: "2026-03-04",
    "at five": "2026-03-05 17:00",
    "at nine": "2026-03-04 21:00",
    "today at five": "2026-03-04 17:00 past",
    "this afternoon": "2026-03-04 15:00 past",
    "this evening": "2026-03-04 19:00",
    "wednesday evening": "2026-03-11 18:00",
    thursday: "2026-03-05",
  }),
  // Half an hour off, a quarter past midnight on a Thursday while it is still Wednesday in UTC
  ...at("2026-03-04T18:45:00Z", "Asia/Kolkata", {
    today: "2026-03-05",
    thursday: "2026-03-12",
    friday: "2026-03-06",
    "at five": "2026-03-05 17:00",
    "tonight at one": "2026-03-05 01:00",
    "thursday night at one": "2026-03-06 01:00",
    tonight: "2026-03-05 20:00",
    "at midnight": "2026-03-06 00:00",
    "in half an hour": "2026-03-05 00:45",
    "2026-03-05T12:00:00Z": "2026-03-05 17:30",
  }),
  ...at("2026-03-04T18:20:00Z", "Asia/Kathmandu", { "in 20 minutes": "2026-03-05 00:25", tomorrow: "2026-03-06" }),
  ...at("2026-03-04T11:00:30Z", "Europe/Berlin", {
    "in 20 minutes": "2026-03-04 12:21",
    "in 30 seconds": "2026-03-04 12:01",
  }),
  // Spring: 02:00 to 03:59 is one hour
  ...at("2026-03-28T23:30:00Z", "Europe/Berlin", {
    "in two hours": "2026-03-29 03:30",
    "today at 2:30 am": "2026-03-29 02:30",
    "tomorrow at nine": "2026-03-30 09:00",
    "in a day": "2026-03-30",
  }),
  ...at("2026-03-08T03:00:00Z", "America/New_York", {
    "in 5 hours": "2026-03-08 04:00",
    "in 24 hours": "2026-03-08 23:00",
    "in a day": "2026-03-08",
    "tomorrow at 2:30 am": "2026-03-08 02:30",
    "tomorrow at 9 am": "2026-03-08 09:00",
  }),
  // Autumn: an hour comes twice, its second pass is written in UTC
  ...at("2026-10-25T00:50:00Z", "Europe/Berlin", {
    "in 5 minutes": "2026-10-25 02:55",
    "in 20 minutes": "2026-10-25 01:10 UTC",
    "in 90 minutes": "2026-10-25 03:20",
  }),
  ...at("2026-11-01T05:10:00Z", "America/New_York", {
    "in 20 minutes": "2026-11-01 01:30",
    "in an hour": "2026-11-01 06:10 UTC",
    "at 1:30 am": "2026-11-01 01:30",
    "in two hours": "2026-11-01 02:10",
  }),
  ...at("2026-11-01T06:10:00Z", "America/New_York", {
    "at 1:30 am": "2026-11-02 01:30",
    "today at 1:30 am": "2026-11-01 01:30 past",
  }),
  // South of the equator clocks go back in April, on Lord Howe Island by half an hour
  ...at("2026-04-04T10:00:00Z", "Pacific/Auckland", {
    "tomorrow at noon": "2026-04-05 12:00",
    "in 5 hours": "2026-04-05 03:00",
    "next month": "2026-05-01",
  }),
  ...at("2026-04-04T14:00:00Z", "Australia/Lord_Howe", {
    "in 90 minutes": "2026-04-05 02:00",
    "in 70 minutes": "2026-04-04 15:10 UTC",
  }),
  // The year's end, a Thursday at half past eleven
  ...at("2026-12-31T22:30:00Z", "Europe/Berlin", {
    tomorrow: "2027-01-01",
    "at midnight": "2027-01-01 00:00",
    "in an hour": "2027-01-01 00:30",
    "january first": "2027-01-01",
    "december 31st": "2026-12-31",
    "next week": "2027-01-04",
    "end of the year": "2026-12-31",
    "end of next month": "2027-01-31",
    tonight: "2026-12-31 23:59",
  }),
  // Leap days and short months
  ...at("2028-02-28T12:00:00Z", "UTC", {
    tomorrow: "2028-02-29",
    "in two days": "2028-03-01",
    "the 30th": "2028-03-30",
    "february 29th": "2028-02-29",
    "end of the month": "2028-02-29",
  }),
  ...at("2028-02-29T12:00:00Z", "UTC", { "in a year": "2029-02-28", "29 february 2029": "" }),
  ...at("2096-03-01T12:00:00Z", "UTC", { "29 february": "2104-02-29" }),
  ...at("2026-01-31T12:00:00Z", "UTC", {
    "in a month": "2026-02-28",
    "the 31st": "2026-01-31",
    "the 30th": "2026-03-30",
    "the 30th of next month": "",
  }),
  // The weekend itself
  ...at("2026-03-08T12:00:00Z", "UTC", {
    "this weekend": "2026-03-08",
    "next monday": "2026-03-09",
    "end of the week": "2026-03-08",
    "next week": "2026-03-09",
    saturday: "2026-03-14",
  }),
];

const noDue = [
  ...[
    "",
    " ",
    ".",
    "may",
    "sun",
    "sat",
    "march",
    "five",
    "second",
    "14th",
    "morning",
    "week",
    "in",
    "at",
    "on the",
    "a",
  ],
  ...["at five left over", "The 9/11 report", "call mum tomorrow", "tomorrow call mum", "at the same time", "half"],
  ...["the 31st of february", "february 30", "25:00", "5:60", "14 pm", "0 pm", "2026-02-30", "2026-13-01", "31.2.2027"],
  ...[
    "friday the 7th",
    "monday 13 march 2026",
    "today tomorrow",
    "tonight tomorrow",
    "at 5 at 6",
    "noon in the morning",
  ],
  ...[
    "17:00 in the morning",
    "in 20 minutes tomorrow",
    "in 9999 years",
    "10 to 22 August 2012",
    "3-5 pm",
    "every friday",
  ],
  ...["the 32nd", "0 march", "in minus two days", "um fünf", "\u4e94\u70b9", "__proto__", "constructor", "toString"],
  ...[
    "2026-03-09T17:00:00+99:00",
    "2026-03-09T25:00",
    "9999-12-31",
    "0000-01-01T00:00Z",
    "five thirty three thirty",
    "9 12",
    "end week",
    "five oh 1.5",
    "two to six",
    "3 days friday",
    "buy the 2 for 1",
    "next",
    "this",
  ],
];

const CONTEXT = { now: "2026-03-04T11:00:00Z", zone: "Europe/Berlin" };

function show(parsed: ParsedDue | undefined, zone: string): string {
  if (!parsed) return "";
  const { due, past } = parsed;
  return [due.date, due.time, due.zone === zone ? "" : due.zone, past ? "past" : ""].filter(Boolean).join(" ");
}

describe("parseDue", () => {
  for (const { said, now, zone, expect } of cases) {
    test(`"${said}" at ${now} in ${zone} is ${expect || "none"}`, () => {
      assert.equal(show(parseDue(said, { now, zone }), zone), expect);
    });
  }

  for (const said of noDue) {
    test(`"${said}" is no time as a whole`, () => assert.equal(parseDue(said, CONTEXT), undefined));
  }

  test("uses the offset of the day that is meant, not that of today", () => {
    const parsed = parseDue("tomorrow at five", { now: "2026-03-28T20:00:00Z", zone: "Europe/Berlin" });
    assert.equal(parsed && dueAt(parsed.due), "2026-03-29T15:00:00.000Z");
  });

  test("is past exactly when it says so", () => {
    for (const { said, now, zone } of cases) {
      const parsed = parseDue(said, { now, zone });
      if (parsed?.due.time) assert.equal(dueAt(parsed.due) < new Date(now).toISOString(), parsed.past, said);
    }
  });

  test("understands what speakDue says", () => {
    for (const { said, now, zone } of cases) {
      const parsed = parseDue(said, { now, zone });
      if (!parsed || parsed.past || parsed.due.zone !== zone) continue;
      const spoken = speakDue(parsed.due, { now, zone });
      assert.deepEqual(parseDue(spoken, { now, zone }), parsed, `${said} -> ${spoken}`);
    }
  });

  test("does not mind case and spaces", () => {
    for (const { said, now, zone, expect } of cases) {
      const written = `  ${said.toUpperCase().replaceAll(" ", "  ")} `;
      assert.equal(show(parseDue(written, { now, zone }), zone), expect, written);
    }
  });

  test("answers hostile input quickly", () => {
    const parts = [
      "five ",
      "half past ",
      "a half an hour and ",
      "on the ",
      "in ",
      "1 ",
      "twenty ",
      "- ",
      ".",
      "5:30 ",
      "a-/",
      "\u0130",
    ];
    const started = process.cpuUsage();
    for (const part of parts) {
      for (const length of [119, 120, 1_000_000]) parseDue(part.repeat(length / part.length), CONTEXT);
    }
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 500_000, `${(user + system) / 1000} ms`);
  });
});

describe("parseDuration", () => {
  const minutes: Record<string, number | undefined> = {
    "20 minutes": 20,
    "half an hour": 30,
    "a half hour": 30,
    "three quarters of an hour": 45,
    "an hour": 60,
    "an hour and a half": 90,
    "one and a half hours": 90,
    "1.5 hours": 90,
    "1h30": 90,
    "2h": 120,
    "1 hour 20 mins": 80,
    "an hour and twenty minutes": 80,
    "a couple of minutes": 2,
    "forty-five minutes": 45,
    "90 seconds": 2,
    "a second": 1,
    "two days": 2880,
    "a day and a half": 2160,
    "a fortnight": 20160,
    "a month": undefined,
    "20 minutes and an hour": undefined,
    "20": undefined,
    "half a week": undefined,
    "in 20 minutes": undefined,
    "": undefined,
  };
  for (const [phrase, expected] of Object.entries(minutes)) {
    test(`"${phrase}" is ${expected} minutes`, () => assert.equal(parseDuration(phrase), expected));
  }
});

describe("parseNumber", () => {
  const numbers: Record<string, number | undefined> = {
    zero: 0,
    a: 1,
    an: 1,
    "a couple of": 2,
    "a few": 3,
    seven: 7,
    "twenty-five": 25,
    "Twenty Five": 25,
    "one hundred and five": 105,
    "a hundred": 100,
    "fifteen hundred": 1500,
    "two thousand and one": 2001,
    "nine thousand nine hundred and ninety nine": 9999,
    "42": 42,
    "1,500": 1500,
    "2.5": 2.5,
    "12345": undefined,
    "ten thousand": undefined,
    third: undefined,
    "five and": undefined,
    "twenty twenty": undefined,
    "": undefined,
    constructor: undefined,
  };
  for (const [words, expected] of Object.entries(numbers)) {
    test(`"${words}" is ${expected}`, () => assert.equal(parseNumber(words), expected));
  }
});
