// What went wrong, as the console tells it: problem details (RFC 9457) of the platform, or no answer at all.
import type { Problem } from "../../../lib/action/errors.ts";

/** Codes that the console itself tells apart. */
export const CODES = {
  invitationInvalid: "AUTH_INVITATION_INVALID",
  offline: "OFFLINE",
  sessionEnded: "AUTH_SESSION_ENDED",
  unauthenticated: "UNAUTHENTICATED",
  versionConflict: "TODO_VERSION_CONFLICT",
} as const;

export class ProblemError extends Error {
  readonly code: string;
  /** HTTP status; 0: there was no answer. */
  readonly status: number;
  /** Wrong fields by their path, in words to show at the field. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(problem: Pick<Problem, "code" | "status" | "detail"> & Partial<Problem>) {
    super(problem.detail);
    this.name = "ProblemError";
    this.code = problem.code;
    this.status = problem.status;
    this.fields = Object.fromEntries(
      (problem.errors ?? []).map(({ path, accepts }) => [path, `This takes ${accepts}.`]),
    );
  }
}

export const offline = (): ProblemError =>
  new ProblemError({ code: CODES.offline, status: 0, detail: "Vivavoce cannot be reached just now." });

/** The problem of an answer that is not a success; also of a proxy's, which is no problem document. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const problem: unknown = await response.json().catch(() => undefined);
  return isProblem(problem)
    ? new ProblemError(problem)
    : new ProblemError({
        code: response.status >= 500 ? CODES.offline : "UNKNOWN",
        status: response.status,
        detail: `The server answered with status ${response.status}.`,
      });
}

export function isProblem(value: unknown): value is Problem {
  const { code, status, detail } = (value ?? {}) as Partial<Problem>;
  return typeof code === "string" && typeof status === "number" && typeof detail === "string";
}

/** The words to show for anything that was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof ProblemError ? error.message : "Something went wrong in this page.";
}
