// Request bodies: JSON up to a bound, or raw bytes as a stream up to the action's own bound.
import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import { ActionError, commonErrors, type Declaration, fail } from "../../lib/action/index.ts";

/** A JSON body larger than this is refused before it is read to its end. */
export const MAX_JSON_BYTES = 256 * 1024;

/**
 * Reads the JSON object of a request; `undefined` where there is no body.
 * @throws PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST
 */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const { "content-length": length, "transfer-encoding": chunked, "content-type": type = "" } = request.headers;
  if ((length === undefined || length === "0") && !chunked) return undefined;
  if (!/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(type))
    fail(commonErrors.UNSUPPORTED_MEDIA_TYPE, { message: "Send the body as application/json." });
  if (Number(length) > MAX_JSON_BYTES) throw tooLarge(MAX_JSON_BYTES);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_JSON_BYTES) throw tooLarge(MAX_JSON_BYTES);
    chunks.push(chunk);
  }
  return parseJson(Buffer.concat(chunks).toString("utf8"));
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(commonErrors.BAD_REQUEST, {
      message: `The body is not JSON: ${(error as Error).message.slice(0, 200)}`,
    });
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    return fail(commonErrors.BAD_REQUEST, { message: "The body must be a JSON object." });
  // Written as \u005f too, so the text itself cannot be trusted to show it.
  if (/__proto__|\\u/i.test(text) && namesPrototype(value))
    return fail(commonErrors.BAD_REQUEST, { message: 'The body may not hold a field called "__proto__".' });
  return value as Record<string, unknown>;
}

function namesPrototype(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(namesPrototype);
}

/**
 * The body of an upload as a stream that ends with PAYLOAD_TOO_LARGE when it grows past the action's bound.
 * @throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE
 */
export function openUpload(request: IncomingMessage, upload: NonNullable<Declaration["upload"]>): Transform {
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (
    !upload.types.some((accepted) =>
      accepted.endsWith("/*") ? type.startsWith(accepted.slice(0, -1)) : type === accepted,
    )
  ) {
    fail(commonErrors.UNSUPPORTED_MEDIA_TYPE, { message: `Send the body as one of: ${upload.types.join(", ")}.` });
  }
  if (Number(request.headers["content-length"] ?? 0) > upload.maxBytes) throw tooLarge(upload.maxBytes);
  let size = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > upload.maxBytes ? tooLarge(upload.maxBytes) : null, chunk);
    },
  });
  request.on("error", (error) => bounded.destroy(error)).on("aborted", () => bounded.destroy(new Error("aborted")));
  return request.pipe(bounded);
}

function tooLarge(bytes: number): ActionError {
  return new ActionError(commonErrors.PAYLOAD_TOO_LARGE, {
    message: `The request is larger than ${Math.floor(bytes / 1024)} KB.`,
  });
}
