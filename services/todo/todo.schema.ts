// Shapes of todos, lists and rings.
import { type Static, Type } from "../../lib/action/index.ts";

const Instant = Type.String({ format: "date-time" });

export const Title = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: "\\S",
  accepts: "a text of 1 to 200 characters",
  spoken: "call mum",
});
export const ListName = Type.String({
  minLength: 1,
  maxLength: 50,
  pattern: "\\S",
  accepts: "a name of 1 to 50 characters",
  spoken: "shopping",
});
export const Id = Type.String({ minLength: 1, maxLength: 64, accepts: "the id of a todo" });
export const RingId = Type.String({ minLength: 1, maxLength: 120, accepts: "the id of a ring" });

/** A due date as it is kept: wall-clock words in a zone. Without a time it is all day. */
export const DueDate = Type.Object({
  date: Type.String({ format: "date" }),
  time: Type.Optional(
    Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?$", accepts: "a time such as 17:00" }),
  ),
  zone: Type.String(),
});

/** A due date as it is given: also as an ISO 8601 date or date-time, or in words. */
export const Due = Type.Union([DueDate, Type.String({ minLength: 1, maxLength: 120 })], {
  slot: "due",
  accepts:
    'a date, such as "2027-03-01T17:00:00Z", "2027-03-01", "tomorrow at five" or {"date": "2027-03-01", "time": "17:00", "zone": "Europe/Berlin"}',
});

export const Todo = Type.Object({
  id: Type.String(),
  title: Type.String(),
  due: Type.Union([DueDate, Type.Null()]),
  dueAt: Type.Union([Instant, Type.Null()]),
  list: Type.String(),
  done: Type.Boolean(),
  version: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Todo = Static<typeof Todo>;

export const TODO_FIELDS = [
  "id",
  "title",
  "due",
  "dueAt",
  "list",
  "done",
  "version",
  "createdAt",
  "updatedAt",
] as const;
export const SORTS = ["-createdAt", "createdAt", "-updatedAt", "updatedAt", "dueAt", "-dueAt"] as const;
export type Sort = (typeof SORTS)[number];

export const TodoPage = Type.Object({
  items: Type.Array(Type.Partial(Todo)),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});

export const List = Type.Object({ name: Type.String(), createdAt: Instant });
export const Lists = Type.Object({ items: Type.Array(List) });

/** A todo whose time has come. Devices drop repeats by its id. */
export const Ring = Type.Object({
  id: Type.String(),
  todo: Type.String(),
  title: Type.String(),
  due: Type.Union([DueDate, Type.Null()]),
  /** When it was to ring, and whether it rang more than a minute later (the platform was down). */
  at: Instant,
  late: Type.Boolean(),
  state: Type.Union([
    Type.Literal("pending"),
    Type.Literal("snoozed"),
    Type.Literal("done"),
    Type.Literal("dismissed"),
  ]),
});
export type Ring = Static<typeof Ring>;
export const Rings = Type.Object({ items: Type.Array(Ring) });
