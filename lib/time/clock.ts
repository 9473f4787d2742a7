// Clock times as they are said: "half past five", "5:30 pm", "seventeen hundred", "noon".

import { after, type Match, optional, type Token, wordAt } from "./tokens.ts";

/**
 * A time of day in minutes from its start; midnight is the end of the day, 1440. A twelve-hour `face` leaves am or pm
 * open, `now` is the time at which the phrase is said.
 */
export type Clock = { kind: "exact" | "face"; minutes: number } | { kind: "now" };

/** `bare`: a number without "at", which is an hour only beside a day part. */
export type SaidClock = { clock: Clock; bare: boolean };

const END_OF_DAY = 17 * 60;
const NAMED = new Map([
  ["noon", 12 * 60],
  ["midday", 12 * 60],
  ["lunchtime", 12 * 60],
  ["midnight", 24 * 60],
  ["eod", END_OF_DAY],
]);
const FRACTIONS = new Map([
  ["half", 30],
  ["quarter", 15],
]);
const PAST = new Set(["past", "after"]);
const TO = new Set(["to", "before", "till", "til"]);
const BEFORE_CLOCK = new Set(["for", "before", "after"]);
const ABOUT = new Set(["about", "around", "approximately", "roughly", "exactly"]);
const SHARP = new Set(["sharp", "exactly"]);
const OCLOCK = new Set(["o'clock", "oclock"]);
const HOURS = new Set(["hours"]);
const MINUTES = new Set(["minutes", "minute", "mins", "min"]);
const OH = new Set(["oh", "o"]);
const ARTICLE = new Set(["a", "the"]);

/** Every way to read a clock time that starts at `at`, the longest first. */
export function readClocks(tokens: readonly Token[], at: number): Match<SaidClock>[] {
  const word = wordAt(tokens, at);
  const said = word === "at" || word === "by";
  const start = optional(tokens, said ? at + 1 : optional(tokens, at, BEFORE_CLOCK), ABOUT);
  const found = [...named(tokens, start), ...relative(tokens, start), ...written(tokens, start, said)].map(
    ({ value, next }) => ({ value: { clock: value, bare: false }, next: optional(tokens, next, SHARP) }),
  );
  return [...found, ...lone(tokens, start).map(({ value, next }) => ({ value: { clock: value, bare: !said }, next }))];
}

function named(tokens: readonly Token[], at: number): Match<Clock>[] {
  // "twelve noon"
  const from = numberAt(tokens, at)?.value === 12 ? at + 1 : at;
  const minutes = NAMED.get(wordAt(tokens, from));
  if (minutes !== undefined) return [exact(minutes, from + 1)];
  const the = optional(tokens, at, ARTICLE);
  const end = after(tokens, the, "end", "of", "the", "day") ?? after(tokens, the, "end", "of", "day");
  if (end) return [exact(END_OF_DAY, end)];
  const now = after(tokens, the, "same", "time") ?? after(tokens, the, "this", "time");
  return now ? [{ value: { kind: "now" }, next: now }] : [];
}

// "half past five", "half five", "a quarter to six", "twenty minutes past noon"
function relative(tokens: readonly Token[], at: number): Match<Clock>[] {
  const shift = shiftAt(tokens, at);
  if (!shift) return [];
  const sign = wordAt(tokens, shift.next);
  const isTo = TO.has(sign) || (sign === "of" && shift.value === 15);
  const half = shift.value === 30 && wordAt(tokens, shift.next - 1) === "half";
  if (half ? isTo : !isTo && !PAST.has(sign)) return [];
  const from = half && !PAST.has(sign) ? shift.next : shift.next + 1;
  // On the 24-hour clock nobody says it so: "10 to 22 August" is a range.
  if ((numberAt(tokens, from)?.value ?? 0) > 12) return [];
  const targets = [...named(tokens, from), ...written(tokens, from, true), ...lone(tokens, from)];
  return targets.flatMap(({ value, next }) => {
    const moved = value.kind === "now" ? undefined : shiftClock(value, isTo ? -shift.value : shift.value);
    return moved ? [{ value: moved, next }] : [];
  });
}

function shiftAt(tokens: readonly Token[], at: number): Match<number> | undefined {
  const from = optional(tokens, at, ARTICLE);
  const fraction = FRACTIONS.get(wordAt(tokens, from));
  if (fraction) return { value: fraction, next: from + 1 };
  const minutes = numberAt(tokens, at)?.value ?? 0;
  const next = optional(tokens, at + 1, MINUTES);
  // Only the fives are said without "minutes": "two to six" is a range or a score.
  const plausible = minutes >= 1 && minutes <= 59 && (next > at + 1 || minutes % 5 === 0);
  return plausible ? { value: minutes, next } : undefined;
}

function shiftClock(clock: { kind: "exact" | "face"; minutes: number }, by: number): Clock | undefined {
  if (clock.minutes % 60 !== 0) return undefined;
  const minutes = clock.minutes + by;
  const day = clock.kind === "face" ? 720 : 1440;
  return { kind: clock.kind, minutes: clock.kind === "face" || minutes < 0 ? (minutes + day) % day : minutes };
}

function lone(tokens: readonly Token[], at: number): Match<Clock>[] {
  const hour = numberAt(tokens, at);
  const clock = hour && timeOf(hour.value, 0, isPadded(hour));
  return clock ? [{ value: clock, next: at + 1 }] : [];
}

// "5:30", "5:30 pm", "five thirty", "five oh five", "five o'clock", "5 pm", "at 1730", "seventeen hundred hours"
function written(tokens: readonly Token[], at: number, said: boolean): Match<Clock>[] {
  const token = tokens[at];
  if (token?.kind === "clock") {
    const { hour, minute, padded } = token;
    return withMeridiem(tokens, optional(tokens, at + 1, OCLOCK), hour, minute, padded);
  }
  const hour = numberAt(tokens, at);
  if (!hour) return [];
  if (hour.value >= 100) return compact(tokens, at, hour, said);
  const minute = minuteAt(tokens, at + 1);
  // "9 12" alone is no more a time than any two numbers.
  const paired = minute && (said || hour.digits === "" || tokens[minute.next]?.kind === "meridiem");
  const found = paired ? withMeridiem(tokens, minute.next, hour.value, minute.value, isPadded(hour)) : [];
  const oclock = after(tokens, at + 1, "o", "clock") ?? optional(tokens, at + 1, OCLOCK);
  if (oclock > at + 1 || tokens[oclock]?.kind === "meridiem")
    found.push(...withMeridiem(tokens, oclock, hour.value, 0, isPadded(hour)));
  return found;
}

// Spelt out, hundreds are the 24-hour clock.
function compact(tokens: readonly Token[], at: number, number: NumberToken, said: boolean): Match<Clock>[] {
  const { value, digits } = number;
  const next = optional(tokens, at + 1, HOURS);
  if (!said && next === at + 1 && tokens[next]?.kind !== "meridiem") return [];
  return withMeridiem(tokens, next, Math.floor(value / 100), value % 100, isPadded(number) || digits === "");
}

function withMeridiem(
  tokens: readonly Token[],
  at: number,
  hour: number,
  minute: number,
  padded: boolean,
): Match<Clock>[] {
  const token = tokens[at];
  const pm = token?.kind === "meridiem" ? token.pm : undefined;
  const value = timeOf(hour, minute, padded, pm);
  return value ? [{ value, next: pm === undefined ? at : at + 1 }] : [];
}

function minuteAt(tokens: readonly Token[], at: number): Match<number> | undefined {
  const token = numberAt(tokens, at);
  const zero = optional(tokens, at, OH) > at || token?.value === 0;
  const unit = zero ? numberAt(tokens, at + 1) : undefined;
  if (unit && unit.value >= 1 && unit.value <= 9) return { value: unit.value, next: at + 2 };
  if (!token || token.digits.length > 2) return undefined;
  return token.value >= 10 || token.digits.length === 2 ? { value: token.value, next: at + 1 } : undefined;
}

function timeOf(hour: number, minute: number, padded: boolean, pm?: boolean): Clock | undefined {
  if (hour > 23 || minute > 59) return undefined;
  const minutes = (hour % 12) * 60 + minute;
  if (pm === undefined) {
    const certain = padded || hour === 0 || hour > 12;
    return certain ? { kind: "exact", minutes: hour * 60 + minute } : { kind: "face", minutes };
  }
  if (hour > 12 || (pm && hour === 0)) return undefined;
  return { kind: "exact", minutes: pm ? minutes + 720 : minutes };
}

type NumberToken = Extract<Token, { kind: "number" }>;

function numberAt(tokens: readonly Token[], at: number): NumberToken | undefined {
  const token = tokens[at];
  return token?.kind === "number" && Number.isInteger(token.value) ? token : undefined;
}

function isPadded(number: NumberToken): boolean {
  return number.digits.length > 1 && number.digits.startsWith("0");
}

function exact(minutes: number, next: number): Match<Clock> {
  return { value: { kind: "exact", minutes }, next };
}
