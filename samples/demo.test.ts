import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { LISTEN_RATE } from "../services/voice/speech/engine.ts";
import { skipUnlessPython } from "../services/voice/speech/speech.testing.ts";
import { parseWav } from "../services/voice/speech/wav.ts";
import { samples } from "./samples.ts";

/** Runs the demo with a folder for temporary files of its own. */
function runDemo(t: TestContext, env: Record<string, string>) {
  const temporary = mkdtempSync(join(tmpdir(), "vivavoce-demo-test-"));
  const { PATH } = process.env;
  const child = spawn(process.execPath, [join(import.meta.dirname, "demo.ts")], {
    env: { PATH, TMPDIR: temporary, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => {
    child.kill("SIGKILL");
    rmSync(temporary, { recursive: true, force: true });
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  return {
    child,
    said: () => out,
    /** Its exit code when it, and whatever holds its output, is gone. */
    async code(): Promise<number | null> {
      await once(child, "close");
      assert.deepEqual(
        readdirSync(temporary).filter((name) => name.startsWith("vivavoce")),
        [],
        "no data is left",
      );
      return child.exitCode;
    },
  };
}

test("all spoken samples do what they should", { skip: skipUnlessPython() }, async (t) => {
  const demo = runDemo(t, {});
  const code = await demo.code();
  assert.match(demo.said(), new RegExp(`All ${samples.length} did what they should`), demo.said());
  assert.equal(code, 0);
});

test("without an engine the demo sends the texts, says so and exits with 2", async (t) => {
  const demo = runDemo(t, { VIVAVOCE_SPEECH: "none" });
  assert.equal(await demo.code(), 2, demo.said());
  assert.match(demo.said(), /The texts are sent instead/);
});

test("Ctrl-C ends the demo in the middle and leaves nothing behind", async (t) => {
  const demo = runDemo(t, { VIVAVOCE_SPEECH: "none" });
  await once(demo.child.stdout, "data");
  demo.child.kill("SIGINT");
  assert.equal(await demo.code(), 130);
});

test("the samples are at least 24, of different intents, in four voices, 16 kHz, one channel", () => {
  assert.ok(samples.length >= 24);
  assert.ok(new Set(samples.map(({ expect }) => expect.action)).size >= 10);
  assert.equal(new Set(samples.map(({ voice }) => voice)).size, 4);
  for (const { file } of samples) {
    const info = parseWav(readFileSync(join(import.meta.dirname, file)));
    assert.deepEqual([info?.sampleRate, info?.channels, info?.bits], [LISTEN_RATE, 1, 16], file);
  }
});
