// How a command of the operator ends without having done anything.

/** What was asked for cannot be done. Its message is the one line to show: what is wrong, and what to do about it. */
export class Refusal extends Error {}
