// The compose file and Kubernetes base: checked against the schemas of Compose and Kubernetes, and against our own
// settings. No container engine runs here.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DCLinter } from "dclint";
import { parse, parseAllDocuments } from "yaml";
import { readConfig } from "../../lib/config/config.ts";
import { serviceNames } from "../../lib/node/node.ts";
import { ROOT, temporaryDirectory } from "./support.ts";

const BASE = join(ROOT, "k8s/base");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

interface ComposeService {
  image: string;
  environment: Record<string, string>;
  healthcheck?: object;
  depends_on?: Record<string, { condition: string }>;
}

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec?: { template?: { spec: PodSpec } };
}

interface PodSpec {
  securityContext: { runAsNonRoot: boolean };
  containers: Container[];
}

interface Container {
  image: string;
  env: { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  livenessProbe: object;
  readinessProbe: object;
  resources: { requests: object; limits: object };
  securityContext: { allowPrivilegeEscalation: boolean; readOnlyRootFilesystem: boolean };
}

const compose = parse(read("docker-compose.yml"), { merge: true }) as { services: Record<string, ComposeService> };
const manifests = readdirSync(BASE)
  .filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml")
  .flatMap((file) => parseAllDocuments(readFileSync(join(BASE, file), "utf8")))
  .map((document) => document.toJS() as Manifest);
const kustomization = parse(readFileSync(join(BASE, "kustomization.yaml"), "utf8")) as {
  resources: string[];
  configMapGenerator: { literals: string[] }[];
  secretGenerator: { name: string; envs: string[] }[];
};
const SECRETS = ["MONGO_PASSWORD", "NATS_PASSWORD", "VIVAVOCE_TOKEN_SECRET"];

test("the compose file fits the Compose specification and the linter's rules", () => {
  const [result] = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] }).lintFiles(
    [join(ROOT, "docker-compose.yml")],
    false,
  );
  const found = result?.messages.filter(({ rule }: { rule: string }) => !STYLE_OF_OURS.has(rule)) ?? [
    "it was not read",
  ];
  assert.deepEqual(found, []);
});

/** Rules of taste that this file decides otherwise. */
const STYLE_OF_OURS = new Set([
  "service-keys-order",
  "no-build-and-image",
  "services-alphabetical-order",
  "service-dependencies-alphabetical-order",
  "no-quotes-in-volumes",
  "require-quotes-in-ports", // takes the quotes for missing where a setting is inside
]);

test("compose runs every service from one image, after NATS and MongoDB are healthy", () => {
  const nodes = Object.entries(compose.services).filter(([, service]) => service.environment?.["SERVICES"]);
  assert.deepEqual(nodes.map(([name]) => name).sort(), serviceNames().sort());
  for (const [name, { image, environment, depends_on: needs }] of nodes) {
    assert.equal(image, compose.services["gateway"]?.image);
    assert.equal(environment["SERVICES"], name);
    for (const store of ["nats", "mongo"]) {
      assert.equal(needs?.[store]?.condition, "service_healthy");
      assert.ok(compose.services[store]?.healthcheck, store);
    }
  }
});

test("compose takes secrets from outside, and has no default for any", () => {
  const text = read("docker-compose.yml");
  for (const secret of SECRETS) assert.match(text, new RegExp(`\\$\\{${secret}:\\?`), secret);
  const withDefaults = [...text.matchAll(/\$\{(\w+)\b(?!:\?)[^}]*\}/g)].map((match) => match[1]);
  assert.deepEqual(
    withDefaults.filter((name) => /PASSWORD|SECRET|TOKEN/.test(name ?? "")),
    [],
  );
  assert.doesNotMatch(text, /(PASSWORD|SECRET): *["']?[A-Za-z0-9]/);
});

test("the settings that containers get are settings, for compose and Kubernetes", () => {
  for (const [name, service] of Object.entries(compose.services)) {
    if (!service.environment["SERVICES"]) continue;
    const env = Object.entries(service.environment).map(([key, value]) => [key, interpolate(String(value))]);
    assert.deepEqual(readConfig(Object.fromEntries(env)).services, [name]);
  }
  const literals = kustomization.configMapGenerator.flatMap(({ literals }) => literals.map((one) => one.split("=")));
  for (const { metadata, container } of nodesOfKubernetes()) {
    const own = container.env.map(({ name, value }) => [name, value?.replace(/\$\(\w+\)/g, SAMPLE) ?? SAMPLE]);
    const config = readConfig({ ...Object.fromEntries(literals), ...Object.fromEntries(own) });
    assert.deepEqual(config.services, [metadata.name]);
    assert.ok(config.nats && config.mongo && config.tokenSecret);
  }
});

const SAMPLE = "0123456789abcdef0123456789abcdef";
const interpolate = (value: string): string =>
  value.replace(/\$\{\w+(?::-([^}]*)|:\?[^}]*)\}/g, (_, fallback: string | undefined) => fallback ?? SAMPLE);

function nodesOfKubernetes(): { metadata: Manifest["metadata"]; pod: PodSpec; container: Container }[] {
  return manifests.flatMap(({ kind, metadata, spec }) => {
    const pod = spec?.template?.spec;
    return kind === "Deployment" && pod ? [{ metadata, pod, container: pod.containers[0] as Container }] : [];
  });
}

test("every manifest fits the schema of its kind, and has no field that Kubernetes does not know", async (t) => {
  assert.ok(manifests.length >= 10);
  const lines = manifests.flatMap((manifest, index) => [
    `import type { I${manifest.kind} as T${index} } from "kubernetes-models/${manifest.apiVersion}";`,
    `export const m${index}: T${index} = ${JSON.stringify(manifest)};`,
  ]);
  const directory = temporaryDirectory(t);
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"), "junction");
  writeFileSync(join(directory, "manifests.ts"), lines.join("\n"));
  const options = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--module",
    "preserve",
    "--target",
    "es2024",
    "--types",
    "",
  ];
  const tsc = [join(ROOT, "node_modules/typescript/bin/tsc"), ...options, "manifests.ts"];
  assert.equal(spawnSync(process.execPath, tsc, { cwd: directory, encoding: "utf8" }).stdout, "");
  for (const manifest of manifests) {
    const models = (await import(`kubernetes-models/${manifest.apiVersion}`)) as Record<
      string,
      new (
        data: object,
      ) => { validate(): void }
    >;
    const Model = models[manifest.kind];
    assert.ok(Model, manifest.kind);
    new Model(manifest).validate();
  }
});

test("Kubernetes runs every service, not as root, with probes, bounds and a file system that nobody writes", () => {
  const nodes = nodesOfKubernetes();
  assert.deepEqual(nodes.map(({ metadata }) => metadata.name).sort(), serviceNames().sort());
  const pods = manifests.flatMap(({ metadata, spec }) =>
    spec?.template ? [{ metadata, pod: spec.template.spec }] : [],
  );
  assert.equal(pods.length, nodes.length + 2);
  for (const { metadata, pod } of pods) {
    assert.equal(pod.securityContext.runAsNonRoot, true, metadata.name);
    for (const { livenessProbe, readinessProbe, resources, securityContext } of pod.containers) {
      assert.ok(livenessProbe && readinessProbe && resources.requests && resources.limits, metadata.name);
      assert.equal(securityContext.allowPrivilegeEscalation, false, metadata.name);
      assert.equal(securityContext.readOnlyRootFilesystem, true, metadata.name);
    }
  }
});

test("the Kubernetes base lists every file, and its secrets are made from a file that is not in the repository", () => {
  const files = readdirSync(BASE).filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml");
  assert.deepEqual([...kustomization.resources].sort(), files.sort());
  assert.deepEqual(kustomization.secretGenerator, [{ name: "vivavoce", envs: ["secrets.env"] }]);
  assert.match(read("k8s/.gitignore"), /^secrets\.env$/m);
  const example = read("k8s/base/secrets.example.env")
    .split("\n")
    .filter((line) => line && !line.startsWith("#"));
  assert.deepEqual(example.sort(), SECRETS.map((name) => `${name}=`).sort(), "names without values");
  const used = manifests
    .flatMap(({ spec }) => spec?.template?.spec.containers ?? [])
    .flatMap(({ env }) => env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []));
  for (const { name, key } of used) assert.ok(name === "vivavoce" && SECRETS.includes(key), `${name}.${key}`);
});
