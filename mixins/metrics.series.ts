// Counters, gauges and durations for Moleculer's metric registry. Its own cost a small request more than its handler: their
// objects change shape while they are used, so that V8 compiles the code that counts again and again.
import { type MetricRegistry, MetricTypes } from "moleculer";

type Labels = Readonly<Record<string, unknown>> | null | undefined;

/** What a metric is registered with. */
export interface MetricOptions {
  type: string;
  name: string;
  description?: string;
  labelNames?: string[];
  unit?: string;
}

/** One value for each set of labels. A counter is a gauge that is never told to fall. */
export class Gauge extends MetricTypes.Base<Record<string, unknown>> {
  readonly #series = new Map<string, { labels: Labels; value: number }>();

  constructor(options: MetricOptions, registry: MetricRegistry) {
    super(options, registry);
  }

  increment(labels?: Labels, value = 1): void {
    this.#of(labels).value += value;
  }

  decrement(labels?: Labels, value = 1): void {
    this.#of(labels).value -= value;
  }

  set(value: number, labels?: Labels): void {
    this.#of(labels).value = value;
  }

  override get(labels?: Labels): { labels: Labels; value: number } | null {
    return this.#series.get(keyOf(this.labelNames, labels)) ?? null;
  }

  override reset(labels?: Labels): void {
    this.set(0, labels);
  }

  override resetAll(): void {
    for (const series of this.#series.values()) series.value = 0;
  }

  override clear(): void {
    this.#series.clear();
  }

  override snapshot(): { key: string; labels: Labels; value: number }[] {
    return Array.from(this.#series, ([key, { labels, value }]) => ({ key, labels, value }));
  }

  override generateSnapshot = (): Record<string, unknown>[] => this.snapshot();

  #of(labels: Labels): { labels: Labels; value: number } {
    const key = keyOf(this.labelNames, labels);
    let series = this.#series.get(key);
    if (!series) {
      series = { labels: pick(this.labelNames, labels), value: 0 };
      this.#series.set(key, series);
    }
    return series;
  }
}

/** Upper bounds in milliseconds: from a call within a process to one that times out. */
const BOUNDS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];
const COUNT = BOUNDS.length + 1;
const SUM = COUNT + 1;

/** A Prometheus histogram, from whose buckets a server computes quantiles over all nodes. */
export class Durations extends MetricTypes.Base<Record<string, unknown>> {
  /** How many were in each bucket (the last is above all bounds), how many in all, and their sum. */
  readonly #series = new Map<string, { labels: Labels; figures: Float64Array }>();

  constructor(options: MetricOptions, registry: MetricRegistry) {
    super(options, registry);
  }

  observe(value: number, labels?: Labels): void {
    const key = keyOf(this.labelNames, labels);
    let series = this.#series.get(key);
    if (!series) {
      series = { labels: pick(this.labelNames, labels), figures: new Float64Array(SUM + 1) };
      this.#series.set(key, series);
    }
    const { figures } = series;
    let bucket = 0;
    while (bucket < BOUNDS.length && value > (BOUNDS[bucket] as number)) bucket++;
    add(figures, bucket, 1);
    add(figures, COUNT, 1);
    add(figures, SUM, value);
  }

  override reset(labels?: Labels): void {
    this.#series.get(keyOf(this.labelNames, labels))?.figures.fill(0);
  }

  override resetAll(): void {
    for (const { figures } of this.#series.values()) figures.fill(0);
  }

  override clear(): void {
    this.#series.clear();
  }

  /** Buckets as Prometheus has them: each holds those before it. */
  override snapshot(): { labels: Labels; count: number; sum: number; buckets: [bound: number, count: number][] }[] {
    return Array.from(this.#series.values(), ({ labels, figures }) => {
      let below = 0;
      const buckets = BOUNDS.map((bound, index): [number, number] => {
        below += figures[index] as number;
        return [bound, below];
      });
      return { labels, count: figures[COUNT] as number, sum: figures[SUM] as number, buckets };
    });
  }

  override generateSnapshot = (): Record<string, unknown>[] => this.snapshot();
}

function add(figures: Float64Array, index: number, value: number): void {
  figures[index] = (figures[index] as number) + value;
}

function keyOf(names: readonly string[], labels: Labels): string {
  let key = "";
  if (labels) for (const name of names) key += `${String(labels[name] ?? "")}\n`;
  return key;
}

const pick = (names: readonly string[], labels: Labels): Labels =>
  Object.fromEntries(names.map((name) => [name, labels?.[name]]));
