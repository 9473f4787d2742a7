// Reminders and outages in the console: what rings, also late, and what is shown while nobody answers.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { chromiumOrSkip, launchChromium } from "./chromium.ts";
import { add, assertAccessible, assertNoSidewaysScroll, openConsole, register, todo } from "./console.ts";
import { type Platform, startPlatform } from "./platform.ts";

const MINUTE_MS = 60_000;
/** So long before a full minute the platform's clock stands when it starts: time to sign in and write a todo. */
const BEFORE_MS = 20_000;
const RING_TIMEOUT = { timeout: MINUTE_MS + BEFORE_MS };

describe("reminders in the console", { skip: chromiumOrSkip }, () => {
  const aheadMs = MINUTE_MS - BEFORE_MS - (Date.now() % MINUTE_MS);
  let platform: Platform;
  let browser: Browser;
  let page: Page;
  before(async () => {
    platform = await startPlatform({ aheadMs });
    browser = await launchChromium();
    page = await openConsole(browser, platform.url);
    await register(page, "Ada");
  });
  after(async () => {
    await browser?.close();
    await platform?.remove();
  });
  /** A full minute on the platform's clock, as people write it. */
  const inMinutes = (minutes: number): string =>
    new Date(Math.ceil((Date.now() + aheadMs) / MINUTE_MS + minutes - 1) * MINUTE_MS).toISOString();
  const ring = () => page.getByRole("alert", { name: "Reminders" });

  test("shows what rings until it is answered, on every device", async () => {
    const phone = await openConsole(browser, platform.url, {
      viewport: { width: 360, height: 740 },
      storageState: await page.context().storageState(),
    });
    await add(page, "Take the bread out", inMinutes(1));
    await ring().getByText("Take the bread out").waitFor(RING_TIMEOUT);
    await phone.getByRole("alert", { name: "Reminders" }).getByText("Take the bread out").waitFor();
    assert.equal(await page.title(), "● Take the bread out");
    await assertAccessible(page, "ringing");
    await assertNoSidewaysScroll(phone, "ringing");

    await phone.getByRole("button", { name: "10 min" }).click();
    await ring().getByText("Take the bread out").waitFor({ state: "detached" });
    assert.equal(await page.title(), "Vivavoce");
    await phone.context().close();
  });

  test("says that it is offline, comes back by itself, and tells what rang too late", async () => {
    await add(page, "Feed the cat", inMinutes(2));
    await platform.stop();
    await page.getByText("Vivavoce cannot be reached.").waitFor();
    await todo(page, "Feed the cat").waitFor();
    await assertAccessible(page, "offline");
    await page.getByLabel("New todo").fill("Written while offline");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("Vivavoce cannot be reached just now.").waitFor();
    assert.equal(await page.getByLabel("New todo").inputValue(), "Written while offline");

    await platform.start({ aheadMs: aheadMs + 5 * MINUTE_MS });
    await page.getByText("Vivavoce cannot be reached.").waitFor({ state: "detached" });
    await ring().getByText("while Vivavoce was away").waitFor();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await todo(page, "Written while offline").waitFor();

    await ring().getByRole("button", { name: "Done" }).click();
    await todo(page, "Feed the cat").waitFor({ state: "detached" });
  });
});
