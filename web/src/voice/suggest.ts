// Example sentences made from the templates in which the actions of the cluster say how they are spoken.
import { parseTemplate, type TemplateNode } from "../../../lib/action/template.ts";

/** What a slot's JSON Schema may say that helps to find an example. */
export interface SlotSchema {
  slot?: unknown;
  type?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly SlotSchema[];
  examples?: readonly unknown[];
  default?: unknown;
  minimum?: number;
}

/** Things of the user's own that sentences can be about; without, something likely. */
export interface Own {
  title: string | undefined;
}

/** Stands where no example is known: the user puts the words in. */
export const BLANK = "…";

const BY_NAME: Record<string, string> = {
  title: "call mum",
  list: "shopping",
  name: "holiday",
  due: "tomorrow at five",
  on: "tomorrow",
  day: "tomorrow",
  place: "Berlin",
  city: "Berlin",
};
const BY_KIND: Record<string, string> = { due: "tomorrow at five", duration: "20 minutes", place: "Berlin" };
/** What one puts on a list is rarely a call. */
const LISTED_TITLE = "oat milk";

/** One sentence for a template: the first of its alternatives, with all that may be left out. */
export function exampleOf(template: string, slots: Readonly<Record<string, SlotSchema>>, own: Own): string {
  const listed = template.includes("{list}");
  const fill = (name: string): string => {
    const schema = slots[name] ?? {};
    if (typeof schema.slot === "object") return own.title ?? (BY_NAME["title"] as string);
    if (name === "title" && listed) return LISTED_TITLE;
    return exampleValue(name, schema);
  };
  const write = (node: TemplateNode): string => {
    switch (node.kind) {
      case "word":
        return node.text;
      case "slot":
        return fill(node.name);
      case "sequence":
        return node.items.map(write).filter(Boolean).join(" ");
      case "choice":
        return write(node.options[0] as TemplateNode);
    }
  };
  return write(parseTemplate(template)).replace(/\bi\b/g, "I");
}

function exampleValue(name: string, schema: SlotSchema): string {
  const given = schema.examples?.[0] ?? schema.const ?? schema.enum?.[0] ?? firstConst(schema);
  if (typeof given === "string" || typeof given === "number") return String(given);
  const known = BY_NAME[name] ?? BY_KIND[String(schema.slot)];
  if (known) return known;
  if (typeof schema.default === "string" || typeof schema.default === "number") return String(schema.default);
  if (schema.type === "integer" || schema.type === "number") return String(Math.max(schema.minimum ?? 0, 6));
  return BLANK;
}

const firstConst = (schema: SlotSchema): unknown => schema.anyOf?.find((option) => option.const !== undefined)?.const;
