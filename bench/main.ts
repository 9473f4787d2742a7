// `npm run bench`: what a request costs on Vivavoce and on what it is built of, side by side in one run.
//
//   npm run bench                        all systems, five rounds, about three minutes
//   npm run bench -- --quick             a few requests of each kind: whether it runs
//   npm run bench -- --system embedded   one of bare, fastify, embedded, nats, cluster; may be given several times
//   npm run bench -- --scenario get      one of get, list, create, as their names begin; may be given several times
//   npm run bench -- --profile embedded  also writes a CPU profile of each of its processes to .runtime/profiles
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Outcome } from "./load.ts";
import { ask, cpuOf, start, stop } from "./processes.ts";
import { report, type Sample } from "./report.ts";
import { type Amount, FULL, QUICK, SCENARIOS, type Scenario } from "./scenarios.ts";
import { type Setting, SYSTEMS, type System, startSystem } from "./systems.ts";

type Key = keyof typeof SYSTEMS;

const LOAD = join(import.meta.dirname, "load.ts");
const PROFILES = join(import.meta.dirname, "../.runtime/profiles");

/** Starts all systems, measures them in turns, and stops them. */
async function measureAll(
  keys: readonly Key[],
  scenarios: readonly Scenario[],
  amount: Amount,
  setting: Setting,
): Promise<Sample[]> {
  const systems = new Map<Key, System>();
  const samples: Sample[] = [];
  try {
    for (const key of keys) systems.set(key, await startSystem(key, setting));
    for (let round = 1 - amount.warmUp; round <= amount.rounds; round++) {
      for (const scenario of scenarios) {
        for (const key of rotated(keys, round + amount.warmUp)) {
          const measured = await measure(systems.get(key) as System, scenario, amount, setting);
          if (round > 0) samples.push({ ...measured, scenario: scenario.name, system: key, round });
        }
      }
      process.stderr.write(round > 0 ? `round ${round} of ${amount.rounds}\n` : "warming up\n");
    }
  } finally {
    await Promise.all([...systems.values()].map((system) => system.stop()));
  }
  return samples;
}

/** Each round begins with another system, so that none is always measured after the same one. */
const rotated = <T>(list: readonly T[], by: number): T[] =>
  list.map((_, index) => list[(index + by) % list.length] as T);

async function measure(
  { name, port, pids }: System,
  scenario: Scenario,
  amount: Amount,
  { tokenSecret }: Setting,
): Promise<Pick<Sample, "cpu" | "rate" | "p99">> {
  const client = start(LOAD, {});
  try {
    const before = cpuOf(pids);
    const job = scenario.job(port, amount, tokenSecret);
    const { answers, seconds, p99, failure } = await ask<Outcome>(client, job);
    if (failure !== undefined) throw new Error(`${name}, ${scenario.name}: ${failure}`);
    return { cpu: (cpuOf(pids) - before) / answers, rate: answers / seconds, p99 };
  } finally {
    await stop(client);
  }
}

/** The systems or scenarios that the command line names, all where it names none. */
function chosen<T>(all: readonly T[], asked: readonly string[] | undefined, nameOf: (item: T) => string): T[] {
  const unknown = asked?.find((name) => !all.some((item) => nameOf(item).startsWith(name)));
  if (unknown !== undefined) throw new Error(`there is no "${unknown}": ${all.map(nameOf).join(", ")}`);
  return all.filter((item) => asked?.some((name) => nameOf(item).startsWith(name)) ?? true);
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    system: { type: "string", multiple: true },
    scenario: { type: "string", multiple: true },
    profile: { type: "string" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "vivavoce-bench-"));
try {
  const keys = chosen(Object.keys(SYSTEMS) as Key[], values.system, String);
  const scenarios = chosen(SCENARIOS, values.scenario, ({ name }) => name);
  const amount = { ...(values.quick ? QUICK : FULL), ...(values.rounds && { rounds: Number(values.rounds) }) };
  const samples = await measureAll(keys, scenarios, amount, {
    folder,
    tokenSecret: randomBytes(32).toString("base64url"),
    profile: values.profile ? { system: values.profile, folder: PROFILES } : undefined,
  });
  process.stdout.write(`${report(samples)}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
