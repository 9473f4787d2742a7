// The formats that we do not read ourselves (mp3, m4a, flac, ...), by the ffmpeg program where there is one.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LISTEN_RATE, type Pcm } from "./engine.ts";
import { SpeechError } from "./speech.errors.ts";

const TIMEOUT_MS = 20_000;

/**
 * Decodes to 16 kHz mono.
 * @param format - ffmpeg's demuxer, chosen by us from the first bytes: left to guess, it follows playlists to other
 * files of this machine.
 * @throws SpeechError AUDIO_UNSUPPORTED without ffmpeg or when it cannot read this, AUDIO_TOO_LONG.
 */
export async function decodeWithFfmpeg(bytes: Uint8Array, format: string, maxSeconds: number): Promise<Pcm> {
  const folder = await mkdtemp(join(tmpdir(), "vivavoce-audio-"));
  try {
    // Not through standard input: an m4a whose index is at the end needs to seek, and gives no sound and exit code 0.
    const file = join(folder, "input");
    await writeFile(file, bytes, { mode: 0o600 });
    const output = await run(ffmpegArguments(file, format, maxSeconds));
    const samples = new Int16Array(output.length >> 1);
    for (let index = 0; index < samples.length; index++) samples[index] = output.readInt16LE(index * 2);
    if (samples.length === 0) throw new SpeechError("AUDIO_UNSUPPORTED", `ffmpeg found no sound in this ${format}`);
    if (samples.length > maxSeconds * LISTEN_RATE) throw new SpeechError("AUDIO_TOO_LONG", `over ${maxSeconds} s`);
    return { samples, sampleRate: LISTEN_RATE };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ffmpegArguments(file: string, format: string, maxSeconds: number): string[] {
  const input = ["-nostdin", "-v", "error", "-protocol_whitelist", "file", "-threads", "1", "-f", format, "-i", file];
  // One second more than allowed, to tell "too long" from "just right".
  const limit = ["-t", String(maxSeconds + 1)];
  return [...input, ...limit, "-map", "0:a:0", "-ac", "1", "-ar", String(LISTEN_RATE), "-f", "s16le", "pipe:1"];
}

function run(parameters: string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("ffmpeg", parameters, { stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    const chunks: Buffer[] = [];
    let complaint = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-500);
    });
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(new SpeechError("AUDIO_UNSUPPORTED", "this format needs ffmpeg on the PATH", { cause }));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(chunks));
      else reject(new SpeechError("AUDIO_UNSUPPORTED", `ffmpeg: ${complaint.trim() || "killed"}`));
    });
  });
}
