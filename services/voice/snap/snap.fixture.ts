// A grammar of the size and kind that the skills of a cluster make, for tests and measurements.

import { parseTemplate, slotsOf, type TemplateNode } from "../../../lib/action/template.ts";
import { dueTemplates, durationTemplates } from "../../../lib/time/grammar.ts";
import { compileSnap, type SnapGraph, type SnapSlot, type SnapTemplate } from "./graph.ts";

const phrases = (...sources: readonly string[]): TemplateNode[] => sources.map(parseTemplate);
const REPEATED = ["every (day|week|month|morning|evening|weekday) [at (six|seven|eight|nine|noon|half past seven)]"];

const SLOTS: Record<string, SnapSlot> = {
  title: { kind: "open" },
  list: { kind: "open", known: phrases("shopping", "work", "study", "holiday packing", "groceries", "house") },
  name: { kind: "open" },
  place: { kind: "open" },
  due: { kind: "closed", phrases: phrases(...dueTemplates, ...REPEATED) },
  duration: { kind: "closed", phrases: phrases(...durationTemplates) },
  zone: {
    kind: "closed",
    phrases: phrases("(berlin|london|paris|new york|tokyo|sydney|los angeles|chicago|madrid|rome)"),
  },
};

/** What is said, by action. */
const SAYINGS: Record<string, string[]> = {
  "todo.create": [
    "(add|put) {title} (to|on) my [{list}] list [due {due}]",
    "remind me to {title} {due}",
    "remind me to {title}",
    "remind me {due} to {title}",
    "set a reminder to {title} {due}",
    "create a todo {title} [due {due}]",
    "new todo {title} [due {due}]",
    "add {title}",
  ],
  "todo.list": [
    "what's on my [{list}] list",
    "what do i have to do [{due}]",
    "show [me] my (todos|reminders|lists) [for {due}]",
    "list my (todos|reminders)",
    "show everything on my {list} list",
    "what's due {due}",
    "what is overdue",
    "how many todos do i have",
  ],
  "todo.complete": [
    "mark {title} [as] done",
    "complete {title}",
    "i (did|[have] finished) {title}",
    "(check|tick) off {title}",
  ],
  "todo.reopen": ["mark {title} as not done", "reopen {title}"],
  "todo.remove": ["(delete|remove) {title} [from my [{list}] list]", "clear my [{list}] list"],
  "todo.rename": ["rename {title} to {name}"],
  "todo.reschedule": [
    "(move|change|postpone) {title} to {due}",
    "postpone {title} [until] {due}",
    "change the due date of {title} to {due}",
  ],
  "todo.snooze": ["snooze [for] {duration}", "snooze until {due}"],
  "todo.undo": ["undo [that]"],
  "list.create": ["create a list called {name}"],
  "list.remove": ["delete the list called {name}"],
  "weather.current": [
    "what's the weather [like] in {place} [{due}]",
    "what's the weather [like] [{due}]",
    "weather in {place}",
  ],
  "weather.rain": ["will it (rain|snow) [in {place}] [{due}]", "do i need an umbrella [{due}]"],
  "user.zone": ["change my time zone to {zone}"],
  "user.signOut": ["sign out"],
  "voice.answer": ["done", "yes", "no", "cancel", "help", "what can you do", "repeat that", "what time is it"],
};

/** The fixture's templates; `known` are phrases for the open slot `title`. */
export function templates(known: readonly string[] = []): SnapTemplate[] {
  const slots: Record<string, SnapSlot> = { ...SLOTS, title: { kind: "open", known: phrases(...known) } };
  return Object.entries(SAYINGS).flatMap(([id, sayings]) =>
    sayings.map((saying) => {
      const node = parseTemplate(saying);
      return { id, node, slots: Object.fromEntries(slotsOf(node).map((name) => [name, slots[name] as SnapSlot])) };
    }),
  );
}

/** The fixture's graph. */
export const fixture = (known?: readonly string[]): SnapGraph => compileSnap(templates(known));
