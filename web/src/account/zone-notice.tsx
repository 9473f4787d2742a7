// Somebody who has travelled: the account's clock is not this device's.
import { useState } from "preact/hooks";
import { wordsOf } from "../api/problem.ts";
import { browserZone } from "../auth/forms.ts";
import { useDesk } from "../desk.ts";

export function ZoneNotice() {
  const { session, toasts, user } = useDesk();
  const [kept, setKept] = useState(false);
  const here = browserZone();
  if (kept || here === user.zone) return null;
  const move = async (): Promise<void> => {
    try {
      await session.call("PATCH", "/auth/me", { body: { zone: here } });
      // The zone travels in the token.
      await session.refresh();
    } catch (error) {
      toasts.show({ tone: "problem", text: wordsOf(error) });
    }
  };
  return (
    <div class="stage-note" role="note">
      <span>
        Times are those of {zoneName(user.zone)}. This device is in {zoneName(here)}.
      </span>
      <span class="stage-note-actions">
        <button type="button" class="link-button" onClick={() => void move()}>
          Use {zoneName(here)}
        </button>
        <button type="button" class="link-button" onClick={() => setKept(true)}>
          Keep
        </button>
      </span>
    </div>
  );
}

/** "Europe/Berlin" as people say it. */
const zoneName = (zone: string): string => zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
