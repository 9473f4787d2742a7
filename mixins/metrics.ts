// Prometheus metrics without a port of their own: Moleculer's reporter, read by whoever answers `/metrics` on this node.
import { type MetricRegistry, MetricReporters, type ServiceBroker } from "moleculer";
import { Durations, Gauge, type MetricOptions } from "./metrics.series.ts";

const reporters = new WeakMap<object, NodeReporter>();

/** What of Moleculer's reporter its types leave out. */
interface Formatter {
  defaultLabels: object;
  generatePrometheusResponse(): string;
  formatMetricName(name: string): string;
  labelsToStr(labels: object, more?: object): string;
}

/** Moleculer's Prometheus reporter opens port 3030 on every node, so a second node on a host fails: this one only formats. */
class NodeReporter extends MetricReporters.Prometheus {
  readonly #durations = new Map<string, Durations>();

  override init(registry: MetricRegistry): void {
    MetricReporters.Base.prototype.init.call(this, registry);
    const { namespace, nodeID } = registry.broker;
    this.#formatter.defaultLabels = { namespace, nodeID };
    reporters.set(registry.broker, this);
    this.#replaceMetrics(registry);
  }

  override async stop(): Promise<void> {
    reporters.delete(this.broker);
  }

  override matchMetricName(name: string): boolean {
    return !this.#durations.has(name) && super.matchMetricName(name);
  }

  text(): string {
    return [
      this.#formatter.generatePrometheusResponse(),
      ...this.#durations.values().flatMap((m) => this.#lines(m)),
      "",
    ].join("\n");
  }

  get #formatter(): Formatter {
    return this as unknown as Formatter;
  }

  /** Reporters come before the metrics: whatever is registered from now on is one of ours. */
  #replaceMetrics(registry: MetricRegistry): void {
    const { store } = registry;
    const register = registry.register.bind(registry) as (options: MetricOptions) => unknown;
    const replace = (options: MetricOptions): unknown => {
      const made = register(options);
      if (options.type === "info") return made;
      const metric = options.type === "histogram" ? new Durations(options, registry) : new Gauge(options, registry);
      store.set(options.name, metric as never);
      if (metric instanceof Durations) this.#durations.set(options.name, metric);
      return metric;
    };
    registry.register = replace as typeof registry.register;
  }

  /** Moleculer tells a histogram's sum and count only beside quantiles of its own. */
  #lines(metric: Durations): string[] {
    const series = metric.snapshot();
    if (series.length === 0) return [];
    const name = this.#formatter.formatMetricName(metric.name).replace(/[.-]/g, "_");
    const line = (suffix: string, labels: object, value: number): string =>
      `${name}_${suffix}${this.#formatter.labelsToStr(labels)} ${value}`;
    return [
      `# HELP ${name} ${metric.description ?? metric.name}`,
      `# TYPE ${name} histogram`,
      ...series.flatMap(({ labels, count, sum, buckets }) => [
        ...buckets.map(([bound, below]) => line("bucket", { ...labels, le: bound }, below)),
        line("bucket", { ...labels, le: "+Inf" }, count),
        line("sum", { ...labels }, sum),
        line("count", { ...labels }, count),
      ]),
    ];
  }
}

/** Broker options that switch metrics on. */
export function metricsOptions(): { enabled: true; reporter: MetricReporters.Base[] } {
  return { enabled: true, reporter: [new NodeReporter()] };
}

/** The node's metrics in the Prometheus text format. */
export function metricsText(broker: ServiceBroker): string {
  return reporters.get(broker)?.text() ?? "";
}
