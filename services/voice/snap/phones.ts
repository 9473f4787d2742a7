// The sounds of English as small integers, and how far apart two of them are.

/** A pronunciation: indices into {@link PHONES}. */
export type Phones = Uint8Array;

/**
 * ARPAbet without stress, as in the CMU Pronouncing Dictionary (http://www.speech.cs.cmu.edu/cgi-bin/cmudict), and one
 * phone more: AX, the schwa, which the dictionary writes AH0. `?` stands for a letter of another script, like no phone.
 */
export const PHONES = [
  ..."AA AE AH AO AW AX AY EH ER EY IH IY OW OY UH UW".split(" "),
  ..."B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH ?".split(" "),
] as const;

const INDEX = new Map(PHONES.map((name, index) => [name, index]));
const COUNT = PHONES.length;

/** The index of what no English phone comes near. */
export const UNKNOWN = COUNT - 1;

/**
 * Reads ARPAbet: `"T AH0 D EY1"` or `"T AX D EY"`.
 * @throws Error on a name that is no phone.
 */
export function readPhones(arpabet: string): Phones {
  const names = arpabet.split(" ").filter(Boolean);
  return Uint8Array.from(names, (name) => {
    const index = INDEX.get(name === "AH0" ? "AX" : name.replace(/[0-2]$/, ""));
    if (index === undefined) throw new Error(`"${name}" is not an ARPAbet phone`);
    return index;
  });
}

// Place runs from the lips (0) to the throat (8).
const CONSONANTS: Record<string, [place: number, manner: string, voiced: boolean]> = {
  P: [0, "stop", false],
  B: [0, "stop", true],
  T: [3, "stop", false],
  D: [3, "stop", true],
  K: [6, "stop", false],
  G: [6, "stop", true],
  CH: [4, "affricate", false],
  JH: [4, "affricate", true],
  F: [1, "fricative", false],
  V: [1, "fricative", true],
  TH: [2, "fricative", false],
  DH: [2, "fricative", true],
  S: [3, "fricative", false],
  Z: [3, "fricative", true],
  SH: [4, "fricative", false],
  ZH: [4, "fricative", true],
  HH: [8, "fricative", false],
  M: [0, "nasal", true],
  N: [3, "nasal", true],
  NG: [6, "nasal", true],
  W: [0, "approximant", true],
  L: [3, "approximant", true],
  R: [4, "approximant", true],
  Y: [5, "glide", true],
};
const MANNERS: Record<string, number> = {
  "stop affricate": 0.25,
  "affricate fricative": 0.25,
  "stop fricative": 0.3,
  "stop nasal": 0.35,
  "nasal approximant": 0.4,
  "fricative approximant": 0.4,
};
const PLACES = [0, 0.2, 0.25, 0.35, 0.5];

// Height runs from close (0) to open (3), backness from front (0) to back (2); a diphthong glides towards y or w.
const VOWELS: Record<string, [height: number, back: number, rounded: boolean, glide: "" | "y" | "w" | "r"]> = {
  IY: [0, 0, false, ""],
  IH: [0.7, 0.3, false, ""],
  EY: [1.2, 0.1, false, "y"],
  EH: [1.8, 0.3, false, ""],
  AE: [2.6, 0.3, false, ""],
  AA: [3, 1.6, false, ""],
  AO: [2.2, 2, true, ""],
  OW: [1.3, 1.9, true, "w"],
  UH: [0.8, 1.7, true, ""],
  UW: [0, 1.9, true, ""],
  AH: [2, 1.2, false, ""],
  AX: [1.5, 1, false, ""],
  ER: [1.5, 1, false, "r"],
  AY: [2.8, 1, false, "y"],
  AW: [2.8, 1, false, "w"],
  OY: [2, 2, true, "y"],
};
const ACROSS: Record<string, number> = { "ER R": 0.4, "IY Y": 0.4, "UW W": 0.4 };

function unlikeness(a: string, b: string): number {
  const [c, d] = [CONSONANTS[a], CONSONANTS[b]];
  if (c && d) {
    const manner = c[1] === d[1] ? 0 : (MANNERS[`${c[1]} ${d[1]}`] ?? MANNERS[`${d[1]} ${c[1]}`] ?? 1);
    return 0.1 + manner + (PLACES[Math.abs(c[0] - d[0])] ?? 0.5) + (c[2] === d[2] ? 0 : 0.2);
  }
  const [v, w] = [VOWELS[a], VOWELS[b]];
  if (v && w) {
    const glide = v[3] === w[3] ? 0 : 0.15;
    return 0.1 + 0.2 * Math.abs(v[0] - w[0]) + 0.2 * Math.abs(v[1] - w[1]) + (v[2] === w[2] ? 0 : 0.1) + glide;
  }
  return ACROSS[`${a} ${b}`] ?? ACROSS[`${b} ${a}`] ?? 1;
}

// A near phone costs 0.3 to 0.6; what is further away than that tells the listener nothing and costs 1.
function substitution(a: string, b: string): number {
  if (a === b) return 0;
  const distance = unlikeness(a, b);
  return distance > 0.605 ? 1 : Math.max(0.3, distance);
}

/** What hearing phone b for phone a costs, in hundredths: `SUBSTITUTE[a * PHONES.length + b]`. */
export const SUBSTITUTE = Uint8Array.from(
  PHONES.flatMap((a) => PHONES.map((b) => Math.round(100 * substitution(a, b)))),
);

// What comes and goes in running speech: schwa, h, stops that are not released, r after a vowel, glides.
const WEAK: Record<string, number> = { AX: 35, HH: 35, T: 50, D: 50, AH: 60, IH: 60, N: 60, R: 60, W: 60, Y: 60 };

/** What a phone costs that only one side has, in hundredths. */
export const INDEL = Uint8Array.from(PHONES, (name) => WEAK[name] ?? 80);
