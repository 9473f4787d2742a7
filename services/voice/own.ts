// Slots that name a thing of the caller's: "mark call mum as done". Candidates come from the action that the schema names.
import type { Context } from "moleculer";
import type { CallMeta, OwnThing } from "../../lib/action/index.ts";
import { phraseOf } from "./slots.ts";
import { compileSnap } from "./snap/graph.ts";
import { snap } from "./snap/snap.ts";

export interface Candidate {
  /** What people say. */
  label: string;
  value: unknown;
}

/** The things a user can name, by {@link ownKey}. What could not be asked for is missing. */
export type Known = ReadonlyMap<string, readonly Candidate[]>;

/** `found`: the one; `several`: equally good ones; `none`. */
export type Resolution = { found: Candidate } | { several: Candidate[] } | { none: true };

/** A name heard this differently (cost a phone, over all and in its worst word) is still taken: it is one of few. */
const MAX_COST = 0.3;
const MAX_WORST_WORD = 0.4;
/** What points at something without naming it. */
const POINTER = /^(it|that|this|them|these|those|one|all|everything|the|my|an?)$/;
/** A list that does not come in this time is done without: the words as heard have to do. */
const LIST_TIMEOUT_MS = 1_000;

/** Slots with equal keys name the same things. */
export const ownKey = ({ find, query, params, items, label, value }: OwnThing): string =>
  JSON.stringify([find, query, params, items, label, value]);

/** Asks for candidates as the user. `words` matters to actions that search. */
export async function listOwn(
  ctx: Context<unknown, CallMeta>,
  own: OwnThing,
  words = "",
  options: { timeout?: number } = {},
): Promise<Candidate[]> {
  const params = { ...own.params, ...(own.query && { [own.query]: words }) };
  const found = (await ctx.call(own.find, params, options)) as Record<string, unknown> | null;
  const items = (found?.[own.items] as Record<string, unknown>[] | undefined) ?? [];
  return items.map((item) => ({ label: String(item[own.label] ?? ""), value: item[own.value] }));
}

/** Everything of the user's that can be listed without a search. Never fails: what does not answer is left out. */
export async function listKnown(ctx: Context<unknown, CallMeta>, owns: readonly OwnThing[]): Promise<Known> {
  const listed = owns.filter((own) => !own.query);
  const lists = await Promise.allSettled(listed.map((own) => listOwn(ctx, own, "", { timeout: LIST_TIMEOUT_MS })));
  return new Map(
    lists.flatMap((list, index) =>
      list.status === "fulfilled" ? [[ownKey(listed[index] as OwnThing), list.value] as const] : [],
    ),
  );
}

/** Whether the words are the name of one of the candidates, but for case, punctuation and article. */
export function isNamed(words: string, candidates: readonly Candidate[]): boolean {
  const said = normalize(words);
  return candidates.some(({ label }) => normalize(label) === said);
}

/** The candidate that the words name: by the same words, by words within it, and what was heard then also by sound. */
export function resolveOwn(words: string, candidates: readonly Candidate[], spoken: boolean): Resolution {
  const said = normalize(words);
  if (!said || POINTER.test(said)) return { none: true };
  const same = candidates.filter((candidate) => normalize(candidate.label) === said);
  if (same.length > 0) return decide(same);
  const within = candidates.filter((candidate) => ` ${normalize(candidate.label)} `.includes(` ${said} `));
  if (within.length > 0) return decide(within);
  return spoken ? bySound(words, candidates) : { none: true };
}

function bySound(words: string, candidates: readonly Candidate[]): Resolution {
  const sayings = candidates
    .map((candidate, index) => ({ id: String(index), node: phraseOf(candidate.label), slots: {} }))
    .filter(({ node }) => node.kind === "sequence" && node.items.length > 0);
  if (sayings.length === 0) return { none: true };
  const heard = snap(compileSnap(sayings), words);
  if (!heard || heard.frameCost > MAX_COST || heard.worstWord > MAX_WORST_WORD) return { none: true };
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
