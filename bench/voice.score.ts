// How well an utterance was understood: what was heard against what its text means when typed.
import type { Catalogue } from "../lib/action/catalogue.ts";
import type { Declaration } from "../lib/action/index.ts";
import { actions as todo } from "../services/todo/todo.actions.ts";
import { compileGrammar, type Grammar } from "../services/voice/grammar.ts";
import { type Known, ownKey, resolveOwn } from "../services/voice/own.ts";
import type { Moment } from "../services/voice/slots.ts";
import { spokenWords } from "../services/voice/snap/spoken.ts";
import { understand } from "../services/voice/understand.ts";
import { actions as voice } from "../services/voice/voice.actions.ts";
import { DONE, OPEN } from "./voice.phrases.ts";

/**
 * `exact`: the same call. `misspelt`: the same call, but for the spelling of a new title or name. `ask`: a question back.
 * `nothing`: not understood, nothing was done. `wrong`: another call.
 */
export type Verdict = "exact" | "misspelt" | "ask" | "nothing" | "wrong";

const MOMENT: Moment = { now: "2026-11-18T09:00:00Z", zone: "Europe/London" };

/** The grammar of the services that can be spoken to. */
export function benchGrammar(): Grammar {
  const services: [string, Record<string, Declaration>][] = [
    ["todo", todo],
    ["voice", voice],
  ];
  const entries = services.flatMap(([service, actions]) =>
    Object.entries(actions).map(([action, declaration], order) => ({
      name: `${service}.${action}`,
      declaration,
      present: true,
      seenAt: 0,
      order,
      routed: true,
      say: declaration.voice?.en.say ?? [],
    })),
  ) satisfies Catalogue["entries"];
  return compileGrammar(entries);
}

/** The todos of the user who speaks, as the grammar's slots name them. */
export function benchKnown({ owns }: Grammar): Known {
  return new Map(
    owns.map((own) => [ownKey(own), (own.params?.["done"] ? DONE : OPEN).map((label) => ({ label, value: label }))]),
  );
}

/** What would be done: the call, `ask`, or `nothing`. */
interface Meaning {
  kind: "call" | "ask" | "nothing";
  /** Action, closed slots and things of the user's. */
  frame: string;
  /** New titles and names, as words. */
  titles: string;
}

export function meaningOf(text: string, grammar: Grammar, spoken: boolean): Meaning {
  const known = benchKnown(grammar);
  const understanding = understand(text, grammar, {
    moment: MOMENT,
    known,
    ...(spoken && { graph: grammar.aidFor("bench", known).graph }),
  });
  if (understanding.kind === "not") return { kind: "nothing", frame: "", titles: "" };
  if (understanding.kind === "unsure") return { kind: "ask", frame: understanding.suggestion, titles: "" };
  const { saying, slots } = understanding.match;
  const frame: string[] = [saying.action];
  const titles: string[] = [];
  for (const slot of slots) {
    const kind = saying.slots[slot.name];
    if (kind?.kind === "open") titles.push(`${slot.name}=${words(slot.text)}`);
    else if (kind?.kind === "own") {
      const resolved = resolveOwn(slot.text, known.get(ownKey(kind.own)) ?? [], spoken);
      if (!("found" in resolved)) return { kind: "ask", frame: `${saying.action} ${slot.text}?`, titles: "" };
      frame.push(`${slot.name}=${resolved.found.label}`);
    } else frame.push(`${slot.name}=${JSON.stringify(slot.value)}`);
  }
  return { kind: "call", frame: frame.join(" "), titles: titles.join(" ") };
}

/** @throws Error where the text itself is no command: then the phrase is at fault */
export function judge(text: string, heard: string, grammar: Grammar): Verdict {
  const wanted = meaningOf(text, grammar, false);
  if (wanted.kind !== "call") throw new Error(`"${text}" is no command when typed: ${wanted.frame}`);
  const got = meaningOf(heard, grammar, true);
  if (got.kind !== "call") return got.kind;
  if (got.frame !== wanted.frame) return "wrong";
  return got.titles === wanted.titles ? "exact" : "misspelt";
}

/** As said: digits, hyphens and spaces ("sour dough") make no difference, articles and capitals neither. */
function words(text: string): string {
  return text
    .split(/\s+/)
    .flatMap(spokenWords)
    .filter((word) => !["a", "an", "the", "my"].includes(word))
    .join("");
}
