// Traces by OTLP/HTTP with JSON (opentelemetry.io/docs/specs/otlp), which Jaeger, Tempo and every collector take.
// What leaves is named here: which action, on which node, how long, and how it failed; never parameters, results, users or
// addresses. A collector that is away costs nothing but its traces: they are counted and dropped.
import { createHash } from "node:crypto";
import { type BrokerOptions, type Span, type Tracer, TracerExporters } from "moleculer";

/** Spans that wait at most; what comes on top is dropped. A span takes about 1 KB. */
const MAX_WAITING = 4_096;
const BATCH = 512;
const INTERVAL_MS = 2_000;
/** For one request, also for the last one at the stop. */
const TIMEOUT_MS = 3_000;
const DROPPED = "vivavoce.tracing.spans.dropped.total";

/** Broker options that send traces to `url`, the base address of a collector. */
export function tracingOptions(url: string): BrokerOptions["tracing"] {
  return {
    enabled: true,
    exporter: [new OtlpExporter(url)] as never,
    actions: true,
    events: true,
    errorFields: ["type", "code"],
    tags: { action: { params: false, meta: false, response: false }, event: { params: false, meta: false } },
  };
}

/** Sends finished spans in batches, one request at a time. */
class OtlpExporter extends TracerExporters.Base {
  readonly #url: string;
  #waiting: Span[] = [];
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Dropped since the collector was heard of last. */
  #dropped = 0;

  constructor(url: string) {
    super({});
    this.#url = `${url.replace(/\/+$/, "")}/v1/traces`;
  }

  override init(tracer: Tracer): void {
    super.init(tracer);
    this.broker.metrics.register({
      name: DROPPED,
      type: "counter",
      description: "Spans that the collector did not get",
    });
    this.#timer = setInterval(() => this.#send(), INTERVAL_MS);
    this.#timer.unref();
  }

  override spanFinished(span: Span): void {
    // What Moleculer tells its own services is no part of anybody's request.
    if ((span.tags as Tags).eventName?.startsWith("$")) return;
    if (this.#waiting.length >= MAX_WAITING) this.#drop(1);
    else if (this.#waiting.push(span) >= BATCH) this.#send();
  }

  override async stop(): Promise<void> {
    clearInterval(this.#timer);
    const deadline = Date.now() + TIMEOUT_MS;
    while ((this.#waiting.length > 0 || this.#sending) && Date.now() < deadline) await this.#send();
  }

  #send(): Promise<void> {
    if (this.#waiting.length > 0) {
      this.#sending ??= this.#post(this.#waiting.splice(0, BATCH)).finally(() => {
        this.#sending = undefined;
        if (this.#waiting.length >= BATCH) this.#send();
      });
    }
    return this.#sending ?? Promise.resolve();
  }

  async #post(spans: readonly Span[]): Promise<void> {
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(requestOf(spans, this.broker.nodeID)),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`it answers ${response.status}`);
      if (this.#dropped > 0)
        this.logger.warn(`tracing: ${this.#url} is there again; ${this.#dropped} spans were dropped`);
      this.#dropped = 0;
    } catch (error) {
      if (this.#dropped === 0) {
        const { cause, message } = error as Error;
        const why = cause instanceof Error && cause.message ? cause.message : message;
        this.logger.warn(`tracing: ${this.#url} does not take traces (${why}); they are dropped until it does`);
      }
      this.#drop(spans.length);
    }
  }

  #drop(count: number): void {
    this.#dropped += count;
    this.broker.metrics.increment(DROPPED, undefined, count);
  }
}

/** The kinds and the failure status of a span (opentelemetry/proto/trace/v1/trace.proto). */
const KIND = { INTERNAL: 1, SERVER: 2, CONSUMER: 5 } as const;
const STATUS_ERROR = 2;

/** An `ExportTraceServiceRequest`: spans by the service they are of, each a resource of its own. */
function requestOf(spans: readonly Span[], nodeID: string): object {
  const byService = Map.groupBy(spans, (span) => span.service?.name ?? "vivavoce");
  return {
    resourceSpans: [...byService].map(([service, own]) => ({
      resource: {
        attributes: attributesOf({
          "service.name": service,
          "service.namespace": "vivavoce",
          "service.instance.id": nodeID,
        }),
      },
      scopeSpans: [{ scope: { name: "moleculer" }, spans: own.map(spanOf) }],
    })),
  };
}

/** What Moleculer's own middleware says of a call or an event. */
interface Tags {
  action?: { name: string };
  eventName?: string;
  callerNodeID?: string;
  remoteCall?: boolean;
  fromCache?: boolean;
}

function spanOf(span: Span): object {
  const tags = span.tags as Tags;
  const error = span.error === null ? undefined : (span.error as { type?: unknown; code?: unknown });
  return {
    traceId: hexId(span.traceID, 32),
    spanId: hexId(span.id, 16),
    ...(span.parentID && { parentSpanId: hexId(span.parentID, 16) }),
    // A door's own name for its span holds the address with its query: the action's name says enough.
    name: tags.action?.name ?? tags.eventName ?? span.name,
    kind: tags.eventName ? KIND.CONSUMER : tags.remoteCall || !span.parentID ? KIND.SERVER : KIND.INTERNAL,
    startTimeUnixNano: nanoseconds(span.startTime),
    endTimeUnixNano: nanoseconds(span.finishTime),
    attributes: attributesOf({
      "vivavoce.request.id": span.traceID,
      "vivavoce.remote": tags.remoteCall,
      "vivavoce.caller": tags.callerNodeID ?? undefined,
      "vivavoce.from_cache": tags.fromCache ?? undefined,
      "error.type": error && String(error.type ?? error.code ?? "INTERNAL"),
    }),
    status: error ? { code: STATUS_ERROR } : {},
  };
}

function attributesOf(values: Record<string, string | boolean | undefined>): object[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({
      key,
      value: typeof value === "boolean" ? { boolValue: value } : { stringValue: value },
    }));
}

/** Hexadecimal of a fixed length: of a UUID its own digits, of any other id (a client may name its request) a digest. */
function hexId(id: string, length: 16 | 32): string {
  const digits = id.replaceAll("-", "");
  const hex = /^(?!0+$)[0-9a-f]{32}$/.test(digits) ? digits : createHash("sha256").update(id).digest("hex");
  return hex.slice(0, length);
}

/** Milliseconds with a fraction to nanoseconds, beyond what a number holds. */
const nanoseconds = (ms: number | null): string => `${BigInt(Math.round((ms ?? 0) * 1_000)) * 1_000n}`;
