// The road between nodes: Moleculer's NATS transporter, with credentials from the address and an end that always comes.
import { Transporters } from "moleculer";
import { createInbox, type Msg } from "nats";

/** A server that is away when the node leaves is waited for this long. */
const FLUSH_MS = 1_000;

/** Options of the NATS client for one address or several (`nats://user:password@host:4222,...`): the client itself reads no credentials from them. */
export function natsOptions(addresses: string) {
  const urls = addresses.split(",").map((address) => new URL(address.trim()));
  const { username, password } = urls.find((url) => url.username) ?? { username: "", password: "" };
  const [user, pass] = [username, password].map(decodeURIComponent);
  return {
    servers: urls.map((url) => url.host),
    ...(user && (pass ? { user, pass } : { token: user })),
    ...(urls.some((url) => url.protocol === "tls:") && { tls: {} }),
    // Reconnects for ever: a NATS server that is away heals without a restart of any node.
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    noAsyncTraces: true,
  };
}

/** Moleculer's packet of a call. */
const REQUEST = "REQ";
/** What the server answers where nobody has subscribed (NATS protocol, "no responders"). */
const NO_RESPONDERS = 503;

interface Packet {
  type: string;
  target?: string | null;
}

export class NatsTransporter extends Transporters.NATS {
  /** Where the server tells that a call reached nobody: below it the node that it was for. */
  readonly #missed = createInbox();

  override async connect(): Promise<void> {
    await super.connect();
    this.client.subscribe(`${this.#missed}.>`, {
      callback: (_error: Error | null, { subject, headers }: Msg) => {
        if (headers?.code === NO_RESPONDERS) this.#lost(subject.slice(this.#missed.length + 1));
      },
    });
  }

  /**
   * A call to a node that was killed is known to be lost at once, since its subscriptions ended with its connection:
   * its pending calls are rejected, and repeated elsewhere where that is harmless. Heartbeats would take seconds.
   */
  override send(topic: string, data: Buffer, meta?: { packet?: Packet }): Promise<void> {
    const { type, target } = meta?.packet ?? {};
    if (!this.client || type !== REQUEST || !target) return super.send(topic, data);
    this.client.publish(topic, data, { reply: `${this.#missed}.${target}` });
    return Promise.resolve();
  }

  #lost(nodeID: string): void {
    const { nodes } = (this.broker as unknown as { registry: { nodes: NodeCatalog } }).registry;
    if (nodes.get(nodeID)?.available) nodes.disconnected(nodeID, true);
  }

  /** Moleculer's own flushes first, which with the server away never ends: the node would have to be killed. */
  override async disconnect(): Promise<void> {
    if (!this.client) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, FLUSH_MS);
    });
    await Promise.race([this.client.flush().catch(() => {}), patience]);
    clearTimeout(timer);
    await this.client.close();
    this.client = null;
  }
}

interface NodeCatalog {
  get(nodeID: string): { available: boolean } | undefined;
  disconnected(nodeID: string, unexpected: boolean): void;
}
