// What one could say: examples of all that the cluster can do just now.
import { useState } from "preact/hooks";
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { inTurns, type Skill } from "./skills.ts";
import { exampleOf } from "./suggest.ts";

const FEW = 5;
/** The service of "yes", "undo" and "help": answers rather than beginnings. */
const DIALOGUE = "voice";

interface SayThisProps {
  /** Shown by itself; otherwise folded away, so that the answer has the place. */
  open: boolean;
  onChoose: (sentence: string) => void;
}

export function SayThis({ open, onChoose }: SayThisProps) {
  const { skills, todos } = useDesk();
  const spoken = useStore(skills.state).filter(({ say }) => say.length > 0);
  const { known } = useStore(todos.state);
  const [all, setAll] = useState(false);
  if (spoken.length === 0) return null;

  const own = { title: [...known.todos.values()].find(({ done }) => !done)?.title.toLowerCase() };
  const shown = all ? spoken : inTurns(spoken.filter(({ service }) => service !== DIALOGUE)).slice(0, FEW);
  return (
    <details class="say-this" open={open}>
      <summary>Say this</summary>
      <ul>
        {shown.map((skill) => (
          <li key={skill.action}>
            {sentencesOf(skill, all, own).map((sentence) => (
              <button key={sentence} type="button" class="suggestion" onClick={() => onChoose(sentence)}>
                “{sentence}”
              </button>
            ))}
          </li>
        ))}
      </ul>
      {spoken.length > FEW && (
        <button type="button" class="stage-button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Fewer" : `All ${spoken.length} commands`}
        </button>
      )}
    </details>
  );
}

const sentencesOf = ({ say, slots }: Skill, all: boolean, own: { title: string | undefined }): string[] => [
  ...new Set((all ? say : say.slice(0, 1)).map((template) => exampleOf(template, slots, own))),
];
