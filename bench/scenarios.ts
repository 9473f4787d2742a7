// What is asked of every system, and how much of it.
import type { Job } from "./load.ts";
import { READERS, type Reader, seededId, tokensOf } from "./seed.ts";

/** How much a run does. */
export interface Amount {
  rounds: number;
  /** Rounds before those that count: code is compiled, files and tokens are in memory. */
  warmUp: number;
  connections: number;
  /** Of the counts below: 1 in a full run. */
  share: number;
  /** The longest that one measurement takes. */
  seconds: number;
}

export const FULL: Amount = { rounds: 5, warmUp: 2, connections: 64, share: 1, seconds: 2.5 };
export const QUICK: Amount = { rounds: 1, warmUp: 0, connections: 8, share: 0.02, seconds: 1 };

export interface Scenario {
  name: string;
  /** Requests of one measurement: enough that CPU time, told in hundredths of a second, is known to some 2 %. */
  count: number;
  job(port: number, amount: Amount, secret: string): Job;
}

const CREATION = JSON.stringify({ title: "Buy milk, bread and a dozen eggs", list: "shopping" });

function scenario(
  name: string,
  count: number,
  status: number,
  of: (connection: number) => [user: string, head: string, body?: string],
): Scenario {
  return {
    name,
    count,
    job(port, { connections, share, seconds }, secret) {
      const asked = Array.from({ length: connections }, (_, connection) => of(connection));
      const tokens = tokensOf(
        asked.map(([user]) => user),
        secret,
      );
      const requests = asked.map(([, head, body], index) =>
        [
          `${head} HTTP/1.1`,
          `Host: 127.0.0.1:${port}`,
          `Authorization: Bearer ${tokens[index]}`,
          ...(body ? ["Content-Type: application/json", `Content-Length: ${Buffer.byteLength(body)}`] : []),
          "",
          body ?? "",
        ].join("\r\n"),
      );
      return { port, requests, status, count: Math.ceil(count * share), seconds };
    },
  };
}

const list = (reader: Reader, count: number): Scenario =>
  scenario(`list 20 of ${READERS[reader].toLocaleString("en")}`, count, 200, () => [
    reader,
    "GET /api/v1/todos?limit=20",
  ]);

export const SCENARIOS: readonly Scenario[] = [
  scenario("get one", 16_000, 200, (connection) => ["few", `GET /api/v1/todos/${seededId("few", connection)}`]),
  list("few", 8_000),
  list("many", 8_000),
  // Users of their own: an account has room for 10,000.
  scenario("create one", 6_000, 201, (connection) => [`writer-${connection}`, "POST /api/v1/todos", CREATION]),
];
