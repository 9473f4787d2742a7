// Says replies and reminders: by the platform's voice, else by the browser's where the user has agreed.
import type { SessionControl } from "../api/session.ts";
import type { Speech } from "../contract.ts";
import { createStore, type Readable } from "../store.ts";
import { canSpeak, hush, speak } from "./browser-speech.ts";
import { preferences } from "./preferences.ts";

export interface Speaker {
  speaking: Readable<boolean>;
  /** Whether replies should come with audio of the platform's. */
  wantsAudio(): boolean;
  /** Says a text, of which the platform may have sent the audio already. */
  say(text: string, speech?: Speech | null): Promise<void>;
  stop(): void;
}

/** @param hasVoice whether the platform has a voice of its own */
export function createSpeaker(session: SessionControl, hasVoice: () => boolean): Speaker {
  const speaking = createStore(false);
  const audio = new Audio();
  let address: string | undefined;

  const end = (): void => {
    audio.pause();
    if (address) URL.revokeObjectURL(address);
    address = undefined;
    speaking.set(false);
  };
  audio.addEventListener("ended", end);

  const play = async ({ type, data }: Speech): Promise<void> => {
    end();
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    address = URL.createObjectURL(new Blob([bytes], { type }));
    audio.src = address;
    speaking.set(true);
    // Browsers refuse sound before the first click on the page: then the words are only shown.
    await audio.play().catch(end);
  };

  return {
    speaking,
    wantsAudio: () => hasVoice() && !preferences.get().muted,
    async say(text, speech) {
      const { muted, browserSpeech } = preferences.get();
      if (muted) return;
      if (speech) return play(speech);
      if (hasVoice()) {
        const fetched = await session.call<Speech>("POST", "/voice/say", { body: { text } }).catch(() => undefined);
        return fetched && play(fetched);
      }
      if (browserSpeech && canSpeak()) speak(text, document.documentElement.lang);
    },
    stop() {
      end();
      hush();
    },
  };
}
