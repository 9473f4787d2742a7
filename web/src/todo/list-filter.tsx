// Which list is looked at.
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";

const ALL = "";

export function ListFilter() {
  const { todos } = useDesk();
  const { list, lists } = useStore(todos.state);
  return (
    <label class="list-filter">
      <span>List</span>
      <select value={list ?? ALL} onChange={(event) => todos.choose(event.currentTarget.value || null)}>
        <option value={ALL}>All</option>
        {lists.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
