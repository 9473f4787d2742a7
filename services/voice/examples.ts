// Sentences made from templates: what people are told they can say, and what the recogniser is told to expect.
import type { CatalogueEntry } from "../../lib/action/catalogue.ts";
import { parseTemplate, type TemplateNode } from "../../lib/action/template.ts";
import { type SlotKind, slotKind } from "./slots.ts";

const SENTENCES_IN_PROMPT = 10;
/** So many words without news make up for a sentence that is a sentence: else the shortest ones would win. */
const LENGTH_PRICE = 3;
/** The recogniser swallows an utterance that begins like the prompt's last sentence: no command begins like this one. */
const PROMPT_END = "Thank you very much.";

/** What stands in a slot whose schema has no `spoken` of its own. */
const SAMPLES: Record<Exclude<SlotKind["kind"], "choice">, readonly string[]> = {
  open: ["milk"],
  own: ["call mum"],
  due: ["tomorrow at five", "on Friday at half past nine", "tonight", "next week"],
  duration: ["twenty minutes", "a quarter of an hour"],
  number: ["six"],
};
const LAST = 1_000_000;
const QUESTION = /^(what|what's|which|who|when|where|how|do|does|is|are)\b/i;

/**
 * One sentence an action: the first of each choice, and what may be left out only once. First each service's first one,
 * so that none is hidden behind the many of another; the voice's own come last.
 */
export function examplesOf(entries: readonly CatalogueEntry[]): string[] {
  const turns = new Map<string, number>();
  const turnOf = ({ name }: CatalogueEntry): number => {
    const service = name.split(".", 1)[0] as string;
    const turn = turns.get(service) ?? (service === "voice" ? LAST : 0);
    turns.set(service, turn + 1);
    return turn;
  };
  return entries
    .filter((entry) => entry.say.length > 0)
    .map((entry) => ({ entry, turn: turnOf(entry) }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ entry }) => {
      let optional = 0;
      return sentenceOf(entry, entry.say[0] as string, {
        choose: ([first = ""], mayBeLeftOut) => (mayBeLeftOut && optional++ > 0 ? "" : first),
        names: [],
      });
    });
}

/**
 * Several sentences, in the case in which the recogniser writes: each is of the templates the one with the largest
 * part of words that no sentence before it has. `names` are things of the user's own, to stand in the slots that name such things.
 */
export function promptOf(entries: readonly CatalogueEntry[], names: readonly string[] = []): string {
  const said = new Set<string>();
  const news = (text: string): number => new Set(wordsOf(text).filter((word) => !said.has(word))).size;
  const worth = (text: string): number => news(text) / (wordsOf(text).length + LENGTH_PRICE);
  const most = (texts: readonly string[]): string =>
    texts.reduce((best, text) => (worth(text) > worth(best) ? text : best), texts[0] ?? "");
  const sentences: string[] = [];
  while (sentences.length < SENTENCES_IN_PROMPT) {
    const drafts = entries.flatMap((entry) =>
      entry.say.map((template) => sentenceOf(entry, template, { choose: most, names })),
    );
    const best = most(drafts);
    if (news(best) === 0) break;
    for (const word of wordsOf(best)) said.add(word);
    sentences.push(best);
  }
  return [...sentences, PROMPT_END].join(" ");
}

interface Style {
  /** Takes one of several wordings; of what may be left out there is one. */
  choose(options: readonly string[], mayBeLeftOut: boolean): string;
  names: readonly string[];
}

function sentenceOf({ declaration }: CatalogueEntry, template: string, style: Style): string {
  const properties = declaration.params.properties as Record<string, Record<string, unknown>>;
  const write = (node: TemplateNode): string => {
    switch (node.kind) {
      case "word":
        return node.text === "i" ? "I" : node.text;
      case "slot":
        return style.choose(samplesOf(properties[node.name] ?? {}, style.names), false);
      case "sequence":
        return node.items.map(write).filter(Boolean).join(" ");
      case "choice": {
        const options = node.options.filter((option) => !isNothing(option));
        const mayBeLeftOut = options.length < node.options.length;
        if (mayBeLeftOut && !options.some(hasSlot)) return "";
        return style.choose(options.map(write), mayBeLeftOut);
      }
    }
  };
  const sentence = write(parseTemplate(template));
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${QUESTION.test(sentence) ? "?" : "."}`;
}

function samplesOf(schema: Record<string, unknown>, names: readonly string[]): readonly string[] {
  const kind = slotKind(schema);
  if (kind.kind === "own" && names.length > 0) return names;
  if (typeof schema["spoken"] === "string") return [schema["spoken"]];
  return kind.kind === "choice" ? kind.values : SAMPLES[kind.kind];
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}'-]+/gu) ?? [];

const isNothing = (node: TemplateNode): boolean => node.kind === "sequence" && node.items.length === 0;

function hasSlot(node: TemplateNode): boolean {
  switch (node.kind) {
    case "word":
      return false;
    case "slot":
      return true;
    case "sequence":
      return node.items.some(hasSlot);
    case "choice":
      return node.options.some(hasSlot);
  }
}
