// Builds the console into web/dist: bundles with a digest of their content in their names, which the gateway lets browsers
// keep for ever, and the two pages that name them.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { type BuildOptions, build } from "esbuild";

const WEB = import.meta.dirname;
const DIST = join(WEB, "dist");
const SWAGGER = join(WEB, "../node_modules/swagger-ui-dist");

const COMMON = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  entryNames: "[name]-[hash]",
  jsx: "automatic",
  jsxImportSource: "preact",
  metafile: true,
  legalComments: "linked",
  logLevel: "warning",
} satisfies BuildOptions;

await rm(DIST, { recursive: true, force: true });
await mkdir(join(DIST, "docs"), { recursive: true });

const worklet = await bundle(DIST, ["src/voice/pcm.worklet.ts"]);
const page = await bundle(DIST, ["src/main.tsx", "src/styles/main.css", "icon.svg"], {
  define: { WORKLET_URL: JSON.stringify(`/${worklet("pcm.worklet.ts")}`) },
  loader: { ".svg": "copy" },
});
await writePage("index.html", "index.html", {
  icon: page("icon.svg"),
  style: page("main.css"),
  script: page("main.tsx"),
});

const docs = await bundle(join(DIST, "docs"), ["docs/docs.ts", "docs/docs.css"]);
const swagger = await bundle(
  join(DIST, "docs"),
  [join(SWAGGER, "swagger-ui-bundle.js"), join(SWAGGER, "swagger-ui.css")],
  { bundle: false, minify: false, loader: { ".js": "copy", ".css": "copy" } },
);
await writePage("docs/index.html", "docs/index.html", {
  icon: page("icon.svg"),
  swagger: swagger("swagger-ui-bundle.js"),
  swaggerStyle: swagger("swagger-ui.css"),
  style: docs("docs.css"),
  script: docs("docs.ts"),
});

/** @returns a function that tells the output's name by its source's */
async function bundle(outdir: string, entries: string[], options: BuildOptions = {}) {
  const entryPoints = entries.map((entry) => resolve(WEB, entry));
  const { metafile } = await build({ ...COMMON, ...options, metafile: true, absWorkingDir: WEB, outdir, entryPoints });
  const names = new Map(
    Object.entries(metafile.outputs).map(([path, { entryPoint, inputs }]) => [
      // What is copied is no entry point.
      basename(entryPoint ?? Object.keys(inputs)[0] ?? ""),
      relative(outdir, join(WEB, path)),
    ]),
  );
  return (source: string): string => names.get(source) ?? fail(`esbuild made nothing of ${source}`);
}

/** Puts the names into a page; a name that the page asks for and nobody gives ends the build. */
async function writePage(source: string, target: string, names: Record<string, string>): Promise<void> {
  const text = await readFile(join(WEB, source), "utf8");
  const page = text.replace(/\{(\w+)\}/g, (_, name: string) => {
    return names[name] ?? fail(`${source} asks for {${name}}`);
  });
  await writeFile(join(DIST, target), page);
}

function fail(message: string): never {
  throw new Error(message);
}
