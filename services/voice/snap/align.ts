// The cheapest path through the graph for what was heard: Viterbi over states and heard phones.

import { Kind, type SnapGraph } from "./graph.ts";
import type { Heard } from "./heard.ts";
import { INDEL, PHONES, SUBSTITUTE } from "./phones.ts";

/** What an open slot pays for a phone it takes as heard, in hundredths: less than any error, more than a match. */
export const OPEN_COST = 25;

// Paths this much dearer, in hundredths, than the best one to the same moment are given up: twice as fast. Of 1,585
// sentences two came out otherwise than without, both rejected either way.
const BEAM = 400;

const NEVER = 1 << 29;

/** A state that the best path passed: when (in heard phones), and the path's cost up to it, in hundredths. */
export interface Step {
  readonly state: number;
  readonly time: number;
  readonly cost: number;
}

/** The path's WORD, SLOT, SLOT_END and TEMPLATE states in order, and its cost. */
export interface Path {
  readonly steps: readonly Step[];
  readonly cost: number;
}

/**
 * Weighted edit distance between the heard phones and the nearest path of the graph (Viterbi 1967; with back-pointers
 * only at words, as in token passing, Young, Russell and Thornton 1989). A state is the moment before its phone: hearing
 * it, or another for it, leads on in state and time; missing it in state only; an extra phone in time only. Undefined if
 * no path survives.
 *
 * @param without the id of templates to leave out
 */
export function align(graph: SnapGraph, heard: Heard, without = ""): Path | undefined {
  const { states, kind, value, next, arcs, templates } = graph;
  const { phones, starts } = heard;
  const duration = phones.length;
  const history = new History();
  const open = new OpenSlots(graph, duration);
  const wordAt = new Int32Array(duration + 1).fill(-1);
  for (let i = 0; i + 1 < starts.length; i++) wordAt[starts[i] as number] = i;

  let cost = new Int32Array(states).fill(NEVER);
  let link = new Int32Array(states).fill(-1);
  let laterCost = new Int32Array(states);
  let laterLink = new Int32Array(states);
  cost[states - 1] = 0;
  let best = 0;

  for (let time = 0; time <= duration; time++) {
    laterCost.fill(NEVER);
    const word = wordAt[time] as number;
    const wordEnd = word < 0 ? -1 : (starts[word + 1] as number);
    const limit = Math.min(best, open.leave(time, wordEnd, cost, link)) + BEAM;
    const phone = time < duration ? (phones[time] as number) : -1;
    const extra = phone < 0 ? NEVER : (INDEL[phone] as number);
    best = NEVER;

    for (let state = states - 1; state >= 0; state--) {
      const here = cost[state] as number;
      if (here > limit) continue;
      const from = link[state] as number;
      const does = kind[state];

      if (does === Kind.PHONE || does === Kind.OPEN || does === Kind.END) {
        const longer = here + extra;
        if (longer < (laterCost[state] as number)) {
          laterCost[state] = longer;
          laterLink[state] = from;
          if (longer < best) best = longer;
        }
        if (does === Kind.OPEN) open.enter(value[state] as number, wordEnd, time, here, from);
        if (does !== Kind.PHONE) continue;
        const target = next[state] as number;
        const own = value[state] as number;
        if (phone >= 0) {
          const on = here + (SUBSTITUTE[own * PHONES.length + phone] as number);
          if (on < (laterCost[target] as number)) {
            laterCost[target] = on;
            laterLink[target] = from;
            if (on < best) best = on;
          }
        }
        const missed = here + (INDEL[own] as number);
        if (missed < (cost[target] as number)) {
          cost[target] = missed;
          link[target] = from;
        }
        continue;
      }

      if (does === Kind.SPLIT) {
        for (let arc = value[state] as number; arc < (next[state] as number); arc++) {
          const target = arcs[arc] as number;
          if (here < (cost[target] as number)) {
            cost[target] = here;
            link[target] = from;
          }
        }
        continue;
      }

      if (does === Kind.TEMPLATE && templates[value[state] as number] === without) continue;
      const target = next[state] as number;
      if (here < (cost[target] as number)) {
        cost[target] = here;
        link[target] = history.add(state, time, here, from);
      }
    }

    if (time === duration) break;
    [cost, laterCost] = [laterCost, cost];
    [link, laterLink] = [laterLink, link];
  }
  const total = cost[0] as number;
  return total >= NEVER ? undefined : { steps: history.back(link[0] as number), cost: total };
}

/** The steps of all living paths, each with the one before it. */
class History {
  private readonly steps: Step[] = [];
  private readonly before: number[] = [];

  add(state: number, time: number, cost: number, before: number): number {
    this.before.push(before);
    return this.steps.push({ state, time, cost }) - 1;
  }

  back(last: number): Step[] {
    const steps: Step[] = [];
    for (let at = last; at >= 0; at = this.before[at] as number) steps.push(this.steps[at] as Step);
    return steps.reverse();
  }
}

/** Open slots take whole words: their costs wait at the moment where a word ends. */
class OpenSlots {
  private readonly cost: Int32Array;
  private readonly link: Int32Array;
  private readonly next: number[] = [];
  private readonly opens: number;

  constructor({ opens, states, kind, value, next }: SnapGraph, duration: number) {
    this.opens = opens;
    this.cost = new Int32Array(opens * (duration + 1)).fill(NEVER);
    this.link = new Int32Array(opens * (duration + 1));
    for (let state = 0; state < states; state++) {
      if (kind[state] === Kind.OPEN) this.next[value[state] as number] = next[state] as number;
    }
  }

  /** Takes the word that begins now and ends at `wordEnd`, if one does. */
  enter(open: number, wordEnd: number, time: number, cost: number, link: number): void {
    if (wordEnd < 0) return;
    const at = wordEnd * this.opens + open;
    const total = cost + OPEN_COST * (wordEnd - time);
    if (total >= (this.cost[at] as number)) return;
    this.cost[at] = total;
    this.link[at] = link;
  }

  /** Lets out the slots whose word ends now, into what follows them and into the next word; gives the cheapest's cost. */
  leave(time: number, wordEnd: number, cost: Int32Array, link: Int32Array): number {
    let best = NEVER;
    for (let open = 0; open < this.opens; open++) {
      const here = this.cost[time * this.opens + open] as number;
      if (here >= NEVER) continue;
      const from = this.link[time * this.opens + open] as number;
      this.enter(open, wordEnd, time, here, from);
      const target = this.next[open] as number;
      if (here < best) best = here;
      if (here >= (cost[target] as number)) continue;
      cost[target] = here;
      link[target] = from;
    }
    return best;
  }
}
