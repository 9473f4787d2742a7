// The clock of the page: what depends on the time is shown again when the minute changes.
import { useEffect, useState } from "preact/hooks";

const MINUTE_MS = 60_000;

/** Now, at the start of this minute or later. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setTimeout(() => setNow(Date.now()), MINUTE_MS - (Date.now() % MINUTE_MS));
    return () => clearTimeout(timer);
  }, [now]);
  return now;
}
