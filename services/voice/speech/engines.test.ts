import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { type Engines, findEngines, type SpeechConfig } from "./engines.ts";

const folder = mkdtempSync(join(tmpdir(), "vivavoce-engines-"));
after(() => rmSync(folder, { recursive: true }));

/** A virtual environment as far as a look at it goes. */
function makeEnvironment(name: string, ...packages: string[]): string {
  const environment = join(folder, name);
  mkdirSync(join(environment, "bin"), { recursive: true });
  writeFileSync(join(environment, "bin", "python"), "#!/bin/sh\ncat > /dev/null\n");
  chmodSync(join(environment, "bin", "python"), 0o755);
  for (const name of packages)
    mkdirSync(join(environment, "lib", "python3.11", "site-packages", name), { recursive: true });
  return environment;
}

function makeProgram(name: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, name), "");
  return join(folder, name);
}

const full = makeEnvironment("full", "faster_whisper", "piper");
const bare = makeEnvironment("bare");
const base: SpeechConfig = { stt: "auto", tts: "auto", environment: join(folder, "none"), scripts: folder, path: "" };
const openai = { baseUrl: "http://127.0.0.1:9/v1" };
const whisper = makeProgram("whisper");
const ffmpeg = makeProgram("ffmpeg");

describe("finding engines", {
  skip: process.platform === "win32" && "the environments made here are POSIX ones",
}, () => {
  const cases: [string, Partial<SpeechConfig>, string | undefined, string | undefined, RegExp[]][] = [
    ["everything", { environment: full, openai, path: `${whisper}:${ffmpeg}` }, "whisper", "piper", []],
    ["no ffmpeg", { environment: full }, "whisper", "piper", [/ffmpeg/]],
    ["nothing at all", {}, undefined, "flite", [/recogniser.*Python/, /Piper.*Python/]],
    ["an empty environment", { environment: bare }, undefined, "flite", [/recogniser/, /Piper/]],
    ["a server", { openai, path: `${whisper}:${ffmpeg}` }, "openai", "flite", [/Piper/]],
    ["a command", { path: `${whisper}:${ffmpeg}` }, "node-whisper", "flite", [/Piper/]],
    ["a wish for the server", { stt: "openai", openai, environment: full, path: ffmpeg }, "openai", "piper", []],
    ["a wish for a server that is not set", { stt: "openai", environment: full }, undefined, "piper", [/address/]],
    [
      "a wish for a command that is absent",
      { stt: "node-whisper", environment: full },
      undefined,
      "piper",
      [/whisper/],
    ],
    ["a wish for the plain voice", { tts: "flite", environment: full, path: ffmpeg }, "whisper", "flite", []],
    ["a wish for none", { stt: "none", tts: "none", environment: full }, undefined, undefined, []],
  ];
  for (const [name, config, stt, tts, missing] of cases) {
    it(`${name}: hears by ${stt ?? "nothing"}, speaks by ${tts ?? "nothing"}`, async () => {
      const engines: Engines = await findEngines({ ...base, ...config });
      await Promise.all([engines.stt?.close(), engines.tts?.close()]);
      assert.deepEqual([engines.stt?.name, engines.tts?.name], [stt, tts]);
      assert.equal(engines.missing.length, missing.length, engines.missing.join("\n"));
      for (const [index, pattern] of missing.entries()) assert.match(engines.missing[index]!, pattern);
    });
  }
});
