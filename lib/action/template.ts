// The template language in which an action says how it is spoken:
//   "(add|put) {title} (to|on) my [{list}] list [due {due}]"
// (a|b) one of several, [x] may be left out, {slot} a parameter of the action. Groups nest.

export type TemplateNode =
  | { kind: "word"; text: string }
  | { kind: "slot"; name: string }
  | { kind: "sequence"; items: TemplateNode[] }
  | { kind: "choice"; options: TemplateNode[] };

const NOTHING: TemplateNode = { kind: "sequence", items: [] };
const TOKEN = /\s*(?:([([{])|([)\]}])|(\|)|([^\s()[\]{}|]+))/y;
const WORD = /^[\p{L}\p{N}][\p{L}\p{N}'-]*$/u;
const SLOT = /^[A-Za-z][A-Za-z0-9_]*$/;
const CLOSES: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/**
 * Parses one template. Words are lower-cased.
 * @throws Error that names the template and what is wrong with it.
 */
export function parseTemplate(source: string): TemplateNode {
  const tokens = tokenize(source);
  let at = 0;
  const fail = (why: string): never => {
    throw new Error(`template "${source}": ${why}`);
  };

  const choice = (closer: string | undefined): TemplateNode => {
    const options = [sequence(closer)];
    while (tokens[at] === "|") {
      at++;
      options.push(sequence(closer));
    }
    return options.length === 1 ? (options[0] as TemplateNode) : { kind: "choice", options };
  };
  const sequence = (closer: string | undefined): TemplateNode => {
    const items: TemplateNode[] = [];
    for (let token = tokens[at]; token !== undefined && token !== "|"; token = tokens[at]) {
      if (token === closer) break;
      at++;
      if (token === "{") items.push(slot());
      else if (CLOSES[token]) items.push(group(token));
      else if (!WORD.test(token)) fail(`"${token}" is not a word`);
      else items.push({ kind: "word", text: token.toLowerCase() });
    }
    return items.length === 1 ? (items[0] as TemplateNode) : { kind: "sequence", items };
  };
  const group = (opener: string): TemplateNode => {
    const closer = CLOSES[opener] as string;
    const inner = choice(closer);
    if (tokens[at++] !== closer) fail(`"${opener}" is not closed`);
    return opener === "[" ? { kind: "choice", options: [inner, NOTHING] } : inner;
  };
  const slot = (): TemplateNode => {
    const name = tokens[at++] ?? "";
    if (!SLOT.test(name)) fail(`"{${name}" is not a slot name`);
    if (tokens[at++] !== "}") fail(`"{${name}" is not closed`);
    return { kind: "slot", name };
  };

  const root = choice(undefined);
  if (at < tokens.length) fail(`unexpected "${tokens[at]}"`);
  return root;
}

function tokenize(source: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(source); match; match = TOKEN.exec(source)) tokens.push(match[0].trim());
  return tokens;
}

/** Every slot a template names, each once, in the order of appearance. */
export function slotsOf(node: TemplateNode): string[] {
  const names = new Set<string>();
  const walk = (n: TemplateNode): void => {
    if (n.kind === "slot") names.add(n.name);
    else if (n.kind === "sequence") n.items.forEach(walk);
    else if (n.kind === "choice") n.options.forEach(walk);
  };
  walk(node);
  return [...names];
}

/** A template's one spelling, whatever its slots are called: equal spellings accept the same sentences. */
export function spell(node: TemplateNode): string {
  switch (node.kind) {
    case "word":
      return node.text;
    case "slot":
      return "{}";
    case "sequence":
      return node.items.map(spell).filter(Boolean).join(" ");
    case "choice":
      return `(${node.options.map(spell).sort().join("|")})`;
  }
}
