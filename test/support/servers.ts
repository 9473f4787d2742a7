// Real servers for tests: nats-server and a server of the MongoDB protocol, each a process of its own on loopback.
//
//   test("heals after NATS was away", { skip: natsOrSkip }, async (t) => {
//     const nats = await startNats();
//     t.after(nats.stop);
//     await nats.kill();
//     await nats.restart();
//   });
//
// A server that a test leaves running is killed when the test's process ends, and its data removed with it.

import { randomUUID } from "node:crypto";
import { MongoClient } from "mongodb";
import { findMongo, type startNats, startMongo as startOwnMongo } from "../../bin/lib/servers.mjs";
import { skipWithout } from "../../bin/lib/system.mjs";

export { findMongo, findNats, startNats } from "../../bin/lib/servers.mjs";

/** A running server: its url, port and process, and how to stop, kill and restart it. */
export type TestServer = Awaited<ReturnType<typeof startNats>>;

/** For `test(name, { skip: natsOrSkip }, ...)`: false, or why and the line that brings it. */
export const natsOrSkip = skipWithout("nats");

/** As {@link natsOrSkip}, for {@link startMongo}. */
export const mongoOrSkip = skipWithout("mongo");

/**
 * A MongoDB-protocol server with an empty database of its own, which `url` names.
 *
 * With MONGO_URL set, that server is used: then `stop` drops the database, and `kill` and `restart` throw.
 */
export async function startMongo(options: { dir?: string; port?: number } = {}): Promise<TestServer> {
  const found = findMongo();
  if (found && "url" in found) return borrowMongo(found.url);
  return startOwnMongo(options);
}

function borrowMongo(base: string): TestServer {
  const url = new URL(base);
  url.pathname = `/vivavoce-test-${randomUUID()}`;
  const refuse = () => Promise.reject(new Error("the server of MONGO_URL is not this test's to kill or restart"));
  return {
    url: url.href,
    port: Number(url.port || 27_017),
    pid: undefined,
    kill: refuse,
    restart: refuse,
    async stop() {
      const client = await new MongoClient(url.href).connect();
      await client
        .db()
        .dropDatabase()
        .finally(() => client.close());
    },
  };
}
