// What can go wrong with todos, lists and rings.
import { defineErrors } from "../../lib/action/index.ts";

export const errors = defineErrors({
  TODO_NOT_FOUND: { status: 404, message: "There is no such todo." },
  TODO_LIST_FULL: { status: 409, message: "There is no room for more: 10,000 todos is the most one account may have." },
  TODO_VERSION_CONFLICT: { status: 412, message: "The todo was changed in the meantime. Read it again." },
  TODO_LIST_NOT_EMPTY: { status: 409, message: "The list still has todos." },
  TODO_LIST_NOT_FOUND: { status: 404, message: "There is no such list." },
  TODO_RING_NOT_FOUND: { status: 404, message: "No reminder is ringing." },
});
