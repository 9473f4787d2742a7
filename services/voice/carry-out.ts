// From a match to a call: slots become parameters, things of the caller's are found, the action is called as the user.
import { randomUUID } from "node:crypto";
import type { Context } from "moleculer";
import type { Catalogue, CatalogueEntry } from "../../lib/action/catalogue.ts";
import { type CallMeta, codeOf, type FieldError, type OwnThing } from "../../lib/action/index.ts";
import type { FilledSlot, Match } from "./match.ts";
import { type Known, listOwn, ownKey, resolveOwn } from "./own.ts";
import { renderReply } from "./reply.ts";
import type { Moment } from "./slots.ts";

/** What became of a match. `action` is there only where something was carried out. */
export interface Outcome {
  slots: FilledSlot[];
  action?: string;
  result?: unknown;
  reply: string;
  /** Whether something is other than before, as far as the declaration tells. */
  changed?: boolean;
  undo?: { action: string; params: Record<string, unknown> };
}

/** Who said it, when, and what they can name. */
export interface Speaker {
  moment: Moment;
  known: Known;
  /** Heard, not typed: names are found by sound, too. */
  spoken: boolean;
}

const NOT_NOW = "I can't do that just now.";
/** Candidates that are named when several fit. */
const MAX_NAMED = 3;

/** Never throws for what the called action refuses: that is said. */
export async function carryOut(
  ctx: Context<unknown, CallMeta>,
  catalogue: Catalogue,
  { saying, slots }: Match,
  speaker: Speaker,
): Promise<Outcome> {
  const entry = catalogue.get(saying.action);
  if (!entry?.present) return { slots, reply: NOT_NOW };
  try {
    const filled: FilledSlot[] = [];
    for (const slot of slots) {
      const kind = saying.slots[slot.name];
      const resolved = kind?.kind === "own" ? await findOwn(ctx, kind.own, slot, speaker) : slot;
      if (typeof resolved === "string") return { slots, reply: resolved };
      filled.push(resolved);
    }
    return await call(ctx, entry, filled, speaker.moment);
  } catch (error) {
    return { slots, reply: excuse(error, entry, ctx) };
  }
}

async function call(
  ctx: Context<unknown, CallMeta>,
  { name, declaration }: CatalogueEntry,
  slots: FilledSlot[],
  moment: Moment,
): Promise<Outcome> {
  const params = {
    ...declaration.voice?.with,
    ...Object.fromEntries(slots.map(({ name: slot, value }) => [slot, value])),
  };
  const result = await ctx.call(name, params, { meta: { via: "voice", idempotencyKey: randomUUID() } } as object);
  const texts = Object.fromEntries(
    slots.map((slot) => [slot.name, typeof slot.value === "object" ? slot.value : slot.text]),
  );
  const past = slots.some((slot) => slot.past) ? " That time has already passed." : "";
  const reply = `${renderReply(declaration.voice?.en.reply ?? "Done.", { result, params: texts }, moment)}${past}`;
  const undo = declaration.voice?.undo;
  return {
    slots,
    action: name,
    result,
    reply,
    changed: undo !== undefined || declaration.idempotent !== true,
    ...(undo && { undo: { action: undo.action, params: undoParams(undo.params, params, result) } }),
  };
}

function undoParams(paths: Record<string, string>, params: object, result: unknown): Record<string, unknown> {
  const scope: unknown = { params, result };
  const dig = (path: string): unknown =>
    path
      .split(".")
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], scope);
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, dig(path)]));
}

/** The slot with the thing's id as its value, or what to say where there is not exactly one. */
async function findOwn(
  ctx: Context<unknown, CallMeta>,
  own: OwnThing,
  slot: FilledSlot,
  { known, spoken }: Speaker,
): Promise<FilledSlot | string> {
  const candidates = known.get(ownKey(own)) ?? (await listOwn(ctx, own, slot.text));
  const resolution = resolveOwn(slot.text, candidates, spoken);
  if ("found" in resolution) return { ...slot, text: resolution.found.label, value: resolution.found.value };
  if ("none" in resolution) return `I can't find "${slot.text}".`;
  const names = resolution.several.slice(0, MAX_NAMED).map(({ label }) => `"${label}"`);
  return `Which one do you mean: ${names.slice(0, -1).join(", ")} or ${names.at(-1)}?`;
}

/** What to say about an error: what a person can act on, and nothing else. */
function excuse(error: unknown, { name, declaration }: CatalogueEntry, ctx: Context): string {
  const code = codeOf(error);
  if (code === "UNAVAILABLE" || code === "TIMEOUT") return NOT_NOW;
  const { message, data } = error as { message?: string; data?: { errors?: FieldError[] } };
  const [field] = code === "VALIDATION_FAILED" ? (data?.errors ?? []) : [];
  if (field) return `I need the ${field.path}: ${field.accepts}.`;
  if (declaration.errors?.some((known) => known.code === code)) return message ?? NOT_NOW;
  if (code === "FORBIDDEN" || code === "RATE_LIMITED") return message ?? NOT_NOW;
  ctx.broker.logger.error(`voice: ${name} failed (request ${ctx.requestID})`, error);
  return "Something went wrong.";
}
