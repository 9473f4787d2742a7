// One line of the list.
import { useRef, useState } from "preact/hooks";
import { wordsOf } from "../api/problem.ts";
import type { Todo } from "../contract.ts";
import { useDesk } from "../desk.ts";
import { Icon } from "../ui/icon.tsx";
import { showDue } from "../ui/time.ts";
import { TodoEditor } from "./todo-editor.tsx";

/** The list that a todo is on when none was named: not worth a word. */
const DEFAULT_LIST = "todo";

interface TodoItemProps {
  todo: Todo;
  now: number;
  showList: boolean;
}

export function TodoItem({ todo, now, showList }: TodoItemProps) {
  const { todos, toasts, user } = useDesk();
  const [editing, setEditing] = useState(false);
  const [busy, setBusy] = useState(false);
  const root = useRef<HTMLLIElement>(null);
  const pencil = useRef<HTMLButtonElement>(null);

  type Action = Parameters<typeof todos.act>[1];
  const act = async (action: Action, back: Action, words: string): Promise<void> => {
    setBusy(true);
    try {
      // The line is about to go: the focus moves on to the next.
      const next = root.current?.nextElementSibling?.querySelector("input");
      const changed = await todos.act(todo, action);
      (next ?? document.getElementById("todos-title"))?.focus({ preventScroll: true });
      const undo = (): void => void todos.act(changed, back).catch(tell);
      toasts.show({ tone: "done", text: `${words} “${todo.title}”`, undo });
    } catch (error) {
      tell(error);
    }
    setBusy(false);
  };
  const tell = (error: unknown): void => toasts.show({ tone: "problem", text: wordsOf(error) });
  const toggle = () => (todo.done ? act("reopen", "complete", "Open again:") : act("complete", "reopen", "Done:"));
  const stopEditing = (): void => {
    setEditing(false);
    requestAnimationFrame(() => pencil.current?.focus());
  };

  if (editing)
    return (
      <li class="todo todo-editing">
        <TodoEditor todo={todo} onClose={stopEditing} />
      </li>
    );
  const due = showDue(todo, user.zone, now);
  return (
    <li class="todo" ref={root}>
      <label class="todo-check">
        <input type="checkbox" checked={todo.done} disabled={busy} onChange={() => void toggle()} />
        <span class="todo-title">{todo.title}</span>
      </label>
      <span class="todo-facts">
        {due && <span class="todo-due">{due}</span>}
        {showList && todo.list !== DEFAULT_LIST && <span class="todo-list">{todo.list}</span>}
      </span>
      <span class="todo-actions">
        <button
          type="button"
          ref={pencil}
          class="icon-button"
          aria-label={`Edit ${todo.title}`}
          onClick={() => setEditing(true)}
        >
          <Icon name="pencil" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={`Delete ${todo.title}`}
          disabled={busy}
          onClick={() => void act("remove", "restore", "Deleted")}
        >
          <Icon name="trash" />
        </button>
      </span>
    </li>
  );
}
