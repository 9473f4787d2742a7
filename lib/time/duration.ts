// Lengths of time and amounts as they are said: "an hour and a half", "two days", "a couple of".

import { type Match, type Token, tokenize, wordAt } from "./tokens.ts";

/** Months and days follow the calendar, seconds are elapsed time. */
export type Amount = { months: number; days: number; seconds: number };

type Field = keyof Amount;
type Unit = { field: Field; size: number };

const UNITS = new Map<string, Unit>();
const unit = (names: string, field: Field, size: number): void => {
  for (const name of names.split(" ")) UNITS.set(name, { field, size });
};
unit("second seconds sec secs", "seconds", 1);
unit("minute minutes min mins m", "seconds", 60);
unit("hour hours hr hrs h", "seconds", 3600);
unit("day days d", "days", 1);
unit("week weeks wk wks w", "days", 7);
unit("fortnight fortnights", "days", 14);
unit("month months", "months", 1);
unit("year years yr yrs", "months", 12);

const SECONDS_OF: Record<Field, number> = { seconds: 1, days: 86_400, months: 2_592_000 };
const FRACTIONS = new Map([
  ["half", 0.5],
  ["quarter", 0.25],
]);

/**
 * A number in digits or words, 0 to 9999: "12", "1,500", "2.5", "twenty-five", "one hundred and five", "a" and "an"
 * (1), "a couple of" (2), "a few" (3). Undefined for anything else.
 */
export function parseNumber(words: string): number | undefined {
  const tokens = tokenize(words) ?? [];
  const read = readCount(tokens, 0);
  return read && read.next === tokens.length ? read.value : undefined;
}

/**
 * A length of time in whole minutes, begun minutes counting: "20 minutes", "half an hour", "an hour and a half",
 * "1h30", "two days". Months and years have no fixed length: undefined, as is anything else.
 */
export function parseDuration(phrase: string): number | undefined {
  const tokens = tokenize(phrase) ?? [];
  const read = readDuration(tokens, 0);
  if (!read || read.next < tokens.length || read.value.months > 0) return undefined;
  return read.value.days * 1440 + Math.ceil(read.value.seconds / 60);
}

/** The longest duration that starts at `at`; its units go from large to small. */
export function readDuration(tokens: readonly Token[], at: number): Match<Amount> | undefined {
  const total: Amount = { months: 0, days: 0, seconds: 0 };
  let end: number | undefined;
  let smallest = Number.POSITIVE_INFINITY;
  for (let from = at; ; ) {
    const piece = readPiece(tokens, from, smallest === 3600);
    if (!piece || piece.value.weight >= smallest || !add(total, piece.value)) break;
    smallest = piece.value.weight;
    end = piece.next;
    from = wordAt(tokens, end) === "and" ? end + 1 : end;
  }
  return end === undefined ? undefined : { value: total, next: end };
}

type Piece = { count: number; unit: Unit; weight: number };

function readPiece(tokens: readonly Token[], at: number, afterHours: boolean): Match<Piece> | undefined {
  const count = readFraction(tokens, at) ?? readCount(tokens, at);
  if (!count) return undefined;
  const half = fractionAfterAnd(tokens, count.next);
  const whole = half ? { value: count.value + half.value, next: half.next } : count;
  const unit = unitAt(tokens, whole.next);
  if (!unit) return afterHours ? bareMinutes(tokens, at) : undefined;
  const more = half ? undefined : fractionAfterAnd(tokens, whole.next + 1);
  return piece(whole.value + (more?.value ?? 0), unit, more?.next ?? whole.next + 1);
}

// "1h30"
function bareMinutes(tokens: readonly Token[], at: number): Match<Piece> | undefined {
  const token = tokens[at];
  if (wordAt(tokens, at - 1) !== "h" || token?.kind !== "number" || token.digits.length !== 2) return undefined;
  return piece(token.value, { field: "seconds", size: 60 }, at + 1);
}

function piece(count: number, unit: Unit, next: number): Match<Piece> {
  return { value: { count, unit, weight: unit.size * SECONDS_OF[unit.field] }, next };
}

function readCount(tokens: readonly Token[], at: number): Match<number> | undefined {
  const token = tokens[at];
  if (token?.kind === "number") return { value: token.value, next: at + 1 };
  const word = wordAt(tokens, at);
  const first = word === "a" ? at + 1 : at;
  if (wordAt(tokens, first) === "couple")
    return { value: 2, next: wordAt(tokens, first + 1) === "of" ? first + 2 : first + 1 };
  if (word === "a" && wordAt(tokens, first) === "few") return { value: 3, next: first + 1 };
  return word === "a" || word === "an" ? { value: 1, next: at + 1 } : undefined;
}

// "half an", "a half", "a quarter of an", "three quarters of an"
function readFraction(tokens: readonly Token[], at: number): Match<number> | undefined {
  const token = tokens[at];
  const quarters = token?.kind === "number" && token.value === 3 && wordAt(tokens, at + 1) === "quarters";
  const from = wordAt(tokens, at) === "a" ? at + 1 : at;
  const value = quarters ? 0.75 : FRACTIONS.get(wordAt(tokens, from));
  if (value === undefined) return undefined;
  let next = quarters ? at + 2 : from + 1;
  if (wordAt(tokens, next) === "of") next++;
  if (wordAt(tokens, next) === "a" || wordAt(tokens, next) === "an") next++;
  return { value, next };
}

function fractionAfterAnd(tokens: readonly Token[], at: number): Match<number> | undefined {
  if (wordAt(tokens, at) !== "and" || wordAt(tokens, at + 1) !== "a") return undefined;
  const value = FRACTIONS.get(wordAt(tokens, at + 2));
  return value === undefined ? undefined : { value, next: at + 3 };
}

function unitAt(tokens: readonly Token[], at: number): Unit | undefined {
  const token = tokens[at];
  // "second" is read as an ordinal
  if (token?.kind === "ordinal" && token.value === 2) return UNITS.get("second");
  return UNITS.get(wordAt(tokens, at));
}

// Half a day is twelve hours; half a week or month names no day.
function add(total: Amount, { count, unit }: Piece): boolean {
  const sum = count * unit.size;
  if (unit.field === "seconds") total.seconds += Math.round(sum);
  else if (Number.isInteger(sum)) total[unit.field] += sum;
  else if (unit.field === "days" && unit.size === 1) total.seconds += Math.round(sum * SECONDS_OF.days);
  else return false;
  return true;
}
