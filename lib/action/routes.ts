// The REST door's route table: a tree of path segments, literal before parameter, rebuilt when the catalogue changes.

/** What a request path leads to. */
export interface RouteMatch<T> {
  target: T;
  /** Path parameters, percent-decoded. */
  params: Record<string, string>;
}

interface Segment<T> {
  literals: Map<string, Segment<T>>;
  parameter?: Segment<T>;
  methods: Map<string, { target: T; names: string[] }>;
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
    const segment = find(this.#root, path.split("/"), 1, values);
    if (!segment) return undefined;
    const found = segment.methods.get(method === "HEAD" ? "GET" : method);
    if (!found) return { allow: [...segment.methods.keys()] };
    const params: Record<string, string> = {};
    for (const [index, name] of found.names.entries()) params[name] = values[index] as string;
    return { target: found.target, params };
  }
}

function find<T>(segment: Segment<T>, parts: string[], at: number, values: string[]): Segment<T> | undefined {
  if (at === parts.length) return segment.methods.size > 0 ? segment : undefined;
  const part = parts[at] as string;
  const literal = segment.literals.get(part);
  const found = literal && find(literal, parts, at + 1, values);
  if (found || !segment.parameter || part === "") return found;
  const value = decode(part);
  if (value === undefined) return undefined;
  values.push(value);
  const deeper = find(segment.parameter, parts, at + 1, values);
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
