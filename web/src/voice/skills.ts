// What can be said, read from the API document, so that a service that joins the cluster shows up by itself.
import type { Connection } from "../api/connection.ts";
import { createStore, type Readable } from "../store.ts";
import type { SlotSchema } from "./suggest.ts";

/** An action that can be spoken or called. */
export interface Skill {
  /** `service.action`. */
  action: string;
  service: string;
  summary: string;
  say: readonly string[];
  slots: Readonly<Record<string, SlotSchema>>;
}

interface Operation {
  operationId: string;
  summary?: string;
  "x-say"?: string[];
  "x-departed"?: boolean;
  parameters?: { name: string; schema: SlotSchema }[];
  requestBody?: { content: Record<string, { schema: { properties?: Record<string, SlotSchema> } }> };
}
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
}

const REFRESH_MS = 60_000;

export interface Skills {
  state: Readable<readonly Skill[]>;
  close(): void;
}

/** Read at each connection, and once a minute while the page is looked at: services come and go without a word to the page. */
export function createSkills(connection: Connection): Skills {
  const state = createStore<readonly Skill[]>([]);
  let text = "";
  const load = async (): Promise<void> => {
    const response = await fetch("/api/openapi.json").catch(() => undefined);
    const next = response?.ok ? await response.text() : text;
    if (next === text) return;
    text = next;
    state.set(skillsOf(JSON.parse(next) as ApiDocument));
  };
  const loadIfSeen = (): void => {
    if (!document.hidden) void load();
  };
  const timer = setInterval(loadIfSeen, REFRESH_MS);
  window.addEventListener("focus", loadIfSeen);
  connection.onConnected(load);
  return {
    state,
    close() {
      clearInterval(timer);
      window.removeEventListener("focus", loadIfSeen);
    },
  };
}

/** The actions of a document that are there just now. */
export function skillsOf(document: ApiDocument): Skill[] {
  return Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .filter((operation) => !operation["x-departed"])
    .map((operation) => ({
      action: operation.operationId,
      service: operation.operationId.split(".")[0] ?? "",
      summary: operation.summary ?? operation.operationId,
      say: operation["x-say"] ?? [],
      slots: {
        ...operation.requestBody?.content["application/json"]?.schema.properties,
        ...Object.fromEntries((operation.parameters ?? []).map(({ name, schema }) => [name, schema])),
      },
    }));
}

/** Skills in turns over the services, so that each service is heard of. */
export function inTurns(skills: readonly Skill[]): Skill[] {
  const byService = [...Map.groupBy(skills, ({ service }) => service).values()];
  const longest = Math.max(0, ...byService.map((own) => own.length));
  return Array.from({ length: longest }, (_, turn) => byService.flatMap((own) => own.slice(turn, turn + 1))).flat();
}
