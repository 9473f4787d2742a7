// Everything that a signed-in user's page works with, made together and closed together.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Connection, connect } from "./api/connection.ts";
import type { SessionControl } from "./api/session.ts";
import type { Account, Ring } from "./contract.ts";
import { announceRing } from "./ring/announce.ts";
import { createRings, type Rings } from "./ring/rings.ts";
import { createTodos, type Todos } from "./todo/todos.ts";
import { createToasts, type Toasts } from "./ui/toasts.ts";
import { createSkills, type Skills } from "./voice/skills.ts";
import { createVoice, type Voice } from "./voice/voice.ts";

export interface Desk {
  session: SessionControl;
  connection: Connection;
  todos: Todos;
  rings: Rings;
  voice: Voice;
  skills: Skills;
  toasts: Toasts;
  close(): void;
}

export function openDesk(session: SessionControl): Desk {
  const connection = connect(session);
  const voice = createVoice(session, connection);
  const skills = createSkills(connection);
  const toasts = createToasts();
  const announce = (ring: Ring): void => void announceRing(ring, voice, session.tabs);
  return {
    session,
    connection,
    voice,
    skills,
    toasts,
    todos: createTodos(session, connection),
    rings: createRings(session, connection, announce),
    close() {
      toasts.close();
      skills.close();
      voice.close();
      connection.close();
    },
  };
}

/** What the components of a signed-in page are given. */
export const DeskContext = createContext<{ desk: Desk; user: Account } | undefined>(undefined);

export function useDesk(): Desk & { user: Account } {
  const context = useContext(DeskContext);
  if (!context) throw new Error("this component belongs on a desk");
  return { ...context.desk, user: context.user };
}
