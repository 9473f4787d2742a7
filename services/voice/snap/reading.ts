// What a path through the graph says: the repaired words, the slots, and how well each word of the frame was heard.

import { OPEN_COST, type Path, type Step } from "./align.ts";
import { Kind, type SnapGraph } from "./graph.ts";
import type { Heard } from "./heard.ts";

/** A slot of a repaired utterance: an open one in the words and case heard, the others in the template's words. */
export interface SnapSlotText {
  name: string;
  text: string;
}

/** A word of the frame with the junk heard after it: the template's own, or of a phrase of a closed or open slot. */
export interface FrameWord {
  phones: number;
  cost: number;
  of: "template" | "closed" | "known";
}

/** A path in words. The frame is all but the open slots' words as heard. */
export interface Reading {
  id: string;
  words: string[];
  slots: SnapSlotText[];
  frame: FrameWord[];
  /** Whether an open slot took words as heard. */
  open: boolean;
}

/** Reads a path's steps, each up to the next. */
export function readPath(graph: SnapGraph, heard: Heard, { steps, cost }: Path): Reading {
  const reading: Reading = { id: "", words: [], slots: [], frame: [], open: false };
  const end = { state: 0, time: heard.phones.length, cost };
  let slot: { name: string; closed: boolean; from: number } | undefined;
  steps.forEach((step, i) => {
    const value = graph.value[step.state] as number;
    const after = steps[i + 1] ?? end;
    switch (graph.kind[step.state]) {
      case Kind.TEMPLATE:
        reading.id = graph.templates[value] as string;
        break;
      case Kind.SLOT:
        slot = { ...(graph.slots[value] as SnapGraph["slots"][0]), from: reading.words.length };
        if (graph.kind[after.state] === Kind.SLOT_END) asHeard(reading, heard, step, after);
        break;
      case Kind.SLOT_END: {
        const text = reading.words.slice(slot?.from).join(" ");
        if (slot && text) reading.slots.push({ name: slot.name, text });
        slot = undefined;
        break;
      }
      default: {
        const { text, phones } = graph.words[value] as { text: string; phones: number };
        if (text) reading.words.push(text);
        reading.frame.push({
          phones,
          cost: (after.cost - step.cost) / 100,
          of: slot ? (slot.closed ? "closed" : "known") : "template",
        });
      }
    }
  });
  return reading;
}

function asHeard(reading: Reading, heard: Heard, step: Step, after: Step): void {
  const first = heard.starts.findIndex((start) => start >= step.time);
  const last = heard.starts.indexOf(after.time);
  reading.words.push(...bare(heard.words.slice(first, last)));
  reading.open = true;
  // What the slot did not take, the rest of a word that the frame shares, was junk after the frame's last word.
  const junk = after.cost - step.cost - OPEN_COST * (after.time - (heard.starts[first] as number));
  const before = reading.frame.at(-1);
  if (before) before.cost += junk / 100;
}

// Marks at the ends belong to the sentence, not to the title; "p.m." keeps its own.
function bare(words: readonly string[]): string[] {
  const text = words.join(" ").replace(/^["“”‘(.,;:!?…-]+/, "");
  return (/(?:^|[ .])\p{L}\.$/u.test(text) ? text : text.replace(/["“”)\].,;:!?…-]+$/, "")).split(" ");
}
