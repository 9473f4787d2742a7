// One exchange at a time: words by microphone or keyboard to the voice door, its answer back.
import type { Connection } from "../api/connection.ts";
import { ProblemError, wordsOf } from "../api/problem.ts";
import type { SessionControl } from "../api/session.ts";
import { type Answer, type Engines, EVENTS, LIVE_AUDIO, SOCKET } from "../contract.ts";
import { createStore, type Readable } from "../store.ts";
import { type Listening, recognise } from "./browser-speech.ts";
import { type Ears, earsOf } from "./engines.ts";
import { preferences } from "./preferences.ts";
import { levelOf, microphoneProblem, type Recording, record } from "./recorder.ts";
import { createSpeaker, type Speaker } from "./speaker.ts";

export interface VoiceState {
  phase: "idle" | "starting" | "listening" | "thinking";
  /** What the browser's recogniser has so far, or what was typed and is on its way. */
  partial: string;
  answer: Answer | null;
  problem: string | null;
  engines: Engines | undefined;
}

export interface Voice {
  state: Readable<VoiceState>;
  speaker: Speaker;
  ears(): Ears;
  /** Loudness of the microphone, 0 to 1, some ten times a second. */
  onLevel(listener: (level: number) => void): () => void;
  /** @returns whether there is an answer; if not, the words should stay where they were typed */
  submit(text: string): Promise<boolean>;
  listen(): Promise<void>;
  /** The button was released: what was said until now counts. */
  endListening(): void;
  close(): void;
}

const NO_VOICE_SERVICE: Engines = {
  speechToText: null,
  textToSpeech: null,
  missing: ["The voice service is not there just now."],
};

export function createVoice(session: SessionControl, connection: Connection): Voice {
  const state = createStore<VoiceState>({
    phase: "idle",
    partial: "",
    answer: null,
    problem: null,
    engines: undefined,
  });
  const patch = (changes: Partial<VoiceState>): void => state.update((now) => ({ ...now, ...changes }));
  const speaker = createSpeaker(session, () => Boolean(state.get().engines?.textToSpeech));
  const levels = new Set<(level: number) => void>();
  let recording: Promise<Recording> | undefined;
  /** Of the latest recording: a user's other devices may be recording, too. */
  let name = "";
  let recognition: Listening | undefined;

  const show = (answer: Answer): void => {
    const inner = confirmed(answer);
    patch({ phase: "idle", partial: "", answer: inner, problem: null });
    void speaker.say(inner.reply, answer.speech);
  };
  const giveUp = (problem: string): void => patch({ phase: "idle", partial: "", problem });

  const stopRecording = async (): Promise<void> => {
    const stopping = recording;
    recording = undefined;
    await (await stopping?.catch(() => undefined))?.stop();
  };

  /** Live audio to the platform; it answers when it hears the end of the speech, or is told that it ended. */
  const listenHere = async (): Promise<void> => {
    try {
      // Asked first, so that the recording's first chunk finds somebody who listens.
      name = crypto.randomUUID();
      const options = { ...LIVE_AUDIO, speak: speaker.wantsAudio(), recording: name };
      const answered = connection.ask<Answer>(SOCKET.listen, options);
      answered.catch(() => {});
      recording = record((samples) => {
        for (const listener of levels) listener(levelOf(samples));
        connection.send(SOCKET.audio, samples);
      });
      await recording;
      if (state.get().phase === "starting") patch({ phase: "listening" });
      show(await answered);
    } catch (error) {
      giveUp(error instanceof ProblemError ? error.message : microphoneProblem(error));
      if (!(error instanceof ProblemError)) connection.send(SOCKET.audioEnd);
    } finally {
      await stopRecording();
    }
  };

  const listenByBrowser = async (): Promise<void> => {
    try {
      recognition = recognise(document.documentElement.lang, (partial) => patch({ partial }));
      patch({ phase: "listening" });
      const text = await recognition.words;
      if (text) await submit(text);
      else giveUp("Nothing was heard.");
    } catch (error) {
      giveUp((error as Error).message);
    } finally {
      recognition = undefined;
    }
  };

  const submit = async (text: string): Promise<boolean> => {
    speaker.stop();
    patch({ phase: "thinking", partial: text, problem: null });
    try {
      show(await session.call<Answer>("POST", "/voice/commands", { body: { text, speak: speaker.wantsAudio() } }));
      return true;
    } catch (error) {
      giveUp(wordsOf(error));
      return false;
    }
  };

  connection.on(EVENTS.heardEnd, (heard) => {
    if (!recording || heard.recording !== name) return;
    patch({ phase: "thinking" });
    void stopRecording();
  });
  connection.onConnected(async () => {
    const engines = await session.call<Engines>("GET", "/voice/engines").catch(() => NO_VOICE_SERVICE);
    patch({ engines });
  });

  return {
    state,
    speaker,
    submit,
    ears: () => earsOf(state.get().engines, preferences.get()),
    onLevel(listener) {
      levels.add(listener);
      return () => levels.delete(listener);
    },
    async listen() {
      const ears = earsOf(state.get().engines, preferences.get());
      if (state.get().phase !== "idle" || ears.kind === "none" || ears.kind === "ask") return;
      speaker.stop();
      patch({ phase: "starting", partial: "", problem: null });
      await (ears.kind === "platform" ? listenHere() : listenByBrowser());
    },
    endListening() {
      recognition?.stop();
      if (!recording) return;
      patch({ phase: "thinking" });
      void stopRecording().then(() => connection.send(SOCKET.audioEnd));
    },
    close() {
      speaker.stop();
      recognition?.stop();
      void stopRecording();
    },
  };
}

/** A "yes" is answered by the action of the voice service that holds the answer of what was confirmed. */
function confirmed(answer: Answer): Answer {
  const inner = answer.result as Partial<Answer> | null;
  const holds = answer.action === "voice.confirm" && typeof inner?.reply === "string" && Array.isArray(inner.slots);
  return holds ? (inner as Answer) : answer;
}
