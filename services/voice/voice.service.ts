// The voice door. Promises: an utterance leads to at most one action, called as the user through the guard like any other
// call; what is not understood is said and nothing is done; what is no speech is never a command; a skill that joins the
// cluster can be said a second later; without any engine, text works.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Context, ServiceBroker, ServiceSchema } from "moleculer";
import { Catalogue } from "../../lib/action/catalogue.ts";
import { type CallMeta, fail, implement, publish } from "../../lib/action/index.ts";
import { runtimeOf } from "../../lib/node/runtime.ts";
import { makeStore } from "../../mixins/store.ts";
import { carryOut, type Outcome } from "./carry-out.ts";
import { compileGrammar, type Grammar } from "./grammar.ts";
import { type Heard, hearLive, hearRecording } from "./listener.ts";
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
/** Below this the recogniser was guessing: ask again rather than do. */
const MIN_LOGPROB = -0.8;
/** A reply longer than this is shown, but not said to its end. */
const MAX_SPOKEN_CHARACTERS = 400;
const SWEEP_MS = 60_000;

type Caller = Context<unknown, CallMeta>;

export default function voiceService(broker: ServiceBroker): ServiceSchema {
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
    options: { speak?: boolean | undefined; spoken?: Heard; startedAt: number },
  ): Promise<Answer> => {
    const moment: Moment = { now: new Date(clock.now()).toISOString(), zone: ctx.meta.zone ?? "UTC" };
    const timings: Timings = { total: 0 };
    const { transcription, decodeMs } = options.spoken ?? {};
    if (decodeMs !== undefined) timings.decode = round(decodeMs);
    if (transcription) timings.speechToText = round(transcription.ms);

    const understandingAt = performance.now();
    const understanding = understand(heard, grammar, moment, options.spoken !== undefined);
    timings.understand = round(performance.now() - understandingAt);

    let outcome: Outcome;
    let suggestion: string | undefined;
    const guessing = (transcription?.avgLogprob ?? 0) < MIN_LOGPROB && understanding.transcript !== heard;
    if (heard.trim() === "") outcome = { slots: [], reply: "I heard nothing." };
    else if (understanding.kind === "not") outcome = { slots: [], reply: `I did not understand "${heard}".` };
    else if (understanding.kind === "unsure" || guessing) {
      suggestion = understanding.kind === "unsure" ? understanding.suggestion : understanding.transcript;
      outcome = { slots: [], reply: `Did you mean: ${suggestion}?` };
    } else {
      const actingAt = performance.now();
      outcome = await carryOut(ctx, catalogue, understanding.match, moment);
      timings.act = round(performance.now() - actingAt);
    }

    const id = randomUUID();
    const user = (ctx.meta.user as { id: string }).id;
    if (outcome.undo || suggestion)
      await commands.add({
        _id: id,
        user,
        at: clock.now(),
        ...(outcome.undo && { undo: outcome.undo }),
        ...(suggestion && { suggestion }),
      });

    const speakingAt = performance.now();
    const speech = options.speak && engines.tts ? await speechOf(outcome.reply).catch(quietly) : null;
    if (speech) timings.speak = round(performance.now() - speakingAt);
    timings.total = round(performance.now() - options.startedAt);
    const intent = understanding.kind === "understood" ? understanding.match.saying.action : null;
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
        const stream = ctx.stream as AsyncIterable<Uint8Array> | null;
        if (!stt) return fail(errors.VOICE_NO_RECOGNISER);
        if (!stream) return fail(errors.AUDIO_EMPTY);
        const onEnd = (): void => void publish(broker, "voice.heardEnd", {}, ctx.meta.user.id);
        const spoken = await asAction(
          ctx.params.live ? hearLive(stt, stream, grammar.prompt, onEnd) : hearRecording(stt, stream, grammar.prompt),
        );
        return answer(ctx as unknown as Caller, spoken.transcription?.text ?? "", {
          speak: ctx.params.speak,
          spoken,
          startedAt,
        });
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
        await (ctx as unknown as Caller).call(last.undo.action, last.undo.params, {
          meta: { via: "voice", idempotencyKey: randomUUID() },
        } as object);
        return { undone: last.undo.action };
      },

      async confirm(ctx) {
        const suggestion = (await commands.takeQuestion(ctx.meta.user.id)) ?? fail(errors.VOICE_NOTHING_TO_CONFIRM);
        return answer(ctx as unknown as Caller, suggestion, { speak: ctx.params.speak, startedAt: performance.now() });
      },
    },
    {
      events: { "$services.changed": refresh },
      async started() {
        await store.open();
        refresh();
        const none = config.speech === "none";
        engines = await findEngines({
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
    throw error;
  }
}
