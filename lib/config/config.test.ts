// Settings: what each accepts, and the one line for what it does not.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfigError, readConfig } from "./config.ts";

const refusal = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    assert(error instanceof ConfigError, String(error));
    return error.message;
  }
  assert.fail(`accepted ${JSON.stringify(env)}`);
};

describe("settings", () => {
  test("are embedded, on loopback and open where nothing is set", () => {
    const config = readConfig({ PATH: "/bin", HOME: "/root" });
    assert.equal(config.host, "127.0.0.1");
    assert.equal(config.port, 3000);
    assert.equal(config.nats, undefined);
    assert.equal(config.mongo, undefined);
    assert.equal(config.registration, "open");
  });

  test("let strangers in only by invitation as soon as others can reach the platform", () => {
    for (const host of ["0.0.0.0", "192.168.1.5", "::", "vivavoce.example"]) {
      assert.equal(readConfig({ VIVAVOCE_HOST: host }).registration, "invitation", host);
    }
    for (const host of ["localhost", "127.0.0.1", "127.8.8.8", "::1"]) {
      assert.equal(readConfig({ VIVAVOCE_HOST: host }).registration, "open", host);
    }
    assert.equal(readConfig({ VIVAVOCE_HOST: "0.0.0.0", VIVAVOCE_REGISTRATION: "closed" }).registration, "closed");
  });

  test("take lists with spaces and empty entries", () => {
    assert.deepEqual(readConfig({ SERVICES: " todo, auth,,", VIVAVOCE_CORS_ORIGINS: "https://a.example" }).services, [
      "todo",
      "auth",
    ]);
  });

  const bad: [env: Record<string, string>, says: RegExp][] = [
    [{ VIVAVOCE_PORT: "http" }, /VIVAVOCE_PORT is "http".*whole number from 0 to 65535/],
    [{ VIVAVOCE_PORT: "65536" }, /VIVAVOCE_PORT/],
    [{ VIVAVOCE_PORT: "3000.5" }, /VIVAVOCE_PORT/],
    [{ VIVAVOCE_RATE_LIMIT: "-1" }, /VIVAVOCE_RATE_LIMIT/],
    [{ VIVAVOCE_LOG_LEVEL: "loud" }, /VIVAVOCE_LOG_LEVEL.*fatal, error, warn/],
    [{ VIVAVOCE_REGISTRATION: "all" }, /VIVAVOCE_REGISTRATION.*open, invitation, closed/],
    [{ VIVAVOCE_SPEECH: "off" }, /VIVAVOCE_SPEECH.*auto, none/],
    [{ VIVAVOCE_NATS_URL: "localhost:4222" }, /VIVAVOCE_NATS_URL.*nats:\/\//],
    [{ VIVAVOCE_NATS_URL: "nats://a:4222,http://b" }, /VIVAVOCE_NATS_URL/],
    [{ MONGO_URL: "postgres://a" }, /MONGO_URL.*mongodb:\/\//],
    [{ VIVAVOCE_OTLP_URL: "collector" }, /VIVAVOCE_OTLP_URL.*http:\/\//],
    [{ VIVAVOCE_TLS_CERT: "/cert.pem" }, /VIVAVOCE_TLS_CERT and VIVAVOCE_TLS_KEY go together/],
    [{ VIVAVOCE_TOKEN_SECRET: "short" }, /VIVAVOCE_TOKEN_SECRET must be at least 32/],
    [{ VIVAVOCE_PROT: "3000" }, /VIVAVOCE_PROT is not a setting.*VIVAVOCE_PORT/],
  ];
  for (const [env, says] of bad) {
    test(`refuse ${JSON.stringify(env)} in one line that names the setting and what it accepts`, () => {
      const message = refusal(env);
      assert.match(message, says);
      assert.equal(message.split("\n").length, 1);
    });
  }

  test("take a replica set's hosts", () => {
    const mongo = "mongodb://a:27017,b:27017/vivavoce?replicaSet=rs";
    assert.equal(readConfig({ MONGO_URL: mongo }).mongo, mongo);
  });

  test("never show a secret in a refusal", () => {
    assert.doesNotMatch(refusal({ VIVAVOCE_TOKEN_SECRET: "hunter2" }), /hunter2/);
  });
});

for (const name of ["MONGO_URL", "VIVAVOCE_NATS_URL"]) {
  test(`a wrong ${name} is told without the password in it`, () => {
    assert.throws(
      () => readConfig({ [name]: "wrong://ann:hunter2@host/x" }),
      (error: Error) => error.message.includes("wrong://***@host/x") && !error.message.includes("hunter2"),
    );
  });
}
