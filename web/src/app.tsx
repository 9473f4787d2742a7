// What the page is: starting, not reachable, signed out, or somebody's desk.
import { useEffect, useMemo } from "preact/hooks";
import type { SessionControl } from "./api/session.ts";
import { AuthPage } from "./auth/auth-page.tsx";
import type { Account } from "./contract.ts";
import { DeskContext, openDesk } from "./desk.ts";
import { DeskPage } from "./desk-page.tsx";
import { useStore } from "./store.ts";
import { Logo } from "./ui/logo.tsx";

export function App({ session }: { session: SessionControl }) {
  const state = useStore(session.state);
  switch (state.status) {
    case "starting":
      return (
        <main class="waiting" aria-busy="true">
          <Logo />
          <p role="status">One moment…</p>
        </main>
      );
    case "unreachable":
      return (
        <main class="waiting">
          <Logo />
          <h1>Vivavoce is not answering</h1>
          <p role="alert">The page is here, but the platform behind it cannot be reached.</p>
          <button type="button" class="button" onClick={() => void session.start()}>
            Try again
          </button>
        </main>
      );
    case "signedOut":
      return <AuthPage session={session} notice={state.notice} />;
    case "signedIn":
      // Another user in another tab of this browser: nothing of the first one's may stay.
      return <SignedIn key={state.user.id} session={session} user={state.user} />;
  }
}

function SignedIn({ session, user }: { session: SessionControl; user: Account }) {
  const desk = useMemo(() => openDesk(session), [session]);
  useEffect(() => desk.close, [desk]);
  return (
    <DeskContext.Provider value={{ desk, user }}>
      <DeskPage />
    </DeskContext.Provider>
  );
}
