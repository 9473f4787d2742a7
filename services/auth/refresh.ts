// Refresh-token rotation (RFC 9700, section 4.14.2) without stored tokens: each is derived from its family and generation.
import { createHmac, timingSafeEqual } from "node:crypto";

/** A repeat of the last token within this time gets the same successor: two tabs, or an answer that was lost. */
export const REPEAT_MS = 30_000;

/** Token of one generation of a family. Nobody can make the next without the secret, and the store holds nothing to steal. */
export function refreshToken(secret: string, family: string, generation: number): string {
  const mac = createHmac("sha256", secret).update(`refresh:${family}:${generation}`).digest("base64url");
  return `${family}.${generation}.${mac}`;
}

/** @returns family and generation of a token that is ours, else `undefined` */
export function readRefreshToken(secret: string, token: string): { family: string; generation: number } | undefined {
  const [family, digits] = token.split(".");
  const generation = Number(digits);
  if (!family || !Number.isSafeInteger(generation) || generation < 0) return undefined;
  const expected = Buffer.from(refreshToken(secret, family, generation));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected) ? { family, generation } : undefined;
}

/** What a presented generation means for a family that stands at `current`, rotated last at `rotatedAt`. */
export function judge(
  presented: number,
  current: number,
  rotatedAt: number,
  now: number,
): "rotate" | "repeat" | "reuse" {
  if (presented === current) return "rotate";
  return presented === current - 1 && now - rotatedAt <= REPEAT_MS ? "repeat" : "reuse";
}
