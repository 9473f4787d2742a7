// A todo by hand; the date is written as one says it, and the platform reads it.
import { useRef, useState } from "preact/hooks";
import { newKey } from "../api/request.ts";
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { Field } from "../ui/field.tsx";
import { useForm } from "../ui/form.ts";

export function QuickAdd() {
  const { todos } = useDesk();
  const { list } = useStore(todos.state);
  const [title, setTitle] = useState("");
  const [due, setDue] = useState("");
  const root = useRef<HTMLFormElement>(null);
  // The same for every try of one todo: a lost answer does not make two.
  const key = useRef(newKey());
  const form = useForm(["title", "due"]);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!title.trim()) return root.current?.querySelector("input")?.focus();
    const todo = { title: title.trim(), ...(due.trim() && { due: due.trim() }), ...(list && { list }) };
    if (!(await form.submit(() => todos.create(todo, key.current)))) return;
    key.current = newKey();
    setTitle("");
    setDue("");
    root.current?.querySelector("input")?.focus();
  };
  /** What is sent has changed, so it is another todo. */
  const edit = (set: (value: string) => void) => (value: string) => {
    key.current = newKey();
    set(value);
  };

  return (
    <form class="quick-add" ref={root} onSubmit={(event) => void submit(event)} aria-label="Add a todo" noValidate>
      <Field
        label="New todo"
        quiet
        placeholder="Add a todo"
        autoComplete="off"
        maxLength={200}
        value={title}
        onValue={edit(setTitle)}
        error={form.fields["title"]}
      />
      <Field
        label="When it is due"
        quiet
        placeholder="tomorrow at five"
        autoComplete="off"
        maxLength={120}
        value={due}
        onValue={edit(setDue)}
        error={form.fields["due"] && "This is no date I know. Try “tomorrow at five”, “next Friday” or “2027-03-01”."}
      />
      <button type="submit" class="button" disabled={form.busy}>
        Add
      </button>
      {form.problem && (
        <p class="form-problem" role="alert">
          {form.problem}
        </p>
      )}
    </form>
  );
}
