// What can be said just now: the templates of the actions on the cluster, compiled again whenever they change.
import type { CatalogueEntry } from "../../lib/action/catalogue.ts";
import type { OwnThing } from "../../lib/action/index.ts";
import { parseTemplate, slotsOf, type TemplateNode } from "../../lib/action/template.ts";
import { examplesOf, promptOf } from "./examples.ts";
import type { Saying } from "./match.ts";
import { type Known, ownKey } from "./own.ts";
import { phraseOf, type SlotKind, slotKind, snapSlot } from "./slots.ts";
import { compileSnap, type SnapGraph } from "./snap/graph.ts";

export interface Grammar {
  sayings: readonly Saying[];
  /** What slots of the templates may name of the user's, each kind once. */
  owns: readonly OwnThing[];
  /** One sentence an action, as an example of what can be said. */
  examples: readonly string[];
  /** What helps to hear this user, who can name these things. */
  aidFor(user: string, known: Known): ListeningAid;
}

export interface ListeningAid {
  /** Words for the recogniser to expect. */
  prompt: string;
  /** The sayings by sound, to repair what was misheard. */
  graph: SnapGraph;
}

/** Names of each kind that are listened for; what is beyond is resolved by the words as heard. */
const MAX_NAMES = 50;
/** Names that the recogniser is told; its prompt holds 224 tokens. */
const MAX_PROMPTED = 12;
/** Users whose aid is kept: about 1 MB each. */
const MAX_AIDS = 50;

/** Departed actions stay in it, so that their commands are understood and answered with "not just now". */
export function compileGrammar(entries: readonly CatalogueEntry[]): Grammar {
  const sayings = entries.flatMap((entry) => entry.say.map((template) => sayingOf(entry, template)));
  const owns = new Map<string, OwnThing>();
  for (const { slots } of sayings)
    for (const kind of Object.values(slots)) if (kind.kind === "own") owns.set(ownKey(kind.own), kind.own);
  const spoken = entries.filter((entry) => entry.present);
  const aids = new Map<string, { names: string; aid: ListeningAid }>();
  const makeAid = (labels: [string, string[]][]): ListeningAid => ({
    prompt: promptOf(spoken, [...new Set(labels.flatMap(([, names]) => names))].slice(0, MAX_PROMPTED)),
    graph: compileGraph(sayings, new Map(labels)),
  });
  return {
    sayings,
    owns: [...owns.values()],
    examples: examplesOf(spoken),
    aidFor(user, known) {
      const labels = [...known].map(([key, things]): [string, string[]] => [
        key,
        things.slice(0, MAX_NAMES).map(({ label }) => label),
      ]);
      const names = JSON.stringify(labels);
      const kept = aids.get(user);
      const aid = kept?.names === names ? kept.aid : makeAid(labels);
      // Taken out and put in again: the one unused for longest is the first.
      aids.delete(user);
      aids.set(user, { names, aid });
      const [oldest] = aids.keys();
      if (aids.size > MAX_AIDS && oldest !== undefined) aids.delete(oldest);
      return aid;
    },
  };
}

function compileGraph(sayings: readonly Saying[], labels: ReadonlyMap<string, readonly string[]>): SnapGraph {
  // One array for each kind: templates that give the same one share its part of the graph.
  const phrases = new Map<string, TemplateNode[]>();
  for (const [key, names] of labels) phrases.set(key, names.map(phraseOf).filter(isSayable));
  const namesOf = (kind: SlotKind): readonly TemplateNode[] =>
    kind.kind === "own" ? (phrases.get(ownKey(kind.own)) ?? []) : [];
  return compileSnap(
    sayings.map(({ action, node, slots }) => ({
      id: action,
      node,
      slots: Object.fromEntries(Object.entries(slots).map(([name, kind]) => [name, snapSlot(kind, namesOf(kind))])),
    })),
  );
}

const isSayable = (node: TemplateNode): boolean => node.kind === "sequence" && node.items.length > 0;

function sayingOf({ name, declaration }: CatalogueEntry, template: string): Saying {
  const node = parseTemplate(template);
  const properties = declaration.params.properties as Record<string, Record<string, unknown>>;
  const slots = Object.fromEntries(
    slotsOf(node).map((slot): [string, SlotKind] => [slot, slotKind(properties[slot] ?? {})]),
  );
  return { action: name, node, slots };
}
