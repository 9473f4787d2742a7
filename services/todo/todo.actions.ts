// The actions of the todo service.
import { declare, Type } from "../../lib/action/index.ts";
import { errors } from "./todo.errors.ts";
import {
  Due,
  Id,
  List,
  ListName,
  Lists,
  Ring,
  RingId,
  Rings,
  SORTS,
  Title,
  TODO_FIELDS,
  Todo,
  TodoPage,
} from "./todo.schema.ts";

const {
  TODO_NOT_FOUND,
  TODO_LIST_FULL,
  TODO_LIST_NOT_EMPTY,
  TODO_LIST_NOT_FOUND,
  TODO_RING_NOT_FOUND,
  TODO_VERSION_CONFLICT,
} = errors;
const Version = Type.Optional(Type.Integer({ minimum: 1, accepts: "the version that was read, also as If-Match" }));

/** One of the caller's own todos, named by its title. */
const own = (done: boolean) =>
  Type.String({
    ...Id,
    slot: { find: "todo.list", params: { done, limit: 200 }, items: "items", label: "title", value: "id" },
  });

export const actions = {
  create: declare({
    summary: "Add a todo",
    auth: "user",
    rest: "POST /todos",
    status: 201,
    socket: true,
    params: Type.Object({ title: Title, due: Type.Optional(Due), list: Type.Optional(ListName) }),
    returns: Todo,
    errors: [TODO_LIST_FULL],
    idempotent: "key",
    etag: "version",
    voice: {
      en: {
        say: [
          "remind me to {title} [{due}]",
          "remind me {due} to {title}",
          "{due} remind me to {title}",
          "(set|add|make|create) [me] a reminder [for] {due} to {title}",
          "(add|put) {title} (to|on|onto) (my|the) [{list}|todo|to do|to-do] list [[due] {due}]",
          "(add|make|create|set) [me] [a] [new] (todo|to do|to-do|task|reminder) [to|for|called|for me to] {title} [[due|for] {due}]",
          "(do not|don't) let me forget to {title} [{due}]",
        ],
        reply: "Added {title}{due, for {due}}.",
      },
      undo: { action: "todo.remove", params: { id: "result.id" } },
    },
  }),
  get: declare({
    summary: "Show a todo",
    auth: "user",
    rest: "GET /todos/:id",
    socket: true,
    params: Type.Object({ id: Id }),
    returns: Todo,
    errors: [TODO_NOT_FOUND],
    idempotent: true,
    etag: "version",
  }),
  list: declare({
    summary: "List todos, a page at a time",
    auth: "user",
    rest: "GET /todos",
    socket: true,
    params: Type.Object({
      done: Type.Optional(Type.Boolean()),
      list: Type.Optional(ListName),
      on: Type.Optional(Type.Union(Due.anyOf, { slot: "due", accepts: 'a day, such as "2027-03-01" or "tomorrow"' })),
      dueFrom: Type.Optional(
        Type.String({ format: "date-time", accepts: "an ISO date-time; todos due then or later" }),
      ),
      dueTo: Type.Optional(Type.String({ format: "date-time", accepts: "an ISO date-time; todos due before it" })),
      sort: Type.Optional(Type.Union(SORTS.map((sort) => Type.Literal(sort)))),
      fields: Type.Optional(
        Type.Array(Type.Union(TODO_FIELDS.map((field) => Type.Literal(field))), {
          minItems: 1,
          maxItems: TODO_FIELDS.length,
        }),
      ),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
      cursor: Type.Optional(Type.String({ maxLength: 500, accepts: "the nextCursor of the page before" })),
    }),
    returns: TodoPage,
    idempotent: true,
    voice: {
      en: {
        say: [
          "(what is|what's) on (my|the) [{list}|todo|to do|to-do|task|reminder|reminders] list [[for] {on}]",
          "(show|list|read|tell) [me] [all] my (todos|to dos|to-dos|tasks|reminders|todo list|to do list|to-do list) [for {on}]",
          "(show|read) [me] (my|the) ({list}|task|reminder|reminders) list",
          "what (do i have|have i got) to do [{on}]",
          "what (do i need to|must i) do [{on}]",
          "do i have anything to do [{on}]",
          "(what is|what's) due [{on}]",
        ],
        reply:
          "{!items, You have nothing to do{on, for {on}}.}{items, You have {items.length|one thing|# things} to do{on, for {on}}: {items.title}.}",
      },
      with: { done: false, limit: 20, sort: "dueAt" },
    },
  }),
  update: declare({
    summary: "Change a todo",
    auth: "user",
    rest: "PATCH /todos/:id",
    socket: true,
    params: Type.Object({
      id: own(false),
      title: Type.Optional(Title),
      due: Type.Optional(
        Type.Union([...Due.anyOf, Type.Null()], { slot: "due", accepts: `${Due["accepts"]}, or null for none` }),
      ),
      list: Type.Optional(ListName),
      version: Version,
    }),
    returns: Todo,
    errors: [TODO_NOT_FOUND, TODO_VERSION_CONFLICT],
    idempotent: "key",
    etag: "version",
    voice: {
      en: {
        say: [
          "(move|reschedule|postpone|change|delay|push) {id} (to|until|till) {due}",
          "(change|move|set) the (due date|due time|date|time|deadline) (of|for) {id} to {due}",
          "rename {id} to {title}",
          "(move|put) {id} to (my|the) {list} list",
        ],
        reply: "Changed: {title}{due, for {due}}.",
      },
    },
  }),
  complete: declare({
    summary: "Mark a todo as done",
    auth: "user",
    rest: "POST /todos/:id/complete",
    socket: true,
    params: Type.Object({ id: own(false), version: Version }),
    returns: Todo,
    errors: [TODO_NOT_FOUND, TODO_VERSION_CONFLICT],
    idempotent: true,
    etag: "version",
    voice: {
      en: {
        say: [
          "(mark|check|tick) {id} as (done|complete|completed|finished)",
          "(mark|check|tick) {id} [off as] (done|complete|completed|finished)",
          "(complete|finish|check off|tick off|cross off) {id} [(on|from) my list]",
          "(check|tick|cross) {id} off [my list|the list]",
          "i (did|finished|completed|have done|have finished|have completed) {id}",
          "i've (done|finished|completed) {id}",
        ],
        reply: "Done: {title}.",
      },
      undo: { action: "todo.reopen", params: { id: "result.id" } },
    },
  }),
  reopen: declare({
    summary: "Mark a todo as not done",
    auth: "user",
    rest: "POST /todos/:id/reopen",
    socket: true,
    params: Type.Object({ id: own(true), version: Version }),
    returns: Todo,
    errors: [TODO_NOT_FOUND, TODO_VERSION_CONFLICT],
    idempotent: true,
    etag: "version",
    voice: {
      en: {
        say: ["(reopen|re-open|uncheck|untick) {id}", "mark {id} [as] (not done|undone|open)"],
        reply: "{title} is open again.",
      },
      undo: { action: "todo.complete", params: { id: "result.id" } },
    },
  }),
  remove: declare({
    summary: "Remove a todo; it can be restored for a day",
    auth: "user",
    rest: "DELETE /todos/:id",
    socket: true,
    params: Type.Object({ id: own(false), version: Version }),
    returns: Todo,
    errors: [TODO_NOT_FOUND, TODO_VERSION_CONFLICT],
    idempotent: true,
    voice: {
      en: {
        say: ["(delete|remove|cancel) {id} [(from|off) (my|the) list]", "take {id} off (my|the) list"],
        reply: "Removed {title}.",
      },
      undo: { action: "todo.restore", params: { id: "result.id" } },
    },
  }),
  restore: declare({
    summary: "Bring a removed todo back",
    auth: "user",
    rest: "POST /todos/:id/restore",
    socket: true,
    params: Type.Object({ id: Id }),
    returns: Todo,
    errors: [TODO_NOT_FOUND],
    idempotent: true,
    etag: "version",
  }),
  lists: declare({
    summary: "Show your lists",
    auth: "user",
    rest: "GET /lists",
    socket: true,
    params: Type.Object({}),
    returns: Lists,
    idempotent: true,
    cache: 60,
    voice: {
      en: {
        say: ["(what|which) lists do i have", "what are my lists", "(show|read) [me] [all] my lists"],
        reply: "{!items, You have no lists yet.}{items, Your lists are {items.name}.}",
      },
    },
  }),
  addList: declare({
    summary: "Make a list",
    auth: "user",
    rest: "POST /lists",
    status: 201,
    socket: true,
    params: Type.Object({ name: ListName }),
    returns: List,
    errors: [TODO_LIST_FULL],
    idempotent: true,
    voice: {
      en: {
        say: [
          "(make|create|start|add) [me] a [new] list (called|named) {name}",
          "(make|create|start|add) [me] a [new] {name} list",
        ],
        reply: "There is a {name} list now.",
      },
    },
  }),
  removeList: declare({
    summary: "Remove an empty list",
    auth: "user",
    rest: "DELETE /lists/:name",
    socket: true,
    params: Type.Object({ name: ListName }),
    returns: List,
    errors: [TODO_LIST_NOT_FOUND, TODO_LIST_NOT_EMPTY],
    voice: {
      en: {
        say: ["(delete|remove) (my|the) {name} list", "(delete|remove) the list (called|named) {name}"],
        reply: "The {name} list is gone.",
      },
    },
  }),
  rings: declare({
    summary: "Show what is ringing",
    auth: "user",
    rest: "GET /rings",
    socket: true,
    params: Type.Object({}),
    returns: Rings,
    idempotent: true,
  }),
  finishRing: declare({
    summary: "Mark the todo that rings as done",
    auth: "user",
    rest: "POST /rings/done",
    socket: true,
    params: Type.Object({ ring: Type.Optional(RingId) }),
    returns: Ring,
    errors: [TODO_RING_NOT_FOUND, TODO_NOT_FOUND],
    voice: {
      en: {
        say: ["(it is|that is|that's|it's) done", "done", "(i did|i have done|i've done) (it|that)"],
        reply: "Done: {title}.",
      },
    },
  }),
  snooze: declare({
    summary: "Let what rings ring again later",
    auth: "user",
    rest: "POST /rings/snooze",
    socket: true,
    params: Type.Object({
      ring: Type.Optional(RingId),
      minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080, slot: "duration" })),
    }),
    returns: Ring,
    errors: [TODO_RING_NOT_FOUND],
    voice: {
      en: {
        say: [
          "snooze [it|that|this] [for {minutes}]",
          "snooze [it|that|this] {minutes}",
          "(remind me|ring) again in {minutes}",
        ],
        reply: "I will remind you again: {title}.",
      },
    },
  }),
  dismiss: declare({
    summary: "Stop what rings without doing it",
    auth: "user",
    rest: "POST /rings/dismiss",
    socket: true,
    params: Type.Object({ ring: Type.Optional(RingId) }),
    returns: Ring,
    errors: [TODO_RING_NOT_FOUND],
    voice: { en: { say: ["dismiss (it|that)", "dismiss", "stop ringing"], reply: "Dismissed: {title}." } },
  }),
};

declare module "../../lib/action/index.ts" {
  interface ServiceActions {
    todo: typeof actions;
  }
  interface ServiceEvents {
    "todo.created": { todo: Todo };
    "todo.updated": { todo: Todo };
    "todo.completed": { todo: Todo };
    "todo.reopened": { todo: Todo };
    "todo.removed": { todo: Todo };
    "todo.restored": { todo: Todo };
    "todo.rang": { ring: Ring };
    "todo.ringEnded": { ring: Ring };
  }
}
