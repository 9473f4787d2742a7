import assert from "node:assert/strict";
import { test } from "node:test";
import { Errors } from "moleculer";
import { ActionError, codeOf, commonErrors, defineErrors, problemOf, refuseField } from "./errors.ts";

const errors = defineErrors({
  DICE_LOST: { status: 410, message: "The dice are lost." },
  DICE_BUSY: { status: 503, message: "The dice are in use.", retryable: true },
});
const declared = Object.values(errors);
const secret = "password=hunter2";

const cases: [what: string, error: unknown, status: number, code: string, detail: string, retryAfter?: number][] = [
  ["a declared error", new ActionError(errors.DICE_LOST), 410, "DICE_LOST", "The dice are lost."],
  [
    "its own words",
    new ActionError(errors.DICE_LOST, { message: "Both are lost." }),
    410,
    "DICE_LOST",
    "Both are lost.",
  ],
  ["a declared 503", new ActionError(errors.DICE_BUSY), 503, "DICE_BUSY", "The dice are in use.", 2],
  ["its own time", new ActionError(errors.DICE_BUSY, { retryAfter: 9 }), 503, "DICE_BUSY", "The dice are in use.", 9],
  ["what the wire leaves of it", { type: "DICE_LOST", code: 410, message: "Lost." }, 410, "DICE_LOST", "Lost."],
  ["a common error", new ActionError(commonErrors.FORBIDDEN), 403, "FORBIDDEN", "You may not do that."],
  [
    "no live endpoint",
    new Errors.ServiceNotFoundError({ action: secret }),
    503,
    "UNAVAILABLE",
    commonErrors.UNAVAILABLE.message,
    2,
  ],
  [
    "an open breaker",
    new Errors.ServiceNotAvailableError({ action: secret }),
    503,
    "UNAVAILABLE",
    commonErrors.UNAVAILABLE.message,
    2,
  ],
  [
    "a lost node",
    new Errors.RequestRejectedError({ action: "a", nodeID: secret }),
    503,
    "UNAVAILABLE",
    commonErrors.UNAVAILABLE.message,
    2,
  ],
  [
    "a timeout",
    new Errors.RequestTimeoutError({ action: "a", nodeID: secret }),
    504,
    "TIMEOUT",
    commonErrors.TIMEOUT.message,
    2,
  ],
  [
    "an error that nobody declared",
    new ActionError(defineErrors({ OTHER: { status: 404, message: secret } }).OTHER),
    500,
    "INTERNAL",
    commonErrors.INTERNAL.message,
  ],
  ["a plain error", new TypeError(secret), 500, "INTERNAL", commonErrors.INTERNAL.message],
  [
    "an error that calls itself INTERNAL",
    Object.assign(new Error(secret), { type: "INTERNAL", data: { errors: [secret] } }),
    500,
    "INTERNAL",
    commonErrors.INTERNAL.message,
  ],
  [
    "a Moleculer error",
    new Errors.MoleculerError(secret, 418, "TEAPOT", { secret }),
    500,
    "INTERNAL",
    commonErrors.INTERNAL.message,
  ],
  [
    "a system error",
    Object.assign(new Error(secret), { code: "ENOENT" }),
    500,
    "INTERNAL",
    commonErrors.INTERNAL.message,
  ],
  [
    "an error of type constructor",
    { type: "constructor", message: secret },
    500,
    "INTERNAL",
    commonErrors.INTERNAL.message,
  ],
  ["a thrown text", secret, 500, "INTERNAL", commonErrors.INTERNAL.message],
  ["a thrown undefined", undefined, 500, "INTERNAL", commonErrors.INTERNAL.message],
  ["a thrown null", null, 500, "INTERNAL", commonErrors.INTERNAL.message],
];
for (const [what, error, status, code, detail, retryAfter] of cases) {
  test(`${what} is answered with ${status} ${code}`, () => {
    const problem = problemOf(error, "r1", declared);
    const title = [...declared, ...Object.values(commonErrors)].find((spec) => spec.code === code)?.message;
    assert.deepEqual(problem, {
      type: `urn:vivavoce:problem:${code}`,
      title,
      status,
      detail,
      code,
      requestId: "r1",
      ...(retryAfter && { retryAfter }),
    });
    assert.doesNotMatch(JSON.stringify(problem), /hunter2/);
  });
}

test("a refused field is told with what it accepts", () => {
  assert.throws(
    () => refuseField("zone", "is not a zone", "a zone"),
    (error) => {
      assert.equal(codeOf(error), "VALIDATION_FAILED");
      assert.deepEqual(problemOf(error, "r").errors, [{ path: "zone", message: "is not a zone", accepts: "a zone" }]);
      return true;
    },
  );
});

test("a catalogue's keys are its codes, and nobody can change it", () => {
  assert.deepEqual(errors.DICE_LOST, {
    code: "DICE_LOST",
    status: 410,
    retryable: false,
    message: "The dice are lost.",
  });
  assert.throws(() => Object.assign(errors.DICE_LOST, { status: 200 }), TypeError);
});
