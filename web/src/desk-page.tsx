// The page of somebody who is signed in: the stage, where one speaks, and the list.
import { useEffect, useRef } from "preact/hooks";
import { AccountMenu } from "./account/account-menu.tsx";
import { ZoneNotice } from "./account/zone-notice.tsx";
import { useDesk } from "./desk.ts";
import { RingBanner } from "./ring/ring-banner.tsx";
import { useStore } from "./store.ts";
import { TodoPanel } from "./todo/todo-panel.tsx";
import { Icon } from "./ui/icon.tsx";
import { Logo } from "./ui/logo.tsx";
import { ToastList } from "./ui/toast-list.tsx";
import { prefer, preferences } from "./voice/preferences.ts";
import { Stage } from "./voice/stage.tsx";

export function DeskPage() {
  const title = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone.
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  return (
    <>
      <a class="skip-link" href="#todos">
        Skip to your todos
      </a>
      <div class="desk">
        <div class="stage">
          <header class="masthead">
            <h1 ref={title} tabIndex={-1}>
              <Logo /> Vivavoce
            </h1>
            <MuteButton />
            <AccountMenu />
          </header>
          <OfflineNotice />
          <ZoneNotice />
          <Stage />
        </div>
        <main class="page" id="todos" tabIndex={-1}>
          <RingBanner />
          <TodoPanel />
        </main>
      </div>
      <ToastList />
    </>
  );
}

function MuteButton() {
  const { voice } = useDesk();
  const { muted } = useStore(preferences);
  const toggle = (): void => {
    prefer({ muted: !muted });
    if (!muted) voice.speaker.stop();
  };
  return (
    <button
      type="button"
      class="icon-button"
      aria-pressed={muted}
      aria-label="Mute replies"
      title={muted ? "Replies are muted" : "Replies are said aloud"}
      onClick={toggle}
    >
      <Icon name={muted ? "muted" : "sound"} />
    </button>
  );
}

function OfflineNotice() {
  const { connection } = useDesk();
  const offline = useStore(connection.status) === "offline";
  return (
    <div role="alert">
      {offline && (
        <div class="offline">
          <span>Vivavoce cannot be reached. What you see is the last that was known.</span>
          <button type="button" class="link-button" onClick={connection.retry}>
            Try now
          </button>
        </div>
      )}
    </div>
  );
}
