// Changes a todo's title, due date and list, unless somebody else has in the meantime.
import { useEffect, useRef, useState } from "preact/hooks";
import { CODES } from "../api/problem.ts";
import type { Todo } from "../contract.ts";
import { useDesk } from "../desk.ts";
import { Field } from "../ui/field.tsx";
import { useForm } from "../ui/form.ts";
import { dueDay, timeOf } from "../ui/time.ts";
import type { TodoChanges } from "./todos.ts";

export function TodoEditor({ todo, onClose }: { todo: Todo; onClose: () => void }) {
  const { todos, user } = useDesk();
  const [title, setTitle] = useState(todo.title);
  const [date, setDate] = useState(dueDay(todo, user.zone) ?? "");
  const [time, setTime] = useState(todo.due?.time && todo.dueAt ? timeOf(Date.parse(todo.dueAt), user.zone) : "");
  const [list, setList] = useState(todo.list);
  // What was read when the editor was opened, so that a change in between is not written over.
  const [base, setBase] = useState(todo);
  const root = useRef<HTMLFormElement>(null);
  const form = useForm(["title", "due", "list"]);
  const conflict = form.code === CODES.versionConflict;

  useEffect(() => root.current?.querySelector("input")?.focus(), []);
  // Saving once more is then meant.
  useEffect(() => {
    if (conflict) setBase(todo);
  }, [conflict, todo]);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const due = date ? { date, ...(time && { time }), zone: user.zone } : null;
    const changes: TodoChanges = {
      ...(title.trim() !== base.title && { title: title.trim() }),
      ...(list.trim() !== base.list && { list: list.trim() }),
      ...(!sameDue(due, base.due) && { due }),
    };
    const unchanged = Object.keys(changes).length === 0;
    if (unchanged || (await form.submit(() => todos.change(base, changes)))) onClose();
  };

  return (
    <form
      class="todo-editor"
      ref={root}
      aria-label={`Edit ${todo.title}`}
      noValidate
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <Field label="Title" value={title} maxLength={200} onValue={setTitle} error={form.fields["title"]} />
      <Field label="Date" type="date" value={date} onValue={setDate} error={form.fields["due"]} />
      <Field label="Time" type="time" value={time} disabled={!date} onValue={setTime} />
      <Field label="List" value={list} maxLength={50} onValue={setList} error={form.fields["list"]} />
      {form.problem && (
        <p class="form-problem" role="alert">
          {conflict ? `It was changed elsewhere, to “${todo.title}”. Save again to keep yours.` : form.problem}
        </p>
      )}
      <div class="todo-editor-actions">
        <button type="submit" class="button" disabled={form.busy}>
          Save
        </button>
        <button type="button" class="quiet-button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function sameDue(a: Todo["due"], b: Todo["due"]): boolean {
  if (!a || !b) return a === b;
  return a.date === b.date && a.time === b.time && a.zone === b.zone;
}
