// How a command ends: exit codes that scripts can tell apart, and failures that are told in lines, never as a stack.

/** Exit codes of the client. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notSignedIn: 3, unavailable: 4 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that the reader can act on: printed as it is. */
export class Failure extends Error {
  readonly exitCode: ExitCode;
  /** Printed instead of the message with `--json`. */
  readonly problem: Problem | undefined;

  constructor(message: string, exitCode: ExitCode = EXIT.failed, problem?: Problem) {
    super(message);
    this.exitCode = exitCode;
    this.problem = problem;
  }
}

/** A command line that cannot be understood. */
export const usage = (message: string): never => {
  throw new Failure(message, EXIT.usage);
};

/** Problem details (RFC 9457) as the platform sends them. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId?: string;
  errors?: { path: string; message: string; accepts: string }[];
}

/**
 * A refusal of the platform in lines: what it said, each wrong field with what it accepts, and for a mistake of the
 * platform's own the id by which its operator finds it in the log.
 * @param flagOf the flag that fills a field, where there is one
 */
export function failureOf(
  problem: Problem,
  flagOf: (field: string) => string | undefined,
  retryAfter?: string | null,
): Failure {
  const fields = (problem.errors ?? []).map(
    ({ path, message, accepts }) => `  ${flagOf(path) ?? path}: ${message}; it accepts ${accepts}`,
  );
  const lines = [
    problem.detail || problem.title,
    ...fields,
    ...(NOT_SIGNED_IN.has(problem.code) ? ["Sign in: vivavoce login"] : []),
    ...(retryAfter ? [`Try again in ${retryAfter} s.`] : []),
    ...(problem.status === 500 && problem.requestId ? [`Request ${problem.requestId}`] : []),
  ];
  return new Failure(lines.join("\n"), exitCodeOf(problem.status), problem);
}

/** What a sign-in would help against; a wrong password is told by itself. */
const NOT_SIGNED_IN = new Set(["UNAUTHENTICATED", "AUTH_SESSION_ENDED"]);

function exitCodeOf(status: number): ExitCode {
  if (status === 401) return EXIT.notSignedIn;
  return status === 503 || status === 504 ? EXIT.unavailable : EXIT.failed;
}
