// The public surface for whoever writes a service: declare an action, implement it, join the cluster.
import type { Declaration } from "./declare.ts";

/**
 * The actions that typed calls know, by service. A service adds its own:
 * `declare module "vivavoce/action" { interface ServiceActions { dice: typeof actions } }`
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by module augmentation
export interface ServiceActions {}

/**
 * The events that typed emits know: name in the past tense -> payload.
 * `declare module "vivavoce/action" { interface ServiceEvents { "dice.rolled": { sides: number } } }`
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by module augmentation
export interface ServiceEvents {}

export { type Static, type TSchema, Type } from "@sinclair/typebox";
export { brokerOptions, type ClusterSettings, serve } from "./broker.ts";
export {
  type Access,
  type Declaration,
  declare,
  type OwnThing,
  type ParamsOf,
  type ResultOf,
  type Spoken,
  type Voice,
} from "./declare.ts";
export {
  ActionError,
  codeOf,
  commonErrors,
  defineErrors,
  type ErrorDetail,
  type ErrorSpec,
  type FieldError,
  fail,
  type Problem,
  problemOf,
  refuseField,
} from "./errors.ts";
export { type ActionContext, type Handlers, implement, publish, type ServiceExtras } from "./implement.ts";
export type { CallMeta, User, Via } from "./meta.ts";

/** Actions by their own name, as one service declares them. */
export type ActionTable = Readonly<Record<string, Declaration>>;
