// The console as its users see it: by roles and labels.

import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";

export const PASSWORD = "correct horse battery";
export const ZONE = "Europe/Berlin";

/** Nothing here takes longer, unless a test says so. */
const TIMEOUT_MS = 15_000;
const WIDE = { width: 1280, height: 800 };

/** A page in a browser profile of its own. An error that nobody caught in it fails the test. */
export async function openConsole(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: WIDE, timezoneId: ZONE, locale: "en-GB", ...options });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(url);
  return page;
}

export async function register(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail address").fill(`${name.toLowerCase()}@example.org`);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "To do" }).waitFor();
}

export async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(`${name.toLowerCase()}@example.org`);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "To do" }).waitFor();
}

/** Writes a command and waits for its reply. */
export async function command(page: Page, text: string): Promise<string> {
  await page.getByLabel("Write a command").fill(text);
  await page.keyboard.press("Enter");
  await page.locator(".answer .spoken", { hasText: text }).waitFor();
  return (await page.locator(".reply").textContent()) ?? "";
}

export async function add(page: Page, title: string, due = ""): Promise<void> {
  await page.getByLabel("New todo").fill(title);
  await page.getByLabel("When it is due").fill(due);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await todo(page, title).waitFor();
}

/** The line of a todo that is shown. */
export const todo = (page: Page, title: string): Locator =>
  page.getByRole("listitem").filter({ has: page.getByRole("checkbox", { name: title, exact: true }) });

export const group = (page: Page, title: string): Locator => page.getByRole("region", { name: title, exact: true });

/** Fails where axe finds something serious or critical. */
export async function assertAccessible(page: Page, state: string): Promise<void> {
  // Colours in the middle of a transition are nobody's choice.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(
    grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
    [],
    state,
  );
}

export async function assertNoSidewaysScroll(page: Page, state: string): Promise<void> {
  const { content, window: width } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  assert.ok(content <= width, `${state}: ${content} pixels on a page of ${width}`);
}
