// The REST door's route table: a tree of path segments, literal before parameter, rebuilt when the catalogue changes.

/** What a request path leads to. */
export interface RouteMatch<T> {
  target: T;
  /** Path parameters, percent-decoded. */
  params: Record<string, string>;
}

interface Route<T> {
  target: T;
  names: string[];
}

interface Segment<T> {
  literals: Map<string, Segment<T>>;
  parameter?: Segment<T>;
  methods: Map<string, Route<T>>;
}

const emptySegment = <T>(): Segment<T> => ({ literals: new Map(), methods: new Map() });

/** Look-up costs the number of path segments, however many routes there are. */
export class RouteTable<T> {
  readonly #root = emptySegment<T>();

  /** @param route `GET /todos/:id` */
  add(route: string, target: T): void {
    const [method, path] = route.split(" ") as [string, string];
    const names: string[] = [];
    let segment = this.#root;
    for (const part of path.split("/").slice(1)) {
      if (part.startsWith(":")) {
        names.push(part.slice(1));
        segment.parameter ??= emptySegment();
        segment = segment.parameter;
      } else {
        const next = segment.literals.get(part) ?? emptySegment<T>();
        segment.literals.set(part, next);
        segment = next;
      }
    }
    segment.methods.set(method, { target, names });
  }

  /**
   * @returns the match; the methods the path does take, where it is not this one; or `undefined` for an unknown path
   *   (also for one that is no valid percent-encoding)
   */
  match(method: string, path: string): RouteMatch<T> | { allow: string[] } | undefined {
    const values: string[] = [];
    const allow = new Set<string>();
    const found = find(this.#root, method === "HEAD" ? "GET" : method, path.split("/"), 1, values, allow);
    if (!found) return allow.size > 0 ? { allow: [...allow] } : undefined;
    const params: Record<string, string> = {};
    for (const [index, name] of found.names.entries()) params[name] = values[index] as string;
    return { target: found.target, params };
  }
}

/** Fills `values` with the path parameters on the way to what is found, and `allow` with the methods that the path takes elsewhere. */
function find<T>(
  segment: Segment<T>,
  method: string,
  parts: string[],
  at: number,
  values: string[],
  allow: Set<string>,
): Route<T> | undefined {
  if (at === parts.length) {
    for (const taken of segment.methods.keys()) allow.add(taken);
    return segment.methods.get(method);
  }
  const part = parts[at] as string;
  const literal = segment.literals.get(part);
  const found = literal && find(literal, method, parts, at + 1, values, allow);
  if (found || !segment.parameter || part === "") return found;
  const value = decode(part);
  if (value === undefined) return undefined;
  values.push(value);
  const deeper = find(segment.parameter, method, parts, at + 1, values, allow);
  if (!deeper) values.pop();
  return deeper;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined; // not percent-encoding: no such address
  }
}
