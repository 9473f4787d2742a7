// Names that belong to Vivavoce: a service from outside can neither pose as one of ours nor take its routes.

/** First-party services and the first path segments below `/api/v1` that are theirs. */
const RESERVED: Readonly<Record<string, readonly string[]>> = {
  gateway: ["gateway"],
  auth: ["auth"],
  voice: ["voice"],
  interview: ["interviews", "interview"],
  todo: ["todos", "lists", "rings"],
  weather: ["weather"],
  notification: ["notifications"],
  analytics: ["analytics"],
};

const OWNER_OF_PREFIX = new Map(
  Object.entries(RESERVED).flatMap(([service, prefixes]) => prefixes.map((prefix) => [prefix, service] as const)),
);

/** Whether a service name is one of ours. */
export function isReserved(service: string): boolean {
  return Object.hasOwn(RESERVED, service) || service.startsWith("$");
}

/** The first-party service that owns a route's first segment, if one does. A parameter there would reach into every prefix. */
export function ownerOfRoute(rest: string): string | undefined {
  const first = rest.split("/")[1] ?? "";
  return first.startsWith(":") ? "gateway" : OWNER_OF_PREFIX.get(first);
}
