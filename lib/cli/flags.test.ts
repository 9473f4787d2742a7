// The client's parts without a platform: flags by schema, suggestions, results for people.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { DOCUMENT } from "./cli.testing.ts";
import { type Command, commandsOf } from "./commands.ts";
import { checkComplete, readFlags } from "./flags.ts";
import { render } from "./render.ts";
import { configDirectory } from "./sessions.ts";
import { suggest } from "./suggest.ts";

const [UPDATE] = commandsOf(DOCUMENT) as [Command];
const paramsOf = (line: string[]) => readFlags(UPDATE, line).params;

test("reads flags as their schemas say", () => {
  const cases: [line: string[], params: object][] = [
    [["7", "--title", "Buy milk"], { id: "7", title: "Buy milk" }],
    [["--id", "7", "--title=7"], { id: "7", title: "7" }],
    [["--done"], { done: true }],
    [["--no-done"], { done: false }],
    [["--count", "-5"], { count: -5 }],
    [["--count", "many"], { count: "many" }],
    [["--tags", "a", "--tags", "b"], { tags: ["a", "b"] }],
    [["--tags", "7"], { tags: ["7"] }],
    [["--tags", '["a","b"]'], { tags: ["a", "b"] }],
    [["--sizes", "1", "--sizes", "2.5"], { sizes: [1, 2.5] }],
    [["--due-from", "tomorrow"], { dueFrom: "tomorrow" }],
    [["--dueFrom", '{"date":"2027-03-01"}'], { dueFrom: { date: "2027-03-01" } }],
    [["--no-due-from"], { dueFrom: null }],
    [["--level", "2"], { level: 2 }],
    [["--", "--7"], { id: "--7" }],
  ];
  for (const [line, params] of cases) assert.deepEqual(paramsOf(line), params, line.join(" "));
});

test("refuses a line that cannot be meant, and says what may be", () => {
  const cases: [line: string[], message: RegExp][] = [
    [["--tilte", "x"], /there is no flag --tilte; did you mean "--title"\?/],
    [["--title"], /--title needs a value/],
    [["--title", "--done"], /--title needs a value; .*--title=VALUE/],
    [["7", "8"], /"8" is too much/],
    [["--title", "a", "--title", "b"], /--title is there 2 times/],
    [["--no-title"], /there is no flag --no-title/],
    [["--constructor", "x"], /there is no flag --constructor/],
  ];
  for (const [line, message] of cases)
    assert.throws(() => readFlags(UPDATE, line), { name: "Error", message, exitCode: 2 }, line.join(" "));
  assert.throws(() => checkComplete(UPDATE, readFlags(UPDATE, ["7"])), { message: /^--title is missing/, exitCode: 2 });
});

test("takes the client's own flags and a key apart from the parameters", () => {
  const request = readFlags(UPDATE, ["7", "--json", "--idempotency-key", "k", "--url", "http://x"]);
  assert.deepEqual(request, { params: { id: "7" }, client: { json: true, url: "http://x" }, idempotencyKey: "k" });
});

test("suggests what is a slip of the fingers away, and nothing else", () => {
  const known = ["create", "complete", "remove", "list", "lists"];
  assert.deepEqual(suggest("cerate", known), ["create"]);
  assert.deepEqual(suggest("com", known), ["complete"]);
  assert.deepEqual(suggest("lst", known), ["list"]);
  assert.deepEqual(suggest("weather", known), []);
});

test("shows lists as tables, objects as lines, and no control characters of others", () => {
  const todo = {
    id: "1",
    title: "Buy\u001b[31m milk",
    due: { date: "2027-03-01", zone: "UTC" },
    list: null,
    done: false,
  };
  assert.equal(
    render({ items: [todo, { id: "22", title: "Sleep", done: true }], nextCursor: "abc" }),
    [
      "id  title          due                        done",
      "1   Buy [31m milk  date 2027-03-01, zone UTC  no",
      "22  Sleep                                     yes",
      "More: --cursor abc",
    ].join("\n"),
  );
  assert.equal(render({ a: 1, longer: ["x", "y"], none: null }), "a:      1\nlonger: x, y");
  assert.equal(render({ items: [], nextCursor: null }), "Nothing here.");
  assert.equal(render(null), "Done.");
  const cut = render([{ id: "1", text: "x".repeat(100) }], 40).split("\n");
  assert.ok(cut.every((line) => line.length <= 40));
  assert.match(cut[1] as string, /x…$/);
});

test("keeps sign-ins in the user's own config directory", () => {
  assert.equal(configDirectory({ XDG_CONFIG_HOME: "/x" }, "linux"), join("/x", "vivavoce"));
  assert.equal(configDirectory({ HOME: "/home/ann" }, "linux"), join("/home/ann", ".config", "vivavoce"));
  assert.equal(configDirectory({ APPDATA: "C:\\ann", XDG_CONFIG_HOME: "/x" }, "win32"), join("C:\\ann", "vivavoce"));
});
