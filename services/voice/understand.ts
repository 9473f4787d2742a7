// From what was heard to what was meant: strict templates first, then the repair by sound, then a question.
import type { Grammar } from "./grammar.ts";
import { type Match, matchUtterance, stripCourtesy } from "./match.ts";
import type { Moment } from "./slots.ts";
import { snap } from "./snap/snap.ts";

/** `understood`: do it. `unsure`: ask "did you mean …?". `not`: say so and do nothing. `transcript` is what is taken as said. */
export type Understanding =
  | { kind: "understood"; transcript: string; match: Match }
  | { kind: "unsure"; transcript: string; suggestion: string }
  | { kind: "not"; transcript: string };

/**
 * Understands typed text strictly, and what was heard also by sound.
 * A repair takes the place of words that are understood already only where it understands more of them in the same action.
 */
export function understand(text: string, grammar: Grammar, moment: Moment, spoken: boolean): Understanding {
  const match = matchUtterance(text, grammar.sayings, moment);
  const repaired = spoken ? snap(grammar.graph, stripCourtesy(text)) : undefined;
  if (match && (repaired?.decision !== "accept" || repaired.id !== match.saying.action))
    return { kind: "understood", transcript: text, match };
  if (!repaired || repaired.decision === "reject") return { kind: "not", transcript: text };

  const better = matchUtterance(repaired.words, grammar.sayings, moment);
  if (match && (!better || better.openWords >= match.openWords)) return { kind: "understood", transcript: text, match };
  if (!better) return { kind: "not", transcript: text };
  if (repaired.decision === "ask") return { kind: "unsure", transcript: text, suggestion: repaired.words };
  return { kind: "understood", transcript: repaired.words, match: better };
}
