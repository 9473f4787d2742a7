// Asked once: whether the browser's own speech may stand in for what the platform lacks.
import { useDesk } from "../desk.ts";
import { useStore } from "../store.ts";
import { offersOf } from "./engines.ts";
import { prefer, preferences } from "./preferences.ts";

export function BrowserSpeechOffer() {
  const { voice } = useDesk();
  const { engines } = useStore(voice.state);
  const { browserSpeech } = useStore(preferences);
  const offers = offersOf(engines);
  if (browserSpeech !== null || offers.length === 0) return null;
  const able = [offers.includes("listen") && "listen", offers.includes("speak") && "speak"]
    .filter(Boolean)
    .join(" and ");
  return (
    <div class="stage-note" role="note">
      <span>
        No speech engine is installed here. Your browser can {able} instead; it may send what is said to its maker.
      </span>
      <span class="stage-note-actions">
        <button type="button" class="link-button" onClick={() => prefer({ browserSpeech: true })}>
          Use the browser’s
        </button>
        <button type="button" class="link-button" onClick={() => prefer({ browserSpeech: false })}>
          No, I’ll type
        </button>
      </span>
    </div>
  );
}
