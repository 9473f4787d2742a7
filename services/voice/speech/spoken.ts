// What a voice is given to read.

/** Beyond this a reply is no reply; about five minutes of speech. */
const MAX_CHARACTERS = 5_000;

/**
 * Text that is safe to read out: without control characters and the marks that some voices take for commands (`<`, `&`,
 * `[[`), at most 5,000 characters. Empty when there is nothing to say.
 */
export function speakable(text: string): string {
  const plain = text
    .slice(0, MAX_CHARACTERS)
    .replace(/&/g, " and ")
    .replace(/[\p{C}<>|`]|\[\[|\]\]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  return /[\p{L}\p{N}]/u.test(plain) ? plain : "";
}

/** The sentences of a text, so that the first one can be heard early. */
export function sentencesOf(text: string): string[] {
  const segments = new Intl.Segmenter("en", { granularity: "sentence" }).segment(text);
  return Array.from(segments, ({ segment }) => segment.trim()).filter((sentence) => sentence !== "");
}
