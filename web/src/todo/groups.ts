// In which group of the list a todo stands.
import type { Todo } from "../contract.ts";
import { dayOf, dueDay } from "../ui/time.ts";

export const GROUPS = [
  { key: "overdue", title: "Overdue" },
  { key: "today", title: "Today" },
  { key: "later", title: "Later" },
  { key: "undated", title: "No date" },
] as const;

export type GroupKey = (typeof GROUPS)[number]["key"];

/** A todo with a time is overdue from that minute on; one without, when its day is over. */
export function groupOf(todo: Todo, zone: string, now: number): GroupKey {
  const day = dueDay(todo, zone);
  if (!day || !todo.dueAt) return "undated";
  const today = dayOf(now, zone);
  if (day < today || (todo.due?.time && Date.parse(todo.dueAt) <= now)) return "overdue";
  return day === today ? "today" : "later";
}

/** The open todos by group, each in the order of its due time; those without one, newest first. */
export function grouped(todos: readonly Todo[], zone: string, now: number): Record<GroupKey, Todo[]> {
  const groups: Record<GroupKey, Todo[]> = { overdue: [], today: [], later: [], undated: [] };
  for (const todo of todos) groups[groupOf(todo, zone, now)].push(todo);
  for (const list of Object.values(groups)) list.sort(byDue);
  return groups;
}

function byDue(a: Todo, b: Todo): number {
  return compare(a.dueAt ?? "", b.dueAt ?? "") || compare(b.createdAt, a.createdAt) || compare(a.id, b.id);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
