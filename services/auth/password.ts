// Password hashes: argon2id (RFC 9106) with OWASP's parameters: 19 MiB, two passes, one lane; about 25 ms.
import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(argon2);
const MEMORY_KIB = 19_456;
const PASSES = 2;
const TAG_BYTES = 32;

function hash(password: string, nonce: Buffer, memory: number, passes: number): Promise<Buffer> {
  const message = Buffer.from(password.normalize("NFKC"));
  return derive("argon2id", {
    message,
    nonce,
    memory,
    passes,
    parallelism: 1,
    tagLength: TAG_BYTES,
  }) as Promise<Buffer>;
}

/** @returns the hash in PHC string format */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await hash(password, nonce, MEMORY_KIB, PASSES);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$${nonce.toString("base64url")}$${tag.toString("base64url")}`;
}

const STORED = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([\w-]+)\$([\w-]+)$/;

/**
 * Compares in constant time. Without a stored hash (no such account) it works as long and says no, so that the time
 * does not tell which addresses have accounts.
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, memory, passes, nonce, tag] = STORED.exec(stored ?? "") ?? [];
  if (!tag || !nonce) {
    await hash(password, randomBytes(16), MEMORY_KIB, PASSES);
    return false;
  }
  return timingSafeEqual(
    await hash(password, Buffer.from(nonce, "base64url"), Number(memory), Number(passes)),
    Buffer.from(tag, "base64url"),
  );
}
