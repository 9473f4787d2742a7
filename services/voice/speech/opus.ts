// Opus to samples, in WebAssembly: 3 s of speech take about 10 ms.
import { LISTEN_RATE, type Pcm } from "./engine.ts";
import type { OpusTrack } from "./opus.containers.ts";
import { toInt16 } from "./resample.ts";
import { SpeechError } from "./speech.errors.ts";

/** Largest packet of one channel that the decoder's buffer takes; the codec's own maximum is below it. */
const MAX_PACKET_BYTES = 3_840;
/** Opus counts at 48 kHz, whatever it is decoded to. */
const OPUS_RATE = 48_000;

/**
 * Decodes at 16 kHz and mixes to one channel.
 * @throws SpeechError AUDIO_EMPTY without packets, AUDIO_TOO_LONG before anything is decoded, AUDIO_UNSUPPORTED for
 * packets that are no Opus.
 */
export async function decodeOpus(track: OpusTrack, maxSeconds: number): Promise<Pcm> {
  const packets = track.packets.filter((packet) => packet.length > 0);
  if (packets.length === 0) throw new SpeechError("AUDIO_EMPTY");
  const seconds = packets.reduce((sum, packet) => sum + packetSamples(packet), 0) / OPUS_RATE;
  if (seconds > maxSeconds) throw new SpeechError("AUDIO_TOO_LONG", `${seconds.toFixed(1)} s, at most ${maxSeconds} s`);
  const { OpusDecoder } = await import("opus-decoder");
  const decoder = new OpusDecoder({ sampleRate: LISTEN_RATE, channels: track.channels });
  await decoder.ready;
  try {
    const parts = packets.map((packet) => {
      if (packet.length > MAX_PACKET_BYTES) throw new SpeechError("AUDIO_UNSUPPORTED", "an oversized Opus packet");
      const { channelData, errors } = decoder.decodeFrame(packet);
      if (errors.length > 0) throw new SpeechError("AUDIO_UNSUPPORTED", errors[0]!.message);
      return mix(channelData);
    });
    return { samples: joinFrom(parts, (track.preSkip * LISTEN_RATE) / OPUS_RATE), sampleRate: LISTEN_RATE };
  } finally {
    decoder.free();
  }
}

/** Samples at 48 kHz that a packet says it holds, from its first bytes (RFC 6716, section 3.1). */
export function packetSamples(packet: Uint8Array): number {
  const toc = packet[0]!;
  const config = toc >> 3;
  const [sizes, index] =
    config < 12
      ? [[480, 960, 1920, 2880], config & 3]
      : config < 16
        ? [[480, 960], config & 1]
        : [[120, 240, 480, 960], config & 3];
  const code = toc & 3;
  const frames = code === 0 ? 1 : code === 3 ? (packet[1] ?? 0) & 0x3f : 2;
  return sizes[index]! * frames;
}

function mix(channels: readonly Float32Array[]): Float32Array {
  const [first, second] = channels;
  if (!first) return new Float32Array();
  return second ? first.map((sample, index) => (sample + second[index]!) / 2) : first;
}

function joinFrom(parts: readonly Float32Array[], skip: number): Int16Array {
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return toInt16(joined.subarray(Math.min(Math.round(skip), joined.length)));
}
