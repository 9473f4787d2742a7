// The browser's own recogniser and voice, for platforms that have none. Both may send what is said to the browser's
// maker, so they are used only after the user has agreed.

interface RecognitionEvent {
  results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>;
}
interface Recognition {
  lang: string;
  interimResults: boolean;
  onresult: (event: RecognitionEvent) => void;
  onerror: (event: { error: string }) => void;
  onend: () => void;
  start(): void;
  stop(): void;
  abort(): void;
}
type RecognitionConstructor = new () => Recognition;

function recogniser(): RecognitionConstructor | undefined {
  const page = window as {
    SpeechRecognition?: RecognitionConstructor;
    webkitSpeechRecognition?: RecognitionConstructor;
  };
  return page.SpeechRecognition ?? page.webkitSpeechRecognition;
}

export const canRecognise = (): boolean => recogniser() !== undefined && window.isSecureContext;
export const canSpeak = (): boolean => "speechSynthesis" in window;

export interface Listening {
  stop(): void;
  /** The words; empty: none were heard. Rejects with an Error in words. */
  words: Promise<string>;
}

export function recognise(language: string, onPartial: (text: string) => void): Listening {
  const Constructor = recogniser();
  if (!Constructor) throw new Error("This browser has no recogniser.");
  const recognition = new Constructor();
  recognition.lang = language;
  recognition.interimResults = true;
  const words = new Promise<string>((resolve, reject) => {
    let text = "";
    recognition.onresult = ({ results }) => {
      text = Array.from(results, (result) => result[0]?.transcript ?? "").join("");
      onPartial(text);
    };
    recognition.onerror = ({ error }) => {
      if (error !== "no-speech" && error !== "aborted") reject(new Error(RECOGNITION_PROBLEMS[error] ?? OTHER_PROBLEM));
    };
    recognition.onend = () => resolve(text.trim());
  });
  recognition.start();
  return { words, stop: () => recognition.stop() };
}

const OTHER_PROBLEM = "The browser's recogniser does not work just now.";
const RECOGNITION_PROBLEMS: Record<string, string> = {
  "not-allowed": "The microphone is blocked for this page. Allow it in the browser's site settings.",
  "audio-capture": "No microphone is connected.",
  network: "The browser's recogniser cannot reach its maker.",
};

/** Says a text by the browser's voice, rather by one on this device than by one on its maker's servers. */
export function speak(text: string, language: string): void {
  const utterance = new SpeechSynthesisUtterance(text);
  const voices = speechSynthesis.getVoices().filter(({ lang }) => lang.slice(0, 2) === language.slice(0, 2));
  utterance.lang = language;
  utterance.voice = voices.find(({ localService }) => localService) ?? voices[0] ?? null;
  speechSynthesis.cancel();
  speechSynthesis.speak(utterance);
}

export function hush(): void {
  if (canSpeak()) speechSynthesis.cancel();
}
