// What is done: folded away, loaded when it is looked at.
import { useState } from "preact/hooks";
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { LoadMore } from "./load-more.tsx";
import { TodoItem } from "./todo-item.tsx";

export function DoneGroup({ now }: { now: number }) {
  const { todos } = useDesk();
  const { known, list, done } = useStore(todos.state);
  const [open, setOpen] = useState(false);
  const shown = [...known.todos.values()]
    .filter((todo) => todo.done && (list === null || todo.list === list))
    .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  const toggle = (): void => {
    setOpen(!open);
    if (!open && !done) void todos.load("done");
  };
  return (
    <section class="group group-done">
      <h3>
        <button type="button" class="fold" aria-expanded={open} onClick={toggle}>
          Done
        </button>
      </h3>
      {open && (
        <>
          <ul>
            {shown.map((todo) => (
              <TodoItem key={todo.id} todo={todo} now={now} showList={list === null} />
            ))}
          </ul>
          {done?.status === "loading" && shown.length === 0 && <p class="hint">Loading…</p>}
          {done?.status === "failed" && <p class="form-problem">{done.problem}</p>}
          {done?.status === "ready" && shown.length === 0 && <p class="hint">Nothing yet.</p>}
          <LoadMore half="done" />
        </>
      )}
    </section>
  );
}
