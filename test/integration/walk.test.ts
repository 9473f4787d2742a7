// The walk: every action in the registry, and what each door makes of its declaration. They must agree.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { type Declaration, pathParams } from "../../lib/action/declare.ts";
import { declarationOf } from "../../lib/action/implement.ts";
import { commonErrors, type Problem } from "../../lib/action/index.ts";
import { parseTemplate, slotsOf } from "../../lib/action/template.ts";
import { serviceNames } from "../../lib/node/node.ts";
import { connect } from "../support/device.ts";
import { odd } from "../support/odd.ts";
import { type Platform, startPlatform } from "../support/platform.ts";

interface Operation {
  operationId: string;
  summary: string;
  security?: object[];
  parameters?: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: { properties?: object; required?: string[] } }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
  "x-say"?: string[];
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

/** Every action on the node, as the registry has it. */
function registered({
  broker,
}: Platform): { name: string; visibility: string | undefined; declaration: Declaration | undefined }[] {
  const list = (
    broker.registry as unknown as {
      getActionList(options: object): { name: string; action: { visibility?: string } }[];
    }
  ).getActionList({ withEndpoints: true });
  return list.map(({ name, action }) => ({ name, visibility: action.visibility, declaration: declarationOf(action) }));
}

const readDocument = async ({ url }: Platform): Promise<Document> =>
  (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;

test("every service of the repository has actions, and every action is declared", async (t) => {
  const platform = await startPlatform(t, { services: [] });
  const actions = registered(platform).filter(({ name }) => !name.startsWith("$"));
  for (const service of serviceNames().filter((name) => name !== "gateway"))
    assert.ok(
      actions.some(({ name }) => name.startsWith(`${service}.`)),
      service,
    );
  for (const { name, visibility, declaration } of actions)
    if (visibility !== "private") assert.ok(declaration, `${name} has no declaration`);
  assert.ok(actions.length > 20);
});

test("the document is valid OpenAPI 3.1, and has the actions with a REST door and no others", async (t) => {
  const platform = await startPlatform(t, { services: [] });
  await platform.add(odd);
  const document = await readDocument(platform);
  const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
  assert.ok(valid, JSON.stringify(errors)?.slice(0, 2000));
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => `${method.toUpperCase()} ${path} ${operationId}`),
  );
  const declared = registered(platform).flatMap(({ name, declaration }) =>
    declaration?.rest ? [`${declaration.rest.replace(" /", " /api/v1/").replace(/:([\w-]+)/g, "{$1}")} ${name}`] : [],
  );
  assert.deepEqual(operations.toSorted(), declared.toSorted());
});

test("all doors agree with the declaration of each action", async (t) => {
  const platform = await startPlatform(t, { services: [] });
  await platform.add(odd);
  await platform.register("boss");
  const ann = await platform.register("ann");
  const device = await connect(t, platform, ann);
  const document = await readDocument(platform);
  const operations = new Map(
    Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .map((operation) => [operation.operationId, operation]),
  );

  for (const { name, declaration } of registered(platform)) {
    if (!declaration) continue;
    await t.test(name, async () => {
      const operation = operations.get(name);
      if (operation) checkOperation(declaration, operation);
      await checkRest(platform, ann, declaration);
      await checkSocket(device, name, declaration);
      checkVoice(declaration, operation);
    });
  }
});

function checkOperation(declaration: Declaration, operation: Operation): void {
  const { rest = "", params, errors = [] } = declaration;
  assert.equal(operation.summary, declaration.summary);
  assert.equal(operation.security !== undefined, declaration.auth !== "public");
  const inPath = pathParams(rest);
  const fields = (operation.parameters ?? []).filter((parameter) => parameter.in !== "header");
  const body = operation.requestBody?.content["application/json"]?.schema;
  const bodyFields = Object.keys(body?.properties ?? {});
  // Each parameter is told at one place, as it is declared.
  assert.deepEqual(
    [...fields.map((field) => field.name), ...bodyFields].toSorted(),
    Object.keys(params.properties).toSorted(),
  );
  for (const field of fields) {
    assert.equal(field.in, inPath.includes(field.name) ? "path" : "query");
    assert.deepEqual(field.schema, params.properties[field.name]);
  }
  const required = [...fields.filter((field) => field.required).map((field) => field.name), ...(body?.required ?? [])];
  assert.deepEqual(new Set(required), new Set([...inPath, ...((params["required"] as string[] | undefined) ?? [])]));
  const success = Object.entries(operation.responses).filter(([status]) => Number(status) < 300);
  assert.equal(success.length, 1);
  const [status, answer] = success[0] as [string, Operation["responses"][string]];
  assert.equal(Number(status), declaration.status ?? (declaration.returns["type"] === "null" ? 204 : 200));
  if (status !== "204") assert.deepEqual(answer.content?.["application/json"]?.schema, declaration.returns);
  for (const error of errors) assert.ok(operation.responses[error.status], error.code);
}

/** With nobody's credentials, and with a body that fits nothing, a door shows by its answer whether it is there and who may pass. */
async function checkRest(
  platform: Platform,
  user: Platform["guest"],
  { rest, auth, upload, params }: Declaration,
): Promise<void> {
  if (!rest) return;
  const [method, path] = rest.replace(/:[\w-]+/g, "none").split(" ") as [string, string];
  const body = method === "GET" || method === "DELETE" ? undefined : '{"not a field": 1}';
  const query = method === "GET" || method === "DELETE" ? "?not-a-field=1" : "";
  const type = upload ? { "Content-Type": upload.types[0]?.replace("*", "wav") ?? "" } : {};
  const send = (client: Platform["guest"]) =>
    client.send(method, `${path}${upload ? "?not-a-field=1" : query}`, body, type);
  assert.equal((await send(platform.guest)).status, auth === "public" ? 422 : 401);
  const { status, problem } = await send(user);
  assert.equal(status, auth === "admin" ? 403 : 422);
  if (status === 422)
    assert.ok(
      problem.errors?.some(
        (error) =>
          error.accepts ===
          (Object.keys(params.properties).length
            ? `these fields: ${Object.keys(params.properties).join(", ")}`
            : "no fields"),
      ),
    );
  assert.equal((await user.send("PUT", path)).status, 405);
}

async function checkSocket(
  device: { call(name: string, params: object): Promise<{ problem: Problem | null }> },
  name: string,
  { socket, auth }: Declaration,
): Promise<void> {
  const { problem } = await device.call(name, { "not a field": 1 });
  const expected = !socket ? "NOT_FOUND" : auth === "admin" ? "FORBIDDEN" : "VALIDATION_FAILED";
  assert.equal(problem?.code, expected);
}

function checkVoice(declaration: Declaration, operation: Operation | undefined): void {
  const { voice, params, returns } = declaration;
  if (operation) assert.deepEqual(operation["x-say"], voice?.en.say);
  if (!voice) return;
  const required = (params["required"] as string[] | undefined) ?? [];
  const spoken = new Set(voice.en.say.flatMap((template) => slotsOf(parseTemplate(template))));
  for (const name of Object.keys(voice.with ?? {})) assert.ok(Object.hasOwn(params.properties, name), `with.${name}`);
  for (const name of required)
    assert.ok(spoken.has(name) || Object.hasOwn(voice.with ?? {}, name), `${name} cannot be said`);
  // What a reply names is a parameter or in the result.
  const results = Object.keys((returns["properties"] ?? {}) as object);
  for (const [, name] of voice.en.reply.matchAll(/\{!?([A-Za-z]\w*)/g))
    assert.ok(results.includes(name as string) || Object.hasOwn(params.properties, name as string), `reply {${name}}`);
}

test("an action that another names (undo, an own thing) is there, and takes what it is given", async (t) => {
  const platform = await startPlatform(t, { services: [] });
  const actions = new Map(registered(platform).map(({ name, declaration }) => [name, declaration]));
  for (const [name, declaration] of actions) {
    const { undo } = declaration?.voice ?? {};
    if (undo) {
      const target = actions.get(undo.action);
      assert.ok(target, `${name}: ${undo.action}`);
      for (const param of Object.keys(undo.params))
        assert.ok(Object.hasOwn(target.params.properties, param), `${name}: ${param}`);
      for (const [, param] of Object.entries(undo.params)) {
        const [root, field = ""] = param.split(".");
        const source = root === "result" ? declaration?.returns : declaration?.params;
        assert.ok(Object.hasOwn((source?.["properties"] ?? {}) as object, field), `${name}: ${param}`);
      }
    }
    for (const schema of Object.values(declaration?.params.properties ?? {})) {
      const { slot } = schema as {
        slot?: { find: string; params?: object; items: string; label: string; value: string };
      };
      if (typeof slot !== "object") continue;
      const target = actions.get(slot.find);
      assert.ok(target, `${name}: ${slot.find}`);
      for (const param of Object.keys(slot.params ?? {}))
        assert.ok(Object.hasOwn(target.params.properties, param), `${name}: ${param}`);
      const items = (target.returns["properties"] as Record<string, { items?: { properties?: object } }>)[slot.items]
        ?.items;
      for (const field of [slot.label, slot.value])
        assert.ok(Object.hasOwn(items?.properties ?? {}, field), `${name}: ${field}`);
    }
  }
});

test("codes are said once: no service has another's or a common one, and each tells people something", async (t) => {
  const platform = await startPlatform(t, { services: [] });
  const owners = new Map<string, string>(Object.keys(commonErrors).map((code) => [code, "everybody"]));
  for (const { name, declaration } of registered(platform)) {
    const service = name.split(".")[0] as string;
    for (const { code, message, status } of declaration?.errors ?? []) {
      assert.equal(owners.get(code) ?? service, service, code);
      owners.set(code, service);
      assert.ok(message.endsWith(".") && status >= 400 && status < 600, code);
    }
  }
});
