// Templates -> one graph of phones that every command the cluster can take is a path through.

import { slotsOf, type TemplateNode } from "../../../lib/action/template.ts";
import { pronounce } from "./pronounce.ts";
import { spokenWords } from "./spoken.ts";

/**
 * What a slot of a template takes. `closed`: one of the phrases and nothing else (enum values, numbers, dates). `open`:
 * any words as heard, or one of the `known` phrases (the user's own list names). Phrases have no slots of their own.
 * Templates that give the same array share its part of the graph, where the same text follows the slot.
 */
export type SnapSlot =
  | { kind: "open"; known?: readonly TemplateNode[] }
  | { kind: "closed"; phrases: readonly TemplateNode[] };

/** One spoken form of an action; several templates may carry one id. */
export interface SnapTemplate {
  id: string;
  node: TemplateNode;
  slots: Record<string, SnapSlot>;
}

/** What a state does: `PHONE` hears one, the others take no time, but for `OPEN`, which takes whole words. */
export const Kind = { END: 0, PHONE: 1, SPLIT: 2, WORD: 3, SLOT: 4, SLOT_END: 5, TEMPLATE: 6, OPEN: 7 } as const;

/**
 * A directed graph without circles in parallel arrays. State 0 is the end, the last state the start, and every
 * transition leads to a smaller number: counting down visits each state after all that lead to it.
 */
export interface SnapGraph {
  readonly states: number;
  readonly kind: Uint8Array;
  /** PHONE: the phone. SPLIT: where its transitions begin in `arcs`. WORD, SLOT, TEMPLATE: an index below. OPEN: a serial number. */
  readonly value: Int32Array;
  /** The state that follows; for SPLIT, where its transitions end in `arcs`. */
  readonly next: Int32Array;
  readonly arcs: Int32Array;
  /** Each pronunciation of each word: its text, and how many phones it has. */
  readonly words: readonly { readonly text: string; readonly phones: number }[];
  /** Each slot's name, once as open and once as closed. */
  readonly slots: readonly { readonly name: string; readonly closed: boolean }[];
  readonly templates: readonly string[];
  readonly opens: number;
}

/**
 * Compiles templates. It works from the end to the start, and what is equal up to the end is built once: a state is
 * known by what it does and by what follows. So 20 templates that end in `{due}` have one date grammar between them; a
 * slot in the middle has a copy for each text that may follow, which is faster to search than a graph that is called
 * like a subroutine, where a match costs a search from each moment it may begin at.
 * @throws Error that names the template and the slot without a {@link SnapSlot}, or the slot inside a phrase.
 */
export function compileSnap(sources: readonly SnapTemplate[]): SnapGraph {
  const build = new Builder();
  // The last first: of two templates with one wording the search keeps the one with the larger states, the earlier.
  const entries = sources
    .map((_, i) => sources.length - 1 - i)
    .map((i) => build.template(sources[i] as SnapTemplate, i));
  build.start(entries.reverse());
  return build.graph(sources.map(({ id }) => id));
}

class Builder {
  private readonly kind: number[] = [Kind.END];
  private readonly value: number[] = [0];
  private readonly next: number[] = [0];
  private readonly arcs: number[] = [];
  private readonly words: { text: string; phones: number }[] = [];
  private readonly slots: { name: string; closed: boolean }[] = [];
  private opens = 0;

  private readonly built = new Map<number, number>();
  private readonly openBefore = new Map<number, number>();
  private readonly splits = new Map<string, number>();
  private readonly phrases = new Map<readonly TemplateNode[], Map<number, number>>();
  private readonly spoken = new Map<string, { word: number; phones: readonly number[] }[][]>();

  template({ id, node, slots }: SnapTemplate, index: number): number {
    for (const name of slotsOf(node)) {
      if (!Object.hasOwn(slots, name)) throw new Error(`template of ${id}: what is slot "${name}"?`);
    }
    const entry = this.node(node, 0, (name, next) => this.slot(name, slots[name] as SnapSlot, next));
    return this.state(Kind.TEMPLATE, index, entry);
  }

  start(entries: readonly number[]): void {
    const begin = this.arcs.length;
    this.arcs.push(...entries);
    this.push(Kind.SPLIT, begin, this.arcs.length);
  }

  graph(templates: readonly string[]): SnapGraph {
    return {
      states: this.kind.length,
      kind: Uint8Array.from(this.kind),
      value: Int32Array.from(this.value),
      next: Int32Array.from(this.next),
      arcs: Int32Array.from(this.arcs),
      words: this.words,
      slots: this.slots,
      templates,
      opens: this.opens,
    };
  }

  private node(node: TemplateNode, next: number, slot: (name: string, next: number) => number): number {
    switch (node.kind) {
      case "word":
        return this.word(node.text, next);
      case "slot":
        return slot(node.name, next);
      case "sequence":
        return node.items.reduceRight((after, item) => this.node(item, after, slot), next);
      case "choice":
        return this.split(node.options.map((option) => this.node(option, next, slot)));
    }
  }

  private slot(name: string, slot: SnapSlot, next: number): number {
    const end = this.state(Kind.SLOT_END, 0, next);
    const closed = slot.kind === "closed";
    let index = this.slots.findIndex((known) => known.name === name && known.closed === closed);
    if (index < 0) index = this.slots.push({ name, closed }) - 1;
    if (slot.kind === "closed") return this.state(Kind.SLOT, index, this.oneOf(slot.phrases, end));
    const open = this.open(end);
    return this.state(Kind.SLOT, index, slot.known?.length ? this.split([this.oneOf(slot.known, end), open]) : open);
  }

  private oneOf(phrases: readonly TemplateNode[], next: number): number {
    const shared = this.phrases.get(phrases) ?? new Map<number, number>();
    this.phrases.set(phrases, shared);
    const noSlot = (name: string): never => {
      throw new Error(`slot "${name}" inside a phrase of a slot`);
    };
    const entry = shared.get(next) ?? this.split(phrases.map((phrase) => this.node(phrase, next, noSlot)));
    shared.set(next, entry);
    return entry;
  }

  private word(text: string, next: number): number {
    const variants = this.spoken.get(text) ?? this.pronunciations(text);
    this.spoken.set(text, variants);
    // A template's word may be several spoken ones ("24" is twenty four): the text belongs to the first.
    return variants.reduceRight((after, options) => {
      const entries = options.map(({ word, phones }) =>
        this.state(
          Kind.WORD,
          word,
          phones.reduceRight((then, phone) => this.state(Kind.PHONE, phone, then), after),
        ),
      );
      return this.split(entries);
    }, next);
  }

  private pronunciations(text: string): { word: number; phones: readonly number[] }[][] {
    return spokenWords(text).map((word, i) =>
      pronounce(word).map((phones) => ({
        word: this.words.push({ text: i === 0 ? text : "", phones: phones.length }) - 1,
        phones: [...phones],
      })),
    );
  }

  private open(next: number): number {
    const known = this.openBefore.get(next);
    if (known !== undefined) return known;
    const state = this.push(Kind.OPEN, this.opens++, next);
    this.openBefore.set(next, state);
    return state;
  }

  private state(kind: number, value: number, next: number): number {
    const key = (value * 8 + kind) * 0x1000000 + next;
    const known = this.built.get(key);
    if (known !== undefined) return known;
    this.built.set(key, this.kind.length);
    return this.push(kind, value, next);
  }

  private split(options: readonly number[]): number {
    const entries = [...new Set(options)];
    if (entries.length === 1) return entries[0] as number;
    const key = entries.join();
    const known = this.splits.get(key);
    if (known !== undefined) return known;
    const begin = this.arcs.length;
    this.arcs.push(...entries);
    const state = this.push(Kind.SPLIT, begin, this.arcs.length);
    this.splits.set(key, state);
    return state;
  }

  private push(kind: number, value: number, next: number): number {
    this.value.push(value);
    this.next.push(next);
    return this.kind.push(kind) - 1;
  }
}
