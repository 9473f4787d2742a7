// Cached answers that end on every node when what they tell has changed. An action with `cache: seconds` in its declaration
// keeps its answers on the node that made them, each user's under keys of their own (lib/action/implement.ts).
//
//   const service = implement("todo", actions, handlers, { mixins: [cleanedCache] });
//   await lists.insert(list);
//   await cleanCache(broker, "todo.lists", owner);   // before the answer to whoever changed it
//
// Keys are not looked for and deleted: a generation, part of each key, is raised. So an answer that was being made from old
// data when the change came is stored under a key that nobody asks for any more, and the cost does not grow with the cache.
// A node that lost its connection for a while keeps no answer from before; what else a lost message can do is bounded by the
// declared seconds.
import type { Context, ServiceBroker, ServiceSchema } from "moleculer";
import type { ActionName } from "../lib/action/implement.ts";
import type { CallMeta } from "../lib/action/meta.ts";
import { connectionOf, onReconnect } from "../lib/node/connection.ts";

const EVENT = "cache.outdated";

/** What is outdated: the answers of an action to one user, or to everybody. */
interface Outdated {
  action: string;
  user?: string;
}

/** For a service that caches: its node hears of what has changed elsewhere. */
export const cleanedCache: Partial<ServiceSchema> = {
  created(this: { broker: ServiceBroker }) {
    keepGenerations(this.broker);
  },
  async started(this: { broker: ServiceBroker }) {
    void onReconnect(connectionOf(this.broker), () => generationsOf(this.broker)?.raiseAll());
  },
  events: {
    [EVENT](ctx: Context<Outdated>) {
      if (ctx.nodeID !== ctx.broker.nodeID) generationsOf(ctx.broker)?.raise(ctx.params);
    },
  },
};

/**
 * Ends the cached answers of an action, on this node at once and on the others by a message that is ahead of the answer to
 * the call at hand.
 * @param user whose answers; everybody's when it is left out
 */
export async function cleanCache(broker: ServiceBroker, action: ActionName, user?: string): Promise<void> {
  const outdated: Outdated = { action, ...(user !== undefined && { user }) };
  generationsOf(broker)?.raise(outdated);
  await broker.broadcast(EVENT, outdated);
}

/** Users and actions with a generation of their own, at a time. */
const MAX_RAISED = 10_000;

/** Numbers that only grow, by action and user. At the bound all are forgotten and everybody moves on to a new one. */
class Generations {
  #last = 0;
  #floor = 0;
  readonly #raised = new Map<string, number>();

  raise({ action, user }: Outdated): void {
    if (this.#raised.size >= MAX_RAISED) this.raiseAll();
    this.#raised.set(keyOf(action, user), ++this.#last);
  }

  raiseAll(): void {
    this.#raised.clear();
    this.#floor = ++this.#last;
  }

  of(action: string, user: string | undefined): string {
    const everybody = this.#raised.get(action) ?? this.#floor;
    const own = user === undefined ? this.#floor : (this.#raised.get(keyOf(action, user)) ?? this.#floor);
    return `${everybody}.${own}`;
  }
}

const keyOf = (action: string, user: string | undefined): string => (user === undefined ? action : `${action}:${user}`);

const generations = new WeakMap<ServiceBroker, Generations>();
const generationsOf = (broker: ServiceBroker): Generations | undefined => generations.get(broker);

type Keygen = (action: { name: string }, options: object, ctx: Context<unknown, CallMeta>) => string;

/** Makes the generation a part of every cache key on a node. */
function keepGenerations(broker: ServiceBroker): void {
  const cacher = broker.cacher as unknown as { opts: { keygen?: Keygen }; defaultKeygen: Keygen } | undefined;
  if (!cacher || generations.has(broker)) return;
  const own = new Generations();
  generations.set(broker, own);
  cacher.opts.keygen = (action, options, ctx) =>
    `${cacher.defaultKeygen(action, options, ctx)}|${own.of(action.name, ctx.meta.user?.id)}`;
}
