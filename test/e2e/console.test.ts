// The console in a real browser, on a platform of its own.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { chromiumOrSkip, launchChromium } from "./chromium.ts";
import {
  add,
  assertAccessible,
  assertNoSidewaysScroll,
  command,
  group,
  openConsole,
  register,
  signIn,
  todo,
} from "./console.ts";
import { type Platform, startPlatform } from "./platform.ts";

const PHONE = { width: 360, height: 740 };

describe("console", { skip: chromiumOrSkip }, () => {
  let platform: Platform;
  let browser: Browser;
  before(async () => {
    platform = await startPlatform();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await platform?.remove();
  });
  const open = (options = {}) => openConsole(browser, platform.url, options);

  test("tells what is wrong with a field at that field, and reads well to a screen reader", async () => {
    const page = await open();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await assertAccessible(page, "signed out");
    await page.getByRole("button", { name: "Create an account" }).click();
    await page.getByLabel("E-mail address").fill("nobody");
    await page.getByRole("button", { name: "Create account" }).click();
    const email = page.getByLabel("E-mail address");
    await page.getByText("This takes an e-mail address").waitFor();
    assert.equal(await email.getAttribute("aria-invalid"), "true");
    assert.match(await email.evaluate((input) => input.ariaDescribedByElements?.[0]?.textContent ?? ""), /e-mail/);
    await assertAccessible(page, "with field errors");
    await page.context().close();
  });

  test("does what is written, shows what was understood, and takes it back", async () => {
    const page = await open();
    await register(page, "Ada");
    await page.getByText("Nothing to do.").waitFor();
    await assertAccessible(page, "empty");

    assert.equal(await command(page, "remind me to call mum tomorrow at five"), "Added call mum for tomorrow at 5 pm.");
    await group(page, "Later").getByText("Tomorrow, 17:00").waitFor();
    const understood = page.getByRole("list", { name: "Understood" });
    assert.deepEqual(await understood.getByRole("listitem").allTextContents(), [
      "Add a todo",
      "title call mum",
      "due tomorrow at five = Tomorrow, 17:00",
    ]);
    await assertAccessible(page, "with an answer");

    await page.getByRole("button", { name: "Undo" }).click();
    await todo(page, "call mum").waitFor({ state: "detached" });
    assert.match(await command(page, "colourless green ideas"), /did not understand/);
    await page.context().close();
  });

  test("shows each change in a second browser as it happens", async () => {
    const [first, second] = await Promise.all([open(), open()]);
    await register(first, "Bert");
    await signIn(second, "Bert");
    await add(first, "Water the plants", "today at 23:59");
    await group(second, "Today").getByText("Water the plants").waitFor();

    await second.getByRole("checkbox", { name: "Water the plants" }).click();
    await todo(first, "Water the plants").waitFor({ state: "detached" });
    await second.getByRole("button", { name: "Undo" }).click();
    await todo(first, "Water the plants").waitFor();

    await first.getByRole("button", { name: "Edit Water the plants" }).click();
    await first.getByLabel("Title").fill("Water the roses");
    await first.getByLabel("Date").fill("");
    await first.getByRole("button", { name: "Save" }).click();
    await group(second, "No date").getByText("Water the roses").waitFor();

    await second.getByRole("button", { name: "Delete Water the roses", exact: true }).click();
    await first.getByText("Nothing to do.").waitFor();
    await Promise.all([first.context().close(), second.context().close()]);
  });

  test("keeps the session over a reload, renews it once for many refusals, and ends it in every tab", async () => {
    const page = await open();
    await register(page, "Cleo");
    await add(page, "Return the books", "yesterday");
    await page.reload();
    await group(page, "Overdue").getByText("Return the books").waitFor();

    const renewals: string[] = [];
    page.on("request", (request) => request.url().endsWith("/auth/refresh") && renewals.push(request.url()));
    const problem = { code: "UNAUTHENTICATED", status: 401, detail: "Sign in first." };
    for (const path of ["**/api/v1/todos?*", "**/api/v1/lists"])
      await page.route(path, (route) => route.fulfill({ status: 401, json: problem }), { times: 1 });
    renewals.length = 0;
    await page.getByLabel("List").selectOption("todo");
    await page.getByRole("button", { name: "Done", exact: true }).click();
    await page.getByText("Nothing yet.").waitFor();
    await group(page, "Overdue").waitFor();
    assert.equal(renewals.length, 1);

    const other = await page.context().newPage();
    await other.goto(platform.url);
    await todo(other, "Return the books").waitFor();
    await other.getByRole("button", { name: "Account of Cleo" }).click();
    await other.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.context().close();
  });

  test("loads long lists page by page, and one list alone", async () => {
    const page = await open();
    await register(page, "Dora");
    const token = await page.evaluate(async () => {
      const headers = { "X-Refresh-Token": "cookie", "Content-Type": "application/json" };
      const response = await fetch("/api/v1/auth/refresh", { method: "POST", headers, body: "{}" });
      return ((await response.json()) as { accessToken: string }).accessToken;
    });
    for (let number = 1; number <= 60; number++) {
      const body = JSON.stringify({ title: `Number ${number}`, list: number % 2 ? "odd" : "even" });
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      assert.equal((await fetch(`${platform.url}/api/v1/todos`, { method: "POST", headers, body })).status, 201);
    }
    await page.reload();
    const lines = group(page, "No date").getByRole("listitem");
    await lines.nth(49).waitFor();
    assert.equal(await lines.count(), 50);
    await page.getByRole("button", { name: "Load more" }).click();
    await lines.nth(59).waitFor();

    await page.getByLabel("List").selectOption("odd");
    await lines.nth(29).waitFor();
    await todo(page, "Number 2").waitFor({ state: "detached" });
    assert.equal(await lines.count(), 30);
    await page.context().close();
  });

  test("suggests what can be said, and puts it into the text box", async () => {
    const page = await open();
    await register(page, "Emil");
    await page.getByRole("button", { name: "remind me to call mum tomorrow at five" }).click();
    assert.equal(await page.getByLabel("Write a command").inputValue(), "remind me to call mum tomorrow at five");
    await page.keyboard.press("Enter");
    await todo(page, "call mum").waitFor();
    await page.context().close();
  });

  test("fits a phone and the dark", async () => {
    const page = await open({ colorScheme: "dark", viewport: PHONE });
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await assertNoSidewaysScroll(page, "signed out");
    await register(page, "Finn");
    await add(page, `A title without ${"end".repeat(50)}`, "next friday at nine");
    await command(page, "remind me to water the plants today at 23:59");
    await assertNoSidewaysScroll(page, "with todos");
    await assertAccessible(page, "dark, on a phone");
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(paper, "rgb(18, 22, 20)");
    await page.getByRole("button", { name: /^Edit A title/ }).click();
    await page.getByRole("button", { name: "Account of Finn" }).click();
    await assertNoSidewaysScroll(page, "with editor and menu");
    await assertAccessible(page, "with editor and menu");
    await page.context().close();
  });

  test("shows the API reference, signed in", async () => {
    const page = await open();
    await register(page, "Gina");
    await page.goto(`${platform.url}/docs/`);
    await page.getByText("Calls are made as Gina").waitFor();
    await page.getByText("Add a todo", { exact: true }).waitFor();
    await page.context().close();
  });
});
