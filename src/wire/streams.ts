import type { Allowance } from './allowance.ts';
import { ChunkQueue } from './chunk-queue.ts';
import { bulkBytes, idleFrames, maxTunedWindowBytes, windowBudgetBytes } from './limits.ts';
import { StreamTable } from './stream-table.ts';

/** One stream as one end sees it: how far each half has come and how much credit is left. */
export class Stream {
  readonly id: number;

  /** What waits to be sent; bounded by the peer's window and one chunk, as long as the caller obeys `write`. */
  readonly queue = new ChunkQueue();
  /** Bytes handed over by the caller since the stream began. */
  written = 0;
  /** Bytes the peer has consumed, as its newest WINDOW says. */
  acknowledged = 0;
  /** How many bytes the peer allows in all: what it consumed and its window. */
  sendLimit: number;
  /** `write` returned `false` and `writable` has not been reported yet. */
  isBlocked = false;
  /** The caller wrote its last byte. */
  isEnding = false;
  trailers: Uint8Array | undefined;
  /** In the outbox's list of streams that have something to send. */
  isScheduled = false;
  /** HEAD was sent (client) or received (relay). */
  hasHead = false;
  infoHeads = 0;

  /** Bytes received. */
  received = 0;
  /** Bytes the caller has passed on. */
  consumed = 0;
  /** `consumed` in the newest WINDOW. */
  announced = 0;
  /** How many bytes the peer was ever allowed in all. */
  receiveLimit: number;
  /** The window we give: grows while the peer's credit runs out faster than news of the reader reaches it. */
  window: number;
  /** When the stream began or the newest WINDOW was asked for, in ms. */
  announcedAt: number;
  /** In the outbox's list of streams that owe a WINDOW. */
  owesWindow = false;

  /** END, an END flag or RESET is on its way to the peer. */
  isLocalDone = false;
  /** END, an END flag or RESET came from the peer. */
  isRemoteDone = false;
  /** The caller cut the stream off: what still comes is thrown away until the peer ends it too. */
  isReset = false;
  /** It has carried more than `bulkBytes`. */
  isBulk = false;

  constructor(id: number, windowBytes: number, now: number) {
    this.id = id;
    this.window = windowBytes;
    this.announcedAt = now;
    this.sendLimit = windowBytes;
    this.receiveLimit = windowBytes;
  }

  /** How many bytes may go out now. */
  get sendable(): number {
    return Math.min(this.queue.bytes, Math.max(0, this.sendLimit - this.sent));
  }

  /** Bytes that have left, which the peer cannot have consumed more than. */
  get sent(): number {
    return this.written - this.queue.bytes;
  }

  /** Whether there is DATA with credit, or an END that nothing waits before. */
  get isReady(): boolean {
    return this.sendable > 0 || (this.isEnding && !this.isLocalDone && this.queue.bytes === 0);
  }

  /** Drops what waits and what was planned. */
  discard(): void {
    this.written = this.sent;
    this.queue.clear();
    this.trailers = undefined;
    this.isEnding = false;
    this.isBlocked = false;
  }
}

/** The streams of one session that have not ended, and how the session as a whole goes on. */
export class Streams {
  readonly #windowBytes: number;
  readonly #idle: Allowance;
  /** None before the first stream: an idle connection should cost little. */
  #byId: StreamTable<Stream> | undefined;
  #lastId = 0;
  /** What the windows of the open streams have grown by. */
  #grownBytes = 0;
  #bulk = 0;
  /** We announced the end of the session. */
  isGoingAway = false;
  /** The peer announced it. */
  isPeerGoingAway = false;

  /** @param idle Grows with each stream, because its last frames may cross. */
  constructor(windowBytes: number, idle: Allowance) {
    this.#windowBytes = windowBytes;
    this.#idle = idle;
  }

  get size(): number {
    return this.#byId?.size ?? 0;
  }

  /** The id of the newest stream; 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  /** How many of them have carried more than `bulkBytes`. */
  get bulk(): number {
    return this.#bulk;
  }

  get(id: number): Stream | undefined {
    return this.#byId?.get(id);
  }

  begin(id: number, now: number): Stream {
    const stream = new Stream(id, this.#windowBytes, now);
    this.#byId ??= new StreamTable();
    this.#byId.set(id, stream);
    this.#lastId = id;
    this.#idle.add(idleFrames.perStream);
    return stream;
  }

  /** Makes the window of `stream` up to `bytes` large, as far as there is room for it; it never shrinks. */
  grow(stream: Stream, bytes: number): void {
    const most = Math.min(
      bytes,
      maxTunedWindowBytes,
      stream.window + windowBudgetBytes - this.#grownBytes,
    );
    if (most <= stream.window) return;
    this.#grownBytes += most - stream.window;
    stream.window = most;
  }

  /** Bytes of `stream` were written or have come. */
  carried(stream: Stream): void {
    if (stream.isBulk || stream.written + stream.received <= bulkBytes) return;
    stream.isBulk = true;
    this.#bulk += 1;
  }

  /** Our last frame of the stream is on its way. */
  endLocal(stream: Stream): void {
    stream.isLocalDone = true;
    if (stream.isRemoteDone) this.#remove(stream);
  }

  /** The peer's last frame of the stream has come. */
  endRemote(stream: Stream): void {
    stream.isRemoteDone = true;
    if (stream.isLocalDone) this.#remove(stream);
  }

  #remove(stream: Stream): void {
    if (!this.#byId?.delete(stream.id)) return;
    this.#grownBytes -= stream.window - this.#windowBytes;
    if (stream.isBulk) this.#bulk -= 1;
  }
}
