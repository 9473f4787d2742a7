// The notes at the lower edge of the page.
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { Icon } from "./icon.tsx";

export function ToastList() {
  const { toasts } = useDesk();
  return (
    <div class="toasts" role="status" aria-live="polite">
      {useStore(toasts.state).map(({ id, text, tone, undo }) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: it only stays while it is looked at
        <div
          key={id}
          class={`toast toast-${tone}`}
          onMouseEnter={() => toasts.hold(id)}
          onMouseLeave={() => toasts.release(id)}
          onFocusIn={() => toasts.hold(id)}
          onFocusOut={() => toasts.release(id)}
        >
          <span>{text}</span>
          {undo && (
            <button
              type="button"
              class="link-button"
              onClick={() => {
                toasts.dismiss(id);
                undo();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" class="icon-button" aria-label="Close this note" onClick={() => toasts.dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
