// From declarations and handlers to a Moleculer service whose actions carry their declarations to every node.
import type { ActionSchema, Context, Service, ServiceBroker, ServiceSchema } from "moleculer";
import { ACTION_NAME, type Declaration, type ParamsOf, type ResultOf } from "./declare.ts";
import type { ActionTable, ServiceActions, ServiceEvents } from "./index.ts";
import type { CallMeta, User } from "./meta.ts";

/** `service.action` for every action that typed calls know. */
export type ActionName = {
  [S in keyof ServiceActions & string]: `${S}.${keyof ServiceActions[S] & string}`;
}[keyof ServiceActions & string];

type DeclarationOf<N extends ActionName> = N extends `${infer S}.${infer A}`
  ? S extends keyof ServiceActions
    ? A extends keyof ServiceActions[S]
      ? ServiceActions[S][A] extends Declaration
        ? ServiceActions[S][A]
        : never
      : never
    : never
  : never;

/** Parameters of a named action. */
export type Params<N extends ActionName> = ParamsOf<DeclarationOf<N>>;
/** Result of a named action. */
export type Result<N extends ActionName> = ResultOf<DeclarationOf<N>>;

/** Options of a call from a handler: a key makes it repeatable. */
export interface CallOptions {
  timeout?: number;
  meta?: Pick<CallMeta, "idempotencyKey" | "zone" | "language">;
}

/** Moleculer's context with the action's own types. `meta.user` is there unless the action is public or for services only. */
export type ActionContext<D extends Declaration> = Omit<Context, "params" | "meta" | "call" | "locals"> & {
  params: ParamsOf<D>;
  meta: Omit<CallMeta, "user" | "idempotencyKey"> &
    (D["auth"] extends "user" | "admin" ? { user: User } : { user?: User });
  /** The idempotency key of this very call. */
  locals: { idempotencyKey?: string };
  call<N extends ActionName>(name: N, params: Params<N>, options?: CallOptions): Promise<Result<N>>;
};

/** One handler an action; a missing one, or one too many, is a type error. */
export type Handlers<A extends ActionTable> = {
  [K in keyof A]: (this: Service, ctx: ActionContext<A[K]>) => Promise<ResultOf<A[K]>> | ResultOf<A[K]>;
};

/** What a service may have besides actions. */
export type ServiceExtras = Pick<
  ServiceSchema,
  "mixins" | "events" | "created" | "started" | "stopped" | "dependencies" | "methods"
>;

/**
 * Makes the Moleculer service of one name from its declarations and handlers.
 * Every node guards its actions (guard.ts); nothing else on the node becomes callable.
 * @throws Error on a name that is no action name, a declaration without a handler, or a handler without a declaration
 */
export function implement<A extends ActionTable>(
  name: string,
  actions: A,
  handlers: Handlers<A>,
  extras: ServiceExtras = {},
): ServiceSchema {
  const spare = Object.keys(handlers).find((action) => !Object.hasOwn(actions, action));
  if (spare) throw new Error(`${name}.${spare} has no declaration`);
  const table: Record<string, ActionSchema> = {};
  for (const [action, declaration] of Object.entries(actions)) {
    if (name.includes(".") || !ACTION_NAME.test(`${name}.${action}`))
      throw new Error(`"${name}.${action}" is not an action name (service.action, letters and digits)`);
    const handler = handlers[action];
    if (!handler) throw new Error(`${name}.${action} is declared but has no handler`);
    table[action] = actionSchema(declaration, handler as unknown as ActionSchema["handler"]);
  }
  return { ...extras, name, actions: table } as ServiceSchema;
}

/** Retries happen only where a repeat is harmless; for `"key"` the resilience middleware also asks whether there is a key. */
function actionSchema(declaration: Declaration, handler: ActionSchema["handler"]): ActionSchema {
  return {
    visibility: "published",
    declaration,
    handler,
    timeout: declaration.timeout ?? DEFAULT_TIMEOUT_MS,
    retryPolicy: { enabled: declaration.idempotent !== undefined },
    ...(declaration.cache && { cache: { ttl: declaration.cache, keys: cacheKeys(declaration) } }),
  } as ActionSchema;
}

/** Longer than it takes to notice a dead node, so that its pending calls are rejected as such and can be repeated elsewhere. */
const DEFAULT_TIMEOUT_MS = 5_000;

/** A cached answer belongs to the one who asked (unless public), in the zone and language asked in. */
function cacheKeys(declaration: Declaration): string[] {
  const caller = declaration.auth === "public" ? [] : ["#user.id"];
  return [...caller, "#zone", "#language", ...Object.keys(declaration.params.properties)];
}

/** The declaration an action of the registry carries, if it is one of ours. */
export function declarationOf(action: object): Declaration | undefined {
  return (action as { declaration?: Declaration }).declaration;
}

/**
 * Emits a typed event: to one instance of each interested service, and to every device of the user whose thing it is.
 * @param user whose sockets hear of it, on all gateways; `undefined` for none
 */
export async function publish<E extends keyof ServiceEvents & string>(
  from: Pick<ServiceBroker, "emit" | "broadcast">,
  event: E,
  payload: ServiceEvents[E],
  user?: string,
): Promise<void> {
  await Promise.all([
    from.emit(event, payload),
    user === undefined ? undefined : from.broadcast("socket.push", { user, event, payload }, { groups: ["gateway"] }),
  ]);
}
