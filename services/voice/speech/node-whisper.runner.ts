// One call of node-whisper in a process group of its own, so that the `whisper` program it starts can be ended: the
// package neither gives its child away nor knows deadlines.
import whisper, { type Language, type WhisperModel } from "node-whisper";

/** What the parent sends. */
export interface RunnerOrder {
  file: string;
  folder: string;
  model?: string | undefined;
  language?: string | undefined;
  prompt?: string | undefined;
  words: boolean;
}

/** What it gets back: the JSON that `whisper` wrote, or why there is none. */
export type RunnerReport = { content: unknown } | { error: string };

// The parent is gone: nobody wants the text. The program in our group goes with us.
process.on("disconnect", () => process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL"));

process.once("message", async (order: RunnerOrder) => {
  process.send!(await run(order));
});

async function run({ file, folder, model, language, prompt, words }: RunnerOrder): Promise<RunnerReport> {
  try {
    const output = await whisper(file, {
      output_dir: folder,
      output_format: "json",
      verbose: false,
      temperature: 0,
      word_timestamps: words,
      ...(model && { model: model as WhisperModel }),
      ...(language && { language: language as Language }),
      ...(prompt && { initial_prompt: prompt }),
    });
    return { content: await output.json.getContent() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
