// What became of an utterance: what was heard, what was understood, and the reply.

import type { Answer, Todo } from "../contract.ts";
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { Icon } from "../ui/icon.tsx";
import { showDue } from "../ui/time.ts";

/** Said or clicked, it is the same command. */
const UNDO = "undo";
const YES = "yes";

interface AnswerCardProps {
  answer: Answer;
  /** Puts words into the text box. */
  onWrite: (words: string) => void;
}

export function AnswerCard({ answer, onWrite }: AnswerCardProps) {
  const { skills, voice } = useDesk();
  const known = useStore(skills.state);
  const { heard, transcript, intent, reply, confidence, undoable, suggestion } = answer;
  const skill = known.find(({ action }) => action === intent);
  const corrected = plain(heard) !== plain(transcript);
  /** A title that was misheard: taken back, and written once more to be put right. */
  const correct = async (): Promise<void> => {
    if (await voice.submit(UNDO)) onWrite(transcript);
  };
  return (
    <article class="answer">
      {transcript && <p class="spoken">“{transcript}”</p>}
      {corrected && <p class="answer-heard">It sounded like “{heard}”.</p>}
      {intent && (
        <ul class="chips" aria-label="Understood">
          <li class="chip chip-intent">{skill?.summary ?? intent}</li>
          {answer.slots.map((slot) => (
            <SlotChip key={slot.name} slot={slot} result={answer.result} />
          ))}
          {confidence !== null && <li class="chip chip-faint">{Math.round(confidence * 100)} % sure</li>}
        </ul>
      )}
      <p class="reply">{reply}</p>
      <p class="answer-actions">
        <button type="button" class="stage-button" onClick={() => void voice.speaker.say(reply, answer.speech)}>
          <Icon name="sound" /> Say again
        </button>
        {suggestion !== null && (
          <button type="button" class="stage-button" onClick={() => void voice.submit(YES)}>
            Yes
          </button>
        )}
        {undoable && (
          <button type="button" class="stage-button" onClick={() => void voice.submit(UNDO)}>
            <Icon name="undo" /> Undo
          </button>
        )}
        {undoable && (
          <button type="button" class="stage-button" onClick={() => void correct()}>
            <Icon name="pencil" /> Correct
          </button>
        )}
      </p>
    </article>
  );
}

function SlotChip({ slot, result }: { slot: Answer["slots"][number]; result: unknown }) {
  const { user } = useDesk();
  const { due, dueAt } = (result ?? {}) as Partial<Todo>;
  const resolved = slot.name === "due" && due && dueAt ? showDue({ due, dueAt }, user.zone, Date.now()) : "";
  return (
    <li class="chip">
      <span class="chip-name">{slot.name}</span> {slot.text}
      {resolved && plain(resolved) !== plain(slot.text) && <span class="chip-value"> = {resolved}</span>}
    </li>
  );
}

/** Words without what a recogniser adds: capitals and punctuation. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s]/gu, "")
    .replace(/\s+/g, " ")
    .trim();
