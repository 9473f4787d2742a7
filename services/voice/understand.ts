// From what was heard to what was meant: strict templates first, then the repair by sound, then a question.
import type { Grammar } from "./grammar.ts";
import { type Match, matchUtterance, stripCourtesy } from "./match.ts";
import { type Known, ownKey, resolveOwn } from "./own.ts";
import type { Moment } from "./slots.ts";
import type { SnapGraph } from "./snap/graph.ts";
import { type SnapResult, snap } from "./snap/snap.ts";

/** `understood`: do it. `unsure`: ask "did you mean …?". `not`: say so and do nothing. `transcript` is what is taken as said. */
export type Understanding =
  | { kind: "understood"; transcript: string; match: Match }
  | { kind: "unsure"; transcript: string; suggestion: string }
  | { kind: "not"; transcript: string };

/** Who spoke, when, and how. */
export interface Hearing {
  moment: Moment;
  /** What the user can name. */
  known: Known;
  /** The grammar by sound: for what was heard, not for what was typed. */
  graph?: SnapGraph;
}

function mayReplace({ decision, id }: SnapResult, match: Match, known: Known): boolean {
  if (decision === "accept" && id === match.saying.action) return true;
  return decision !== "reject" && namesNothing(match, known);
}

function namesNothing({ saying, slots }: Match, known: Known): boolean {
  return slots.some(({ name, text }) => {
    const kind = saying.slots[name];
    const candidates = kind?.kind === "own" ? known.get(ownKey(kind.own)) : undefined;
    return candidates !== undefined && "none" in resolveOwn(text, candidates, true);
  });
}

/** A repaired frame of a few words says little about a long text in it: "make (a) sure the door is on my list". */
const MAX_OPEN_WORDS_A_LITERAL = 2;
const isThin = ({ openWords, literals }: Match): boolean => openWords > MAX_OPEN_WORDS_A_LITERAL * literals;

/**
 * Understands typed text strictly, and what was heard also by sound.
 * A repair takes the place of words that are understood already only where it understands more of them in the same
 * action, or where those name a thing of the user's that there is not, so that they could not be carried out anyway.
 */
export function understand(
  text: string,
  { sayings }: Pick<Grammar, "sayings">,
  { moment, known, graph }: Hearing,
): Understanding {
  const match = matchUtterance(text, sayings, moment, known);
  const repaired = graph && snap(graph, stripCourtesy(text));
  if (match && !(repaired && mayReplace(repaired, match, known)))
    return { kind: "understood", transcript: text, match };
  if (!repaired || repaired.decision === "reject") return { kind: "not", transcript: text };

  const better = matchUtterance(repaired.words, sayings, moment, known);
  if (match && !(better && better.openWords < match.openWords)) return { kind: "understood", transcript: text, match };
  if (!better) return { kind: "not", transcript: text };
  if (repaired.decision === "ask" || isThin(better))
    return { kind: "unsure", transcript: text, suggestion: repaired.words };
  return { kind: "understood", transcript: repaired.words, match: better };
}
