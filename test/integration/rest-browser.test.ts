// What a browser needs of the REST door: a refresh token that no script reads, and pages of other sites that may call.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../services/auth/auth.schema.ts";
import { emailOf, PASSWORD, startPlatform } from "../support/platform.ts";

test("a browser keeps its refresh token in a cookie that no script reads", async (t) => {
  const platform = await startPlatform(t);
  await platform.register("ann");
  const ask = { "X-Refresh-Token": "cookie" };
  const signedIn = await platform.guest.post<Session>(
    "/auth/login",
    { email: emailOf("ann"), password: PASSWORD },
    ask,
  );
  const cookie = signedIn.headers.get("set-cookie") ?? "";
  assert.match(cookie, /^vivavoce_refresh=[\w.-]+; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
  assert.equal(signedIn.body.refreshToken, "");
  const Cookie = cookie.split(";")[0] as string;
  const refresh = (headers: Record<string, string>) =>
    platform.guest.send<Session>("POST", "/auth/refresh", undefined, headers);
  // Another site's page can send the cookie at most, never the header.
  assert.equal((await refresh({ Cookie })).status, 422);
  const refreshed = await refresh({ Cookie: `a=b; ${Cookie}; c`, ...ask });
  assert.equal(refreshed.status, 200);
  assert.notEqual(refreshed.headers.get("set-cookie")?.split(";")[0], Cookie);
  const ann = platform.as(refreshed.body);
  const out = await ann.post("/auth/logout", {}, ask);
  assert.equal(out.status, 204);
  assert.match(out.headers.get("set-cookie") ?? "", /^vivavoce_refresh=; .*Max-Age=0$/);
});

test("pages of other sites may call only where a setting lets them", async (t) => {
  const origin = "https://app.example.org";
  const preflight = {
    Origin: origin,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization",
  };
  const closed = await startPlatform(t);
  assert.equal(
    (await closed.guest.send("OPTIONS", "/todos", undefined, preflight)).headers.get("access-control-allow-origin"),
    null,
  );
  const open = await startPlatform(t, { corsOrigins: [origin] });
  const { status, headers } = await open.guest.send("OPTIONS", "/todos", undefined, preflight);
  assert.equal(status, 204);
  assert.equal(headers.get("access-control-allow-origin"), origin);
  assert.match(headers.get("access-control-allow-methods") ?? "", /POST/);
  for (const path of ["/todos", "/nothing"])
    assert.equal(
      (await open.guest.get(path, { Origin: origin })).headers.get("access-control-allow-origin"),
      origin,
      path,
    );
  const evil = await open.guest.get("/todos", { Origin: "https://evil.example.org" });
  assert.notEqual(evil.headers.get("access-control-allow-origin"), "https://evil.example.org");
});
