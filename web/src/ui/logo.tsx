// The mark: a voice drawn around a dial.

const TICKS = 24;
/** The shape of two spoken words. */
const SHAPE = [2, 4, 7, 9, 6, 3, 5, 8, 5, 2, 1, 1];

export function Logo() {
  return (
    <svg class="logo" viewBox="-20 -20 40 40" aria-hidden="true" focusable="false">
      {Array.from({ length: TICKS }, (_, index) => {
        const length = 1.5 + (SHAPE[index % SHAPE.length] ?? 0) * 0.75;
        return (
          <line key={index} x1="0" y1="-9.5" x2="0" y2={-9.5 - length} transform={`rotate(${(index * 360) / TICKS})`} />
        );
      })}
      <circle r="5" />
    </svg>
  );
}
