// Whose page this is, and the ways out.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { wordsOf } from "../api/problem.ts";
import { useDesk } from "../desk.ts";
import { Icon } from "../ui/icon.tsx";

const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "long" };

export function AccountMenu() {
  const { session, toasts, user } = useDesk();
  const [open, setOpen] = useState(false);
  const [invitation, setInvitation] = useState<{ code: string; expiresAt: string } | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useDismissal(open, root, (byKey) => {
    setOpen(false);
    if (byKey) button.current?.focus();
  });

  const attempt = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => toasts.show({ tone: "problem", text: wordsOf(error) }));
  };
  const invite = async (): Promise<void> =>
    setInvitation(await session.call("POST", "/auth/invitations", { body: {} }));

  return (
    <div class="menu" ref={root}>
      <button
        type="button"
        ref={button}
        class="icon-button"
        aria-label={`Account of ${user.name}`}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <Icon name="person" />
      </button>
      <div id={id} class="menu-panel" hidden={!open}>
        <p class="menu-name">{user.name}</p>
        <p class="hint">{user.email}</p>
        <p class="hint">Times of {user.zone}</p>
        <a class="menu-item" href="/docs/">
          API reference
        </a>
        {user.roles.includes("admin") && (
          <button type="button" class="menu-item" onClick={() => attempt(invite())}>
            Invite somebody
          </button>
        )}
        {invitation && (
          <p class="menu-code" role="status">
            Code for one registration, until {new Date(invitation.expiresAt).toLocaleDateString("en-GB", DAY)}:{" "}
            <code>{invitation.code}</code>
          </p>
        )}
        <button type="button" class="menu-item" onClick={() => attempt(session.leave({ everywhere: false }))}>
          Sign out
        </button>
        <button type="button" class="menu-item" onClick={() => attempt(session.leave({ everywhere: true }))}>
          Sign out everywhere
        </button>
      </div>
    </div>
  );
}

/** Closes what is open at Escape, and at a click or focus outside. */
function useDismissal(open: boolean, root: { current: HTMLElement | null }, close: (byKey: boolean) => void): void {
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") close(true);
    };
    const onOutside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) close(false);
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("pointerdown", onOutside);
    document.addEventListener("focusin", onOutside);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("pointerdown", onOutside);
      document.removeEventListener("focusin", onOutside);
    };
  });
}
