// For those who would rather write it.
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { Icon } from "../ui/icon.tsx";
import { BLANK } from "./suggest.ts";

interface CommandBoxProps {
  input: RefObject<HTMLInputElement | null>;
  text: string;
  onText: (text: string) => void;
}

export function CommandBox({ input, text, onText }: CommandBoxProps) {
  const { voice } = useDesk();
  const { phase } = useStore(voice.state);

  // A suggestion with a gap: the gap is selected, to be written over.
  useEffect(() => {
    const gap = text.indexOf(BLANK);
    if (gap >= 0) input.current?.setSelectionRange(gap, gap + BLANK.length);
  }, [input, text]);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const words = text.trim();
    if (!words || phase !== "idle") return;
    // What is written while the answer is on its way is not taken away.
    if ((await voice.submit(words)) && input.current?.value === text) onText("");
  };

  return (
    <form class="command" onSubmit={(event) => void submit(event)}>
      <label class="visually-hidden" for="command">
        Write a command
      </label>
      <input
        id="command"
        ref={input}
        value={text}
        maxLength={500}
        autoComplete="off"
        autoCapitalize="sentences"
        enterkeyhint="send"
        placeholder="or write it here"
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <button type="submit" class="icon-button" aria-label="Send" disabled={phase !== "idle"}>
        <Icon name="send" />
      </button>
    </form>
  );
}
