// The few icons of the page, drawn with one stroke.

const PATHS = {
  microphone: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3Z M5 11.5a7 7 0 0 0 14 0 M12 18.5V22",
  stop: "M7 7h10v10H7Z",
  send: "M5 12h14 M13 6l6 6-6 6",
  close: "M6 6l12 12 M18 6 6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  pencil: "M4 20l1-4L16 5l3 3L8 19Z",
  trash: "M5 7h14 M10 7V4h4v3 M7 7l1 13h8l1-13",
  sound: "M4 9.5v5h3.5L12 19V5L7.5 9.5Z M15.5 9a4.2 4.2 0 0 1 0 6 M18 6.5a7.8 7.8 0 0 1 0 11",
  muted: "M4 9.5v5h3.5L12 19V5L7.5 9.5Z M16 9.5l5 5 M21 9.5l-5 5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z M4.5 20a7.5 7.5 0 0 1 15 0",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15Z M10 21h4",
  undo: "M4 9h10a5 5 0 0 1 0 10H8 M8 5 4 9l4 4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
