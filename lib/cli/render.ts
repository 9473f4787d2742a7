// Results for people: a table for a list, `key: value` lines for an object. Scripts take --json.

type Fields = Record<string, unknown>;

/** Between two columns. */
const GAP = "  ";
/** A column is not cut below this. */
const MIN_WIDTH = 8;

/** @param width of the terminal; tables are cut to it. Without, nothing is cut */
export function render(result: unknown, width?: number): string {
  if (result === null || result === undefined) return "Done.";
  if (Array.isArray(result)) return list(result, width);
  if (typeof result !== "object") return clean(String(result));
  const { items, nextCursor, ...rest } = result as Fields;
  if (!Array.isArray(items)) return record(result as Fields);
  const more = typeof nextCursor === "string" ? [`More: --cursor ${clean(nextCursor)}`] : [];
  return [list(items, width), ...(Object.keys(rest).length > 0 ? [record(rest)] : []), ...more].join("\n");
}

function list(items: readonly unknown[], width: number | undefined): string {
  if (items.length === 0) return "Nothing here.";
  if (!items.every(isFields)) return items.map((item) => inline(item)).join("\n");
  return table(items, width);
}

/** Columns in the order of the fields; one that is empty in every row is left out. */
function table(rows: readonly Fields[], width: number | undefined): string {
  const names = [...new Set(rows.flatMap(Object.keys))].filter((name) => rows.some((row) => inline(row[name]) !== ""));
  const cells = [names, ...rows.map((row) => names.map((name) => inline(row[name])))];
  const widths = fit(
    names.map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column] as string)))),
    width,
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] as number))
        .join(GAP)
        .trimEnd(),
    )
    .join("\n");
}

/** The widest columns give way until the table fits. */
function fit(widths: number[], width: number | undefined): number[] {
  const fitted = [...widths];
  const total = (): number => fitted.reduce((sum, one) => sum + one, GAP.length * (fitted.length - 1));
  while (width !== undefined && total() > width && Math.max(...fitted) > MIN_WIDTH) {
    fitted[fitted.indexOf(Math.max(...fitted))]! -= 1;
  }
  return fitted;
}

function record(fields: Fields): string {
  const shown = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length)) + 1;
  return shown
    .map(([name, value]) => {
      if (Array.isArray(value) && value.length > 0 && value.every(isFields))
        return `${clean(name)}:\n${indent(table(value, undefined))}`;
      return `${clean(`${name}:`).padEnd(width)} ${inline(value)}`;
    })
    .join("\n");
}

/** A value on one line: an object as `date 2027-03-01, time 17:00`. */
function inline(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(inline).join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object") return clean(String(value));
  return Object.entries(value)
    .filter(([, child]) => child !== null && child !== undefined)
    .map(([name, child]) => `${clean(name)} ${inline(child)}`)
    .join(", ");
}

/** Text of others must not steer the terminal: control characters (C0, DEL, C1) become spaces. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const clean = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");

const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value);
const indent = (text: string): string => text.replace(/^/gm, "  ");
const lengthOf = (text: string): number => [...text].length;

function pad(text: string, width: number): string {
  const characters = [...text];
  if (characters.length > width) return `${characters.slice(0, width - 1).join("")}…`;
  return text + " ".repeat(width - characters.length);
}
