// What was heard, as phones that know which word they came from.

import { type Phones, readPhones } from "./phones.ts";
import { sounds } from "./pronounce.ts";

const STRONG_AND = readPhones("AE N D");

/** The words of an utterance as they were written, and all their phones in a row. */
export interface Heard {
  readonly words: readonly string[];
  readonly phones: Phones;
  /** Where each word begins in `phones`, and at last their number: word i is from `starts[i]` to `starts[i + 1]`. */
  readonly starts: readonly number[];
}

/** Splits a transcript into words and sounds; marks that are not spoken are dropped. */
export function hear(text: string): Heard {
  const words: string[] = [];
  const phones: number[] = [];
  const starts = [0];
  for (const word of text.split(/\s+/)) {
    const spoken = inContext(word, words.at(-1));
    if (spoken.length === 0) continue;
    words.push(word);
    for (const phone of spoken) phones.push(phone);
    starts.push(phones.length);
  }
  return { words, phones: Uint8Array.from(phones), starts };
}

function inContext(word: string, before = ""): Phones {
  // "5 am" in two words: the verb comes after no number.
  if (/^am\b/i.test(word) && /\d$/.test(before)) return sounds("a.m.");
  // Where a command begins, "and" was a stressed "add": the full form, not the weak one that the dictionary has first.
  if (/^and$/i.test(word)) return STRONG_AND;
  return sounds(word);
}
