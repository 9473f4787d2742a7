// A spoken or typed phrase about time as a row of tokens, in which it no longer matters how a number was written.

import { readNumber } from "./numbers.ts";

/** `digits` is what stood there, or "" when spelt out: leading zeros and lengths tell 09, 930 and 2027 apart. */
export type Token =
  | { kind: "word"; text: string }
  | { kind: "number"; value: number; digits: string }
  | { kind: "ordinal"; value: number }
  | { kind: "clock"; hour: number; minute: number; padded: boolean }
  | { kind: "date"; day: number; month: number; year?: number }
  | { kind: "meridiem"; pm: boolean };

/** What a rule found: its value and the index of the first token after it. */
export type Match<T> = { value: T; next: number };

/** Nobody says a time in more characters; the limit bounds the work on hostile input. */
export const MAX_PHRASE = 120;

const GAP = /(?:[\s,;!?]|\.(?=\s|$)|[-/](?=[a-z])|(?<=[a-z])[-/])+/y;
const WORD = /([a-z]+(?:'[a-z]*)?)\.?/y;
const MERIDIEM = /([ap])\.?\s*m\b\.?/y;

type Numeric = { pattern: RegExp; token: (m: RegExpExecArray) => Token | undefined };
const NUMERIC: readonly Numeric[] = [
  { pattern: /(\d{4})-(\d\d)-(\d\d)(?![\d-])/y, token: (m) => date(m[3], m[2], m[1]) },
  { pattern: /(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?![\d/])/y, token: (m) => date(m[3], m[2], m[1]) },
  { pattern: /(\d{1,2})\/(\d{1,2})(?:\/(\d{4}|\d\d))?(?![\d/])/y, token: slashed },
  { pattern: /(\d{1,2})\.(\d{1,2})\.(\d{4}|\d\d)?(?!\d)/y, token: (m) => date(m[1], m[2], m[3]) },
  { pattern: /(\d{1,2})[:.](\d\d)(?::\d\d)?(?![\d:])/y, token: clock },
  { pattern: /(\d{1,2})(?:st|nd|rd|th)\b/y, token: (m) => ({ kind: "ordinal", value: Number(m[1]) }) },
  { pattern: /\d,\d{3}(?!\d)/y, token: (m) => number(m[0].replace(",", "")) },
  { pattern: /\d{1,3}\.\d(?!\d)/y, token: (m) => number(m[0]) },
  { pattern: /\d{1,4}(?!\d)/y, token: (m) => number(m[0]) },
];

/**
 * Splits a phrase into tokens; undefined if it has more than 120 characters or holds what no phrase about time holds.
 *
 * Numeric dates: `2026-03-14` (2026/3/14, 2026.3.14); with slashes month first (3/14), unless the first number can
 * only be a day (14/3); with dots day first (14.3. or 14.3.2026), the last dot being what tells it from a clock (5.30).
 */
export function tokenize(phrase: string): Token[] | undefined {
  if (phrase.length > MAX_PHRASE) return undefined;
  const text = phrase.toLowerCase().replaceAll("\u2019", "'");
  const tokens: Token[] = [];
  for (let at = skip(text, 0); at < text.length; ) {
    const found = numericAt(text, at) ?? wordTokenAt(text, at);
    if (!found) return undefined;
    tokens.push(found.value);
    at = skip(text, found.next);
  }
  return joinNumbers(tokens);
}

/** The word at an index, or "" if there is none. */
export function wordAt(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  return token?.kind === "word" ? token.text : "";
}

/** The index after these words, or undefined unless they stand there. */
export function after(tokens: readonly Token[], at: number, ...words: string[]): number | undefined {
  return words.every((word, i) => wordAt(tokens, at + i) === word) ? at + words.length : undefined;
}

/** The index after one word of a set, or the same index if none stands there. */
export function optional(tokens: readonly Token[], at: number, words: ReadonlySet<string>): number {
  return words.has(wordAt(tokens, at)) ? at + 1 : at;
}

function skip(text: string, at: number): number {
  GAP.lastIndex = at;
  return GAP.test(text) ? GAP.lastIndex : at;
}

function numericAt(text: string, at: number): Match<Token> | undefined {
  const code = text.charCodeAt(at);
  if (code < 48 || code > 57) return undefined;
  for (const { pattern, token } of NUMERIC) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    const value = match && token(match);
    if (value) return { value, next: pattern.lastIndex };
  }
  return undefined;
}

function wordTokenAt(text: string, at: number): Match<Token> | undefined {
  if (text[at] === "@") return { value: { kind: "word", text: "at" }, next: at + 1 };
  MERIDIEM.lastIndex = at;
  const meridiem = MERIDIEM.exec(text);
  if (meridiem) return { value: { kind: "meridiem", pm: meridiem[1] === "p" }, next: MERIDIEM.lastIndex };
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[1];
  if (!word) return undefined;
  // "a week's time", "two days' time"
  return { value: { kind: "word", text: word.replace(/'s?$/, "") }, next: WORD.lastIndex };
}

function number(digits: string): Token {
  return { kind: "number", value: Number(digits), digits };
}

function clock(m: RegExpExecArray): Token | undefined {
  const [hour, minute] = [Number(m[1]), Number(m[2])];
  if (hour > 23 || minute > 59) return undefined;
  return { kind: "clock", hour, minute, padded: m[1]?.length === 2 && hour < 10 };
}

function slashed(m: RegExpExecArray): Token | undefined {
  return Number(m[1]) > 12 ? date(m[1], m[2], m[3]) : date(m[2], m[1], m[3]);
}

function date(day = "", month = "", year?: string): Token | undefined {
  const token = { kind: "date" as const, day: Number(day), month: Number(month) };
  if (token.day < 1 || token.day > 31 || token.month < 1 || token.month > 12) return undefined;
  if (!year) return token;
  return { ...token, year: year.length === 2 ? 2000 + Number(year) : Number(year) };
}

function joinNumbers(tokens: Token[]): Token[] {
  const words = (at: number): string | undefined => wordAt(tokens, at) || undefined;
  const joined: Token[] = [];
  for (let at = 0; at < tokens.length; ) {
    const spelt = readNumber(words, at);
    if (spelt?.ordinal) joined.push({ kind: "ordinal", value: spelt.value });
    else if (spelt) joined.push({ kind: "number", value: spelt.value, digits: "" });
    else joined.push(tokens[at] as Token);
    at = spelt ? spelt.next : at + 1;
  }
  return joined;
}
