// Invitations and password resets on the server's command line. They are the auth service's own actions, called as the
// operator, whichever way there is to it:
//   1. with VIVAVOCE_NATS_URL this process joins the cluster as a node for the time of the call;
//   2. else it runs the auth service itself, on the store: NeDB while no platform holds it, MongoDB at any time;
//   3. where a platform holds the files, it asks that one over REST, at the address the gateway leaves beside its lock,
//      with a token signed by the secret in the data directory. Who can read that directory is the operator.
import { randomUUID } from "node:crypto";
import type { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { hostname } from "node:os";
import { text } from "node:stream/consumers";
import { ServiceBroker } from "moleculer";
import { actions } from "../../services/auth/auth.actions.ts";
import {
  brokerOptions,
  type Declaration,
  type ParamsOf,
  type Problem,
  problemOf,
  type ResultOf,
  type User,
} from "../action/index.ts";
import { AccessTokens } from "../auth/access-token.ts";
import type { Config } from "../config/config.ts";
import { DataInUseError, readAddress, tokenSecret } from "../node/data.ts";
import { startNode } from "../node/node.ts";
import { Refusal } from "./refusal.ts";

type Actions = typeof actions;
/** The actions that are called from here. */
type Name = "invite" | "createReset" | "reset";
type Call = (name: Name, params: object) => Promise<unknown>;

/** A way to the auth service. */
export interface Accounts {
  call<N extends Name>(name: N, params: ParamsOf<Actions[N]>): Promise<ResultOf<Actions[N]>>;
  close(): Promise<void>;
}

/** How long an auth service may take to be there: a new node sees the others after a second. */
const JOIN_MS = 10_000;

/**
 * Finds the way to the auth service.
 * @throws Refusal where there is none
 */
export async function openAccounts(config: Config): Promise<Accounts> {
  if (config.nats) return joinCluster(config, config.nats);
  try {
    return await runAuth(config);
  } catch (error) {
    const url = error instanceof DataInUseError ? readAddress(config.data) : undefined;
    if (!url) throw error;
    return askGateway(config, url);
  }
}

async function joinCluster({ namespace }: Config, nats: string): Promise<Accounts> {
  const nodeID = `admin-${hostname()}-${process.pid}`;
  const broker = new ServiceBroker({
    ...brokerOptions({ nats, namespace, nodeID, logLevel: "fatal", firstParty: true }),
    transit: { disableReconnect: true },
  });
  const address = nats.replace(/\/\/[^@/]*@/g, "//");
  const { promise: refused, reject: refuse } = Promise.withResolvers<never>();
  const { localBus } = broker as unknown as { localBus: EventEmitter };
  localBus.once("$transporter.error", ({ error }: { error: Error }) =>
    refuse(new Refusal(`NATS cannot be reached at ${address} (${error.message}). Check VIVAVOCE_NATS_URL.`)),
  );
  await Promise.race([broker.start(), refused]);
  try {
    await broker.waitForServices("auth", JOIN_MS);
  } catch {
    await broker.stop();
    throw new Refusal(`NATS at ${address} has no auth service for ${JOIN_MS / 1000} s. Check VIVAVOCE_NATS_URL.`);
  }
  return { call: through(callOf(broker)), close: () => broker.stop() };
}

async function runAuth(config: Config): Promise<Accounts> {
  const { broker, stop } = await startNode({
    ...config,
    services: ["auth"],
    logLevel: "fatal",
    metricsPort: 0,
    otlp: undefined,
  });
  return { call: through(callOf(broker)), close: stop };
}

function callOf(broker: ServiceBroker): Call {
  return (name, params) => broker.call(`auth.${name}`, params, { meta: { user: operator() } });
}

function askGateway(config: Config, base: string): Accounts {
  const { data, tls } = config;
  const tokens = new AccessTokens(tokenSecret(config), Date.now);
  const call: Call = async (name, params) => {
    const [method = "", path = ""] = actions[name].rest.split(" ");
    const url = new URL(`/api/v1${path}`, base);
    const options = {
      method,
      headers: {
        "Content-Type": "application/json",
        Authorization: `Bearer ${tokens.sign(operator(), { zone: "UTC", language: "en" })}`,
      },
      // The platform's own certificate and no other, whatever name it is for.
      ...(tls && { ca: readFileSync(tls.cert), allowPartialTrustChain: true, checkServerIdentity: () => undefined }),
    };
    const { status, body } = await send(url, options, JSON.stringify(params)).catch((error: Error) => {
      throw new Refusal(`The platform that holds "${data}" does not answer at ${base} (${error.message}).`);
    });
    if (status >= 400) throw new Refusal(lineOf(JSON.parse(body) as Problem));
    return JSON.parse(body);
  };
  return { call: through(call), close: async () => {} };
}

function send(url: URL, options: object, body: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, options, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    });
    request.once("error", reject).end(body);
  });
}

/** What the service refuses becomes one line, by whichever way it came. */
function through(call: Call): Accounts["call"] {
  return async (name, params) => {
    try {
      return (await call(name, params)) as never;
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const { errors }: Declaration = actions[name];
      const problem = problemOf(error, "", errors);
      throw problem.status === 500 ? error : new Refusal(lineOf(problem));
    }
  };
}

function lineOf({ detail, errors = [] }: Problem): string {
  const fields = errors.map(({ path, message, accepts }) => `${path} ${message}; it accepts ${accepts}`);
  return [detail, ...fields].join(" ");
}

/** Who acts: nobody's account, an administrator for one call. */
const operator = (): User => ({ id: "operator", roles: ["admin"], scopes: ["*"], session: randomUUID() });
