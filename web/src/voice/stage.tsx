// Where one speaks: the microphone, the text box, what came of it, and what else one could say.
import { useRef, useState } from "preact/hooks";
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { AnswerCard } from "./answer-card.tsx";
import { BrowserSpeechOffer } from "./browser-speech-offer.tsx";
import { CommandBox } from "./command-box.tsx";
import { MicrophoneButton } from "./microphone-button.tsx";
import { SayThis } from "./say-this.tsx";

export function Stage() {
  const { voice } = useDesk();
  const { answer, partial, phase, problem } = useStore(voice.state);
  const [text, setText] = useState("");
  const box = useRef<HTMLInputElement>(null);
  const write = (words: string): void => {
    setText(words);
    box.current?.focus();
  };
  const quiet = phase === "idle" && !answer && !problem;
  return (
    <section class="stage-body" aria-label="Speak">
      <MicrophoneButton />
      <CommandBox input={box} text={text} onText={setText} />
      <BrowserSpeechOffer />
      {phase !== "idle" && partial && <p class="spoken partial">“{partial}”</p>}
      <div class="reply-region" role="status" aria-live="polite" aria-atomic="true">
        {problem && <p class="stage-problem">{problem}</p>}
        {answer && phase === "idle" && !problem && <AnswerCard key={answer.id} answer={answer} onWrite={write} />}
      </div>
      <SayThis open={quiet} onChoose={write} />
    </section>
  );
}
