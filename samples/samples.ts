// The spoken samples: what each says, and what must have happened when it was heard.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { VoiceName } from "./voices.ts";

/** A due date as it follows from the day on which the sample is heard. */
export interface ExpectedDue {
  /** So many days from today. Without any day: today, or tomorrow where that time has passed. */
  days?: number;
  /** The first such day after today; with `week: "next"` that of next week, which begins on a Monday. */
  weekday?: string;
  week?: "next";
  /** So many minutes from now. */
  minutes?: number;
  /** On the user's clocks; all day without. */
  time?: string;
}

export interface Expectation {
  action: string;
  /** A todo that is there afterwards, as told. */
  todo?: { title: string; list?: string; done?: boolean; due?: ExpectedDue | null };
  /** The title of a todo that is not there any more. */
  gone?: string;
  /** A list that is there. */
  list?: string;
  /** What the answer shows, in any order: exactly this, or this among other things. */
  shown?: string[];
  shownIncludes?: string[];
  /** How many rings are pending. */
  ringing?: number;
}

export interface Sample {
  /** In this folder: WAV, 16 kHz, mono. */
  file: string;
  voice: VoiceName;
  text: string;
  expect: Expectation;
}

/** What the user has before the first sample. */
export interface Preparation {
  todos: { title: string; due?: string; list?: string; done?: boolean }[];
  /** Todos that ring. */
  rings: string[];
}

export const { prepare, samples } = JSON.parse(readFileSync(join(import.meta.dirname, "samples.json"), "utf8")) as {
  prepare: Preparation;
  samples: Sample[];
};
