// Checked by tsc: each `@ts-expect-error` is a mistake that must not compile. The names below are as an outside service adds them.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActionContext, Handlers, User } from "vivavoce/action";
import { declare, implement, publish, Type } from "./index.ts";
import "../../services/todo/todo.actions.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_T extends true>(): void => {};

const actions = {
  roll: declare({
    summary: "Roll a die",
    auth: "user",
    rest: "POST /dice",
    params: Type.Object({ sides: Type.Integer(), label: Type.Optional(Type.String()) }),
    returns: Type.Object({ value: Type.Integer() }),
  }),
  last: declare({ summary: "Show the last", auth: "public", params: Type.Object({}), returns: Type.Null() }),
  inner: declare({ summary: "For services", params: Type.Object({}), returns: Type.String() }),
};

declare module "vivavoce/action" {
  interface ServiceActions {
    typedDice: typeof actions;
  }
  interface ServiceEvents {
    "typedDice.rolled": { value: number };
  }
}

const handlers: Handlers<typeof actions> = {
  async roll(ctx) {
    holds<Equal<typeof ctx.params, { label?: string; sides: number }>>();
    holds<Equal<typeof ctx.meta.user, User>>();
    holds<Equal<typeof ctx.meta.zone, string | undefined>>();
    holds<Equal<typeof ctx.locals.idempotencyKey, string | undefined>>();

    // @ts-expect-error no such parameter
    ctx.params.size;
    // @ts-expect-error the user is not to be changed
    ctx.meta.user.id = "x";
    // @ts-expect-error nor the roles
    ctx.meta.user.roles.push("admin");
    // @ts-expect-error the key of a call is not in its meta
    ctx.meta.idempotencyKey;
    return { value: 1 };
  },
  last(ctx) {
    holds<Equal<typeof ctx.meta.user, User | undefined>>();
    return null;
  },
  inner(ctx) {
    holds<Equal<typeof ctx.meta.user, User | undefined>>();
    return "";
  },
};

/** Never run: what calls of a handler may look like. */
export async function calls(ctx: ActionContext<typeof actions.roll>): Promise<void> {
  const rolled = await ctx.call("typedDice.roll", { sides: 6 });
  holds<Equal<typeof rolled, { value: number }>>();
  const todo = await ctx.call("todo.create", { title: "x", due: "tomorrow" }, { meta: { idempotencyKey: "k" } });
  holds<Equal<typeof todo.title, string>>();
  holds<Equal<typeof todo.dueAt, string | null>>();

  // @ts-expect-error no such action
  await ctx.call("typedDice.throw", {});
  // @ts-expect-error no such service
  await ctx.call("nothing.roll", {});
  // @ts-expect-error a parameter is missing
  await ctx.call("typedDice.roll", {});
  // @ts-expect-error a parameter is wrong
  await ctx.call("typedDice.roll", { sides: "6" });
  // @ts-expect-error a parameter too many
  await ctx.call("typedDice.roll", { sides: 6, colour: "red" });
  // @ts-expect-error a callee's user is not the caller's to choose
  await ctx.call("typedDice.roll", { sides: 6 }, { meta: { user: ctx.meta.user } });

  await publish(ctx.broker, "typedDice.rolled", { value: 1 });
  // @ts-expect-error no such event
  await publish(ctx.broker, "typedDice.threw", { value: 1 });
  // @ts-expect-error another payload
  await publish(ctx.broker, "typedDice.rolled", { value: "1" });
}

test("a service needs a handler for each declared action, and none besides", () => {
  const service = implement("typedDice", actions, handlers);
  assert.deepEqual(Object.keys(service.actions ?? {}), ["roll", "last", "inner"]);
  const { roll, last } = handlers;
  assert.throws(
    // @ts-expect-error a handler is missing
    () => implement("typedDice", actions, { roll, last }),
    /typedDice\.inner is declared but has no handler/,
  );
  // @ts-expect-error a handler returns something else
  implement("typedDice", actions, { ...handlers, roll: () => ({ value: "6" }) });
  assert.throws(
    () => implement("typedDice", actions, { ...handlers, spare: () => null } as typeof handlers),
    /typedDice\.spare has no declaration/,
  );
});

for (const name of ["Dice", "dice.one", "di ce", "", "$dice", "1dice"]) {
  test(`"${name}" is not the name of a service`, () => {
    assert.throws(() => implement(name, { last: actions.last }, { last: () => null }), /is not an action name/);
  });
}
