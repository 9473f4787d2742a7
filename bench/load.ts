// The load client, a process of its own: keep-alive connections that each send their request again as soon as its answer
// has come. Prepared bytes out, a status and a length in: some 5 us a request, so that the servers are what is measured.
import { connect, type Socket } from "node:net";

export interface Job {
  port: number;
  /** One HTTP/1.1 request for each connection. */
  requests: string[];
  /** The status that every answer must have. */
  status: number;
  /** Ends after this many answers, or after this long. */
  count: number;
  seconds: number;
}

export interface Outcome {
  answers: number;
  seconds: number;
  /** The time that 99 of 100 answers took at most, in milliseconds. */
  p99: number;
  /** What went wrong first, if anything. */
  failure?: string;
}

const END_OF_HEAD = Buffer.from("\r\n\r\n");

/** Reads answers off a connection: each must have the status and a Content-Length. */
class Answers {
  readonly #status: string;
  readonly #onAnswer: () => void;
  readonly #onFailure: (what: string) => void;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of the current body that have not come. */
  #missing = 0;

  constructor(status: number, onAnswer: () => void, onFailure: (what: string) => void) {
    this.#status = `HTTP/1.1 ${status} `;
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
  }

  read(chunk: Buffer): void {
    if (this.#missing > 0) {
      this.#missing -= chunk.length;
      if (this.#missing === 0) this.#onAnswer();
      else if (this.#missing < 0) this.#onFailure("more bytes than the answer has");
      return;
    }
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const end = this.#rest.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const head = this.#rest.toString("latin1", 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (!head.startsWith(this.#status) || length === undefined)
      return void this.#onFailure(this.#rest.toString("latin1", 0, 1_000));
    this.#missing = Number(length) - (this.#rest.length - end - END_OF_HEAD.length);
    this.#rest = Buffer.alloc(0);
    if (this.#missing === 0) this.#onAnswer();
  }
}

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });

async function run({ port, requests, status, count, seconds }: Job): Promise<Outcome> {
  const sockets = await Promise.all(requests.map(() => open(port)));
  const times: number[] = [];
  let sent = 0;
  let failure: string | undefined;
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;

  /** Sends the request of one connection again and again; resolves when it is enough. */
  const keepAsking = (socket: Socket, request: string): Promise<void> =>
    new Promise((resolve) => {
      let sentAt = 0;
      const next = (): void => {
        if (sent >= count || failure !== undefined || performance.now() >= until) resolve();
        else {
          sent++;
          sentAt = performance.now();
          socket.write(request, "latin1");
        }
      };
      const fail = (what: string): void => {
        failure ??= what;
        resolve();
      };
      const onAnswer = (): void => {
        times.push(performance.now() - sentAt);
        next();
      };
      const answers = new Answers(status, onAnswer, fail);
      socket.on("data", (chunk) => answers.read(chunk));
      socket.on("error", (error) => fail(error.message));
      socket.on("close", () => fail("the server closed the connection"));
      next();
    });

  await Promise.all(sockets.map((socket, index) => keepAsking(socket, requests[index] as string)));
  const elapsed = (performance.now() - startedAt) / 1_000;
  for (const socket of sockets) socket.removeAllListeners("close").destroy();
  times.sort((a, b) => a - b);
  return {
    answers: times.length,
    seconds: elapsed,
    p99: times[Math.min(times.length - 1, Math.floor(times.length * 0.99))] ?? 0,
    ...(failure !== undefined && { failure }),
  };
}

process.on("message", (job: Job) => {
  run(job).then(
    (outcome) => process.send?.(outcome),
    (error: Error) => process.send?.({ answers: 0, seconds: 0, p99: 0, failure: error.message } satisfies Outcome),
  );
});
// Nothing else keeps it alive before the job has come.
process.channel?.ref();
