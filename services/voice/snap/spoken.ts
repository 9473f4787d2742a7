// How what is written is said: digits, times, money and signs become words before they become sounds.

const ONES =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const ORDINALS: Record<string, string> = {
  one: "first",
  two: "second",
  three: "third",
  five: "fifth",
  eight: "eighth",
  nine: "ninth",
  twelve: "twelfth",
};
const MONEY: Record<string, [one: string, many: string]> = {
  $: ["dollar", "dollars"],
  "£": ["pound", "pounds"],
  "€": ["euro", "euros"],
};
const SIGNS: Record<string, string> = { "&": "and", "+": "plus", "@": "at", "%": "percent", "#": "number" };

const PIECE = new RegExp(
  [
    String.raw`(?<hour>\d{1,2}):(?<minute>[0-5]\d)(?!\d)`,
    String.raw`(?<money>[$£€])(?<amount>\d{1,9})`,
    String.raw`(?<ordinal>\d{1,6})(?:st|nd|rd|th)(?![a-z])`,
    String.raw`(?<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?<part>\d+))?`,
    String.raw`(?<half>[ap])(?:\.m\b\.?|(?<=\d[ap])m\b)`,
    String.raw`(?<word>[\p{L}']+)`,
    "(?<sign>[&+@%#])",
  ].join("|"),
  "gu",
);

/**
 * The words in which one written token is said, lower-case: "5:30pm" is five thirty p.m., "14th" fourteenth, "£20"
 * twenty pounds, "2026" twenty twenty six, "follow-up" follow up. Marks that are not spoken give nothing.
 */
export function spokenWords(token: string): string[] {
  // NFKD parts a letter from its accent ("Zoe" from Zoë) and unfolds full-width and superscript digits.
  const plain = token.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[’‘`]/g, "'").toLowerCase();
  const words: string[] = [];
  for (const { groups: g = {} } of plain.matchAll(PIECE)) {
    if (g["hour"]) words.push(...clock(Number(g["hour"]), g["minute"] as string));
    else if (g["money"]) words.push(...price(g["money"], Number(g["amount"])));
    else if (g["ordinal"]) words.push(...ordinal(Number(g["ordinal"])));
    else if (g["whole"]) words.push(...decimal(g["whole"].replaceAll(",", ""), g["part"]));
    else if (g["half"]) words.push(`${g["half"]}.m.`);
    else if (g["sign"]) words.push(SIGNS[g["sign"]] as string);
    else words.push((g["word"] as string).replace(/^'+|'+$/g, ""));
  }
  return words.filter((word) => /\p{L}/u.test(word));
}

function clock(hour: number, minute: string): string[] {
  if (minute === "00") return cardinal(hour);
  return [...cardinal(hour), ...(minute < "10" ? ["oh"] : []), ...cardinal(Number(minute))];
}

function price(sign: string, amount: number): string[] {
  const [one, many] = MONEY[sign] as [string, string];
  return [...cardinal(amount), amount === 1 ? one : many];
}

function decimal(whole: string, part: string | undefined): string[] {
  const words = /^(1[1-9]|20[1-9])\d+$/.test(whole) && whole.length === 4 ? year(whole) : number(whole);
  return part ? [...words, "point", ...digits(part)] : words;
}

function number(whole: string): string[] {
  return whole.length > 9 || /^0\d/.test(whole) ? digits(whole) : cardinal(Number(whole));
}

function digits(text: string): string[] {
  return [...text].map((digit) => ONES[Number(digit)] as string);
}

function year(text: string): string[] {
  const rest = text.slice(2);
  const tail = rest === "00" ? ["hundred"] : [...(rest < "10" ? ["oh"] : []), ...cardinal(Number(rest))];
  return [...cardinal(Number(text.slice(0, 2))), ...tail];
}

function cardinal(n: number): string[] {
  if (n < 20) return [ONES[n] as string];
  if (n < 100) return [TENS[Math.trunc(n / 10)] as string, ...(n % 10 ? cardinal(n % 10) : [])];
  const [unit, name] = n < 1000 ? [100, "hundred"] : n < 1e6 ? [1000, "thousand"] : [1e6, "million"];
  return [...cardinal(Math.trunc(n / unit)), name, ...(n % unit ? cardinal(n % unit) : [])];
}

function ordinal(n: number): string[] {
  const words = cardinal(n);
  const last = words.pop() as string;
  return [
    ...words,
    ORDINALS[last] ?? (last.endsWith("y") ? `${last.slice(0, -1)}ieth` : `${last.replace(/t$/, "")}th`),
  ];
}
