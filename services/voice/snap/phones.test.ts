import assert from "node:assert/strict";
import { test } from "node:test";
import { lookup } from "./dictionary.ts";
import { soundOut } from "./letters.ts";
import { INDEL, PHONES, type Phones, readPhones, SUBSTITUTE } from "./phones.ts";
import { pronounce, sounds } from "./pronounce.ts";
import { spokenWords } from "./spoken.ts";

const arpabet = (phones: Phones): string => [...phones].map((phone) => PHONES[phone]).join(" ");
const cost = (a: string, b: string): number => {
  const [x, y] = readPhones(`${a} ${b}`);
  return SUBSTITUTE[(x as number) * PHONES.length + (y as number)] as number;
};

test("writes digits, times, dates and money as they are said", () => {
  const table: Record<string, string> = {
    "5": "five",
    "5:30": "five thirty",
    "7:05": "seven oh five",
    "9:00": "nine",
    "5pm": "five p.m.",
    "5:30pm": "five thirty p.m.",
    "p.m.": "p.m.",
    "20": "twenty",
    "14th": "fourteenth",
    "1st,": "first",
    "22nd": "twenty second",
    "40th": "fortieth",
    "105": "one hundred five",
    "100,000": "one hundred thousand",
    "3.5": "three point five",
    "1984": "nineteen eighty four",
    "2026": "twenty twenty six",
    "£20": "twenty pounds",
    $1: "one dollar",
    "50%": "fifty percent",
    "0044": "zero zero four four",
    "follow-up": "follow up",
    B12: "b twelve",
    Zoë: "zoe",
    "don’t": "don't",
    "“mums'”": "mums",
    am: "am",
    "—": "",
    "🙂": "",
  };
  for (const [written, said] of Object.entries(table)) assert.equal(spokenWords(written).join(" "), said, written);
});

test("finds every word of the dictionary's file by halving, with all variants in order", () => {
  assert.deepEqual(lookup("to"), ["T UW1", "T IH0", "T AH0"]);
  assert.deepEqual(lookup("'bout"), ["B AW1 T"], "the first");
  assert.deepEqual(lookup("zywicki"), ["Z IH0 W IH1 K IY0"], "the last");
  assert.deepEqual(lookup("aalborg"), ["AO1 L B AO0 R G", "AA1 L B AO0 R G"], "without the comment");
  for (const word of ["", "aaaa", "zzzzz", "constructor's's", "__proto__", "日本"]) assert.deepEqual(lookup(word), []);
});

test("gives all pronunciations of a word, the commonest first", () => {
  assert.deepEqual(pronounce("the").map(arpabet), ["DH AX", "DH AH", "DH IY"]);
  assert.deepEqual(pronounce("am").map(arpabet), ["AE M", "EY EH M"]);
});

test("finds British spellings, endings and compounds by the words they come from", () => {
  const table: Record<string, string> = {
    organise: "AO R G AX N AY Z",
    prioritising: "P R AY AO R AX T AY Z IH NG",
    snoozed: "S N UW Z D",
    timesheet: "T AY M SH IY T",
    brightwater: "B R AY T W AO T ER",
  };
  for (const [word, phones] of Object.entries(table)) assert.equal(arpabet(sounds(word)), phones, word);
});

test("sounds out what no dictionary knows, and spells what has no vowel", () => {
  assert.equal(arpabet(soundOut("kombucha")), "K AA M B AH CH AX");
  assert.equal(arpabet(soundOut("shumer")), "SH UW M ER");
  assert.equal(arpabet(soundOut("xqz")), "EH K S K Y UW Z IY");
  for (const word of ["constructor", "__proto__", "日本", "ñ", "qqqqqqq", "'"])
    assert.ok(sounds(word).length < 60, word);
});

test("letter-to-sound rules get nine tenths of the dictionary's own words, near phones counted in part", () => {
  const words = ["moving", "planted", "stitches", "borthwick", "cupcakes", "kicker", "dentist", "garden", "tomorrow"];
  const errors = words.map((word) => distance(soundOut(word), readPhones(lookup(word)[0] as string)));
  const phones = words.reduce((n, word) => n + readPhones(lookup(word)[0] as string).length, 0);
  assert.ok(errors.reduce((a, b) => a + b) / phones < 0.1, `${errors}`);
});

test("near phones cost 0.3 to 0.6, others 1, and the table is symmetric", () => {
  for (const [a, b] of ["P B", "S Z", "M N", "IY IH", "AA AO", "ER R", "TH F"].map((pair) => pair.split(" "))) {
    const near = cost(a as string, b as string);
    assert.ok(near >= 30 && near <= 60, `${a} ${b} ${near}`);
  }
  for (const [a, b] of ["P L", "IY AA", "K S", "AE T"].map((pair) => pair.split(" "))) {
    assert.equal(cost(a as string, b as string), 100, `${a} ${b}`);
  }
  for (const a of PHONES.slice(0, -1)) {
    for (const b of PHONES.slice(0, -1)) {
      assert.equal(cost(a, b), cost(b, a));
      assert.equal(cost(a, b) === 0, a === b);
    }
  }
});

function distance(a: Phones, b: Phones): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  a.forEach((x, i) => {
    const next = [i + 1];
    b.forEach((y, j) => {
      const swap = (row[j] as number) + (SUBSTITUTE[x * PHONES.length + y] as number) / 100;
      const add = (INDEL[y] as number) / 100;
      next.push(Math.min(swap, (row[j + 1] as number) + 0.8, (next[j] as number) + add));
    });
    row = next;
  });
  return row[b.length] as number;
}
