// What the two halves of the raw NATS peer say to each other: a subject for each action, JSON requests, JSON answers.
import type { CreateBody } from "./todos.ts";

export const SUBJECTS = { create: "bench.create", get: "bench.get", list: "bench.list" } as const;

/** The requests by action; an answer is the JSON of the result, an empty one means that there is none. */
export interface Requests {
  create: { owner: string; body: CreateBody };
  get: { owner: string; id: string };
  list: { owner: string; limit: number };
}
