import {
  frameHeaderBytes,
  maxDataBytes,
  maxHandshakeBytes,
  maxHeadBytes,
  maxTextBytes,
} from './limits.ts';

/** The type byte of each frame. */
export const frameTypes = {
  HELLO: 0x01,
  WELCOME: 0x02,
  REFUSED: 0x03,
  OPEN: 0x10,
  INFO: 0x11,
  HEAD: 0x12,
  DATA: 0x13,
  END: 0x14,
  RESET: 0x15,
  WINDOW: 0x16,
  PING: 0x20,
  PONG: 0x21,
  GOAWAY: 0x22,
  ACK: 0x23,
} as const;

/** The only flag of version 1, on OPEN, HEAD and DATA: the sender's half of the stream ends with this frame. */
export const endFlag = 0x01;

/** Types from here on may be skipped by a peer that does not know them. */
export const firstSkippableType = 0x80;

/** One frame; `payload` is a view of the bytes it came in. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** What the header of a frame may say: checked before any byte of the payload is kept. */
export interface FrameRule {
  readonly name: string;
  /** Whether the frame belongs to a stream (its id is not 0) or to the session (its id is 0). */
  readonly onStream: boolean;
  readonly flags: number;
  readonly minBytes: number;
  readonly maxBytes: number;
}

const session = { onStream: false, flags: 0 };
const stream = { onStream: true, flags: 0 };

/** The rules of every type, by type byte; a type without a rule is unknown. */
export const frameRules: ReadonlyMap<number, FrameRule> = new Map<number, FrameRule>([
  [frameTypes.HELLO, { name: 'HELLO', ...session, minBytes: 2, maxBytes: maxHandshakeBytes }],
  [frameTypes.WELCOME, { name: 'WELCOME', ...session, minBytes: 2, maxBytes: maxHandshakeBytes }],
  [frameTypes.REFUSED, { name: 'REFUSED', ...session, minBytes: 2, maxBytes: maxHandshakeBytes }],
  [
    frameTypes.OPEN,
    { name: 'OPEN', onStream: true, flags: endFlag, minBytes: 1, maxBytes: maxHeadBytes },
  ],
  [frameTypes.INFO, { name: 'INFO', ...stream, minBytes: 1, maxBytes: maxHeadBytes }],
  [
    frameTypes.HEAD,
    { name: 'HEAD', onStream: true, flags: endFlag, minBytes: 1, maxBytes: maxHeadBytes },
  ],
  [
    frameTypes.DATA,
    { name: 'DATA', onStream: true, flags: endFlag, minBytes: 1, maxBytes: maxDataBytes },
  ],
  [frameTypes.END, { name: 'END', ...stream, minBytes: 0, maxBytes: maxHeadBytes }],
  [frameTypes.RESET, { name: 'RESET', ...stream, minBytes: 1, maxBytes: 1 + maxTextBytes }],
  [frameTypes.WINDOW, { name: 'WINDOW', ...stream, minBytes: 12, maxBytes: 12 }],
  [frameTypes.PING, { name: 'PING', ...session, minBytes: 8, maxBytes: 8 }],
  [frameTypes.PONG, { name: 'PONG', ...session, minBytes: 8, maxBytes: 8 }],
  [frameTypes.GOAWAY, { name: 'GOAWAY', ...session, minBytes: 8, maxBytes: 8 + maxTextBytes }],
  [frameTypes.ACK, { name: 'ACK', ...session, minBytes: 8, maxBytes: 8 }],
]);

/** Writes the 9 bytes before a payload of `length` bytes into `target` at `at`. */
export function writeFrameHeader(
  target: Uint8Array,
  at: number,
  type: number,
  flags: number,
  stream: number,
  length: number,
): void {
  target[at] = length >>> 16;
  target[at + 1] = length >>> 8;
  target[at + 2] = length;
  target[at + 3] = type;
  target[at + 4] = flags;
  target[at + 5] = stream >>> 24;
  target[at + 6] = stream >>> 16;
  target[at + 7] = stream >>> 8;
  target[at + 8] = stream;
}

/** One frame in one buffer; the session itself gathers frames without copying their payloads. */
export function encodeFrame(frame: Frame): Uint8Array {
  const bytes = Buffer.allocUnsafe(frameHeaderBytes + frame.payload.length);
  writeFrameHeader(bytes, 0, frame.type, frame.flags, frame.stream, frame.payload.length);
  bytes.set(frame.payload, frameHeaderBytes);
  return bytes;
}
