import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { joinPcm, type Pcm } from "./engine.ts";
import { FliteEngine } from "./flite.engine.ts";
import { OpenAiEngine } from "./openai.engine.ts";
import type { SpeechError } from "./speech.errors.ts";
import { makeSound, makeTone } from "./speech.testing.ts";
import { parseWav } from "./wav.ts";

/** As OpenAI's server writes it. */
const ANSWER = {
  task: "transcribe",
  language: "english",
  duration: 2.1,
  text: " Show my lists. Please.",
  segments: [
    { id: 0, seek: 0, start: 0, end: 1.5, text: " Show my lists.", avg_logprob: -0.2, no_speech_prob: 0.01 },
    { id: 1, seek: 0, start: 1.5, end: 2, text: " Please.", avg_logprob: -0.6, no_speech_prob: 0.02 },
  ],
  words: [
    { word: "Show", start: 0, end: 0.4 },
    { word: "Please", start: 1.5, end: 2 },
  ],
};

describe("an OpenAI-compatible server", () => {
  let server: Server;
  let baseUrl: string;
  let said: Pcm;
  let requests: { path: string | undefined; key: string | undefined; form: FormData }[];
  let answer: { status: number; body: string } | "never";

  before(async () => {
    const voice = new FliteEngine();
    said = await voice.synthesize("Show my lists, please.");
    await voice.close();
    server = createServer(async (request, response) => {
      const body = new Response(request as unknown as ReadableStream, {
        headers: { "content-type": request.headers["content-type"]! },
      });
      requests.push({ path: request.url, key: request.headers.authorization, form: await body.formData() });
      if (answer !== "never")
        response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    requests = [];
    answer = { status: 200, body: JSON.stringify(ANSWER) };
  });

  it("is sent a WAV file with what it should know, and its answer is understood", async () => {
    const engine = new OpenAiEngine({ baseUrl, apiKey: "secret", model: "whisper-large" });
    const heard = await engine.transcribe(said, { prompt: "Add milk to my list.", language: "en", words: true });
    const { path, key, form } = requests[0]!;
    assert.equal(path, "/v1/audio/transcriptions");
    assert.equal(key, "Bearer secret");
    assert.equal(form.get("model"), "whisper-large");
    assert.equal(form.get("response_format"), "verbose_json");
    assert.equal(form.get("prompt"), "Add milk to my list.");
    assert.equal(form.get("language"), "en");
    assert.deepEqual(form.getAll("timestamp_granularities[]"), ["segment", "word"]);
    const info = parseWav(new Uint8Array(await (form.get("file") as File).arrayBuffer()))!;
    assert.equal(info.sampleRate, 16_000);
    assert.equal(heard.text, "Show my lists. Please.");
    assert.equal(heard.language, "en");
    assert.ok(Math.abs(heard.avgLogprob! - (-0.2 * 1.5 - 0.6 * 0.5) / 2) < 1e-9);
    assert.ok(Math.abs(heard.confidence! - Math.exp(heard.avgLogprob!)) < 1e-9);
    assert.deepEqual(
      heard.segments.map((segment) => segment.words?.map(({ word }) => word)),
      [["Show"], ["Please"]],
    );
  });

  it("gives times of the recording, though its silence is not sent", async () => {
    const [plain, late] = [said, joinPcm([makeSound(3, () => 0), said])];
    const engine = new OpenAiEngine({ baseUrl });
    const [first, second] = [await engine.transcribe(plain), await engine.transcribe(late)];
    // A little of the silence before a word is kept, where there is some.
    assert.ok(Math.abs(second.segments[0]!.start - first.segments[0]!.start - 3) < 0.4);
  });

  it("needs neither a key, nor segments, nor a language", async () => {
    answer = { status: 200, body: JSON.stringify({ text: "hello" }) };
    const heard = await new OpenAiEngine({ baseUrl }).transcribe(said);
    assert.equal(requests[0]!.key, undefined);
    assert.equal(heard.text, "hello");
    assert.deepEqual([heard.confidence, heard.noSpeechProb, heard.language], [undefined, undefined, undefined]);
  });

  it("is not asked what a tone means", async () => {
    assert.equal((await new OpenAiEngine({ baseUrl }).transcribe(makeTone(2))).text, "");
    assert.equal(requests.length, 0);
  });

  const failures: [number, string, boolean][] = [
    [401, "SPEECH_FAILED", false],
    [400, "SPEECH_FAILED", false],
    [429, "SPEECH_BUSY", true],
    [500, "SPEECH_UNAVAILABLE", true],
  ];
  for (const [status, code, retryable] of failures) {
    it(`makes ${code} of its ${status}, and asks once`, async () => {
      answer = { status, body: `{"error":{"message":"no"}}` };
      await assert.rejects(
        new OpenAiEngine({ baseUrl }).transcribe(said),
        (error: SpeechError) => error.code === code && error.retryable === retryable,
      );
      assert.equal(requests.length, 1);
    });
  }

  it("may be absent, slow, talk nonsense or be called off", async () => {
    const absent = new OpenAiEngine({ baseUrl: "http://127.0.0.1:9/v1" });
    await assert.rejects(absent.transcribe(said), (error: SpeechError) => error.code === "SPEECH_UNAVAILABLE");
    answer = { status: 200, body: "<html>" };
    const engine = new OpenAiEngine({ baseUrl, requestTimeoutMs: 200 });
    await assert.rejects(engine.transcribe(said), (error: SpeechError) => error.code === "SPEECH_UNAVAILABLE");
    answer = "never";
    await assert.rejects(engine.transcribe(said), (error: SpeechError) => error.code === "SPEECH_TIMEOUT");
    await assert.rejects(engine.transcribe(said, { signal: AbortSignal.timeout(100) }), { name: "TimeoutError" });
  });
});
