// The port of a node that has no gateway: what Prometheus reads, and what a container's health checks ask.
//
//   GET /metrics        the Prometheus text format
//   GET /health/live    200 while the process runs
//   GET /health/ready   200 while NATS answers it and all its services are started, else 503 with what it waits for
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServiceBroker } from "moleculer";
import { metricsText } from "../../mixins/metrics.ts";
import type { Config } from "../config/config.ts";
import { answers, connectionOf } from "./connection.ts";
import { listen } from "./listen.ts";

export interface SidePort {
  /** The port it listens on. */
  port: number;
  close(): Promise<void>;
}

interface Page {
  status: number;
  type: string;
  body: string;
}

type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

/**
 * Opens the port before the node starts, so that a probe can see it start.
 * @param services names of those the node holds
 * @throws ConfigError where the port is taken
 */
export async function openSidePort(
  broker: ServiceBroker,
  services: readonly string[],
  { host, metricsPort }: Pick<Config, "host" | "metricsPort">,
): Promise<SidePort> {
  const pages: Pages = {
    "/metrics": () => ({ status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: metricsText(broker) }),
    "/health/live": () => json(200, { status: "live" }),
    "/health/ready": async () => {
      const waitingFor = await waitingOf(broker, services);
      return waitingFor.length === 0
        ? json(200, { status: "ready", waitingFor })
        : json(503, { status: "waiting", waitingFor });
    },
  };
  const server = createServer((request, response) => {
    answer(pages, request, response).catch(() => response.destroy());
  });
  await listen(server, host, metricsPort, "VIVAVOCE_METRICS_PORT");
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split("?", 1)[0] ?? "/";
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  const reads = request.method === "GET" || request.method === "HEAD";
  const { status, type, body } = page && reads ? await page() : json(page ? 405 : 404, { status: "not here" });
  response.writeHead(status, {
    "Content-Type": type,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...(page && !reads && { Allow: "GET, HEAD" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

const json = (status: number, value: object): Page => ({
  status,
  type: "application/json; charset=utf-8",
  body: JSON.stringify(value),
});

/** NATS while it does not answer, and each service that has not started (or has begun to stop). */
async function waitingOf(broker: ServiceBroker, services: readonly string[]): Promise<string[]> {
  const registry = broker.registry as unknown as { hasService(name: string, nodeID: string): boolean };
  const { started } = broker as unknown as { started: boolean };
  return [
    ...(broker.transit && !(await answers(connectionOf(broker))) ? ["nats"] : []),
    ...services.filter((service) => !started || !registry.hasService(service, broker.nodeID)),
  ];
}
