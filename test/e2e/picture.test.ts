// The README's picture of the console: written anew where VIVAVOCE_SCREENSHOT=1 asks for it.

import { join } from "node:path";
import { test } from "node:test";
import { chromiumOrSkip, launchChromium } from "./chromium.ts";
import { add, command, openConsole, register, todo } from "./console.ts";
import { startPlatform } from "./platform.ts";

const PICTURE = join(import.meta.dirname, "../../docs/console.png");
const skip = chromiumOrSkip || (process.env["VIVAVOCE_SCREENSHOT"] !== "1" && "only with VIVAVOCE_SCREENSHOT=1");

test("has its picture taken", { skip }, async (t) => {
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
  await page.screenshot({ path: PICTURE });
});
