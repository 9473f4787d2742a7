// The set-up: what a fresh clone lacks, made step by step. Each step looks first whether it is done, which takes
// milliseconds; what was interrupted is made again by the next run.

import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { Problem } from "./process.mjs";

/**
 * @typedef {object} Step
 * @property {string} title what is made
 * @property {() => boolean} done
 * @property {() => Promise<void>} make throws a {@link Problem}
 * @property {boolean} [optional] the platform runs without it
 *
 * @typedef {object} Missing
 * @property {string} title
 * @property {string} reason what failed, and the one line that brings it
 */

/** @param {string} line */
export const say = (line) => console.log(`vivavoce: ${line}`);

/** @param {string} root of the repository */
export const logOf = (root) => join(root, ".runtime", "setup.log");

/**
 * Makes what is not done yet. Of two processes that do so at once one waits for the other.
 *
 * @param {string} root of the repository
 * @param {Step[]} steps
 * @returns {Promise<Missing[]>} the optional steps that failed
 * @throws {Problem} if another step failed
 */
export async function setUp(root, steps) {
  if (steps.every((step) => step.done())) return [];
  const waiting = () => say("another process is setting up here, waiting for it");
  return withLock(`set-up of ${root}`, () => makeAll(steps), waiting);
}

/** @param {Step[]} steps */
async function makeAll(steps) {
  /** @type {Missing[]} */
  const missing = [];
  for (const step of steps) {
    if (step.done()) continue;
    const begin = performance.now();
    try {
      await step.make();
      say(`${step.title}: done in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!step.optional) throw new Problem(`${step.title}: ${error.message}`);
      missing.push({ title: step.title, reason: error.message });
    }
  }
  return missing;
}
