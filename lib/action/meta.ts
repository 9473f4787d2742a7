// What travels beside the parameters of every call. Doors fill it; clients cannot.

/** The caller as every node sees it: small (it rides on each call) and frozen. */
export interface User {
  readonly id: string;
  readonly roles: readonly string[];
  /** What the session may do; `*` is everything the user may. */
  readonly scopes: readonly string[];
  /** Id of the session (the refresh-token family), so that logging out can end it. */
  readonly session: string;
}

/** The door a call came through. */
export type Via = "rest" | "socket" | "voice" | "service";

export interface CallMeta {
  user?: User;
  /** IANA zone in which wall-clock words of this call are meant. */
  zone?: string;
  /** BCP 47 language of the answer. */
  language?: string;
  via?: Via;
  /** Network address of the client, for counting attempts. */
  address?: string;
  /** Names one intended effect, so that a repeat gets the first result. Consumed by the action called, never inherited by its own calls. */
  idempotencyKey?: string;
}
