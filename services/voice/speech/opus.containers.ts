// Finding the Opus packets in what browsers record: WebM (Chrome, Firefox) and Ogg (Firefox, phones).

/** An Opus track, undecoded. */
export interface OpusTrack {
  channels: number;
  /** Samples at 48 kHz to leave out at the start. */
  preSkip: number;
  packets: Uint8Array[];
}

interface OpusHead {
  channels: number;
  preSkip: number;
}

/** The identification header (RFC 7845, section 5.1); undefined unless it is Opus in one or two channels. */
function readOpusHead(bytes: Uint8Array): OpusHead | undefined {
  if (bytes.length < 19 || ascii(bytes, 0, 8) !== "OpusHead") return undefined;
  const channels = bytes[9]!;
  const mappingFamily = bytes[18]!;
  if (mappingFamily !== 0 || channels < 1 || channels > 2) return undefined;
  return { channels, preSkip: bytes[10]! | (bytes[11]! << 8) };
}

/** The first Opus stream of an Ogg file (RFC 3533); undefined when there is none. A cut last page is left out. */
export function readOggOpus(bytes: Uint8Array): OpusTrack | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let serial: number | undefined;
  let head: OpusHead | undefined;
  let partial: Uint8Array[] = [];
  const packets: Uint8Array[] = [];
  for (let at = 0; at + 27 <= bytes.length && ascii(bytes, at, 4) === "OggS"; ) {
    const lacing = bytes.subarray(at + 27, at + 27 + bytes[at + 26]!);
    const pageSerial = view.getUint32(at + 14, true);
    let body = at + 27 + lacing.length;
    at = body + lacing.reduce((sum, size) => sum + size, 0);
    if (at > bytes.length) break;
    if (serial !== undefined && pageSerial !== serial) continue;
    for (let start = body, index = 0; index < lacing.length; index++) {
      body += lacing[index]!;
      const closed = lacing[index]! < 255;
      if (!closed && index < lacing.length - 1) continue;
      partial.push(bytes.subarray(start, body));
      start = body;
      if (!closed) continue;
      const packet = partial.length === 1 ? partial[0]! : Buffer.concat(partial);
      partial = [];
      if (head) packets.push(packet);
      else head = readOpusHead(packet);
    }
    if (head) serial ??= pageSerial;
    else partial = [];
  }
  return head && { ...head, packets: packets.filter((packet) => ascii(packet, 0, 8) !== "OpusTags") };
}

// EBML element ids (RFC 8794, RFC 9559). The containers are walked flat: entering one means reading on behind its
// header, so that the unknown sizes of live recordings need no special case.
const CONTAINERS = new Set([0x18538067, 0x1654ae6b, 0x1f43b675, 0xa0]);
const TRACK_ENTRY = 0xae;
const TRACK_NUMBER = 0xd7;
const CODEC_PRIVATE = 0x63a2;
const SIMPLE_BLOCK = 0xa3;
const BLOCK = 0xa1;
const LACING = 0x06;

/** The first Opus track of a WebM or Matroska file; undefined when there is none, or its frames are laced. */
export function readWebmOpus(bytes: Uint8Array): OpusTrack | undefined {
  let number: number | undefined;
  let chosen: { number: number; head: OpusHead } | undefined;
  let pending: OpusHead | undefined;
  const packets: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const id = readVint(bytes, at, true);
    const size = id && readVint(bytes, at + id.length, false);
    if (!id || !size) break;
    at += id.length + size.length;
    if (CONTAINERS.has(id.value)) continue;
    if (id.value === TRACK_ENTRY) {
      number = pending = undefined;
      continue;
    }
    if (at + size.value > bytes.length) break;
    const body = bytes.subarray(at, at + size.value);
    at += size.value;
    if (id.value === TRACK_NUMBER) number = body.reduce((sum, byte) => sum * 256 + byte, 0);
    if (id.value === CODEC_PRIVATE) pending = readOpusHead(body);
    if (!chosen && pending && number !== undefined) chosen = { number, head: pending };
    if (!chosen || (id.value !== SIMPLE_BLOCK && id.value !== BLOCK)) continue;
    const track = readVint(body, 0, false);
    if (track?.value !== chosen.number || body.length < track.length + 3) continue;
    if ((body[track.length + 2]! & LACING) !== 0) return undefined;
    packets.push(body.subarray(track.length + 3));
  }
  return chosen && { ...chosen.head, packets };
}

/** An EBML variable-length number of 1 to 8 bytes, its marker bit kept for ids. */
function readVint(bytes: Uint8Array, at: number, keepMarker: boolean): { value: number; length: number } | undefined {
  const first = bytes[at];
  if (!first) return undefined;
  const length = Math.clz32(first) - 23;
  if (at + length > bytes.length) return undefined;
  let value = keepMarker ? first : first & (0xff >> length);
  for (let index = 1; index < length; index++) value = value * 256 + bytes[at + index]!;
  return { value, length };
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
