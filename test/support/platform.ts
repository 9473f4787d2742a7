// An embedded platform of its own for a test: in this process, on a free port, with a clock that the test moves.
//
//   eachStore("todos", (start) => {
//     test("are there after a restart", async (t) => {
//       const platform = await start(t);
//       const ann = await platform.register("ann");
//       const { body } = await ann.post<Todo>("/todos", { title: "Buy milk" });
//     });
//   });
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext } from "node:test";
import type { ServiceBroker, ServiceSchema } from "moleculer";
import { type Config, readConfig } from "../../lib/config/config.ts";
import { type Node, startNode } from "../../lib/node/node.ts";
import type { Session } from "../../services/auth/auth.schema.ts";
import { Client } from "./client.ts";
import { FakeClock } from "./clock.ts";
import { mongoOrSkip, startMongo, type TestServer } from "./servers.ts";

/** What a platform starts with where a test says nothing else: no speech, quiet, no rate limit. */
const DEFAULTS: Partial<Config> = {
  port: 0,
  services: ["gateway", "auth", "todo"],
  logLevel: "fatal",
  rateLimit: 0,
  speech: "none",
};

export const PASSWORD = "correct horse battery";

/** A signed-in user: a REST client with their tokens. */
export interface SignedIn extends Client {
  session: Session;
  token: string;
}

export interface Platform {
  readonly broker: ServiceBroker;
  readonly clock: FakeClock;
  readonly config: Config;
  /** Address of the gateway without a path. */
  readonly url: string;
  /** A client of nobody. */
  readonly guest: Client;
  /** Makes an account `<name>@example.org` and signs in. The first one is the administrator. */
  register(name: string, more?: object): Promise<SignedIn>;
  /** Signs in once more. */
  login(name: string, password?: string): Promise<SignedIn>;
  as(session: Session): SignedIn;
  /** Starts a service of the test on this node. */
  add(service: ServiceSchema): Promise<void>;
  stop(): Promise<void>;
  /** Stops and starts again on the same data; `while` is how long it is down. */
  restart(whileMs?: number): Promise<void>;
}

export type StartPlatform = (t: TestContext, config?: Partial<Config>, clock?: FakeClock) => Promise<Platform>;

/** Starts a platform that ends, with its data, when the test does. */
export const startPlatform: StartPlatform = async (t, overrides = {}, clock = new FakeClock()) => {
  const data = overrides.data ?? makeFolder(t);
  const config: Config = { ...readConfig({}), ...DEFAULTS, ...overrides, data };
  let node: Node = await startNode(config, clock);
  t.after(() => node.stop());
  const client = (token?: string): Client => new Client(`${platform.url}/api/v1`, token);
  const signIn = async (path: string, body: object): Promise<SignedIn> => {
    const answer = await client().post<Session>(path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return platform.as(answer.body);
  };
  const platform: Platform = {
    get broker() {
      return node.broker;
    },
    clock,
    config,
    get url() {
      const { port } = node.broker.metadata["gateway"] as { port: number };
      return `http://127.0.0.1:${port}`;
    },
    get guest() {
      return client();
    },
    register: (name, more) => signIn("/auth/register", { email: emailOf(name), password: PASSWORD, name, ...more }),
    login: (name, password = PASSWORD) => signIn("/auth/login", { email: emailOf(name), password }),
    as: (session) => Object.assign(client(session.accessToken), { session, token: session.accessToken }),
    async add(service) {
      node.broker.createService(service);
      await node.broker.waitForServices(service.name, 5_000, 5);
    },
    stop: () => node.stop(),
    async restart(whileMs = 0) {
      await node.stop();
      await clock.advance(whileMs);
      node = await startNode(config, clock);
    },
  };
  return platform;
};

export const emailOf = (name: string): string => `${name}@example.org`;

/** A folder that goes when the test ends. */
export function makeFolder(t: Pick<TestContext, "after">): string {
  const folder = mkdtempSync(join(tmpdir(), "vivavoce-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs tests with both stores: NeDB files, and a MongoDB-protocol server where there is one. */
export function eachStore(subject: string, tests: (start: StartPlatform) => void): void {
  describe(`${subject} (NeDB)`, () => tests(startPlatform));
  describe(`${subject} (MongoDB)`, { skip: mongoOrSkip }, () => {
    let mongo: TestServer;
    let count = 0;
    before(async () => {
      mongo = await startMongo();
    });
    after(() => mongo.stop());
    tests((t, config, clock) => {
      const url = new URL(mongo.url);
      url.pathname = `${url.pathname.replace(/\/$/, "")}_${count++}`;
      return startPlatform(t, { mongo: url.href, ...config }, clock);
    });
  });
}
