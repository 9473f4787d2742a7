// The systems that are compared, each with a data directory of its own that starts with the same todos.
import { join } from "node:path";
import { startNats } from "../bin/lib/servers.mjs";
import { type Program, start, stop } from "./processes.ts";
import { seed } from "./seed.ts";

export interface System {
  name: string;
  port: number;
  /** All of its server processes, nats-server among them. */
  pids: number[];
  stop(): Promise<void>;
}

export interface Setting {
  /** Folder that is removed at the end. */
  folder: string;
  tokenSecret: string;
  /** Writes a CPU profile of each process of this system here when it stops. */
  profile?: { system: string; folder: string } | undefined;
}

/** The names of the systems, in the order of the table. */
export const SYSTEMS = {
  bare: "bare node:http",
  fastify: "Fastify",
  embedded: "Vivavoce embedded",
  nats: "bare HTTP + raw NATS",
  cluster: "Vivavoce cluster",
} as const;

const MAIN = join(import.meta.dirname, "../lib/main.ts");
const peer = (name: string): string => join(import.meta.dirname, "peers", `${name}.ts`);
const READY_MS = 30_000;

/** Starts one system. */
export async function startSystem(key: keyof typeof SYSTEMS, setting: Setting): Promise<System> {
  const data = join(setting.folder, key);
  seed(data);
  const programs: Program[] = [];
  const nats = key === "nats" || key === "cluster" ? await startNats({ dir: join(data, "nats") }) : undefined;
  const run: Run = (path, env = {}) => {
    const profile = setting.profile?.system === key ? setting.profile.folder : undefined;
    const program = start(
      path,
      {
        VIVAVOCE_DATA: data,
        VIVAVOCE_PORT: "0",
        VIVAVOCE_TOKEN_SECRET: setting.tokenSecret,
        VIVAVOCE_RATE_LIMIT: "0",
        ...(nats && { VIVAVOCE_NATS_URL: nats.url }),
        ...env,
      },
      profile === undefined ? [] : ["--cpu-prof", "--cpu-prof-interval=200", `--cpu-prof-dir=${profile}`],
    );
    programs.push(program);
    return program.ready;
  };
  const stopAll = async (): Promise<void> => {
    await Promise.all(programs.map(stop));
    await nats?.stop();
  };
  try {
    const url = await STARTS[key](run);
    const pids = programs.map(({ child }) => child.pid as number);
    return {
      name: SYSTEMS[key],
      port: Number(new URL(url).port),
      pids: nats?.pid === undefined ? pids : [...pids, nats.pid],
      stop: stopAll,
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

type Run = (path: string, env?: Record<string, string>) => Promise<string>;

const STARTS: Record<keyof typeof SYSTEMS, (run: Run) => Promise<string>> = {
  bare: (run) => run(peer("bare")),
  fastify: (run) => run(peer("fastify")),
  embedded: (run) => run(MAIN, { SERVICES: "gateway,auth,todo" }),
  async nats(run) {
    await run(peer("nats-worker"));
    return run(peer("nats-gateway"));
  },
  async cluster(run) {
    // Only a gateway says that it is ready; it waits for the others.
    const gateway = run(MAIN, {
      SERVICES: "gateway",
      VIVAVOCE_NODE_ID: "gateway-1",
      VIVAVOCE_REQUIRED_SERVICES: "auth,todo",
    });
    for (const service of ["auth", "todo"]) void run(MAIN, { SERVICES: service, VIVAVOCE_NODE_ID: `${service}-1` });
    await untilReady(await gateway);
    return gateway;
  },
};

async function untilReady(url: string): Promise<void> {
  const until = Date.now() + READY_MS;
  while (!(await fetch(`${url}/health/ready`)).ok) {
    if (Date.now() > until) throw new Error("the cluster was not ready in time");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
