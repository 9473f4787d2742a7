// The guard: the outermost middleware of every node. No call reaches a cache or a handler, by whatever door or by RPC,
// unless its caller may make it and its parameters are as declared.
import { isDeepStrictEqual } from "node:util";
import { type ActionSchema, type Context, Errors, type Middleware, type ServiceSchema } from "moleculer";
import { jsonCopy } from "./copy.ts";
import { claimsOf, type Declaration, deepFreeze } from "./declare.ts";
import { commonErrors, fail } from "./errors.ts";
import { declarationOf } from "./implement.ts";
import type { CallMeta, User } from "./meta.ts";
import { isReserved } from "./reserved.ts";
import { compileCheck } from "./validation.ts";

type Next = (ctx: Context<unknown, CallMeta>) => Promise<unknown>;

/**
 * Must be added in the broker option `created`, after Moleculer's own middlewares, to wrap them all (the cacher among them).
 * @param firstParty whether this node may hold services with reserved names
 */
export function guard({ firstParty }: { firstParty: boolean }): Middleware {
  const claims = new Map<string, string>();
  return {
    name: "Guard",

    serviceCreating(_service: unknown, schema: ServiceSchema): void {
      if (!firstParty && isReserved(schema.name))
        throw new Errors.ServiceSchemaError(`"${schema.name}" is the name of a Vivavoce service; take another.`, {});
      for (const [name, action] of Object.entries(schema.actions ?? {})) {
        const declaration = refuseForeign(`${schema.name}.${name}`, action as ActionSchema);
        if (declaration) claimDoors(`${schema.name}.${name}`, declaration, claims);
      }
    },

    localAction(next: Next, action: ActionSchema): Next {
      const declaration = declarationOf(action);
      return declaration ? guarded(next, declaration) : next;
    },

    // Without a key, a call that is repeatable only by its key is not repeated.
    remoteAction(next: Next, action: ActionSchema): Next {
      return declarationOf(action)?.idempotent === "key" ? (ctx) => next(withoutKeyNoRetry(ctx)) : next;
    },
  } as unknown as Middleware;
}

type Call = (name: string, params?: unknown, options?: unknown) => Promise<unknown> & { ctx?: Context };

/**
 * Moleculer merges a callee's meta into its caller's: with this, nothing flows back, so no callee can change who is calling.
 * Must be in the broker option `middlewares`: the broker wraps its own `call` before `created`, where the guard is added.
 */
export const keepMeta: Middleware = {
  name: "KeepMeta",
  call(next: unknown) {
    return (name: string, params?: unknown, options?: unknown) => {
      const promise = (next as Call)(name, params, options);
      const forget = (): void => {
        if (promise.ctx) promise.ctx.meta = {};
      };
      promise.then(forget, forget);
      return promise;
    };
  },
} as unknown as Middleware;

/** Only actions made by `implement` exist on a node; Moleculer's own (`$node`) and private ones are never callable from elsewhere. */
function refuseForeign(name: string, action: ActionSchema | boolean | (() => unknown)): Declaration | undefined {
  if (name.startsWith("$") || action === false) return undefined;
  const { visibility } = action as ActionSchema;
  if (visibility === "private") return undefined;
  const declaration = typeof action === "object" ? declarationOf(action) : undefined;
  if (!declaration)
    throw new Errors.ServiceSchemaError(`The action "${name}" has no declaration: make it with implement().`, {});
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(declaration)), declaration)) {
    throw new Errors.ServiceSchemaError(`The declaration of "${name}" is not plain JSON: make it with declare().`, {});
  }
  return declaration;
}

/** Two actions of one node on one route, or with one template, are a mistake of whoever wrote them: the node does not start. */
function claimDoors(name: string, declaration: Declaration, claims: Map<string, string>): void {
  for (const [claim, spelling] of claimsOf(declaration)) {
    const holder = claims.get(spelling);
    if (holder && holder !== name)
      throw new Errors.ServiceSchemaError(`${name} claims "${claim}", which is ${holder}'s.`, {});
    claims.set(spelling, name);
  }
}

function guarded(next: Next, declaration: Declaration): Next {
  const check = compileCheck(declaration.params);
  return async (ctx) => {
    authorize(declaration, ctx.meta.user);
    const local = ctx.nodeID === ctx.broker.nodeID;
    // The same boundary in one process as between two: no shared objects, no Dates, no undefined.
    if (local) ctx.params = jsonCopy(ctx.params ?? {});
    else ctx.params ??= {};
    check(ctx.params);
    if (ctx.meta.user) deepFreeze(ctx.meta.user);
    if (declaration.idempotent === "key") withoutKeyNoRetry(ctx);
    const { idempotencyKey } = ctx.meta;
    if (idempotencyKey !== undefined) {
      // Consumed here: two creations inside one request are two effects.
      ctx.locals["idempotencyKey"] = idempotencyKey;
      delete ctx.meta.idempotencyKey;
    }
    const result = await next(ctx);
    return local ? jsonCopy(result) : result;
  };
}

function withoutKeyNoRetry(ctx: Context<unknown, CallMeta>): Context<unknown, CallMeta> {
  if (ctx.meta.idempotencyKey === undefined && ctx.locals["idempotencyKey"] === undefined)
    ctx.options = { ...ctx.options, retries: 0 };
  return ctx;
}

/** @throws UNAUTHENTICATED without a user, FORBIDDEN without the role or scope */
export function authorize(declaration: Declaration, user: User | undefined): void {
  const { auth, scope } = declaration;
  if (auth === undefined || auth === "public") return;
  if (!user) fail(commonErrors.UNAUTHENTICATED);
  if (auth === "admin" && !user.roles.includes("admin")) fail(commonErrors.FORBIDDEN);
  if (scope !== undefined && !user.scopes.includes(scope) && !user.scopes.includes("*")) fail(commonErrors.FORBIDDEN);
}
