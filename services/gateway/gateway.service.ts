// The doors of the cluster. Promises: every declared action is reachable a second after its node joined, and answers 503,
// never 404, for a day after it left; no request reaches a handler with a user, a zone or a key that the gateway has not
// checked itself; credentials come before a body is read; an unknown error says nothing but its request id.
import { readFileSync } from "node:fs";
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { join } from "node:path";
import type { Context, ServiceBroker, ServiceSchema } from "moleculer";
import SocketIO from "moleculer-io";
import ApiGateway from "moleculer-web";
import type { Server } from "socket.io";
import { Catalogue, type CatalogueEntry } from "../../lib/action/catalogue.ts";
import { authorize } from "../../lib/action/guard.ts";
import { ActionError, type CallMeta, commonErrors, fail, type Problem, problemOf } from "../../lib/action/index.ts";
import { RouteTable } from "../../lib/action/routes.ts";
import type { Access } from "../../lib/auth/access-token.ts";
import { ConfigError } from "../../lib/config/config.ts";
import { listen } from "../../lib/node/listen.ts";
import { runtimeOf } from "../../lib/node/runtime.ts";
import { metricsText } from "../../mixins/metrics.ts";
import { AccessControl, bearerToken, callerKey } from "./access.ts";
import { openUpload, readJson } from "./body.ts";
import { readRefreshCookie, setRefreshCookie, wantsCookie } from "./cookie.ts";
import { allowOrigins, JSON_TYPE, logAccess, send, setCommonHeaders } from "./http.ts";
import { openApi, statusOf } from "./openapi.ts";
import { RateLimiter } from "./rate-limit.ts";
import { compile, metaOf, paramsOf, requestIdOf } from "./rest.ts";
import { socketDoor } from "./sockets.ts";

const API = "/api/v1";
const CONSOLE = join(import.meta.dirname, "../../web/dist");
const { version: VERSION } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
  version: string;
};
/** Connections that are still busy this long after the stop began are closed. */
const DRAIN_MS = 5_000;
/** How often sockets are looked through for ended tokens. */
const EXPIRY_MS = 1_000;

/** What the gateway keeps on a request on its way through moleculer-web. */
interface Request extends IncomingMessage {
  $alias?: Alias;
  $ctx: Context<unknown, CallMeta>;
  $endpoint: { action: object };
  $params: Record<string, unknown>;
  parsedUrl: string;
  query: Record<string, unknown>;
  body?: Record<string, unknown> | undefined;
  access?: Access;
  requestId: string;
}

/** moleculer-web's alias, led to a catalogue entry. */
interface Alias {
  action: string;
  type: "call" | "stream";
  path: string;
  route: object;
  entry: CatalogueEntry;
  pathParams: Record<string, string>;
}

interface GatewayThis {
  server: HttpServer;
  io: Server;
  routes: { path: string }[];
  httpHandler(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export default function gatewayService(broker: ServiceBroker): ServiceSchema {
  const { config, clock, tokenSecret } = runtimeOf(broker);
  const secure = config.tls !== undefined;
  const catalogue = new Catalogue(broker, clock.now);
  const control = new AccessControl({ tokenSecret, clock });
  const limiter = new RateLimiter(config.rateLimit, clock.now);
  const sockets = socketDoor(broker, catalogue, control, limiter);
  let routes = new RouteTable<CatalogueEntry>();
  let document: string | undefined;
  let stopExpiring = (): void => {};

  const refresh = (): void => {
    const conflicts = catalogue.refresh();
    routes = new RouteTable();
    for (const entry of catalogue.entries)
      if (entry.routed && entry.declaration.rest) routes.add(entry.declaration.rest, entry);
    document = undefined;
    for (const conflict of conflicts) {
      broker.logger.warn(
        `gateway: ${conflict.action} claims "${conflict.claim}", which is ${conflict.holder}'s; it is not exposed`,
      );
      void broker.emit("gateway.claimRefused", conflict);
    }
  };

  const readiness = () => {
    const waitingFor = config.requiredServices.filter(
      (service) => !catalogue.entries.some((entry) => entry.name.startsWith(`${service}.`)),
    );
    return { status: waitingFor.length === 0 ? "ready" : "waiting", waitingFor, conflicts: catalogue.conflicts };
  };

  /** Addresses beside the API. */
  const pages: Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void>> = {
    "/health/live": (request, response) => send(request, response, 200, JSON_TYPE, '{"status":"live"}'),
    "/health/ready": (request, response) => {
      const ready = readiness();
      return send(request, response, ready.status === "ready" ? 200 : 503, JSON_TYPE, JSON.stringify(ready));
    },
    "/metrics": (request, response) =>
      send(request, response, 200, "text/plain; version=0.0.4; charset=utf-8", metricsText(broker)),
    "/api/openapi.json": (request, response) => {
      document ??= JSON.stringify(openApi(catalogue.entries, VERSION));
      return send(request, response, 200, JSON_TYPE, document);
    },
  };

  const sendProblem = async (request: Request, response: ServerResponse, error: unknown): Promise<void> => {
    if (response.headersSent) return void response.destroy();
    const { retryAfter, ...problem }: Problem & { retryAfter?: number } = problemOf(
      error,
      request.requestId,
      request.$alias?.entry.declaration.errors,
    );
    if (problem.status >= 500)
      broker.logger.error(
        `gateway: ${problem.code} at ${request.$alias?.entry.declaration.rest ?? "unknown route"} (request ${problem.requestId})`,
        error,
      );
    if (retryAfter) response.setHeader("Retry-After", retryAfter);
    if (problem.status === 401) response.setHeader("WWW-Authenticate", "Bearer");
    const { allow } = error as { allow?: string[] };
    if (allow) response.setHeader("Allow", allow.join(", "));
    // What is left of a refused body is not read: the connection could not be used again.
    if (!request.complete) response.setHeader("Connection", "close");
    await send(request, response, problem.status, "application/problem+json; charset=utf-8", JSON.stringify(problem));
  };

  const addressOf = (request: IncomingMessage): string => request.socket.remoteAddress ?? "unknown";

  /** First credentials and limits, then the body: nobody makes the gateway read what it will refuse. */
  const admit = (request: Request): void => {
    const { entry } = request.$alias as Alias;
    const token = entry.declaration.auth === "public" ? undefined : bearerToken(request.headers.authorization);
    const access = token === undefined ? undefined : control.verify(token);
    if (token !== undefined && !access) fail(commonErrors.UNAUTHENTICATED);
    const wait = limiter.take(callerKey(access?.user, addressOf(request)));
    if (wait > 0) fail(commonErrors.RATE_LIMITED, { retryAfter: wait });
    authorize(entry.declaration, access?.user);
    if (access) request.access = access;
  };

  const prepare = async (request: Request): Promise<void> => {
    const { entry, pathParams } = request.$alias as Alias;
    const { declaration } = entry;
    const body = declaration.upload || request.method === "GET" ? undefined : await readJson(request);
    const fromCookie =
      wantsCookie(request) && declaration.params.properties["refreshToken"] ? readRefreshCookie(request) : undefined;
    request.$params = paramsOf(declaration, {
      path: pathParams,
      query: request.query,
      body: fromCookie ? { ...body, refreshToken: fromCookie } : body,
      ifMatch: request.headers["if-match"],
    });
    Object.assign(request.$ctx.meta, metaOf(request, declaration, request.access, addressOf(request)));
  };

  const sendResult = async (request: Request, response: ServerResponse, result: unknown): Promise<void> => {
    const { declaration, name } = (request.$alias as Alias).entry;
    if (!compile(declaration).project(result)) throw new Error(`the result of ${name} is not as declared`);
    const fields = result as Record<string, unknown> | null;
    if (wantsCookie(request) && typeof fields?.["refreshToken"] === "string") {
      setRefreshCookie(response, fields["refreshToken"], secure);
      fields["refreshToken"] = "";
    } else if (wantsCookie(request) && name.startsWith("auth.logout")) setRefreshCookie(response, undefined, secure);
    if (declaration.etag && fields?.[declaration.etag] !== undefined)
      response.setHeader("ETag", `"${String(fields[declaration.etag])}"`);
    const status = statusOf(declaration);
    if (status === 204) return void response.writeHead(204).end();
    if (status === 201 && typeof fields?.["id"] === "string")
      response.setHeader("Location", `${request.parsedUrl}/${fields["id"]}`);
    await send(request, response, status, JSON_TYPE, JSON.stringify(result));
  };

  return {
    name: "gateway",
    mixins: [SocketIO, ApiGateway],
    settings: {
      $secureSettings: ["routes", "io", "assets", "server", "rootCallOptions"],
      server: false,
      logRequest: null,
      logRequestParams: null,
      logResponse: null,
      logRouteRegistration: null,
      logBroadcastRequest: null,
      logClientConnection: null,
      rootCallOptions: (options: { requestID: string }, request: Request) => {
        options.requestID = request.requestId;
      },
      routes: [
        {
          path: API,
          mappingPolicy: "restrict",
          bodyParsers: false,
          logging: false,
          onBeforeCall: async (_ctx: Context, _route: object, request: Request) => {
            admit(request);
            await prepare(request);
          },
        },
      ],
      assets: { folder: CONSOLE, options: { setHeaders: cacheHeaders } },
      io: {
        options: {
          serveClient: false,
          maxHttpBufferSize: 1_000_000,
          ...(config.corsOrigins.length > 0 && { cors: { origin: config.corsOrigins } }),
        },
        // The mixin's own `call`, with which these settings are merged, would take every action of the cluster.
        namespaces: { "/": { events: { call: () => {} } } },
      },
    },

    // Only what the mixins need for themselves; nothing of theirs can be called.
    actions: { listAliases: false, addRoute: false, removeRoute: false, broadcast: false, getClients: false },

    events: {
      "$services.changed": refresh,
      "socket.push"(this: GatewayThis, ctx: Context<{ user: string; event: string; payload: unknown }>) {
        if (this.io) sockets.push(this.io, ctx.params);
      },
      "auth.sessionsEnded"(this: GatewayThis, ctx: Context<{ user: string; sessions: string[] }>) {
        control.endSessions(ctx.params.sessions);
        if (this.io) sockets.endSessions(this.io, ctx.params.user, ctx.params.sessions);
      },
    },

    methods: {
      /** Leads a request below the API to its catalogue entry; an entry that left is not there just now. */
      resolveAlias(this: GatewayThis, url: string, method: string): { alias: Alias; params: object } | false {
        if (!url.startsWith(`${API}/`)) return false;
        const match = routes.match(method, url.slice(API.length));
        if (!match) return fail(commonErrors.NOT_FOUND);
        if ("allow" in match) {
          throw Object.assign(new ActionError(commonErrors.METHOD_NOT_ALLOWED), { allow: match.allow });
        }
        const { target: entry, params } = match;
        if (!entry.present) fail(commonErrors.UNAVAILABLE);
        const route = this.routes[0] as object;
        return {
          alias: {
            action: entry.name,
            type: entry.declaration.upload ? "stream" : "call",
            path: entry.declaration.rest ?? "",
            route,
            entry,
            pathParams: params,
          },
          params: {},
        };
      },

      async callAction(
        _route: object,
        _action: string,
        request: Request,
        response: ServerResponse,
        params: object,
        isStream: boolean,
      ): Promise<true> {
        const { upload } = (request.$alias as Alias).entry.declaration;
        const stream = isStream && upload ? openUpload(request, upload) : undefined;
        const options = { ...(stream && { stream }) } as object;
        const call = request.$ctx.call(request.$endpoint as unknown as string, params, options);
        // A body that was cut off for its size is told as that, whatever the action made of it.
        const result = await call.catch((error: unknown) => Promise.reject(stream?.errored ?? error));
        if (stream?.errored) throw stream.errored;
        await sendResult(request, response, result);
        return true;
      },

      errorHandler: (request: Request, response: ServerResponse, error: unknown) =>
        sendProblem(request, response, error),
      sendError: (request: Request, response: ServerResponse, error: unknown) => sendProblem(request, response, error),
      send404: (request: Request, response: ServerResponse) =>
        sendProblem(request, response, new ActionError(commonErrors.NOT_FOUND)),
      // moleculer-io would keep the user that a call's meta came back with.
      socketSaveMeta() {},
    },

    created(this: GatewayThis) {
      const handler = (incoming: IncomingMessage, response: ServerResponse): void => {
        const request = incoming as Request;
        request.requestId = requestIdOf(request);
        const startedAt = performance.now();
        if (config.logLevel === "info" || config.logLevel === "debug" || config.logLevel === "trace") {
          response.once("finish", () =>
            logAccess(request, response, {
              requestId: request.requestId,
              route: request.$alias?.path ?? "-",
              startedAt,
            }),
          );
        }
        response.setHeader("X-Request-ID", request.requestId);
        setCommonHeaders(response, secure);
        if (allowOrigins(request, response, config.corsOrigins)) return;
        const path = request.url?.split("?", 1)[0] ?? "/";
        const page = request.method === "GET" || request.method === "HEAD" ? pages[path] : undefined;
        const answered =
          page && Object.hasOwn(pages, path) ? page(request, response) : this.httpHandler(request, response);
        answered.catch((error: unknown) => sendProblem(request, response, error));
      };
      this.server = config.tls
        ? createHttpsServer(
            { cert: readPem("VIVAVOCE_TLS_CERT", config.tls.cert), key: readPem("VIVAVOCE_TLS_KEY", config.tls.key) },
            handler,
          )
        : createHttpServer(handler);
      this.server.requestTimeout = 60_000;
    },

    async started(this: GatewayThis) {
      refresh();
      this.io.use((socket, next) => sockets.authorize(socket, next));
      this.io.on("connection", (socket) => sockets.connected(socket));
      stopExpiring = clock.every(EXPIRY_MS, () => sockets.endExpired(this.io));
      await listen(this.server, config.host, config.port, "VIVAVOCE_PORT");
      const address = this.server.address();
      if (address && typeof address === "object") broker.metadata["gateway"] = { port: address.port };
    },

    async stopped(this: GatewayThis) {
      stopExpiring();
      this.io.disconnectSockets(true);
      const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
      this.server.closeIdleConnections();
      const timer = setTimeout(() => this.server.closeAllConnections(), DRAIN_MS);
      await closed;
      clearTimeout(timer);
    },
  } as unknown as ServiceSchema;
}

/** The console's files carry a digest of their content in their names and may be kept for ever; pages are asked for each time. */
function cacheHeaders(response: ServerResponse, path: string): void {
  response.setHeader(
    "Cache-Control",
    /-[A-Z0-9]{8}\.\w+$/.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
  );
}

function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${setting} is "${path}", which cannot be read (${(error as Error).message}).`);
  }
}
