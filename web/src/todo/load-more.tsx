// The next page of one half of the list.
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import type { Half } from "./todos.ts";

export function LoadMore({ half }: { half: Half }) {
  const { todos } = useDesk();
  const pages = useStore(todos.state)[half];
  if (!pages?.cursor) return null;
  const busy = pages.status === "loading";
  return (
    <button type="button" class="quiet-button load-more" disabled={busy} onClick={() => void todos.loadMore(half)}>
      {busy ? "Loading…" : "Load more"}
    </button>
  );
}
