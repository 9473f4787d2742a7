// The microphone as chunks of 16 kHz PCM.

/** Address of the bundled worklet, put in by web/build.ts. */
declare const WORKLET_URL: string;

/** A message of the worklet. */
export interface PcmChunk {
  samples: ArrayBuffer;
  last: boolean;
}

export interface Recording {
  /** Stops the microphone; what it heard until now is still given to `onChunk`. */
  stop(): Promise<void>;
}

// What browsers do for calls between people takes speech away that a recogniser needs.
const CONSTRAINTS: MediaTrackConstraints = {
  channelCount: 1,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};
const FLUSH_MS = 300;

/** @throws DOMException as getUserMedia does */
export async function record(onChunk: (samples: ArrayBuffer) => void): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: CONSTRAINTS });
  const context = new AudioContext({ sampleRate: 16_000 });
  const close = (): void => {
    for (const track of stream.getTracks()) track.stop();
    if (context.state !== "closed") void context.close();
  };
  try {
    await context.audioWorklet.addModule(WORKLET_URL);
    const worklet = new AudioWorkletNode(context, "pcm", { numberOfOutputs: 0, channelCount: 1 });
    const ended = new Promise<void>((resolve) => {
      worklet.port.onmessage = ({ data }: MessageEvent<PcmChunk>) => {
        if (data.samples.byteLength > 0) onChunk(data.samples);
        if (data.last) resolve();
      };
    });
    context.createMediaStreamSource(stream).connect(worklet);
    if (context.state === "suspended") await context.resume();
    return {
      async stop() {
        worklet.port.postMessage("flush");
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Loudness of a chunk, 0 to 1, by ear: from -60 dB up. */
export function levelOf(samples: ArrayBuffer): number {
  const values = new Int16Array(samples);
  let sum = 0;
  for (const value of values) sum += (value / 0x8000) ** 2;
  const decibels = 10 * Math.log10(sum / Math.max(values.length, 1) + 1e-9);
  return Math.max(0, Math.min(1, (decibels + 60) / 50));
}

/** Why the microphone gave nothing, in words. */
export function microphoneProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError")
    return "The microphone is blocked for this page. Allow it in the browser's site settings.";
  if (name === "NotFoundError") return "No microphone is connected.";
  if (name === "NotReadableError") return "Another program is using the microphone.";
  return "The microphone cannot be used here.";
}
