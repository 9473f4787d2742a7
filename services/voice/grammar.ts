// What can be said just now: the templates of the actions on the cluster, compiled again whenever they change.
import type { CatalogueEntry } from "../../lib/action/catalogue.ts";
import { parseTemplate, slotsOf, type TemplateNode } from "../../lib/action/template.ts";
import type { Saying } from "./match.ts";
import { type SlotKind, slotKind, snapSlot } from "./slots.ts";
import { compileSnap, type SnapGraph } from "./snap/graph.ts";

export interface Grammar {
  sayings: readonly Saying[];
  /** The same sayings by sound, to repair what was misheard. */
  graph: SnapGraph;
  /** One sentence an action, as an example of what can be said. */
  examples: readonly string[];
  /** Words for the recogniser to expect. */
  prompt: string;
}

const EXAMPLES_IN_PROMPT = 6;
/** The recogniser swallows an utterance that begins like the prompt's last sentence: no command begins like this one. */
const PROMPT_END = "Thank you very much.";

/** Departed actions stay in it, so that their commands are understood and answered with "not just now". */
export function compileGrammar(entries: readonly CatalogueEntry[]): Grammar {
  const sayings = entries.flatMap((entry) => entry.say.map((template) => sayingOf(entry, template)));
  const graph = compileSnap(
    sayings.map(({ action, node, slots }) => ({
      id: action,
      node,
      slots: Object.fromEntries(Object.entries(slots).map(([name, kind]) => [name, snapSlot(kind)])),
    })),
  );
  const examples = entries.filter((entry) => entry.present && entry.say.length > 0).map(exampleOf);
  const prompt = [...spread(examples, EXAMPLES_IN_PROMPT), PROMPT_END].join(" ");
  return { sayings, graph, examples, prompt };
}

function sayingOf({ name, declaration }: CatalogueEntry, template: string): Saying {
  const node = parseTemplate(template);
  const properties = declaration.params.properties as Record<string, Record<string, unknown>>;
  const slots = Object.fromEntries(
    slotsOf(node).map((slot): [string, SlotKind] => [slot, slotKind(properties[slot] ?? {})]),
  );
  return { action: name, node, slots };
}

const SAMPLES: Record<SlotKind["kind"], string> = {
  open: "milk",
  own: "call mum",
  due: "tomorrow at five",
  duration: "twenty minutes",
  number: "six",
  choice: "",
};

/** A sentence of an action's first template: the first of each choice, and samples in the slots. */
function exampleOf(entry: CatalogueEntry): string {
  const { node, slots } = sayingOf(entry, entry.say[0] as string);
  const properties = entry.declaration.params.properties as Record<string, Record<string, unknown>>;
  const write = (part: TemplateNode): string => {
    switch (part.kind) {
      case "word":
        return part.text === "i" ? "I" : part.text;
      case "slot": {
        const kind = slots[part.name] as SlotKind;
        return String(
          properties[part.name]?.["spoken"] ?? (kind.kind === "choice" ? kind.values[0] : SAMPLES[kind.kind]),
        );
      }
      case "sequence":
        return part.items.map(write).filter(Boolean).join(" ");
      case "choice":
        return write(part.options[0] as TemplateNode);
    }
  };
  const sentence = write(node);
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

/** At most `count` of the items, evenly from all of them. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as T);
}
