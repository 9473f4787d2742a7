// Strict understanding: an utterance against the templates, word by word. What does not fit is not understood.
import type { OwnThing } from "../../lib/action/index.ts";
import type { TemplateNode } from "../../lib/action/template.ts";
import { isNamed, type Known, ownKey } from "./own.ts";
import { MAX_CLOSED_WORDS, type Moment, readSlot, type SlotKind, type SlotValue } from "./slots.ts";

/** One template of one action. */
export interface Saying {
  action: string;
  node: TemplateNode;
  slots: Readonly<Record<string, SlotKind>>;
}

/** A slot as it was filled. */
export interface FilledSlot extends SlotValue {
  name: string;
  /** The words, as they were heard. */
  text: string;
}

export interface Match {
  saying: Saying;
  slots: FilledSlot[];
  /** Words that open slots took, but for names the user is known to use: the fewer, the more was understood. */
  openWords: number;
  /** Words of the template itself. */
  literals: number;
}

interface Token {
  /** As compared: lower case, without punctuation. */
  word: string;
  /** As heard. */
  raw: string;
}

/** Longer utterances are no commands. */
const MAX_WORDS = 60;
const LEAD_IN =
  /^(?:(?:hey|ok|okay)\s+)?(?:vivavoce[\s,]+)?(?:(?:please|(?:can|could|would|will) you(?: please)?)[\s,]+)?/i;
const LEAD_OUT = /[\s,]+(?:please|thanks|thank you)[\s.!?]*$/i;

/** Takes politeness and the platform's name off: "Hey Vivavoce, could you … please?" */
export function stripCourtesy(text: string): string {
  return text.trim().replace(LEAD_IN, "").replace(LEAD_OUT, "");
}

/**
 * The best reading of an utterance: the one whose open slots take the fewest words, then the one with the fewest such slots
 * ("water to the plants" is one title, not a title and a list), then the one with the most literal words, then the earliest. Costs words squared a template at the worst, which the bound on words keeps small.
 */
export function matchUtterance(
  text: string,
  sayings: readonly Saying[],
  moment: Moment,
  known: Known = new Map(),
): Match | undefined {
  const tokens = tokenize(stripCourtesy(text));
  if (tokens.length === 0 || tokens.length > MAX_WORDS) return undefined;
  const reader = new Reader(tokens, moment, known);
  let best: { match: Match; rank: number[] } | undefined;
  for (const saying of sayings) {
    for (const path of reader.read(saying)) {
      const open = reader.openSlots(path, saying);
      const openWords = open.reduce((words, slot) => words + slot.to - slot.from, 0);
      const rank = [openWords, open.length, -path.literals];
      if (best && !isLess(rank, best.rank)) continue;
      best = { match: { saying, slots: reader.fill(path, saying), openWords, literals: path.literals }, rank };
    }
  }
  return best?.match;
}

function tokenize(text: string): Token[] {
  return text
    .replaceAll("’", "'")
    .split(/\s+/)
    .map((raw) => ({ raw, word: raw.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "") }))
    .filter(({ word }) => word !== "");
}

/** A way through a template: where it stands, and the slots on the way, last first. */
interface Path {
  at: number;
  literals: number;
  slot?: { name: string; from: number; to: number; before: Path["slot"] };
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #moment: Moment;
  readonly #known: Known;
  /** Meanings of closed phrases by kind and place, shared by all templates. */
  readonly #meanings = new Map<string, SlotValue | undefined>();
  readonly #names = new Map<string, boolean>();

  constructor(tokens: readonly Token[], moment: Moment, known: Known) {
    this.#tokens = tokens;
    this.#moment = moment;
    this.#known = known;
  }

  /** Every way in which the whole utterance fits the template. */
  read(saying: Saying): Path[] {
    return this.#walk(saying.node, [{ at: 0, literals: 0 }], saying).filter((path) => path.at === this.#tokens.length);
  }

  fill(path: Path, { slots }: Saying): FilledSlot[] {
    const filled: FilledSlot[] = [];
    for (let slot = path.slot; slot; slot = slot.before) {
      const kind = slots[slot.name] as SlotKind;
      const value = this.#meaning(kind, slot.from, slot.to) as SlotValue;
      filled.unshift({ name: slot.name, text: this.#text(slot.from, slot.to), ...value });
    }
    return filled;
  }

  /** Slots that took words which nothing vouches for. */
  openSlots(path: Path, { slots }: Saying): Slot[] {
    const open: Slot[] = [];
    for (let slot = path.slot; slot; slot = slot.before) {
      const kind = slots[slot.name];
      if (kind?.kind === "open" || (kind?.kind === "own" && !this.#isKnown(kind.own, slot))) open.push(slot);
    }
    return open;
  }

  #isKnown(own: OwnThing, { from, to }: Slot): boolean {
    const key = ownKey(own);
    const found = this.#names.get(`${key}:${from}:${to}`) ?? isNamed(this.#text(from, to), this.#known.get(key) ?? []);
    this.#names.set(`${key}:${from}:${to}`, found);
    return found;
  }

  #walk(node: TemplateNode, paths: Path[], saying: Saying): Path[] {
    switch (node.kind) {
      case "word":
        return paths
          .filter(({ at }) => this.#tokens[at]?.word === node.text)
          .map((path) => ({ ...path, at: path.at + 1, literals: path.literals + 1 }));
      case "sequence":
        return node.items.reduce(
          (reached, item) => (reached.length === 0 ? reached : this.#walk(item, reached, saying)),
          paths,
        );
      case "choice":
        return distinct(node.options.flatMap((option) => this.#walk(option, paths, saying)));
      case "slot":
        return paths.flatMap((path) =>
          this.#ends(saying.slots[node.name] as SlotKind, path.at).map((to) => ({
            ...path,
            at: to,
            slot: { name: node.name, from: path.at, to, before: path.slot },
          })),
        );
    }
  }

  #ends(kind: SlotKind, from: number): number[] {
    const isOpen = kind.kind === "open" || kind.kind === "own";
    const last = isOpen ? this.#tokens.length : Math.min(this.#tokens.length, from + MAX_CLOSED_WORDS);
    const ends: number[] = [];
    for (let to = from + 1; to <= last; to++) if (isOpen || this.#meaning(kind, from, to)) ends.push(to);
    return ends;
  }

  #meaning(kind: SlotKind, from: number, to: number): SlotValue | undefined {
    const key = `${kind.kind === "choice" ? kind.values.join("|") : kind.kind}:${from}:${to}`;
    if (!this.#meanings.has(key))
      this.#meanings.set(key, readSlot(kind, this.#closedText(kind, from, to), this.#moment));
    return this.#meanings.get(key);
  }

  #text(from: number, to: number): string {
    const text = this.#tokens
      .slice(from, to)
      .map(({ raw }) => raw)
      .join(" ");
    const end = to === this.#tokens.length ? /["”'.!?,;:]+$/ : /["”'!?,;]+$/;
    return text.replace(/^["“']+/, "").replace(end, "");
  }

  /** Commas part a title, but mean nothing in a date. */
  #closedText(kind: SlotKind, from: number, to: number): string {
    const text = this.#text(from, to);
    return kind.kind === "open" || kind.kind === "own" ? text : text.replace(/[,;](?=\s)/g, "");
  }
}

/** Options of a choice may reach one place in the same way; the slots on the way are what tells ways apart. */
function distinct(paths: Path[]): Path[] {
  const seen = new Set<string>();
  return paths.filter((path) => {
    const key = `${path.at}:${path.literals}:${path.slot?.name ?? ""}:${path.slot?.from ?? ""}:${path.slot?.to ?? ""}`;
    return seen.size === seen.add(key).size - 1;
  });
}

type Slot = NonNullable<Path["slot"]>;

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}
