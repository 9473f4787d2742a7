// The floor of a cluster, back half: answers requests on NATS from its store.
import { connect, type Msg } from "nats";
import { type Requests, SUBJECTS } from "./subjects.ts";
import { config, openTodos } from "./todos.ts";

const todos = await openTodos();
const nats = await connect({ servers: config.nats ?? "", noAsyncTraces: true });

function on<K extends keyof Requests>(action: K, handle: (request: Requests[K]) => Promise<object | undefined>): void {
  const reply = async (message: Msg): Promise<void> => {
    const result = await handle(JSON.parse(Buffer.from(message.data).toString()) as Requests[K]);
    message.respond(result === undefined ? "" : JSON.stringify(result));
  };
  nats.subscribe(SUBJECTS[action], {
    queue: "todos",
    callback: (error, message) => void (error ?? reply(message)),
  });
}

on("create", ({ owner, body }) => todos.create(owner, body));
on("get", ({ owner, id }) => todos.get(owner, id));
on("list", ({ owner, limit }) => todos.list(owner, limit));

await nats.flush();
process.send?.({ ready: "worker" });
