// Snap: sets right what speech recognition misheard, by what the cluster can do.

import { align } from "./align.ts";
import type { SnapGraph } from "./graph.ts";
import { hear } from "./heard.ts";
import { type FrameWord, type Reading, readPath, type SnapSlotText } from "./reading.ts";

/**
 * The limits of a decision, all in cost a phone: 0 is exact, 1 has nothing in common. They were set on 296 synthetic
 * commands and 245 sentences of ordinary talk: with `frame` and 0.75 for any word alone, 52 of the 245 became commands,
 * with all of them 1.
 */
interface Limits {
  /** The whole frame: literal words and closed slots. */
  frame: number;
  /** The literal words. */
  literal: number;
  /** This many literal phones are no evidence where an open slot takes whatever does not fit: "add", "i did". */
  free: number;
  /** The first word of the frame: the verb makes the command. */
  first: number;
  /** A word of a closed slot: its neighbours are other days and numbers, and as good a command. */
  closed: number;
  /** A word of an open slot's known phrase, which is one of few. */
  known: number;
  /** A literal word. */
  template: number;
}

const ACCEPT: Limits = { frame: 0.2, literal: 0.2, free: 4, first: 0.35, closed: 0.25, known: 0.4, template: 0.65 };
const ASK: Limits = { frame: 0.3, literal: 0.25, free: 2, first: 0.5, closed: 0.7, known: 0.7, template: 0.7 };

// Two actions less than a near phone apart, in hundredths, are both asked for.
const DOUBT = 30;

/** More words than this are no command. */
export const MAX_WORDS = 60;
const MAX_CHARACTERS = 1000;

// Who begins so speaks in own words, for the intents to understand: "I'd like ... on my list" is not "add ...".
const OWN_WORDS =
  /^(please|(can|could|would|will) (you|i|we)|i('d| would) (like|love|rather|say)|i (want|need|must|have to)|(do|did|does) (i|you|we)|(is|are) (there|the|my|any)|tell me|let me|let's)\b/;

/** What an utterance most likely was. */
export interface SnapResult {
  id: string;
  /** The whole utterance, repaired: in lower case, but open slots as heard. */
  words: string;
  slots: SnapSlotText[];
  /** Cost a phone of all but the open slots' words: 0 is exact, 1 has nothing in common. */
  frameCost: number;
  /** Cost a phone of the frame's worst word. */
  worstWord: number;
  /** `accept`: take it for what was said. `ask`: "did you mean ...?" `reject`: keep the words as heard. */
  decision: "accept" | "ask" | "reject";
  /** With `ask`, another action that it may have been, if there is one. */
  other?: { id: string; words: string };
}

/**
 * Aligns an utterance with the graph by sound. A sentence of the templates comes back as it is, with frame cost 0; but
 * "add bread two my lest" is nearer to "add bread to my list" than to "add {title}", which it is too.
 * Undefined for what is no command at all: nothing to hear, too long, or nothing like any template.
 *
 * @example snap(graph, "Ad oat milk to mine shopping lest.") // add oat milk to my shopping list: accept
 */
export function snap(graph: SnapGraph, heard: string): SnapResult | undefined {
  const best = guess(graph, heard);
  if (!best || best.result.decision === "reject" || best.result.frameCost === 0) return best?.result;
  const second = guess(graph, heard, best.result.id);
  if (!second || second.result.decision === "reject") return best.result;
  if (best.result.decision === "accept" && second.cost - best.cost >= DOUBT) return best.result;
  return { ...best.result, decision: "ask", other: { id: second.result.id, words: second.result.words } };
}

function guess(graph: SnapGraph, text: string, without?: string): { result: SnapResult; cost: number } | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const heard = hear(text);
  if (heard.words.length === 0 || heard.words.length > MAX_WORDS) return undefined;
  const path = align(graph, heard, without);
  if (!path) return undefined;
  const reading = readPath(graph, heard, path);
  const said = heard.words.join(" ").toLowerCase().replaceAll("’", "'");
  const ownWords = OWN_WORDS.test(said) && !said.startsWith(`${reading.words[0]?.toLowerCase()} `);
  const result: SnapResult = {
    id: reading.id,
    words: reading.words.join(" "),
    slots: reading.slots,
    frameCost: perPhone(reading.frame),
    worstWord: Math.max(0, ...reading.frame.map(wordCost)),
    decision: ownWords ? "reject" : within(reading, ACCEPT) ? "accept" : within(reading, ASK) ? "ask" : "reject",
  };
  return { result, cost: path.cost };
}

function within({ frame, open }: Reading, limits: Limits): boolean {
  const literal = frame.filter((word) => word.of === "template");
  const [first] = frame;
  if (!first || literal.length === 0) return false;
  const evidence = total(literal, "phones") - (open ? limits.free : 0);
  return (
    total(literal, "cost") <= limits.literal * Math.max(0, evidence) &&
    perPhone(frame) <= limits.frame &&
    wordCost(first) <= limits.first &&
    frame.every((word) => wordCost(word) <= limits[word.of])
  );
}

function perPhone(frame: readonly FrameWord[]): number {
  return frame.length === 0 ? 1 : total(frame, "cost") / total(frame, "phones");
}

// A word of one phone is judged as one of two: "a" and "i" come and go.
function wordCost({ cost, phones }: FrameWord): number {
  return cost / Math.max(phones, 2);
}

function total(frame: readonly FrameWord[], what: "cost" | "phones"): number {
  return frame.reduce((sum, word) => sum + word[what], 0);
}
