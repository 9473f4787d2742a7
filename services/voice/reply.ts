// The reply language of declarations, from a result to a sentence that can be said:
//   {path}              the value there: dates and times as they are said, lists joined with "and", sentences with a space
//   {path, text}        the text, where there is something at the path (not null, not false, not empty)
//   {!path, text}       the text, where there is nothing
//   {path|one|# many}   by number: `one` for 1, else `# many` with the number in place of #
// Paths look into the result first, then into the parameters; `items.title` is the title of every item.
import { type Due, speakDue } from "../../lib/time/due.ts";
import type { Moment } from "./slots.ts";

export interface ReplyScope {
  result: unknown;
  params: Record<string, unknown>;
}

/** Renders a reply. Texts may nest. What is missing is left out; a template that is not closed is text. */
export function renderReply(template: string, scope: ReplyScope, moment: Moment): string {
  let out = "";
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf("{", at);
    const close = open < 0 ? -1 : closing(template, open);
    if (close < 0) return (out + template.slice(at)).replace(/\s+/g, " ").trim();
    out += template.slice(at, open) + renderPart(template.slice(open + 1, close), scope, moment);
    at = close + 1;
  }
  return out.replace(/\s+/g, " ").trim();
}

function renderPart(part: string, scope: ReplyScope, moment: Moment): string {
  const [, negated, path = "", separator, rest = ""] = /^(!?)([\w.]+)([,|]?)([\s\S]*)$/.exec(part) ?? [];
  const value = lookUp(path, scope);
  if (separator === "|") {
    const [one = "", many = ""] = rest.split("|");
    return value === 1 ? one : many.replace("#", String(value ?? 0));
  }
  if (separator === ",")
    return isThere(value) !== (negated === "!")
      ? renderReply(rest.replace(/^ /, KEEP), scope, moment).replace(KEEP, " ")
      : "";
  return say(value, moment);
}

/** Stands for a space at the start, which matters inside a sentence. */
const KEEP = "\u0000";

function closing(template: string, open: number): number {
  let depth = 0;
  for (let at = open; at < template.length; at++) {
    if (template[at] === "{") depth++;
    else if (template[at] === "}" && --depth === 0) return at;
  }
  return -1;
}

function lookUp(path: string, { result, params }: ReplyScope): unknown {
  const inResult = dig(result, path.split("."));
  return inResult === undefined ? dig(params, path.split(".")) : inResult;
}

function dig(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (value === null || typeof value !== "object") return undefined;
  if (Array.isArray(value) && key !== "length") return value.map((item) => dig(item, path));
  return Object.hasOwn(value, key) ? dig((value as Record<string, unknown>)[key], rest) : undefined;
}

const isThere = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== "" &&
  !(Array.isArray(value) && value.length === 0);

function say(value: unknown, moment: Moment): string {
  if (!isThere(value)) return "";
  if (Array.isArray(value)) return joinSpoken(value.filter(isThere).map((item) => say(item, moment)));
  if (isDue(value)) return speakDue(value, moment);
  return typeof value === "object" ? "" : String(value);
}

function isDue(value: unknown): value is Due {
  const due = value as Partial<Due> | null;
  return typeof due === "object" && typeof due?.date === "string" && typeof due.zone === "string";
}

/** `a`, `a and b`, `a, b and c`; whole sentences one after the other. */
function joinSpoken(items: readonly string[]): string {
  if (items.every((item) => /[.!?]$/.test(item))) return items.join(" ");
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
