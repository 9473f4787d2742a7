// Spoken commands through the doors of a platform with its real engines.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Problem } from "../../lib/action/index.ts";
import type { Pcm } from "../../services/voice/speech/engine.ts";
import {
  makeNoises,
  makeTone,
  skipUnlessProgram,
  skipUnlessPython,
} from "../../services/voice/speech/speech.testing.ts";
import { encodeWav } from "../../services/voice/speech/wav.ts";
import type { Answer } from "../../services/voice/voice.schema.ts";
import { connect } from "../support/device.ts";
import { type Platform, type SignedIn, startPlatform } from "../support/platform.ts";

const SAMPLES = join(import.meta.dirname, "../../samples");
const CALL_MUM = "01-piper.wav";
const HEADER_BYTES = 44;
/** 100 ms of samples, as a browser sends them. */
const CHUNK_BYTES = 3_200;

const sample = (name: string): Buffer => readFileSync(join(SAMPLES, name));
const wav = (audio: Pcm): Uint8Array => encodeWav(audio);

describe("speech", { skip: skipUnlessPython() }, () => {
  let platform: Platform;
  let ann: SignedIn;
  const endings: (() => unknown)[] = [];

  before(async () => {
    const scope = { after: (ending: () => unknown) => void endings.push(ending) };
    const config = { services: ["gateway", "auth", "todo", "voice"], speech: "auto" } as const;
    platform = await startPlatform(scope as Parameters<typeof startPlatform>[0], {
      ...config,
      services: [...config.services],
    });
    ann = await platform.register("ann", { zone: "Europe/Berlin" });
  });
  after(async () => {
    for (const ending of endings.reverse()) await ending();
  });

  const hear = (body: Uint8Array, type = "audio/wav", query = "") =>
    ann.send<Answer>("POST", `/voice/speech${query}`, body as Uint8Array<ArrayBuffer>, { "Content-Type": type });
  const count = async (): Promise<number> =>
    (await ann.get<{ items: unknown[] }>("/todos?limit=200")).body.items.length;

  test("a recording becomes a todo and a spoken reply", async () => {
    const { status, body } = await hear(sample(CALL_MUM), "audio/wav", "?speak=true");
    assert.equal(status, 200);
    assert.equal(body.action, "todo.create");
    assert.deepEqual((body.result as { due: object }).due, {
      date: "2027-03-02",
      time: "17:00",
      zone: "Europe/Berlin",
    });
    assert.equal(body.reply, "Added call mum for tomorrow at 5 pm.");
    assert.equal(Buffer.from(body.speech?.data ?? "", "base64").toString("latin1", 0, 4), "RIFF");
    assert.ok((body.confidence ?? 0) > 0.5 && (body.confidence ?? 0) <= 1);
    for (const stage of ["decode", "speechToText", "understand", "act", "speak", "total"] as const)
      assert.ok((body.timings[stage] ?? -1) >= 0, stage);
  });

  test("what browsers and phones record is heard: Opus in WebM and Ogg, mp3, m4a", {
    skip: skipUnlessProgram("ffmpeg"),
  }, async () => {
    const formats: [type: string, args: string[]][] = [
      ["audio/webm", ["-c:a", "libopus", "-f", "webm"]],
      ["audio/ogg", ["-c:a", "libopus", "-f", "ogg"]],
      ["audio/mpeg", ["-f", "mp3"]],
      ["audio/mp4", ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4"]],
    ];
    for (const [type, args] of formats) {
      const input = ["-hide_banner", "-loglevel", "error", "-i", join(SAMPLES, CALL_MUM)];
      const { body } = await hear(execFileSync("ffmpeg", [...input, ...args, "pipe:1"]), type);
      assert.equal(body.action, "todo.create", `${type}: ${body.heard}`);
    }
  });

  test("silence, noise and music are no words and no command", async () => {
    const before = await count();
    for (const [name, audio] of Object.entries(makeNoises())) {
      const { status, body } = await hear(wav(audio));
      assert.deepEqual([status, body.action, body.heard, body.reply], [200, null, "", "I heard nothing."], name);
    }
    assert.equal(await count(), before);
  });

  const REFUSED: [what: string, body: () => Uint8Array, status: number, code: string][] = [
    ["nothing", () => new Uint8Array(), 422, "AUDIO_EMPTY"],
    ["a WAV without samples", () => wav({ samples: new Int16Array(), sampleRate: 16_000 }), 422, "AUDIO_EMPTY"],
    ["text", () => Buffer.from("Remind me to call mum tomorrow at five."), 415, "AUDIO_UNSUPPORTED"],
    ["three minutes", () => wav(makeTone(180)), 413, "AUDIO_TOO_LONG"],
    ["eleven megabytes", () => new Uint8Array(11 * 1024 * 1024), 413, "PAYLOAD_TOO_LARGE"],
  ];
  for (const [what, body, status, code] of REFUSED) {
    test(`refuses ${what} with ${code}`, async () => {
      const answer = await hear(body());
      assert.deepEqual([answer.status, answer.problem.code], [status, code]);
    });
  }

  test("refuses a body that grows past the limit without saying so before", async () => {
    const { port } = new URL(platform.url);
    const headers = {
      Authorization: `Bearer ${ann.token}`,
      "Content-Type": "audio/wav",
      "Transfer-Encoding": "chunked",
    };
    const upload = request({ port, method: "POST", path: "/api/v1/voice/speech", headers });
    upload.on("error", () => {});
    const chunk = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < 12; sent++) upload.write(chunk);
    upload.end();
    const [response] = await once(upload, "response");
    const text = Buffer.concat(await response.toArray()).toString();
    assert.deepEqual([response.statusCode, (JSON.parse(text) as Problem).code], [413, "PAYLOAD_TOO_LARGE"]);
  });

  test("a device that goes away in the middle leaves nothing done and the next one is heard", async () => {
    const before = await count();
    const { port } = new URL(platform.url);
    const headers = { Authorization: `Bearer ${ann.token}`, "Content-Type": "audio/wav" };
    const upload = request({ port, method: "POST", path: "/api/v1/voice/speech", headers });
    upload.on("error", () => {});
    await new Promise<void>((resolve) => upload.write(sample(CALL_MUM).subarray(0, 20_000), () => resolve()));
    upload.destroy();
    assert.equal((await hear(sample("32-rms.wav"))).body.action, "voice.help");
    assert.equal(await count(), before);
  });

  test("live, it hears the end by the silence and answers while the microphone is still open", async (t) => {
    const device = await connect(t, platform, ann);
    const answered = new Promise<[Problem | null, Answer]>((resolve) =>
      device.socket.emit("listen", {}, (problem: Problem | null, answer: Answer) => resolve([problem, answer])),
    );
    const speech = Buffer.concat([sample(CALL_MUM).subarray(HEADER_BYTES), Buffer.alloc(CHUNK_BYTES * 20)]);
    for (let at = 0; at < speech.length; at += CHUNK_BYTES)
      device.socket.emit("audio", speech.subarray(at, at + CHUNK_BYTES));
    await device.next("voice.heardEnd");
    const [problem, answer] = await answered;
    assert.equal(problem, null);
    assert.equal(answer.reply, "Added call mum for tomorrow at 5 pm.");
  });

  test("live, without a silence it ends when the device says so; without a word it says that it heard nothing", async (t) => {
    const device = await connect(t, platform, ann);
    const listen = (audio: Buffer) =>
      new Promise<Answer>((resolve) => {
        device.socket.emit("listen", {}, (_: Problem | null, answer: Answer) => resolve(answer));
        // An odd size: samples are cut between two messages.
        for (let at = 0; at < audio.length; at += 3_333) device.socket.emit("audio", audio.subarray(at, at + 3_333));
        device.socket.emit("audio.end");
      });
    assert.equal((await listen(sample("32-rms.wav").subarray(HEADER_BYTES))).action, "voice.help");
    assert.equal((await listen(Buffer.alloc(64_000))).reply, "I heard nothing.");
  });
});
