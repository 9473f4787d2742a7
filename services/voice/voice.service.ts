// The voice door. Promises: an utterance leads to at most one action, called as the user through the guard like any other
// call; what is not understood is said and nothing is done; what is no speech is never a command; a skill that joins the
// cluster can be said a second later; without any engine, text works.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Context, ServiceBroker, ServiceSchema } from "moleculer";
import { Catalogue } from "../../lib/action/catalogue.ts";
import { type CallMeta, fail, implement, publish } from "../../lib/action/index.ts";
import { runtimeOf } from "../../lib/node/runtime.ts";
import { makeStore } from "../../mixins/store.ts";
import { carryOut, type Outcome } from "./carry-out.ts";
import { compileGrammar, type Grammar, type ListeningAid } from "./grammar.ts";
import { BrokenOff, type Heard, hearLive, hearRecording } from "./listener.ts";
import { type Known, listKnown } from "./own.ts";
import type { Moment } from "./slots.ts";
import { type Engines, findEngines } from "./speech/engines.ts";
import { SpeechError } from "./speech/speech.errors.ts";
import { encodeWav } from "./speech/wav.ts";
import { understand } from "./understand.ts";
import { actions } from "./voice.actions.ts";
import { errors } from "./voice.errors.ts";
import { voiceRepository } from "./voice.repository.ts";
import type { Answer, Speech, Timings } from "./voice.schema.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Below this the recogniser was guessing: ask rather than do. Of 232 samples that were understood right none was. */
const MIN_LOGPROB = -0.6;
/** Short words that are seldom heard for sure, but were asked for. */
const ANSWERS = new Set(["voice.confirm", "voice.decline"]);
/** A reply longer than this is shown, but not said to its end. */
const MAX_SPOKEN_CHARACTERS = 400;
const SWEEP_MS = 60_000;

type Caller = Context<unknown, CallMeta>;
/** What was heard, and with whose help. */
type Listening = Heard & { known: Known; aid: ListeningAid };

export default function voiceService(broker: ServiceBroker, find: typeof findEngines = findEngines): ServiceSchema {
  const runtime = runtimeOf(broker);
  const { clock, config } = runtime;
  const store = makeStore(broker, runtime, "voice");
  const commands = voiceRepository(store, clock.now);
  const catalogue = new Catalogue(broker, clock.now);
  let grammar: Grammar = compileGrammar([]);
  let engines: Engines = { stt: undefined, tts: undefined, missing: [] };
  let stopSweeping = (): void => {};

  const refresh = (): void => {
    catalogue.refresh();
    grammar = compileGrammar(catalogue.entries);
  };

  const speechOf = async (text: string): Promise<Speech> => {
    if (!engines.tts) return fail(errors.VOICE_NO_VOICE);
    const pcm = await asAction(engines.tts.synthesize(text.slice(0, MAX_SPOKEN_CHARACTERS)));
    return { type: "audio/wav", data: Buffer.from(encodeWav(pcm)).toString("base64") };
  };

  /** The pipeline from words on. `heard` is what the recogniser wrote, or the text as typed. */
  const answer = async (
    ctx: Caller,
    heard: string,
    options: { speak?: boolean | undefined; spoken?: Listening; startedAt: number },
  ): Promise<Answer> => {
    const user = (ctx.meta.user as { id: string }).id;
    const moment: Moment = { now: new Date(clock.now()).toISOString(), zone: ctx.meta.zone ?? "UTC" };
    const timings: Timings = { total: 0 };
    const { transcription, decodeMs } = options.spoken ?? {};
    if (decodeMs !== undefined) timings.decode = round(decodeMs);
    if (transcription) timings.speechToText = round(transcription.ms);

    const understandingAt = performance.now();
    const spoken = options.spoken !== undefined;
    const known = options.spoken?.known ?? (await listKnown(ctx, grammar.owns));
    const graph = options.spoken?.aid.graph;
    const understanding = understand(heard, grammar, { moment, known, ...(graph && { graph }) });
    timings.understand = round(performance.now() - understandingAt);

    let outcome: Outcome;
    let suggestion: string | undefined;
    const intent = understanding.kind === "understood" ? understanding.match.saying.action : null;
    const guessing = (transcription?.avgLogprob ?? 0) < MIN_LOGPROB && !ANSWERS.has(intent ?? "");
    if (heard.trim() === "") outcome = { slots: [], reply: "I heard nothing." };
    else if (understanding.kind === "not") outcome = { slots: [], reply: `I did not understand "${heard}".` };
    else if (understanding.kind === "unsure" || guessing) {
      const words = understanding.kind === "unsure" ? understanding.suggestion : understanding.transcript;
      suggestion = words.replace(/[\s.!?,]+$/, "");
      outcome = { slots: [], reply: `Did you mean: ${suggestion}?` };
    } else {
      const actingAt = performance.now();
      outcome = await carryOut(ctx, catalogue, understanding.match, { moment, known, spoken });
      timings.act = round(performance.now() - actingAt);
    }

    const id = randomUUID();
    // What was not understood leaves an open question open: "yes" may be said again, and louder.
    if (suggestion || (outcome.action && !outcome.action.startsWith("voice.")))
      await commands.add({
        _id: id,
        user,
        at: clock.now(),
        changed: outcome.changed ?? false,
        ...(outcome.undo && { undo: outcome.undo }),
        ...(suggestion && { suggestion }),
      });

    const speakingAt = performance.now();
    const speech = options.speak && engines.tts ? await speechOf(outcome.reply).catch(quietly) : null;
    if (speech) timings.speak = round(performance.now() - speakingAt);
    timings.total = round(performance.now() - options.startedAt);
    await publish(broker, "voice.answered", { user, intent, action: outcome.action ?? null, timings });
    return {
      id,
      heard,
      transcript: understanding.transcript,
      confidence: transcription?.confidence ?? null,
      intent,
      slots: outcome.slots.map(({ name, text, value }) => ({ name, text, value })),
      action: outcome.action ?? null,
      result: outcome.result ?? null,
      reply: outcome.reply,
      undoable: outcome.undo !== undefined,
      suggestion: suggestion ?? null,
      speech,
      timings,
    };
  };

  /** A voice that fails leaves the reply as text. */
  const quietly = (error: unknown): null => {
    broker.logger.warn("voice: the reply could not be said", error);
    return null;
  };

  return implement(
    "voice",
    actions,
    {
      command: (ctx) =>
        answer(ctx as unknown as Caller, ctx.params.text, { speak: ctx.params.speak, startedAt: performance.now() }),

      async hear(ctx) {
        const startedAt = performance.now();
        const { stt } = engines;
        const stream = ctx.stream as Readable | null;
        // Whoever reads it hears of its errors; while nobody does, one must not end the process.
        stream?.on("error", () => {});
        if (!stt) stream?.destroy();
        if (!stt) return fail(errors.VOICE_NO_RECOGNISER);
        if (!stream) return fail(errors.AUDIO_EMPTY);
        const caller = ctx as unknown as Caller;
        const user = ctx.meta.user.id;
        const onEnd = (): void =>
          void publish(broker, "voice.heardEnd", { recording: ctx.params.recording ?? null }, user);
        // Listed while the recording comes in: a stream that waits to be read would lose its errors.
        const listening = listKnown(caller, grammar.owns).then((known) => ({
          known,
          aid: grammar.aidFor(user, known),
        }));
        const prompt = listening.then(({ aid }) => aid.prompt);
        const heard = await asAction(
          ctx.params.live ? hearLive(stt, stream, prompt, onEnd) : hearRecording(stt, stream, prompt),
        );
        const spoken: Listening = { ...heard, ...(await listening) };
        return answer(caller, heard.transcription?.text ?? "", { speak: ctx.params.speak, spoken, startedAt });
      },

      speak: (ctx) => speechOf(ctx.params.text),

      engines: () => ({
        speechToText: engines.stt?.name ?? null,
        textToSpeech: engines.tts?.name ?? null,
        missing: engines.missing,
      }),

      help: () => ({ examples: grammar.examples.slice(0, 8) }),

      async undo(ctx) {
        const last = (await commands.takeUndoable(ctx.meta.user.id)) ?? fail(errors.VOICE_NOTHING_TO_UNDO);
        await (ctx as unknown as Caller).call(last.action, last.params, {
          meta: { via: "voice", idempotencyKey: randomUUID() },
        } as object);
        return { undone: last.action };
      },

      async confirm(ctx) {
        const suggestion = (await commands.takeQuestion(ctx.meta.user.id)) ?? fail(errors.VOICE_NOTHING_TO_CONFIRM);
        return answer(ctx as unknown as Caller, suggestion, { speak: ctx.params.speak, startedAt: performance.now() });
      },

      async decline(ctx) {
        const declined = (await commands.takeQuestion(ctx.meta.user.id)) ?? fail(errors.VOICE_NOTHING_TO_CONFIRM);
        return { declined };
      },
    },
    {
      events: { "$services.changed": refresh },
      async started() {
        await store.open();
        refresh();
        const none = config.speech === "none";
        engines = await find({
          stt: none ? "none" : "auto",
          tts: none ? "none" : "auto",
          environment: join(ROOT, ".runtime/speech"),
          scripts: join(ROOT, "speech"),
          path: process.env["PATH"] ?? "",
          whisperModel: config.whisperModel,
        });
        stopSweeping = clock.every(SWEEP_MS, () => {
          commands
            .sweep()
            .catch((error: unknown) => broker.logger.warn("voice: the sweep failed and will be tried again", error));
        });
      },
      async stopped() {
        stopSweeping();
        await Promise.all([engines.stt?.close(), engines.tts?.close()]);
        await store.close();
      },
    },
  );
}

const round = (ms: number): number => Math.round(ms * 10) / 10;

/** The adapters' errors in the catalogue's terms. */
async function asAction<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SpeechError) fail(errors[error.code]);
    if (error instanceof BrokenOff) fail(errors.VOICE_INTERRUPTED);
    throw error;
  }
}
