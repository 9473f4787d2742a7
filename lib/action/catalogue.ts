// What the doors know of the cluster: every declared action on it, those that left within a day, and who was there first.
import type { ServiceBroker } from "moleculer";
import { claimsOf, type Declaration, declare } from "./declare.ts";
import { declarationOf } from "./implement.ts";
import { isReserved, ownerOfRoute } from "./reserved.ts";

/** One action as the doors see it. */
export interface CatalogueEntry {
  /** `service.action`. */
  name: string;
  /** The newest declaration seen. */
  declaration: Declaration;
  /** Whether some live node has it; a departed action stays known for {@link MEMORY_MS}. */
  present: boolean;
  /** When it was last seen, in epoch milliseconds. */
  seenAt: number;
  /** Place in the order of arrival: the earlier one keeps a contested route or template. */
  order: number;
  /** Whether its REST route is its own; a newcomer that claims a taken one is not exposed there. */
  routed: boolean;
  /** Its templates less those that another action held before. */
  say: readonly string[];
}

/** A claim that was refused: it is named in the log, in readiness and in an event. */
export interface Conflict {
  action: string;
  claim: string;
  holder: string;
}

/** How long a departed action is remembered: its doors answer 503, never 404. */
const MEMORY_MS = 24 * 60 * 60 * 1000;

interface NodeInfo {
  id: string;
  available: boolean;
  metadata?: { startedAt?: number; firstParty?: boolean };
}
interface ServiceInfo {
  name: string;
  nodeID: string;
  available: boolean;
  actions: Record<string, object & { name: string }>;
}

/**
 * The catalogue of one node. `refresh` reads the registry; call it when the node has started and on every `$services.changed`.
 * All doors are projections of {@link entries}, so they cannot disagree.
 */
export class Catalogue {
  readonly #byName = new Map<string, CatalogueEntry>();
  #conflicts: Conflict[] = [];
  #order = 0;
  readonly #broker: Pick<ServiceBroker, "registry">;
  readonly #now: () => number;

  constructor(broker: Pick<ServiceBroker, "registry">, now: () => number = Date.now) {
    this.#broker = broker;
    this.#now = now;
  }

  /** Every known action, in the order of arrival. */
  get entries(): CatalogueEntry[] {
    return [...this.#byName.values()];
  }

  get conflicts(): readonly Conflict[] {
    return this.#conflicts;
  }

  get(name: string): CatalogueEntry | undefined {
    return this.#byName.get(name);
  }

  /** Whether a live node has a service of this name. */
  hasService(service: string): boolean {
    return this.entries.some((entry) => entry.present && serviceOf(entry.name) === service);
  }

  /**
   * Reads the registry.
   * @returns the conflicts that were not there before
   */
  refresh(): Conflict[] {
    const now = this.#now();
    for (const entry of this.#byName.values()) {
      // The registry tells changes only: what was there at the last one was there until now.
      if (entry.present) entry.seenAt = now;
      entry.present = false;
    }
    for (const { name, declaration } of this.#liveActions()) {
      const known = this.#byName.get(name);
      if (known) Object.assign(known, { declaration, present: true, seenAt: now });
      else
        this.#byName.set(name, {
          name,
          declaration,
          present: true,
          seenAt: now,
          order: this.#order++,
          routed: false,
          say: [],
        });
    }
    for (const entry of this.#byName.values()) {
      if (!entry.present && now - entry.seenAt > MEMORY_MS) this.#byName.delete(entry.name);
    }
    const before = new Set(this.#conflicts.map(keyOf));
    this.#conflicts = this.#settleClaims();
    return this.#conflicts.filter((conflict) => !before.has(keyOf(conflict)));
  }

  /** Declared actions on live nodes: nodes in the order they started; where two nodes differ, the newest declaration last. */
  #liveActions(): { name: string; declaration: Declaration }[] {
    const registry = this.#broker.registry as unknown as {
      getNodeList(options: object): NodeInfo[];
      getServiceList(options: object): ServiceInfo[];
    };
    const nodes = new Map(registry.getNodeList({ onlyAvailable: true }).map((node) => [node.id, node]));
    const startedAt = (service: ServiceInfo): number => nodes.get(service.nodeID)?.metadata?.startedAt ?? 0;
    return registry
      .getServiceList({ withActions: true, skipInternal: true, onlyAvailable: true })
      .filter(
        (service) =>
          nodes.has(service.nodeID) && (nodes.get(service.nodeID)?.metadata?.firstParty || !isReserved(service.name)),
      )
      .sort((a, b) => startedAt(a) - startedAt(b))
      .flatMap((service) => Object.values(service.actions))
      .flatMap((action) => {
        const declaration = declarationOf(action);
        return declaration && isSound(declaration) ? [{ name: action.name, declaration }] : [];
      });
  }

  /**
   * The earliest holder keeps what two actions claim; a first-party route prefix is its service's whoever comes first.
   * An action that left while its service is here was renamed or taken out: it claims last.
   */
  #settleClaims(): Conflict[] {
    const conflicts: Conflict[] = [];
    const holders = new Map<string, string>();
    const live = new Set(this.entries.filter((entry) => entry.present).map((entry) => serviceOf(entry.name)));
    const isDropped = (entry: CatalogueEntry): boolean => !entry.present && live.has(serviceOf(entry.name));
    const inTurn = this.entries.sort((a, b) => Number(isDropped(a)) - Number(isDropped(b)) || a.order - b.order);
    for (const entry of inTurn) {
      const { rest } = entry.declaration;
      const owner = rest && ownerOfRoute(rest);
      const refused = new Set<string>();
      for (const [claim, spelling] of claimsOf(entry.declaration)) {
        const prefixHolder = claim === rest && owner && !entry.name.startsWith(`${owner}.`) ? owner : undefined;
        const holder = prefixHolder ?? holders.get(spelling);
        if (holder) {
          if (entry.present) conflicts.push({ action: entry.name, claim, holder });
          refused.add(claim);
        } else holders.set(spelling, entry.name);
      }
      entry.routed = rest !== undefined && !refused.has(rest);
      entry.say = (entry.declaration.voice?.en.say ?? []).filter((template) => !refused.has(template));
    }
    return conflicts;
  }
}

const sound = new WeakMap<Declaration, boolean>();

/** What other nodes declare is their word only: what `declare` would refuse is left out, so that it cannot take the doors down. */
function isSound(declaration: Declaration): boolean {
  let known = sound.get(declaration);
  if (known === undefined) {
    try {
      declare(declaration);
      known = true;
    } catch {
      known = false;
    }
    sound.set(declaration, known);
  }
  return known;
}

const serviceOf = (action: string): string => action.slice(0, action.indexOf("."));
const keyOf = (conflict: Conflict): string => `${conflict.action}\n${conflict.claim}`;
