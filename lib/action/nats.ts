// The road between nodes: Moleculer's NATS transporter, with credentials from the address and an end that always comes.
import { Transporters } from "moleculer";

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

export class NatsTransporter extends Transporters.NATS {
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
