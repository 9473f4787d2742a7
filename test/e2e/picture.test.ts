// The README's picture of the console: docs/console.png is written anew where VIVAVOCE_SCREENSHOT=1 asks for it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { skipUnlessPython } from "../../services/voice/speech/speech.testing.ts";
import { chromiumOrSkip, launchChromium } from "./chromium.ts";
import { add, command, openConsole, register, todo } from "./console.ts";
import { startPlatform } from "./platform.ts";

const PICTURE = join(import.meta.dirname, "../../docs/console.png");
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

test("has its picture taken", { skip: chromiumOrSkip || skipUnlessPython() }, async (t) => {
  const platform = await startPlatform({ env: { VIVAVOCE_SPEECH: "auto" } });
  t.after(platform.remove);
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await openConsole(browser, platform.url, { deviceScaleFactor: 2, reducedMotion: "reduce" });
  await register(page, "Ada");
  await page.getByText("Hold to talk, or click").waitFor();
  await add(page, "Return the library books", "yesterday");
  await add(page, "Water the plants", "today at 23:55");
  await add(page, "Dentist", "next friday at 9");
  await command(page, "add oat milk to my shopping list");
  await command(page, "remind me to call mum tomorrow at five");
  await todo(page, "call mum").waitFor();
  await page.getByRole("heading", { name: "Vivavoce" }).focus();
  const wanted = process.env["VIVAVOCE_SCREENSHOT"] === "1";
  const picture = await page.screenshot(wanted ? { path: PICTURE } : {});
  assert.deepEqual(picture.subarray(0, PNG.length), PNG);
  for (const group of ["Overdue", "Today", "Later", "No date"]) {
    assert(await page.getByRole("heading", { name: group }).isVisible(), group);
  }
});
