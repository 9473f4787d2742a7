// What is ringing, above everything else, until it is answered.
import { useEffect, useState } from "preact/hooks";
import { wordsOf } from "../api/problem.ts";
import type { Ring } from "../contract.ts";
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { Icon } from "../ui/icon.tsx";
import { showDue } from "../ui/time.ts";
import { untilTomorrow } from "./rings.ts";

const TITLE = "Vivavoce";

export function RingBanner() {
  const { rings } = useDesk();
  const ringing = useStore(rings.state);
  // Seen in the browser's tab strip when another tab is in front.
  useEffect(() => {
    document.title = ringing[0] ? `● ${ringing[0].title}` : TITLE;
    return () => {
      document.title = TITLE;
    };
  }, [ringing]);
  return (
    <section class="rings" role="alert" aria-label="Reminders">
      {ringing.map((ring) => (
        <RingCard key={ring.id} ring={ring} />
      ))}
    </section>
  );
}

function RingCard({ ring }: { ring: Ring }) {
  const { rings, toasts, user } = useDesk();
  const [busy, setBusy] = useState(false);
  const answer = (work: () => Promise<void>) => async (): Promise<void> => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      setBusy(false);
      toasts.show({ tone: "problem", text: wordsOf(error) });
    }
  };
  const snooze = (minutes: () => number) => answer(() => rings.snooze(ring, minutes()));
  const due = showDue({ due: ring.due, dueAt: ring.at }, user.zone, Date.now());
  return (
    <div class="ring">
      <p class="ring-words">
        <Icon name="bell" />
        <span>
          <strong>{ring.title}</strong>{" "}
          <span class="ring-due">{ring.late ? `was due ${lower(due)}, while Vivavoce was away` : lower(due)}</span>
        </span>
      </p>
      <div class="ring-actions">
        <button type="button" class="button" disabled={busy} onClick={answer(() => rings.finish(ring))}>
          Done
        </button>
        <button type="button" class="quiet-button" disabled={busy} onClick={answer(() => rings.dismiss(ring))}>
          Dismiss
        </button>
        <fieldset class="ring-snooze">
          <legend>Snooze</legend>
          <button type="button" class="quiet-button" disabled={busy} onClick={snooze(() => 10)}>
            10 min
          </button>
          <button type="button" class="quiet-button" disabled={busy} onClick={snooze(() => 60)}>
            1 hour
          </button>
          <button
            type="button"
            class="quiet-button"
            disabled={busy}
            onClick={snooze(() => untilTomorrow(Date.now(), user.zone))}
          >
            Tomorrow
          </button>
        </fieldset>
      </div>
    </div>
  );
}

const lower = (words: string): string => words.replace(/^(Today|Tomorrow|Yesterday)/, (word) => word.toLowerCase());
