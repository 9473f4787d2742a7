// The settings of a process: read from the environment once, checked, and passed on as a value.

/** How strangers become users after the first account, which is always let in and is the administrator. */
export type Registration = "open" | "invitation" | "closed";

export interface Config {
  /** Address to listen on. @default "127.0.0.1" */
  host: string;
  /** @default 3000; 0 takes a free one */
  port: number;
  /** Directory of the embedded stores and generated secrets. @default "data" */
  data: string;
  /** NATS servers; without, everything runs in this process. */
  nats: string | undefined;
  namespace: string;
  nodeID: string | undefined;
  /** Services this process loads; empty: all. */
  services: string[];
  /** Services a gateway waits for before it says it is ready. */
  requiredServices: string[];
  /** A MongoDB-protocol server; without, NeDB files below `data`. */
  mongo: string | undefined;
  logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace";
  tls: { cert: string; key: string } | undefined;
  registration: Registration;
  /** Origins that other sites' pages may call from. */
  corsOrigins: string[];
  /** Requests a minute for each user, and for each address without one; 0: no limit. */
  rateLimit: number;
  /** Secret that signs access tokens, at least 32 characters; generated when embedded, required in a cluster. */
  tokenSecret: string | undefined;
  /** Port for this node's `/metrics` where there is no gateway on it; 0: none. */
  metricsPort: number;
  /** Base URL of an OTLP/HTTP collector for traces. */
  otlp: string | undefined;
  speech: "auto" | "none";
  /** Folder or name of a Whisper model for the worker. */
  whisperModel: string | undefined;
}

/** A setting that cannot be used. Its message is the one line to show: it names the setting and what it accepts. */
export class ConfigError extends Error {}

type Env = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace"] as const;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;
/** Settings of ours that other parts of the project read: set-up before the platform runs, and tests. */
const READ_ELSEWHERE = ["VIVAVOCE_NO_SYSTEM_SETUP", "VIVAVOCE_NATS_SERVER", "VIVAVOCE_TOKEN", "VIVAVOCE_URL"];

/**
 * Reads the settings.
 * @throws ConfigError on an unknown `VIVAVOCE_` setting or a value that is not accepted
 */
export function readConfig(env: Env): Config {
  const known = new Set(READ_ELSEWHERE);
  const read = (name: string): string | undefined => {
    known.add(name);
    return env[name]?.trim() || undefined;
  };
  const refuse = (name: string, accepts: string): never => {
    // Addresses may hold a password, and this line ends in logs.
    const value = env[name]?.replace(/\/\/[^@/]*@/g, "//***@");
    throw new ConfigError(`${name} is "${value}", but it accepts ${accepts}.`);
  };
  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const text = read(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    return Number.isInteger(value) && value >= min && value <= max
      ? value
      : refuse(name, `a whole number from ${min} to ${max}`);
  };
  const oneOf = <const T extends readonly string[]>(name: string, values: T, fallback: T[number]): T[number] => {
    const text = read(name);
    if (text === undefined) return fallback;
    return values.includes(text) ? text : refuse(name, `one of: ${values.join(", ")}`);
  };
  const list = (name: string): string[] =>
    (read(name) ?? "")
      .split(",")
      .map((item) => item.trim())
      .filter(Boolean);
  const url = (name: string, schemes: string[]): string | undefined => {
    const text = read(name);
    // A MongoDB address with several hosts is no URL, so only its beginning is looked at.
    const fits = (part: string): boolean =>
      schemes.some((scheme) => part.startsWith(`${scheme}//`) && part.length > scheme.length + 2);
    return text === undefined || (schemes.includes("mongodb:") ? [text] : text.split(",")).every(fits)
      ? text
      : refuse(name, `an address that starts with ${schemes.map((s) => `${s}//`).join(" or ")}`);
  };

  const host = read("VIVAVOCE_HOST") ?? "127.0.0.1";
  const cert = read("VIVAVOCE_TLS_CERT");
  const key = read("VIVAVOCE_TLS_KEY");
  if (Boolean(cert) !== Boolean(key))
    throw new ConfigError(
      "VIVAVOCE_TLS_CERT and VIVAVOCE_TLS_KEY go together: paths of a PEM certificate and its key.",
    );
  const nats = url("VIVAVOCE_NATS_URL", ["nats:", "tls:"]);
  const tokenSecret = read("VIVAVOCE_TOKEN_SECRET");
  if (tokenSecret !== undefined && tokenSecret.length < 32)
    throw new ConfigError("VIVAVOCE_TOKEN_SECRET must be at least 32 characters.");

  const config: Config = {
    host,
    port: integer("VIVAVOCE_PORT", 3000, 0, 65_535),
    data: read("VIVAVOCE_DATA") ?? "data",
    nats,
    namespace: read("VIVAVOCE_NAMESPACE") ?? "",
    nodeID: read("VIVAVOCE_NODE_ID"),
    services: list("SERVICES"),
    requiredServices: list("VIVAVOCE_REQUIRED_SERVICES"),
    mongo: url("MONGO_URL", ["mongodb:", "mongodb+srv:"]),
    logLevel: oneOf("VIVAVOCE_LOG_LEVEL", LOG_LEVELS, "warn"),
    tls: cert && key ? { cert, key } : undefined,
    registration: oneOf(
      "VIVAVOCE_REGISTRATION",
      ["open", "invitation", "closed"],
      LOOPBACK.test(host) ? "open" : "invitation",
    ),
    corsOrigins: list("VIVAVOCE_CORS_ORIGINS"),
    rateLimit: integer("VIVAVOCE_RATE_LIMIT", 1200, 0, 1_000_000),
    tokenSecret,
    metricsPort: integer("VIVAVOCE_METRICS_PORT", 0, 0, 65_535),
    otlp: url("VIVAVOCE_OTLP_URL", ["http:", "https:"]),
    speech: oneOf("VIVAVOCE_SPEECH", ["auto", "none"], "auto"),
    whisperModel: read("WHISPER_MODEL"),
  };
  const unknown = Object.keys(env).find((name) => name.startsWith("VIVAVOCE_") && !known.has(name));
  if (unknown)
    throw new ConfigError(
      `${unknown} is not a setting. The settings are: ${[...known]
        .filter((name) => name.startsWith("VIVAVOCE_"))
        .sort()
        .join(", ")}.`,
    );
  return config;
}
