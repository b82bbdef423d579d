import { firstSkippableType, type Frame, frameRules } from './frame.ts';
import { frameHeaderBytes, maxDataBytes } from './limits.ts';
import { type Side, violation } from './violation.ts';

/**
 * Cuts a stream of bytes into frames; how the bytes were cut into messages carries no meaning.
 * Holds at most one incomplete frame, and only after its header was found to be allowed.
 */
export class FrameDecoder {
  readonly #peer: Side;
  /** Once a header was cut. */
  #header: Uint8Array | undefined;
  #headerBytes = 0;
  #payload: Uint8Array | undefined;
  #payloadBytes = 0;

  /** @param peer Who sends the bytes, and is named when they are wrong. */
  constructor(peer: Side) {
    this.#peer = peer;
  }

  /** Whether bytes of an incomplete frame are kept. */
  get isMidFrame(): boolean {
    return this.#headerBytes > 0;
  }

  /**
   * The frames that `bytes` complete. Payloads are views of `bytes` unless the frame was cut.
   * @throws WXD4009 for a header that breaks the rules of its type, before its payload is kept.
   */
  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    let at = this.#headerBytes === 0 ? 0 : this.#resume(bytes, frames);
    while (bytes.length - at >= frameHeaderBytes) {
      const start = at + frameHeaderBytes;
      const end = start + this.#check(bytes, at);
      if (end > bytes.length) break;
      frames.push(makeFrame(bytes, at, bytes.subarray(start, end)));
      at = end;
    }
    if (at < bytes.length) this.#keep(bytes, at);
    return frames;
  }

  /** Completes the kept frame as far as `bytes` go; returns how many bytes it took. */
  #resume(bytes: Uint8Array, frames: Frame[]): number {
    let at = this.#keepHeader(bytes, 0);
    if (this.#headerBytes < frameHeaderBytes) return at;
    const header = this.#kept();
    const length = readLength(header, 0);
    if (this.#payloadBytes === 0 && bytes.length - at >= length) {
      frames.push(makeFrame(header, 0, bytes.subarray(at, at + length)));
      at += length;
    } else {
      const payload = this.#keepPayload(bytes, at, length);
      at += payload.taken;
      if (this.#payloadBytes < length) return at;
      frames.push(makeFrame(header, 0, payload.kept));
    }
    this.#headerBytes = 0;
    this.#payloadBytes = 0;
    this.#payload = undefined;
    return at;
  }

  #keep(bytes: Uint8Array, from: number): void {
    const at = this.#keepHeader(bytes, from);
    if (at < bytes.length) this.#keepPayload(bytes, at, readLength(this.#kept(), 0));
  }

  #keepHeader(bytes: Uint8Array, from: number): number {
    const taken = Math.min(frameHeaderBytes - this.#headerBytes, bytes.length - from);
    if (taken === 0) return from;
    const header = this.#kept();
    header.set(bytes.subarray(from, from + taken), this.#headerBytes);
    this.#headerBytes += taken;
    if (this.#headerBytes === frameHeaderBytes) this.#check(header, 0);
    return from + taken;
  }

  #kept(): Uint8Array {
    this.#header ??= new Uint8Array(frameHeaderBytes);
    return this.#header;
  }

  #keepPayload(
    bytes: Uint8Array,
    from: number,
    length: number,
  ): { kept: Uint8Array; taken: number } {
    const kept = (this.#payload ??= Buffer.allocUnsafeSlow(length));
    const taken = Math.min(length - this.#payloadBytes, bytes.length - from);
    kept.set(bytes.subarray(from, from + taken), this.#payloadBytes);
    this.#payloadBytes += taken;
    return { kept, taken };
  }

  /** Checks the header at `at`; returns the length of its payload. */
  #check(bytes: Uint8Array, at: number): number {
    const length = readLength(bytes, at);
    const type = byte(bytes, at + 3);
    const rule = frameRules.get(type);
    if (rule === undefined) {
      if (type < firstSkippableType)
        throw violation(this.#peer, `no frame has type 0x${type.toString(16).padStart(2, '0')}`);
      if (length > maxDataBytes)
        throw violation(
          this.#peer,
          `an unknown frame has ${length} bytes; at most ${maxDataBytes}`,
        );
      return length;
    }
    if (length < rule.minBytes || length > rule.maxBytes)
      throw violation(
        this.#peer,
        `${rule.name} has ${length} bytes; allowed are ${rule.minBytes} to ${rule.maxBytes}`,
      );
    if ((byte(bytes, at + 4) & ~rule.flags) !== 0)
      throw violation(this.#peer, `${rule.name} has unknown flags`);
    if ((readStream(bytes, at) !== 0) !== rule.onStream)
      throw violation(
        this.#peer,
        `${rule.name} is ${rule.onStream ? 'never' : 'only'} on stream 0`,
      );
    return length;
  }
}

function makeFrame(header: Uint8Array, at: number, payload: Uint8Array): Frame {
  return {
    type: byte(header, at + 3),
    flags: byte(header, at + 4),
    stream: readStream(header, at),
    payload,
  };
}

function readLength(bytes: Uint8Array, at: number): number {
  return (byte(bytes, at) << 16) | (byte(bytes, at + 1) << 8) | byte(bytes, at + 2);
}

function readStream(bytes: Uint8Array, at: number): number {
  return (
    ((byte(bytes, at + 5) << 24) |
      (byte(bytes, at + 6) << 16) |
      (byte(bytes, at + 7) << 8) |
      byte(bytes, at + 8)) >>>
    0
  );
}

function byte(bytes: Uint8Array, at: number): number {
  // Every caller has made sure that the header is whole; a fallback would be a branch that never runs.
  return bytes[at] as number;
}
