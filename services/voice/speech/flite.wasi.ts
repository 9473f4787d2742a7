// The operating system as flite's WebAssembly program sees it: arguments, one file that it writes, nothing else. It has
// no way to the disk, which is more than `node:wasi` promises, and needs no experimental API.

/** WASI preview 1 error numbers. */
const BADF = 8;
const NOENT = 44;
const OUTPUT_FD = 4;
const FOLDER_FD = 3;
const FILETYPE_DIRECTORY = 3;
const FILETYPE_REGULAR = 4;

class Exit extends Error {}

/**
 * Runs the program once.
 * @param args - its arguments after the program's name; it must write its result to `/out.wav`.
 * @returns what it wrote.
 */
export function runFlite(module: WebAssembly.Module, args: readonly string[]): Uint8Array {
  const encoded = ["flite", ...args].map((text) => new TextEncoder().encode(`${text}\0`));
  let output = new Uint8Array(1 << 18);
  let length = 0;
  let position = 0;
  const memory = () => new DataView((instance.exports["memory"] as WebAssembly.Memory).buffer);
  const setU32 = (at: number, value: number) => memory().setUint32(at, value, true);

  function write(bytes: Uint8Array): void {
    while (position + bytes.length > output.length) {
      const larger = new Uint8Array(output.length * 2);
      larger.set(output);
      output = larger;
    }
    output.set(bytes, position);
    position += bytes.length;
    length = Math.max(length, position);
  }

  const system = {
    args_sizes_get(count: number, size: number) {
      setU32(count, encoded.length);
      setU32(
        size,
        encoded.reduce((sum, text) => sum + text.length, 0),
      );
      return 0;
    },
    args_get(pointers: number, buffer: number) {
      for (const [index, text] of encoded.entries()) {
        setU32(pointers + index * 4, buffer);
        new Uint8Array(memory().buffer).set(text, buffer);
        buffer += text.length;
      }
      return 0;
    },
    clock_time_get(_id: number, _precision: bigint, result: number) {
      memory().setBigUint64(result, BigInt(Date.now()) * 1_000_000n, true);
      return 0;
    },
    fd_close: () => 0,
    fd_fdstat_get(fd: number, result: number) {
      memory().setUint8(result, fd === FOLDER_FD ? FILETYPE_DIRECTORY : FILETYPE_REGULAR);
      memory().setUint16(result + 2, 0, true);
      memory().setBigUint64(result + 8, 0xffffffffffffffffn, true);
      memory().setBigUint64(result + 16, 0xffffffffffffffffn, true);
      return 0;
    },
    fd_fdstat_set_flags: () => 0,
    fd_prestat_get(fd: number, result: number) {
      if (fd !== FOLDER_FD) return BADF;
      setU32(result, 0);
      setU32(result + 4, 1);
      return 0;
    },
    fd_prestat_dir_name(_fd: number, path: number) {
      memory().setUint8(path, "/".charCodeAt(0));
      return 0;
    },
    fd_read(_fd: number, _vectors: number, _count: number, result: number) {
      setU32(result, 0);
      return 0;
    },
    fd_seek(fd: number, offset: bigint, whence: number, result: number) {
      if (fd !== OUTPUT_FD) return BADF;
      position = Number(offset) + [0, position, length][whence]!;
      memory().setBigUint64(result, BigInt(position), true);
      return 0;
    },
    fd_write(fd: number, vectors: number, count: number, result: number) {
      let written = 0;
      for (let index = 0; index < count; index++) {
        const at = memory().getUint32(vectors + index * 8, true);
        const size = memory().getUint32(vectors + index * 8 + 4, true);
        if (fd === OUTPUT_FD) write(new Uint8Array(memory().buffer, at, size));
        written += size;
      }
      setU32(result, written);
      return 0;
    },
    path_open(...parameters: number[]) {
      const [, , path, size] = parameters as [number, number, number, number];
      const name = new TextDecoder().decode(new Uint8Array(memory().buffer, path, size));
      if (name !== "out.wav") return NOENT;
      setU32(parameters[8]!, OUTPUT_FD);
      return 0;
    },
    proc_exit(): never {
      throw new Exit();
    },
  };
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: system });
  try {
    (instance.exports["_start"] as () => void)();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
  }
  return output.subarray(0, length);
}
