// Spoken commands in a real browser: a sample of each voice is its microphone, and the platform's recogniser hears it.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { samples } from "../../samples/samples.ts";
import { encodeWav, parseWav, readWavSamples, type WavInfo } from "../../services/voice/speech/wav.ts";
import { chromiumOrSkip, launchChromium } from "./chromium.ts";
import { assertAccessible, openConsole, register } from "./console.ts";
import { type Platform, startPlatform } from "./platform.ts";

const ROOT = join(import.meta.dirname, "../..");
const SILENCE_S = 2;
const FACTOR = 3;

const skip =
  chromiumOrSkip ||
  (!existsSync(join(ROOT, ".runtime/speech/bin")) &&
    "the speech environment is missing: install Python 3.10 or newer with pip, and run `npm test`");

/** One a voice, of those that need nothing to be there before. */
const FILES = ["01-piper.wav", "06-slt.wav", "03-rms.wav", "04-awb.wav"];
const spoken = samples.filter(({ file }) => FILES.includes(file));

describe("microphone", { skip, timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "vivavoce-microphone-"));
  let platform: Platform;
  before(async () => {
    platform = await startPlatform({ env: { VIVAVOCE_SPEECH: "auto" } });
  });
  after(async () => {
    await platform?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { file, voice, text, expect } of spoken) {
    test(`hears ${voice} say "${text}", does it and says the reply`, async (t) => {
      const microphone = join(folder, file);
      writeFileSync(microphone, forMicrophone(readFileSync(join(ROOT, "samples", file))));
      const browser = await launchChromium({ microphone });
      t.after(() => browser.close());
      const page = await openConsole(browser, platform.url);
      await register(page, voice);

      await page.getByText("Hold to talk, or click").waitFor();
      await page.getByRole("button", { name: "Speak", exact: true }).click();
      await page.getByText("Listening…").waitFor();
      const said = page.waitForEvent("request", (request) => request.url().startsWith("blob:"));
      // It stops at the silence by itself.
      const title = new RegExp(`^${expect.todo?.title}$`, "i");
      await page.getByRole("checkbox", { name: title }).waitFor();
      await page.locator(".chip-intent", { hasText: "Add a todo" }).waitFor();
      assert.match((await page.locator(".reply").textContent()) ?? "", new RegExp(expect.todo?.title ?? "", "i"));
      await said;
      await assertAccessible(page, "after a spoken command");
    });
  }

  test("listens while the space bar is held or until a second click, and says that it heard nothing", async (t) => {
    const microphone = join(folder, "silence.wav");
    writeFileSync(microphone, encodeWav({ samples: new Int16Array(48_000 * 20), sampleRate: 48_000 }));
    const browser = await launchChromium({ microphone });
    t.after(() => browser.close());
    const page = await openConsole(browser, platform.url);
    const connection = page.waitForEvent("websocket");
    await register(page, "Silence");
    const socket = await connection;
    await page.getByText("Hold to talk, or click").waitFor();
    await page.getByRole("heading", { name: "Vivavoce" }).focus();
    await page.keyboard.down("Space");
    await page.getByText("Listening…").waitFor();
    // A second of sound, ten frames, is a press that is no click.
    for (let frames = 0; frames < 10; frames++) await socket.waitForEvent("framesent");
    await page.keyboard.up("Space");
    await page.getByText("I heard nothing.").waitFor();

    await page.getByRole("button", { name: "Speak", exact: true }).click();
    await page.getByText("I heard nothing.").waitFor({ state: "detached" });
    await page.getByText("Listening…").waitFor();
    await page.getByRole("button", { name: "Stop listening" }).click();
    await page.getByText("I heard nothing.").waitFor();
    await page.getByText("Nothing to do.").waitFor();
  });
});

/** As Chromium wants it: 48 kHz, with silence before, while the page gets ready, and after. */
function forMicrophone(wav: Uint8Array): Uint8Array {
  const info = parseWav(wav) as WavInfo;
  const given = readWavSamples(wav, info);
  const rate = info.sampleRate * FACTOR;
  const silence = SILENCE_S * rate;
  const samples = new Int16Array(silence + given.length * FACTOR + silence);
  for (let index = 0; index < given.length * FACTOR; index++) {
    const at = Math.floor(index / FACTOR);
    const part = (index % FACTOR) / FACTOR;
    samples[silence + index] = ((given[at] ?? 0) * (1 - part) + (given[at + 1] ?? 0) * part) * 0x7fff;
  }
  return encodeWav({ samples, sampleRate: rate });
}
