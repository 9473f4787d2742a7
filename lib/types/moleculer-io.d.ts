// moleculer-io has no types of its own.
import type { ServiceSchema } from "moleculer";

declare const io: ServiceSchema;
export default io;
