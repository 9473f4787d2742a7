// Prometheus metrics without a port of their own: Moleculer's reporter, read by whoever answers `/metrics` on this node.
import { type MetricRegistry, MetricReporters, type ServiceBroker } from "moleculer";

const reporters = new WeakMap<object, NodeReporter>();

/** Moleculer's Prometheus reporter opens port 3030 on every node, so a second node on a host fails: this one only formats. */
class NodeReporter extends MetricReporters.Prometheus {
  override init(registry: MetricRegistry): void {
    MetricReporters.Base.prototype.init.call(this, registry);
    const { namespace, nodeID } = registry.broker;
    (this as unknown as { defaultLabels: object }).defaultLabels = { namespace, nodeID };
    reporters.set(registry.broker, this);
  }

  override async stop(): Promise<void> {
    reporters.delete(this.broker);
  }

  text(): string {
    return (this as unknown as { generatePrometheusResponse(): string }).generatePrometheusResponse();
  }
}

/**
 * Broker options that switch metrics on. Durations are told in buckets, from which Prometheus computes quantiles over all
 * nodes; Moleculer's own would keep and sort every duration of the last minute.
 */
export function metricsOptions(): { enabled: true; reporter: MetricReporters.Base[]; defaultQuantiles: false } {
  return { enabled: true, reporter: [new NodeReporter()], defaultQuantiles: false };
}

/** The node's metrics in the Prometheus text format. */
export function metricsText(broker: ServiceBroker): string {
  return reporters.get(broker)?.text() ?? "";
}
