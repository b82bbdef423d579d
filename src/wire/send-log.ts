import { Buffer } from 'node:buffer';

/**
 * A quiet connection has a PING or a PONG to keep now and then, until an ACK comes after minutes. Each alone would cost ten times its
 * bytes, so such messages are kept together, up to so many bytes.
 */
const tinyBytes = 64;
const joinedBytes = 256;

/** What was sent and not yet acknowledged, kept in order so that a new connection can go on where the old one was cut. */
export class SendLog {
  #messages: Uint8Array[] = [];
  /** Bytes before the first message that is kept. */
  #start = 0;
  /** Bytes that the peer has. */
  #acknowledged = 0;
  /** Bytes that were ever appended. */
  #end = 0;
  /** Index of the message that is sent next; at the end when there is nothing to send again. */
  #next = 0;
  /** What the last message is the beginning of, where it is joined. */
  #joined: Buffer | undefined;

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#end - this.#start;
  }

  /** Keeps a message that is sent now; it must not change any more. */
  append(message: Uint8Array): void {
    const isNothingAgain = this.#next === this.#messages.length;
    this.#end += message.length;
    const last = this.#messages.at(-1);
    if (last && isNothingAgain && message.length <= tinyBytes) {
      if (last.length + message.length <= joinedBytes) return this.#join(last, message);
    }
    this.#joined = undefined;
    // An array that begins with one element is small, and a quiet connection keeps one.
    if (last === undefined) this.#messages = [message];
    else this.#messages.push(message);
    this.#next = this.#messages.length;
  }

  #join(last: Uint8Array, message: Uint8Array): void {
    if (this.#joined === undefined) {
      this.#joined = Buffer.allocUnsafeSlow(joinedBytes);
      this.#joined.set(last);
    }
    this.#joined.set(message, last.length);
    const joined = this.#joined.subarray(0, last.length + message.length);
    this.#messages[this.#messages.length - 1] = joined;
  }

  /** The next message to send again, if there is one. */
  again(): Uint8Array | undefined {
    const message = this.#messages[this.#next];
    if (message === undefined) return undefined;
    const done = this.#next === 0 ? this.#acknowledged - this.#start : 0;
    this.#next += 1;
    return done === 0 ? message : message.subarray(done);
  }

  /**
   * The peer has `count` bytes in all. A count below an earlier one is no news: it was sent before the connection was lost, and
   * comes after what was said of it when the next one began.
   * @returns false when the peer cannot have them
   */
  acknowledge(count: number): boolean {
    if (count > this.#end) return false;
    if (count <= this.#acknowledged) return true;
    this.#acknowledged = count;
    let whole = 0;
    for (const { length } of this.#messages) {
      if (this.#start + length > count) break;
      this.#start += length;
      whole += 1;
    }
    if (whole === 0) return true;
    this.#messages.splice(0, whole);
    if (this.#messages.length === 0) this.#joined = undefined;
    this.#next = Math.max(0, this.#next - whole);
    return true;
  }

  /** Forgets everything: nobody comes back for it. */
  clear(): void {
    this.#messages = [];
    this.#start = this.#end;
    this.#next = 0;
  }

  /** As `acknowledge`, and everything after `count` is to be sent again. */
  rewind(count: number): boolean {
    if (count < this.#acknowledged || !this.acknowledge(count)) return false;
    this.#next = 0;
    return true;
  }
}
