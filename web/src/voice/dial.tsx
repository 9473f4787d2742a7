// The voice drawn around the microphone: what was heard in the last seconds, as ticks of a dial.
import { useEffect, useRef } from "preact/hooks";
import { useDesk } from "../desk.ts";
import type { VoiceState } from "./voice.ts";

const TICKS = 72;
const SIZE = 232;
const INNER = 74;
const LONGEST = 36;
/** At rest: the shape of a sentence, low. */
const REST = Array.from(
  { length: TICKS },
  (_, index) => 0.1 + 0.22 * Math.abs(Math.sin(index * 0.44) * Math.sin(index * 0.131 + 0.6)),
);
/** Silence, in which one can still see that it listens. */
const FLOOR = 0.06;

export function Dial({ phase }: { phase: VoiceState["phase"] }) {
  const { voice } = useDesk();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const resolution = Math.min(window.devicePixelRatio || 1, 3);
    context.canvas.width = SIZE * resolution;
    context.canvas.height = SIZE * resolution;
    context.scale(resolution, resolution);
    return phase === "listening" || phase === "starting" ? follow(context, voice.onLevel) : rest(context);
  }, [phase, voice]);
  return (
    <div class="dial" aria-hidden="true">
      <canvas ref={canvas} style={{ width: `${SIZE}px`, height: `${SIZE}px` }} />
    </div>
  );
}

function rest(context: CanvasRenderingContext2D): undefined {
  draw(context, REST, 0);
}

/** Moves by the levels, some ten a second: no animation of its own that could be too much for somebody. */
function follow(
  context: CanvasRenderingContext2D,
  onLevel: (listener: (level: number) => void) => () => void,
): () => void {
  const heard: number[] = new Array(TICKS).fill(FLOOR);
  let head = 0;
  draw(context, heard, head);
  return onLevel((level) => {
    heard[head % TICKS] = Math.max(level, FLOOR);
    heard[(head + 1) % TICKS] = Math.max(level * 0.8, FLOOR);
    head += 2;
    draw(context, heard, head);
  });
}

/** @param head the tick after the newest: older ones fade */
function draw(context: CanvasRenderingContext2D, levels: readonly number[], head: number): void {
  const { color } = getComputedStyle(context.canvas);
  context.clearRect(0, 0, SIZE, SIZE);
  context.strokeStyle = color;
  context.lineWidth = 2.5;
  context.lineCap = "round";
  for (let index = 0; index < TICKS; index++) {
    const angle = (index / TICKS) * 2 * Math.PI - Math.PI / 2;
    const length = 2 + (levels[index] ?? 0) * LONGEST;
    const age = (head - index - 1 + 2 * TICKS) % TICKS;
    context.globalAlpha = head === 0 ? 0.75 : 1 - (age / TICKS) * 0.75;
    context.beginPath();
    context.moveTo(SIZE / 2 + Math.cos(angle) * INNER, SIZE / 2 + Math.sin(angle) * INNER);
    context.lineTo(SIZE / 2 + Math.cos(angle) * (INNER + length), SIZE / 2 + Math.sin(angle) * (INNER + length));
    context.stroke();
  }
}
