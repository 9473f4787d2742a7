// The proof that an action declared once is at every door: a service from a folder outside the repository, with the packed
// package, joins a running cluster; nothing is edited or restarted.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { npm } from "../../bin/lib/dependencies.mjs";
import { freePort } from "../../bin/lib/servers.mjs";
import { natsOrSkip, startNats } from "../support/servers.ts";
import { callSocket, connectSocket, ROOT, request, start, temporaryDirectory, until } from "./support.ts";

const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

test("a service from outside is at every door, and missed at every door when it is gone", {
  skip: natsOrSkip,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const outside = join(directory, "outside");
  const nats = await startNats();
  t.after(nats.stop);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cluster = start(t, ["lib/cluster.ts"], {
    env: {
      VIVAVOCE_NATS_URL: nats.url,
      VIVAVOCE_DATA: join(directory, "data"),
      VIVAVOCE_PORT: String(port),
      VIVAVOCE_SPEECH: "none",
      VIVAVOCE_RATE_LIMIT: "0",
    },
  });

  await t.test("the package holds what is built, and nothing else", () => install(outside));
  await t.test("its types are those of the sources", () => checkTypes(outside));
  await cluster.says(/^Vivavoce is at/m);

  const vivavoce = (words: string[], input?: string) =>
    start(t, [join(outside, "node_modules/vivavoce/lib/cli/vivavoce.mjs"), ...words], {
      cwd: outside,
      env: { XDG_CONFIG_HOME: join(directory, "config"), APPDATA: join(directory, "config"), VIVAVOCE_URL: url },
      ...(input !== undefined && { input }),
    }).finished();
  const registered = await vivavoce(["register", "--email", "ann@example.com", "--name", "Ann"], "correct horse\n");
  assert.equal(registered.code, 0, registered.err);
  const { body: session } = await request(url, "POST /api/v1/auth/login", {
    body: { email: "ann@example.com", password: "correct horse" },
  });
  const token: string = session.accessToken;
  const socket = await connectSocket(t, url, token);
  const rest = (body: object) => request(url, "POST /api/v1/dice/rolls", { token, body });
  const say = async (text: string) =>
    (await request(url, "POST /api/v1/voice/commands", { token, body: { text } })).body;
  const operation = async () => (await request(url, "GET /api/openapi.json")).body.paths["/api/v1/dice/rolls"]?.post;

  assert.equal((await rest({})).status, 404, "not there before it has joined");
  copyFileSync(join(ROOT, "examples/dice/dice.mjs"), join(outside, "dice.mjs"));
  const startDice = () => start(t, ["dice.mjs"], { cwd: outside, env: { VIVAVOCE_NATS_URL: nats.url } });
  const dice = startDice();

  await t.test("is documented", async () => {
    const { operationId, requestBody, "x-say": templates } = await until("dice.roll to be documented", operation);
    assert.equal(operationId, "dice.roll");
    assert.deepEqual(requestBody.content["application/json"].schema.properties.sides, {
      type: "integer",
      minimum: 2,
      maximum: 1000,
    });
    assert.deepEqual(templates, ["roll a [{sides} sided] (dice|die)"]);
  });

  await t.test("answers by REST, which refuses what its schema does not accept", async () => {
    const { status, body } = await rest({ sides: 2 });
    assert.equal(status, 200);
    assert.equal(body.sides, 2);
    assert.ok(body.value === 1 || body.value === 2);
    assert.equal((await request(url, "POST /api/v1/dice/rolls", { body: {} })).status, 401);
    const refused = await rest({ sides: 1 });
    assert.equal(refused.status, 422);
    const [error] = refused.body.errors;
    assert.deepEqual([error.path, error.accepts], ["sides", "a whole number from 2 to 1000"]);
  });

  await t.test("answers by Socket.IO", async () => {
    const [error, result] = await callSocket(socket, "dice.roll", { sides: 1000 });
    assert.equal(error, null);
    assert.equal((result as { sides: number }).sides, 1000);
  });

  await t.test("answers on the command line", async () => {
    const rolled = await vivavoce(["dice", "roll", "--sides", "20", "--json"]);
    assert.equal(rolled.code, 0, rolled.err);
    assert.equal(JSON.parse(rolled.out).sides, 20);
    assert.match((await vivavoce(["dice", "roll"])).out, /^sides: 6\nvalue: [1-6]\n$/);
    assert.match((await vivavoce(["dice", "roll", "--help"])).out, /--sides VALUE +a whole number from 2 to 1000/);
    const refused = await vivavoce(["dice", "roll", "--sides", "1"]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /^ {2}--sides: .*; it accepts a whole number from 2 to 1000$/m);
    const mistyped = await vivavoce(["dice", "rol"]);
    assert.deepEqual([mistyped.code, mistyped.err], [2, 'vivavoce: dice has no action "rol"; did you mean "roll"?\n']);
  });

  await t.test("answers by voice", async () => {
    const heard = await until("voice to know dice", async () => {
      const answer = await say("roll a dice");
      return answer.action === "dice.roll" && answer;
    });
    assert.equal(heard.reply, `You rolled ${heard.result.value}.`);
    const { result } = await say("roll a twenty sided die");
    assert.equal(result.sides, 20);
    assert.match((await vivavoce(["say", "roll", "a", "dice"])).out, /^You rolled [1-6]\.\n$/);
  });

  await dice.end("SIGKILL");
  await t.test("killed, it is not there just now at REST, and says when to try again", async () => {
    const { status, headers, body } = await rest({});
    assert.equal(status, 503);
    assert.equal(headers.get("content-type"), "application/problem+json; charset=utf-8");
    assert.ok(Number(headers.get("retry-after")) > 0);
    assert.equal(body.code, "UNAVAILABLE");
    await until("dice.roll to be marked as departed", async () => (await operation())["x-departed"] === true);
    assert.equal((await rest({})).status, 503, "never 404");
  });

  await t.test("killed, it is not there just now at the socket, on the command line and by voice", async () => {
    const [error] = await callSocket(socket, "dice.roll", {});
    assert.equal((error as { code: string }).code, "UNAVAILABLE");
    const rolled = await vivavoce(["dice", "roll"]);
    assert.equal(rolled.code, 4);
    assert.match(rolled.err, /not there just now/);
    assert.match((await vivavoce(["dice"])).out, /Roll a die \(not there just now\)/);
    const { reply, action } = await say("roll a dice");
    assert.equal(reply, "I can't do that just now.");
    assert.equal(action, null);
    const said = await vivavoce(["say", "roll a dice"]);
    assert.deepEqual([said.code, said.out], [1, "I can't do that just now.\n"]);
  });

  await t.test("started again, it is back", async () => {
    startDice();
    await until("dice to be back", async () => (await rest({})).status === 200);
    await until("dice to be said again", async () => (await say("roll a die")).action === "dice.roll");
  });
});

/** As `npm install` of the tarball would, without a network: what it holds, and the dependencies that it names. */
function install(outside: string): void {
  run([process.execPath, TSC, "-p", "tsconfig.package.json"], ROOT);
  mkdirSync(join(outside, "node_modules"), { recursive: true });
  const [packed] = JSON.parse(run([...npm(), "pack", "--json", "--pack-destination", outside], ROOT)) as [
    { filename: string; files: { path: string }[] },
  ];
  const strangers = packed.files
    .map((file) => file.path)
    .filter(
      (path) =>
        !/^(dist\/.+\.(js|d\.ts|mjs|d\.mts)|lib\/cli\/vivavoce\.mjs|package\.json|README.*|LICENSE.*)$/.test(path),
    );
  assert.deepEqual(strangers, []);
  run(["tar", "-xzf", packed.filename], outside);
  run(["mv", "package", "node_modules/vivavoce"], outside);

  const manifest = JSON.parse(readFileSync(join(outside, "node_modules/vivavoce/package.json"), "utf8"));
  for (const name of Object.keys(manifest.dependencies)) {
    const place = join(outside, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), place, "junction");
  }
  assert.ok(readdirSync(join(outside, "node_modules/vivavoce/dist/action")).includes("index.d.ts"));
}

/** Typed parameters, results and calls, by the package's own declarations. */
function checkTypes(outside: string): void {
  const source = `
    import { declare, implement, Type } from "vivavoce/action";
    const actions = {
      roll: declare({ summary: "Roll", params: Type.Object({ sides: Type.Integer() }), returns: Type.Integer() }),
    };
    declare module "vivavoce/action" { interface ServiceActions { dice: typeof actions } }
    implement("dice", actions, {
      async roll(ctx) {
        const sides: number = ctx.params.sides;
        // @ts-expect-error there is no such parameter
        ctx.params.edges;
        // @ts-expect-error a text is no integer
        await ctx.call("dice.roll", { sides: "6" });
        return sides + (await ctx.call("dice.roll", { sides }));
      },
    });
  `;
  writeFileSync(join(outside, "types.ts"), source);
  const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2024", "--types", ""];
  run([process.execPath, TSC, ...options, "--skipLibCheck", "types.ts"], outside);
}

function run([program = "", ...args]: string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, `${program} ${args.join(" ")}: ${error?.message ?? ""}${stdout}${stderr}`);
  return stdout;
}
