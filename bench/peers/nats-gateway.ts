// The floor of a cluster, front half: checks token and body, asks the worker over NATS, passes its bytes on unread.
import { connect } from "nats";
import { serve } from "./http.ts";
import { type Requests, SUBJECTS } from "./subjects.ts";
import { config } from "./todos.ts";

const TIMEOUT_MS = 5_000;

const nats = await connect({ servers: config.nats ?? "", noAsyncTraces: true });

async function ask<K extends keyof Requests>(action: K, request: Requests[K]): Promise<Uint8Array | undefined> {
  const { data } = await nats.request(SUBJECTS[action], JSON.stringify(request), { timeout: TIMEOUT_MS });
  return data.length > 0 ? data : undefined;
}

serve({
  create: (owner, body) => ask("create", { owner, body }),
  get: (owner, id) => ask("get", { owner, id }),
  list: (owner, limit) => ask("list", { owner, limit }),
});
