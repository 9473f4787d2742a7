// A service that does what services should not, to see what the doors make of it.
import { once } from "node:events";
import { commonErrors, declare, defineErrors, fail, implement, Type } from "../../lib/action/index.ts";

const errors = defineErrors({ ODD_SECRET: { status: 404, message: "hunter2" } });
const Nothing = Type.Object({});
const read = (name: string) =>
  declare({
    summary: `Odd: ${name}`,
    auth: "user",
    rest: `GET /odd/${name}`,
    socket: true,
    params: Nothing,
    returns: Type.Object({ name: Type.String(), inner: Type.Object({ n: Type.Integer() }) }),
  });

const right = { name: "a", inner: { n: 1 } };

export const odd = implement(
  "odd",
  {
    throw: read("throw"),
    nothing: read("nothing"),
    undeclared: read("undeclared"),
    result: read("result"),
    extra: read("extra"),
    meta: read("meta"),
    away: read("away"),
    slow: { ...read("slow"), timeout: 20 },
    busy: read("busy"),
    upload: declare({
      summary: "Odd: count bytes",
      auth: "user",
      rest: "POST /odd/upload",
      params: Type.Object({ name: Type.Optional(Type.String()) }),
      returns: Type.Object({ bytes: Type.Integer(), name: Type.Union([Type.String(), Type.Null()]) }),
      upload: { types: ["audio/*", "application/pdf"], maxBytes: 100_000 },
    }),
  },
  {
    throw() {
      throw new Error("password=hunter2");
    },
    nothing() {
      throw undefined;
    },
    undeclared: () => fail(errors.ODD_SECRET),
    result: () => ({ name: 5, secret: "hunter2" }) as never,
    extra: () => ({ ...right, secret: "hunter2", inner: { n: 1, hash: "hunter2" } }),
    meta(ctx) {
      Object.assign(ctx.meta, { $statusCode: 418, $responseHeaders: { "X-Evil": "1" }, user: undefined });
      return right;
    },
    async away(ctx) {
      await ctx.broker.call("nowhere.at-all", {});
      return right;
    },
    slow: () => new Promise((resolve) => setTimeout(resolve, 100, right)),
    busy: () => fail(commonErrors.UNAVAILABLE, { message: "Busy." }),
    async upload(ctx) {
      const { stream } = ctx as unknown as { stream: NodeJS.ReadableStream };
      let bytes = 0;
      stream.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      await once(stream, "end");
      return { bytes, name: ctx.params.name ?? null };
    },
  },
);
