// Numbers as English speaks them, read from a row of words.

/** A number found in a row of words: its value, the index after it, and whether it was an ordinal ("third"). */
export type SpeltNumber = { value: number; next: number; ordinal: boolean };

type Words = (at: number) => string | undefined;

const CARDINALS =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen";
const ORDINALS =
  "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth";

const UNITS = new Map(CARDINALS.split(" ").map((word, value) => [word, value]));
const TENS = new Map(
  "twenty thirty forty fifty sixty seventy eighty ninety".split(" ").map((word, i) => [word, 20 + i * 10]),
);
const UNIT_ORDINALS = new Map(ORDINALS.split(" ").map((word, i) => [word, i + 1]));
const TEN_ORDINALS = new Map([
  ["twentieth", 20],
  ["thirtieth", 30],
]);

/**
 * Reads the longest number that starts at `at`: cardinals from 0 to 9999 ("one hundred and five", "fifteen hundred",
 * "two thousand twenty seven") and ordinals from 1 to 99 ("third", "twenty first").
 */
export function readNumber(words: Words, at: number): SpeltNumber | undefined {
  let read = belowHundred(words, at) ?? (isArticleOfHundred(words, at) ? cardinal(1, at + 1) : undefined);
  if (!read || read.ordinal) return read;
  let total = 0;
  if (words(read.next) === "thousand" && read.value >= 1 && read.value <= 9) {
    total = read.value * 1000;
    const rest = belowHundred(words, afterAnd(words, read.next + 1));
    if (!rest || rest.ordinal) return cardinal(total, read.next + 1);
    read = rest;
  }
  if (words(read.next) === "hundred" && read.value >= 1 && total + read.value * 100 <= 9900) {
    total += read.value * 100;
    const rest = belowHundred(words, afterAnd(words, read.next + 1));
    if (!rest || rest.ordinal) return cardinal(total, read.next + 1);
    read = rest;
  }
  return cardinal(total + read.value, read.next);
}

function belowHundred(words: Words, at: number): SpeltNumber | undefined {
  const first = words(at);
  if (first === undefined) return undefined;
  const unit = UNITS.get(first);
  if (unit !== undefined) return cardinal(unit, at + 1);
  const ordinal = UNIT_ORDINALS.get(first) ?? TEN_ORDINALS.get(first);
  if (ordinal !== undefined) return { value: ordinal, next: at + 1, ordinal: true };
  const tens = TENS.get(first);
  if (tens === undefined) return undefined;
  const second = words(at + 1) ?? "";
  const more = UNITS.get(second) ?? UNIT_ORDINALS.get(second);
  if (!more || more > 9) return cardinal(tens, at + 1);
  return { value: tens + more, next: at + 2, ordinal: UNIT_ORDINALS.has(second) };
}

function cardinal(value: number, next: number): SpeltNumber {
  return { value, next, ordinal: false };
}

function isArticleOfHundred(words: Words, at: number): boolean {
  return words(at) === "a" && (words(at + 1) === "hundred" || words(at + 1) === "thousand");
}

function afterAnd(words: Words, at: number): number {
  return words(at) === "and" ? at + 1 : at;
}
