// The list: by due date, live, with what is done at its end.
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { useNow } from "../ui/now.ts";
import { DoneGroup } from "./done-group.tsx";
import { GROUPS, grouped } from "./groups.ts";
import { ListFilter } from "./list-filter.tsx";
import { LoadMore } from "./load-more.tsx";
import { QuickAdd } from "./quick-add.tsx";
import { TodoItem } from "./todo-item.tsx";

export function TodoPanel() {
  const { todos, user } = useDesk();
  const { known, list, open } = useStore(todos.state);
  const now = useNow();
  const shown = [...known.todos.values()].filter((todo) => !todo.done && (list === null || todo.list === list));
  const groups = grouped(shown, user.zone, now);
  const firstLoad = open.status === "loading" && shown.length === 0;
  return (
    <section class="todos" aria-labelledby="todos-title" aria-busy={open.status === "loading"}>
      <div class="todos-head">
        <h2 id="todos-title" tabIndex={-1}>
          To do
        </h2>
        <ListFilter />
      </div>
      <QuickAdd />
      {firstLoad && <Skeleton />}
      {open.status === "failed" && (
        <div class="panel-problem" role="alert">
          <span>{open.problem}</span>
          <button type="button" class="link-button" onClick={() => void todos.load("open")}>
            Try again
          </button>
        </div>
      )}
      {open.status === "ready" && shown.length === 0 && <Empty list={list} />}
      {GROUPS.filter(({ key }) => groups[key].length > 0).map(({ key, title }) => (
        <section key={key} class={`group group-${key}`} aria-labelledby={`group-${key}`}>
          <h3 id={`group-${key}`}>{title}</h3>
          <ul>
            {groups[key].map((todo) => (
              <TodoItem key={todo.id} todo={todo} now={now} showList={list === null} />
            ))}
          </ul>
        </section>
      ))}
      <LoadMore half="open" />
      <DoneGroup now={now} />
    </section>
  );
}

function Empty({ list }: { list: string | null }) {
  return (
    <div class="empty">
      <p class="spoken">{list ? `Nothing on the ${list} list.` : "Nothing to do."}</p>
      <p>Say what you want to remember, or write it above.</p>
    </div>
  );
}

function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}
