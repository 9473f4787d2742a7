// Hold to talk, or click and stop at the silence; the space bar does the same.
import { useEffect, useId, useRef } from "preact/hooks";
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { Icon } from "../ui/icon.tsx";
import { Dial } from "./dial.tsx";
import type { Ears } from "./engines.ts";
import { preferences } from "./preferences.ts";
import type { VoiceState } from "./voice.ts";

/** A press shorter than this is a click. */
const HOLD_MS = 350;

const WORDS: Record<Exclude<VoiceState["phase"], "idle">, string> = {
  starting: "One moment…",
  listening: "Listening…",
  thinking: "Thinking…",
};

export function MicrophoneButton() {
  const { voice } = useDesk();
  const { phase } = useStore(voice.state);
  useStore(preferences);
  const ears = voice.ears();
  const off = ears.kind === "none" || ears.kind === "ask";
  const press = usePress(
    () => void voice.listen(),
    () => voice.endListening(),
    phase === "idle",
  );
  useSpaceBar(press);
  const id = useId();
  const active = phase === "listening" || phase === "starting";
  return (
    <div class={`microphone microphone-${phase}`}>
      <Dial phase={phase} />
      <button
        type="button"
        class="microphone-button"
        aria-label={active ? "Stop listening" : "Speak"}
        aria-describedby={id}
        aria-disabled={off}
        onPointerDown={(event) => event.button === 0 && press.down()}
        onPointerUp={press.up}
        onPointerCancel={press.up}
        // A click without a pointer: the keyboard, or a screen reader.
        onClick={(event) => event.detail === 0 && press.toggle()}
        onContextMenu={(event) => event.preventDefault()}
      >
        <Icon name={active ? "stop" : "microphone"} />
      </button>
      <p id={id} class="microphone-words">
        {phase === "idle" ? idleWords(ears) : WORDS[phase]}
        {!off && phase === "idle" && <span class="key-hint"> · or hold the space bar</span>}
      </p>
    </div>
  );
}

function idleWords(ears: Ears): string {
  if (ears.kind === "none") return ears.reason;
  return ears.kind === "ask" ? "The microphone waits for your choice below." : "Hold to talk, or click";
}

interface Press {
  down(): void;
  up(): void;
  toggle(): void;
}

/** Tells holding from clicking: a hold ends with its release, a click with the silence or with the next click. */
function usePress(begin: () => void, end: () => void, idle: boolean): Press {
  const since = useRef(0);
  return {
    down() {
      if (!idle) return end();
      since.current = Date.now();
      begin();
    },
    up() {
      if (since.current && Date.now() - since.current > HOLD_MS) end();
      since.current = 0;
    },
    toggle: () => (idle ? begin() : end()),
  };
}

/** The space bar belongs to fields, buttons and links while they have the focus, and to the microphone else. */
function useSpaceBar(press: Press): void {
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    const isFree = (target: EventTarget | null): boolean =>
      target instanceof Element && !target.closest("a, button, input, select, textarea, summary, [contenteditable]");
    const onDown = (event: KeyboardEvent): void => {
      if (event.code !== "Space" || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (isFree(event.target)) latest.current.down();
    };
    const onUp = (event: KeyboardEvent): void => {
      if (event.code === "Space") latest.current.up();
    };
    // Otherwise the page scrolls by.
    const onPress = (event: KeyboardEvent): void => {
      if (event.code === "Space" && isFree(event.target)) event.preventDefault();
    };
    document.addEventListener("keydown", onDown);
    document.addEventListener("keydown", onPress);
    document.addEventListener("keyup", onUp);
    return () => {
      document.removeEventListener("keydown", onDown);
      document.removeEventListener("keydown", onPress);
      document.removeEventListener("keyup", onUp);
    };
  }, []);
}
