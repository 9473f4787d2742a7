// Word -> sounds: the dictionary, then related words in it, then the letters.

import { lookup } from "./dictionary.ts";
import { soundOut } from "./letters.ts";
import { PHONES, type Phones, readPhones, UNKNOWN } from "./phones.ts";
import { spokenWords } from "./spoken.ts";

const MAX_LETTERS = 40;

// Read aloud as a word and as letters: "i am", "at nine am".
const ALSO: ReadonlyMap<string, string> = new Map([["am", "EY EH M"]]);

// British spelling -> the American one, of which the dictionary has more.
const AMERICAN: readonly (readonly [RegExp, string])[] = [
  [/our/, "or"],
  [/is(e[drs]?|ing|ations?)$/, "iz$1"],
  [/ys(e[drs]?|ing)$/, "yz$1"],
  [/([bt])re(s?)$/, "$1er$2"],
  [/ogue(s?)$/, "og$1"],
  [/ll(ed|ing|er|ers|ery)$/, "l$1"],
  [/[ao]e/, "e"],
  [/ence(s?)$/, "ense$1"],
];

// An ending, what may have stood in its place, and its sounds ("s" and "ed" follow the last sound of the stem).
const ENDINGS: readonly (readonly [RegExp, readonly string[], string])[] = [
  [/'s$/, [""], "s"],
  [/ies$/, ["y", "ie"], "s"],
  [/es$/, ["e", ""], "s"],
  [/s$/, [""], "s"],
  [/ied$/, ["y"], "ed"],
  [/(?:(?<=(.))\1)?ed$/, ["", "e"], "ed"],
  [/(?:(?<=(.))\1)?ing$/, ["", "e"], "IH NG"],
  [/(?:(?<=(.))\1)?ers?$/, ["", "e"], "ER"],
  [/ly$/, ["", "le"], "L IY"],
  [/ness$/, [""], "N AX S"],
  [/less$/, [""], "L AX S"],
  [/ful$/, [""], "F AX L"],
  [/able$/, ["", "e"], "AX B AX L"],
];

const SIBILANT = new Set(["S", "Z", "SH", "ZH", "CH", "JH"]);
const VOICELESS = new Set(["P", "T", "K", "F", "TH", "HH"]);

/**
 * The pronunciations of one spoken word (see {@link spokenWords}), the commonest first, at least one. Letters of other
 * scripts become phones that nothing is near to.
 */
export function pronounce(word: string): Phones[] {
  const letters = word.slice(0, MAX_LETTERS);
  if (/[^a-z'.]/.test(letters)) return [new Uint8Array([...letters].length).fill(UNKNOWN)];
  const known = [...lookup(letters), ...(ALSO.has(letters) ? [ALSO.get(letters) as string] : [])];
  if (known.length > 0) return distinct(known.map(readPhones));
  return [american(letters) ?? inflected(letters) ?? compound(letters) ?? soundOut(letters.replace(/[^a-z]/g, ""))];
}

/** The sounds of a written token as it is most likely said: all its spoken words in a row; empty for a bare mark. */
export function sounds(token: string): Phones {
  return join(spokenWords(token).map((word) => pronounce(word)[0] as Phones));
}

function american(word: string): Phones | undefined {
  for (const [pattern, replacement] of AMERICAN) {
    const found = pattern.test(word) ? first(word.replace(pattern, replacement)) : undefined;
    if (found) return found;
  }
  return undefined;
}

function inflected(word: string): Phones | undefined {
  for (const [pattern, replacements, ending] of ENDINGS) {
    if (!pattern.test(word)) continue;
    for (const replacement of replacements) {
      const base = word.replace(pattern, replacement);
      const stem = base.length > 2 ? (first(base) ?? american(base)) : undefined;
      if (stem) return join([stem, readPhones(endingAfter(stem, ending))]);
    }
  }
  return undefined;
}

function endingAfter(stem: Phones, ending: string): string {
  const last = PHONES[stem.at(-1) as number] as string;
  if (ending === "s") return SIBILANT.has(last) ? "IH Z" : VOICELESS.has(last) ? "S" : "Z";
  if (ending === "ed") return last === "T" || last === "D" ? "IH D" : VOICELESS.has(last) || last === "S" ? "T" : "D";
  return ending;
}

// "stopwatch", "voicemail": two words of three letters or more, the longest first part.
function compound(word: string): Phones | undefined {
  for (let cut = word.length - 3; cut >= 3; cut--) {
    const [head, tail] = [first(word.slice(0, cut)), first(word.slice(cut))];
    if (head && tail) return join([head, tail]);
  }
  return undefined;
}

function first(word: string): Phones | undefined {
  const [arpabet] = lookup(word);
  return arpabet === undefined ? undefined : readPhones(arpabet);
}

function join(parts: readonly Phones[]): Phones {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function distinct(variants: readonly Phones[]): Phones[] {
  return [...new Map(variants.map((phones) => [phones.join(), phones])).values()];
}
