// The browser of these tests: the system's Chromium, without a window and without a network of its own.

import { type Browser, chromium } from "playwright-core";
import { findChromium, skipWithout } from "../../bin/lib/system.mjs";

/** For `test(name, { skip: chromiumOrSkip }, ...)`: false, or why and the line that brings it. */
export const chromiumOrSkip = skipWithout("chromium");

const ARGS = [
  // Chromium's sandbox does not run as root, which containers often do.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

/** @param microphone a 48 kHz WAV file that is spoken into the microphone once; without, there is none */
export function launchChromium({ microphone }: { microphone?: string } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium() ?? "chromium",
    args: [
      ...ARGS,
      ...(microphone
        ? [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            `--use-file-for-fake-audio-capture=${microphone}%noloop`,
          ]
        : []),
    ],
  });
}
