// How well speech is understood: `node bench/voice.ts`. Reads the phrases of voice.phrases.ts aloud in four voices (needs
// flite and the speech environment), hears them as the platform does, and prints a table: what became of the commands, and
// of the talk that is none. `--details` also prints each utterance that was not exact.
import { join } from "node:path";
import { ENVIRONMENT, Readers, SCRIPTS, VOICES, type VoiceName } from "../samples/voices.ts";
import { trimSilence } from "../services/voice/speech/vad.ts";
import { WhisperEngine } from "../services/voice/speech/whisper.engine.ts";
import { COMMANDS, TALK, UNUSUAL } from "./voice.phrases.ts";
import { benchGrammar, benchKnown, judge, meaningOf } from "./voice.score.ts";

const details = process.argv.includes("--details");
const grammar = benchGrammar();
const { prompt } = grammar.aidFor("bench", benchKnown(grammar));
const readers = new Readers();
const whisper = new WhisperEngine({
  python: join(ENVIRONMENT, "bin/python"),
  scripts: SCRIPTS,
  model: process.env["WHISPER_MODEL"],
});

interface Row {
  /** Counts of verdicts. */
  verdicts: Record<string, number>;
  hearMs: number[];
}

/** What was heard and how long that took, from the recording to the words. */
async function hear(voice: VoiceName, text: string): Promise<{ heard: string; ms: number }> {
  const recording = await readers.read(voice, text);
  const started = performance.now();
  const speech = await trimSilence(recording);
  const heard = speech ? (await whisper.transcribe(speech.audio, { prompt, language: "en" })).text : "";
  return { heard, ms: performance.now() - started };
}

async function measure(voice: VoiceName, texts: readonly string[], verdictOf: (text: string, heard: string) => string) {
  const row: Row = { verdicts: {}, hearMs: [] };
  for (const text of texts) {
    const { heard, ms } = await hear(voice, text);
    const verdict = verdictOf(text, heard);
    row.verdicts[verdict] = (row.verdicts[verdict] ?? 0) + 1;
    row.hearMs.push(ms);
    if (details && !["exact", "nothing done"].includes(verdict))
      console.log(`${voice} | ${verdict} | ${text} | ${heard}`);
  }
  return row;
}

function table(rows: Map<string, Row>, verdicts: readonly string[]): Record<string, Record<string, string>> {
  const whole: Row = { verdicts: {}, hearMs: [] };
  for (const row of rows.values()) {
    whole.hearMs.push(...row.hearMs);
    for (const [verdict, count] of Object.entries(row.verdicts))
      whole.verdicts[verdict] = (whole.verdicts[verdict] ?? 0) + count;
  }
  return Object.fromEntries(
    [...rows, ["all", whole] as const].map(([voice, { verdicts: counts, hearMs }]) => {
      const cells = verdicts.map((verdict) => [verdict, percent(counts[verdict] ?? 0, hearMs.length)]);
      return [voice, Object.fromEntries([...cells, ["ms, median", median(hearMs).toFixed(0)]])];
    }),
  );
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} % (${part})`;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function print(
  title: string,
  texts: readonly string[],
  verdicts: readonly string[],
  verdictOf: (text: string, heard: string) => string,
) {
  const rows = new Map<string, Row>();
  for (const voice of VOICES) rows.set(voice, await measure(voice, texts, verdictOf));
  console.log(`\n${title}: ${texts.length} sentences in ${VOICES.length} voices`);
  console.table(table(rows, verdicts));
}

try {
  await whisper.ready();
  const ofCommand = (text: string, heard: string): string => judge(text, heard, grammar);
  // A question back does nothing either, but is counted by itself: it is a nuisance.
  const ofTalk = (_: string, heard: string): string =>
    ({ call: "CALLED", ask: "asked back", nothing: "nothing done" })[meaningOf(heard, grammar, true).kind];
  const verdicts = ["exact", "misspelt", "ask", "nothing", "wrong"];
  await print("Commands in everyday words", COMMANDS, verdicts, ofCommand);
  await print("Commands with unusual titles", UNUSUAL, verdicts, ofCommand);
  await print("Talk that is no command", TALK, ["nothing done", "asked back", "CALLED"], ofTalk);
} finally {
  await Promise.all([readers.close(), whisper.close()]);
}
