// The store of the auth service: users, refresh-token families, one-time codes, failed attempts.
import type { Store } from "../../mixins/store.ts";

export interface UserRow {
  _id: string;
  /** Lower case; unique. */
  email: string;
  name: string;
  passwordHash: string;
  roles: string[];
  zone: string;
  language: string;
  createdAt: string;
}

/** A session: one chain of refresh tokens, each replaced by the next. */
export interface FamilyRow {
  _id: string;
  user: string;
  generation: number;
  /** Epoch milliseconds. */
  rotatedAt: number;
  expiresAt: number;
}

/** A thing that may happen once: a code that is used up, the first account. */
export interface TicketRow {
  _id: string;
  kind: "invitation" | "reset" | "first-account";
  user?: string;
  expiresAt: number;
}

export interface AttemptRow {
  _id: string;
  /** `account:<address>` or `address:<ip>`. */
  subject: string;
  at: number;
}

export type AuthRepository = ReturnType<typeof authRepository>;

export function authRepository(store: Store) {
  return {
    users: store.collection<UserRow>("users", { indexes: [{ field: "email", unique: true }] }),
    families: store.collection<FamilyRow>("families", { indexes: ["user", "expiresAt"] }),
    tickets: store.collection<TicketRow>("tickets", { indexes: ["expiresAt"] }),
    attempts: store.collection<AttemptRow>("attempts", { indexes: ["subject", "at"] }),
  };
}
