// Figures as Markdown: medians over the rounds.
import { arch, cpus, platform } from "node:os";
import { SYSTEMS } from "./systems.ts";

/** One measurement of one system. */
export interface Sample {
  scenario: string;
  system: keyof typeof SYSTEMS;
  round: number;
  /** CPU time of all server processes a request, in microseconds. */
  cpu: number;
  rate: number;
  /** Milliseconds. */
  p99: number;
}

/** What is aimed at: the first system takes at most so many times the CPU time of the second. */
const AIMS: readonly [of: Sample["system"], than: Sample["system"], atMost: number][] = [
  ["embedded", "fastify", 1.5],
  ["cluster", "nats", 1.3],
];

export function report(samples: readonly Sample[]): string {
  const scenarios = [...new Set(samples.map(({ scenario }) => scenario))];
  const measured = new Set(samples.map(({ system }) => system));
  const systems = (Object.keys(SYSTEMS) as Sample["system"][]).filter((system) => measured.has(system));
  const rounds = new Set(samples.map(({ round }) => round)).size;
  const of = (scenario: string, system: string): Sample[] =>
    samples.filter((sample) => sample.scenario === scenario && sample.system === system);
  const figures = scenarios.flatMap((scenario) =>
    systems.map((system) => {
      const found = of(scenario, system);
      const cpu = median(found.map((sample) => sample.cpu));
      const rate = median(found.map((sample) => sample.rate));
      const p99 = median(found.map((sample) => sample.p99));
      return [scenario, SYSTEMS[system], cpu.toFixed(0), Math.round(rate).toLocaleString("en"), p99.toFixed(1)];
    }),
  );
  // Round by round, since the machine's speed changes from one to the next.
  const ratio = (scenario: string, a: Sample["system"], b: Sample["system"]): string => {
    const others = of(scenario, b);
    return median(of(scenario, a).map((sample, index) => sample.cpu / (others[index]?.cpu ?? Number.NaN))).toFixed(2);
  };
  const ratios = AIMS.filter(([a, b]) => measured.has(a) && measured.has(b)).map(([a, b, aim]) => [
    `${SYSTEMS[a]} / ${SYSTEMS[b]}`,
    aim.toFixed(1),
    ...scenarios.map((scenario) => ratio(scenario, a, b)),
  ]);
  return [
    `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, ${platform()} ${arch()}, Node ${process.versions.node}; medians of ${rounds} interleaved rounds.`,
    table(["request", "system", "CPU us / request", "requests / s", "p99 ms"], figures, 2),
    table(["CPU time a request", "aim", ...scenarios], ratios, 1),
  ].join("\n\n");
}

/** @param words how many columns are text, the others are figures */
function table(head: string[], rows: string[][], words: number): string {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index < words ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
