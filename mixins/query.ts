// Queries of the store as predicates, for rows that are in memory.

export type Row = Readonly<Record<string, unknown>>;
export type Predicate = (row: Row) => boolean;

type Scalar = string | number | boolean;

const isScalar = (value: unknown): value is Scalar =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** As MongoDB and NeDB order: only values of one kind are before or after each other. */
const ordered =
  (holds: (a: Scalar, b: Scalar) => boolean) =>
  (value: unknown, operand: unknown): boolean =>
    typeof value === typeof operand && isScalar(value) && holds(value, operand as Scalar);

const OPERATORS: Record<string, (value: unknown, operand: unknown) => boolean> = {
  $gt: ordered((a, b) => a > b),
  $gte: ordered((a, b) => a >= b),
  $lt: ordered((a, b) => a < b),
  $lte: ordered((a, b) => a <= b),
  $ne: (value, operand) => value !== operand,
  $in: (value, operand) => (operand as unknown[]).includes(value),
  $exists: (value, operand) => (value !== undefined) === operand,
};

const OPERAND: Record<string, (operand: unknown) => boolean> = {
  $in: (operand) => Array.isArray(operand) && operand.every(isScalar),
  $exists: (operand) => typeof operand === "boolean",
};

/**
 * Compiles a query on plain fields: equality, $gt/$gte/$lt/$lte/$ne with texts, numbers and booleans, $in, $exists, $or, $and.
 * @returns `undefined` for a query that says more: only the store can answer it
 */
export function compileQuery(query: Row): Predicate | undefined {
  const parts = Object.entries(query).map(([key, condition]) =>
    key === "$and" || key === "$or" ? compileClauses(key, condition) : compileField(key, condition),
  );
  return parts.every((part) => part !== undefined) ? (row) => parts.every((part) => part(row)) : undefined;
}

function compileClauses(key: "$and" | "$or", clauses: unknown): Predicate | undefined {
  if (!Array.isArray(clauses)) return undefined;
  const parts = clauses.map((clause) => compileQuery(clause as Row));
  if (!parts.every((part) => part !== undefined)) return undefined;
  return key === "$and" ? (row) => parts.every((part) => part(row)) : (row) => parts.some((part) => part(row));
}

function compileField(field: string, condition: unknown): Predicate | undefined {
  if (field.startsWith("$") || field.includes(".")) return undefined;
  if (isScalar(condition)) return (row) => row[field] === condition;
  if (condition === null || typeof condition !== "object") return undefined;
  const parts = Object.entries(condition).map(([name, operand]) => {
    const operator = OPERATORS[name];
    return operator && (OPERAND[name] ?? isScalar)(operand) ? { operator, operand } : undefined;
  });
  if (parts.length === 0 || !parts.every((part) => part !== undefined)) return undefined;
  return (row) => parts.every(({ operator, operand }) => operator(row[field], operand));
}
