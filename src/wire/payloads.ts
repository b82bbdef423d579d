import { maxTextBytes } from './limits.ts';

/** Why a stream was cut off, and the number that stands for it in RESET. */
export const resetCodes = {
  /** Nobody waits for the rest. */
  cancelled: 1,
  /** Nothing of it was processed: the same request may be sent again. */
  refused: 2,
  /** The local server refused or broke the connection. */
  unreachable: 3,
  /** Somebody took too long. */
  timeout: 4,
  /** What came from the other network is not HTTP. */
  malformed: 5,
  /** Larger than a limit. */
  'too-large': 6,
  /** A fault of this program; also what a number we do not know means. */
  internal: 7,
} as const;

/** A reason for RESET. */
export type ResetCode = keyof typeof resetCodes;

// The keys of a constant are what its type says.
const resetNames = new Map<number, ResetCode>(
  (Object.keys(resetCodes) as ResetCode[]).map((name) => [resetCodes[name], name]),
);

/** RESET: u8 code, then text in UTF-8. */
export function encodeReset(code: ResetCode, message: string): Uint8Array {
  const text = clipText(message);
  const payload = Buffer.allocUnsafe(1 + text.length);
  payload[0] = resetCodes[code];
  payload.set(text, 1);
  return payload;
}

/** Reads the payload of RESET; text that is not UTF-8 is repaired, never refused: it is only shown. */
export function decodeReset(payload: Uint8Array): { code: ResetCode; message: string } {
  return {
    code: resetNames.get(payload[0] ?? 0) ?? 'internal',
    message: readText(payload.subarray(1)),
  };
}

/** WINDOW: u64 bytes consumed since the stream began, u32 bytes that may follow them. */
export function encodeWindow(consumed: number, window: number): Uint8Array {
  const payload = Buffer.allocUnsafe(12);
  payload.writeUInt32BE(Math.floor(consumed / 2 ** 32), 0);
  payload.writeUInt32BE(consumed % 2 ** 32, 4);
  payload.writeUInt32BE(window, 8);
  return payload;
}

/** Reads the payload of WINDOW; numbers above 2^53 lose their last bits, which no honest count reaches. */
export function decodeWindow(payload: Uint8Array): { consumed: number; window: number } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return {
    consumed: view.getUint32(0) * 2 ** 32 + view.getUint32(4),
    window: view.getUint32(8),
  };
}

/** What GOAWAY says: streams up to `lastStream` may end within `deadlineMs`, later ones were not processed. */
export interface GoAway {
  readonly lastStream: number;
  readonly deadlineMs: number;
  readonly reason: string;
}

/** `lastStream` of a GOAWAY that only announces the next one: no stream is refused yet. */
export const everyStream = 0xffff_ffff;

/** GOAWAY: u32 last stream, u32 deadline in ms, then text in UTF-8. */
export function encodeGoAway(goAway: GoAway): Uint8Array {
  const text = clipText(goAway.reason);
  const payload = Buffer.allocUnsafe(8 + text.length);
  payload.writeUInt32BE(goAway.lastStream, 0);
  payload.writeUInt32BE(goAway.deadlineMs, 4);
  payload.set(text, 8);
  return payload;
}

/** Reads the payload of GOAWAY. */
export function decodeGoAway(payload: Uint8Array): GoAway {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return {
    lastStream: view.getUint32(0),
    deadlineMs: view.getUint32(4),
    reason: readText(payload.subarray(8)),
  };
}

/** PING and PONG: 8 bytes, of which we use a number. */
export function encodePing(count: number): Uint8Array {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(count, 4);
  return payload;
}

/** Reads the number of a PONG. */
export function decodePing(payload: Uint8Array): number {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}

/** ACK: u64 bytes received since the session began. */
export function encodeAck(received: number): Uint8Array {
  const payload = Buffer.allocUnsafe(8);
  payload.writeUInt32BE(Math.floor(received / 2 ** 32), 0);
  payload.writeUInt32BE(received % 2 ** 32, 4);
  return payload;
}

/** Reads the payload of ACK. */
export function decodeAck(payload: Uint8Array): number {
  return decodePing(payload);
}

/** Cuts at a character, not inside one. */
function clipText(text: string): Uint8Array {
  const bytes = new Uint8Array(maxTextBytes);
  return bytes.subarray(0, new TextEncoder().encodeInto(text, bytes).written);
}

/** Text of the other end, to be shown: what is not UTF-8 is repaired, and control characters are replaced, as it ends up in terminals and logs. */
function readText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
}
