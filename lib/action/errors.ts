// Errors as they cross the cluster and leave by a door: one catalogue per service, RFC 9457 problem details outside.
import { Errors } from "moleculer";

/** One entry of an error catalogue. Plain data: it travels inside the declarations that list it. */
export interface ErrorSpec {
  /** Stable machine name, such as `TODO_NOT_FOUND`. */
  code: string;
  /** HTTP status. */
  status: number;
  /** Whether the same call may succeed when repeated. */
  retryable: boolean;
  /** What people are told. Never holds secrets or personal data. */
  message: string;
}

/** One wrong field of a request. */
export interface FieldError {
  /** Dotted path of the field, `""` for the whole body: `title`, `due.date`, `items.0`. */
  path: string;
  message: string;
  /** What the field accepts, in words. */
  accepts: string;
}

/** What an error may say beyond its catalogue entry. */
export interface ErrorDetail {
  message?: string;
  errors?: FieldError[];
  /** Seconds after which a repeat makes sense: the Retry-After header. */
  retryAfter?: number;
}

/** RFC 9457 problem details, with `code`, `requestId` and the wrong fields as extensions. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors?: FieldError[];
}

/**
 * Makes an error catalogue; the key of each entry becomes its code.
 * @example const errors = defineErrors({ TODO_NOT_FOUND: { status: 404, message: "There is no such todo." } });
 */
export function defineErrors<const T extends Record<string, { status: number; message: string; retryable?: boolean }>>(
  specs: T,
): { readonly [K in keyof T]: ErrorSpec } {
  const entries = Object.entries(specs).map(([code, spec]) => [
    code,
    Object.freeze({ code, status: spec.status, retryable: spec.retryable ?? false, message: spec.message }),
  ]);
  return Object.freeze(Object.fromEntries(entries)) as { readonly [K in keyof T]: ErrorSpec };
}

/** Errors that any action or door may answer with, so that declarations need not list them. */
export const commonErrors = defineErrors({
  BAD_REQUEST: { status: 400, message: "The request cannot be read." },
  UNAUTHENTICATED: { status: 401, message: "Sign in first." },
  FORBIDDEN: { status: 403, message: "You may not do that." },
  NOT_FOUND: { status: 404, message: "There is nothing here." },
  METHOD_NOT_ALLOWED: { status: 405, message: "This address does not take that method." },
  PAYLOAD_TOO_LARGE: { status: 413, message: "The request is too large." },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: "This content type is not accepted here." },
  VALIDATION_FAILED: { status: 422, message: "Some fields are not as they should be." },
  IDEMPOTENCY_KEY_REUSED: { status: 422, message: "This idempotency key was used for a different request." },
  RATE_LIMITED: { status: 429, retryable: true, message: "Too many requests. Try again in a while." },
  INTERNAL: { status: 500, message: "Something went wrong on our side." },
  UNAVAILABLE: { status: 503, retryable: true, message: "The service that does this is not there just now." },
  TIMEOUT: { status: 504, retryable: true, message: "The service that does this did not answer in time." },
});

/**
 * An error of a catalogue on its way to a door. Only its fields survive the wire, never its class:
 * on the other side compare `type`, which is the catalogue's code (`code` is the HTTP status, as Moleculer has it).
 */
export class ActionError extends Errors.MoleculerError {
  constructor(spec: ErrorSpec, detail: ErrorDetail = {}) {
    super(detail.message ?? spec.message, spec.status, spec.code, {
      ...(detail.errors && { errors: detail.errors }),
      ...(detail.retryAfter && { retryAfter: detail.retryAfter }),
    });
    this.name = "ActionError";
    this.retryable = spec.retryable;
  }
}

/** Throws an error of a catalogue. */
export function fail(spec: ErrorSpec, detail?: ErrorDetail): never {
  throw new ActionError(spec, detail);
}

/** Refuses one field for a reason that no schema can tell. @throws VALIDATION_FAILED */
export function refuseField(path: string, message: string, accepts: string): never {
  fail(commonErrors.VALIDATION_FAILED, { errors: [{ path, message, accepts }] });
}

/** The catalogue code an error carries, on either side of the wire; `undefined` for anything that is not a known kind. */
export function codeOf(error: unknown): string | undefined {
  const type = (error as { type?: unknown } | null)?.type;
  return typeof type === "string" ? (MOLECULER_CODES[type] ?? type) : undefined;
}

/** Moleculer's own errors in our terms: no live endpoint, an open breaker and a lost node are all "not there just now". */
const MOLECULER_CODES: Record<string, string> = {
  SERVICE_NOT_FOUND: "UNAVAILABLE",
  SERVICE_NOT_AVAILABLE: "UNAVAILABLE",
  REQUEST_REJECTED: "UNAVAILABLE",
  QUEUE_FULL: "UNAVAILABLE",
  ERR_SERVICE_UNAVAILABLE: "UNAVAILABLE",
  REQUEST_TIMEOUT: "TIMEOUT",
  REQUEST_SKIPPED: "TIMEOUT",
};

const RETRY_AFTER_S = 2;

/**
 * What a door answers for an error. A code of `declared` or of {@link commonErrors} passes with its message and fields;
 * anything else becomes a bare 500 that says nothing but the request id.
 */
export function problemOf(
  error: unknown,
  requestId: string,
  declared: readonly ErrorSpec[] = [],
): Problem & { retryAfter?: number } {
  const code = codeOf(error);
  const spec =
    declared.find((known) => known.code === code) ??
    (Object.hasOwn(commonErrors, code ?? "") ? commonErrors[code as keyof typeof commonErrors] : commonErrors.INTERNAL);
  const { type, message, data } = (error ?? {}) as { type?: unknown; message?: string; data?: ErrorDetail };
  const ours = type === spec.code && spec !== commonErrors.INTERNAL;
  const retryAfter =
    ours && data?.retryAfter ? data.retryAfter : spec.status === 503 || spec.status === 504 ? RETRY_AFTER_S : 0;
  return {
    type: `urn:vivavoce:problem:${spec.code}`,
    title: spec.message,
    status: spec.status,
    detail: ours && message ? message : spec.message,
    code: spec.code,
    requestId,
    ...(ours && data?.errors && { errors: data.errors }),
    ...(retryAfter && { retryAfter }),
  };
}
