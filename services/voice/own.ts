// A slot that names a thing of the caller's: "mark call mum as done". Candidates come from the action that the schema names.
import { phraseOf } from "./slots.ts";
import { compileSnap } from "./snap/graph.ts";
import { snap } from "./snap/snap.ts";

export interface Candidate {
  label: string;
  value: unknown;
}

/** `found`: the one; `several`: equally good ones; `none`. */
export type Resolution = { found: Candidate } | { several: Candidate[] } | { none: true };

/** A name heard this differently (cost a phone) is still taken: it is one of few. */
const MAX_COST = 0.35;

/** The candidate that the words name: by the same words, by words within it, and then by sound. */
export function resolveOwn(words: string, candidates: readonly Candidate[]): Resolution {
  const said = normalize(words);
  const same = candidates.filter((candidate) => normalize(candidate.label) === said);
  if (same.length > 0) return decide(same);
  const within = candidates.filter((candidate) => ` ${normalize(candidate.label)} `.includes(` ${said} `));
  if (within.length > 0) return decide(within);
  return bySound(words, candidates);
}

function bySound(words: string, candidates: readonly Candidate[]): Resolution {
  const sayings = candidates
    .map((candidate, index) => ({ id: String(index), node: phraseOf(candidate.label), slots: {} }))
    .filter(({ node }) => node.kind === "sequence" && node.items.length > 0);
  if (sayings.length === 0) return { none: true };
  const heard = snap(compileSnap(sayings), words);
  if (!heard || heard.frameCost > MAX_COST) return { none: true };
  const best = candidates[Number(heard.id)] as Candidate;
  const other = heard.other && candidates[Number(heard.other.id)];
  return other && normalize(other.label) !== normalize(best.label) ? { several: [best, other] } : { found: best };
}

/** Several of the same name are one as good as the other: the first stands for them. */
function decide(candidates: readonly Candidate[]): Resolution {
  const names = new Set(candidates.map((candidate) => normalize(candidate.label)));
  return names.size === 1 ? { found: candidates[0] as Candidate } : { several: [...candidates] };
}

/** Without case, punctuation and the article people put before things. */
function normalize(text: string): string {
  const words =
    text
      .toLowerCase()
      .replaceAll("’", "'")
      .match(/[\p{L}\p{N}']+/gu) ?? [];
  return words.join(" ").replace(/^(the|my|a|an) /, "");
}
