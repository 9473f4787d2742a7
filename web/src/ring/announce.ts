// A ring is said aloud by one tab of the browser, after a soft chime.
import type { Tabs } from "../api/tabs.ts";
import type { Ring } from "../contract.ts";
import { preferences } from "../voice/preferences.ts";
import type { Voice } from "../voice/voice.ts";
import { ringWords } from "./rings.ts";

/** As long as one tab takes to say it. */
const CLAIM_MS = 5_000;
/** A fifth, one after the other, in hertz. */
const CHIME = [523.25, 783.99];
const NOTE_S = 0.35;

export async function announceRing(ring: Ring, voice: Voice, tabs: Tabs): Promise<void> {
  if (preferences.get().muted) return;
  // Whoever is speaking is not interrupted: the banner is there.
  if (voice.state.get().phase !== "idle") return;
  if (!(await tabs.claim(`vivavoce.ring.${ring.id}`, CLAIM_MS))) return;
  await chime();
  await voice.speaker.say(ringWords(ring));
}

async function chime(): Promise<void> {
  // Before the first click on the page browsers keep sound back: creating a context would only warn.
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
  const context = new AudioContext();
  CHIME.forEach((frequency, index) => {
    const start = context.currentTime + index * NOTE_S * 0.6;
    const tone = new OscillatorNode(context, { type: "sine", frequency });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.linearRampToValueAtTime(0.12, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_S * 1.6);
    tone.connect(loudness).connect(context.destination);
    tone.start(start);
    tone.stop(start + NOTE_S * 1.6);
  });
  await new Promise((resolve) => setTimeout(resolve, NOTE_S * 2000));
  await context.close();
}
