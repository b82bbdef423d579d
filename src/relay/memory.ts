import type { Link } from '../wire/link.ts';
import { LINK_SHARE_FACTOR, MIN_LINK_SHARE_BYTES, PRESSED_STALL_MS } from './limits.ts';

/** A link that can be asked to hold what its client sends. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** Bytes that wait for somebody slow, in the memory of the relay. */
export interface Waiting {
  /** Since when, on the relay's clock; undefined while nothing waits. */
  readonly since: number | undefined;
  /** Looks again at how many they are. */
  update(): void;
  /** Nobody takes them, and others need the memory: gives them up. */
  cut(): void;
}

/**
 * What a relay may hold for readers and clients that are slower than the other end, for clients that may come back for what they have not
 * acknowledged, and for requests on their way to or from the disk, divided among its links. A link may hold
 * `LINK_SHARE_FACTOR` times what is free (Choudhury and Hahne, "Dynamic queue length thresholds", 1998): one alone nearly all, many
 * about the same each, and there is always something left for one that has none yet. A link that holds more is not read from until
 * its readers have taken some of it; so its client is slowed down, and nobody else.
 */
export class RelayMemory {
  readonly #budgetBytes: number;
  readonly #now: () => number;
  readonly #shares = new WeakMap<Link, MemoryShare>();
  readonly #open = new Set<MemoryShare>();
  readonly #paused = new Set<MemoryShare>();
  #held = 0;

  constructor(budgetBytes: number, now: () => number) {
    this.#budgetBytes = budgetBytes;
    this.#now = now;
  }

  /** Bytes that wait now. */
  get heldBytes(): number {
    return this.#held;
  }

  get budgetBytes(): number {
    return this.#budgetBytes;
  }

  /** The share of `link`, from now on until `close`. */
  open(link: Link, source: Pausable): MemoryShare {
    const share = new MemoryShare(this, source);
    this.#shares.set(link, share);
    this.#open.add(share);
    return share;
  }

  /** The share of `link`. */
  of(link: Link): MemoryShare | undefined {
    return this.#shares.get(link);
  }

  now(): number {
    return this.#now();
  }

  /** How many bytes one link may hold as things are. */
  get shareBytes(): number {
    const free = Math.max(0, this.#budgetBytes - this.#held);
    return Math.max(MIN_LINK_SHARE_BYTES, free * LINK_SHARE_FACTOR);
  }

  /** Notes that `share` holds more, or less, and stops or starts links accordingly. */
  add(share: MemoryShare, bytes: number): void {
    this.#held += bytes;
    if (bytes > 0) this.#review(share);
    else for (const each of this.#paused) this.#review(each);
  }

  /** More bytes wait that are of no link, or fewer: requests that are being kept or delivered. */
  hold(bytes: number): void {
    this.#held += bytes;
    if (bytes < 0) for (const each of this.#paused) this.#review(each);
  }

  /** Whether `bytes` more fit in. */
  hasRoom(bytes: number): boolean {
    return this.#held + bytes <= this.#budgetBytes;
  }

  #review(share: MemoryShare): void {
    if (share.review()) this.#paused.add(share);
    else this.#paused.delete(share);
  }

  /** Looks at all that waits, and gives up what keeps a link standing. Call it every `SWEEP_MS`. */
  sweep(): void {
    const now = this.#now();
    for (const share of this.#open) share.sweep(now - PRESSED_STALL_MS);
  }

  /** Forgets a share; what it held is gone. */
  forget(share: MemoryShare): void {
    this.#open.delete(share);
    this.#paused.delete(share);
  }
}

/** What waits of one link. */
export class MemoryShare {
  readonly #memory: RelayMemory;
  readonly #source: Pausable;
  /** Most links are idle: they have none. */
  #waiting: Set<Waiting> | undefined;
  #answers = 0;
  #requests = 0;
  #log = 0;
  #isPaused = false;
  #isClosed = false;

  constructor(memory: RelayMemory, source: Pausable) {
    this.#memory = memory;
    this.#source = source;
  }

  /** Whether it holds more than it may, so that no more of requests should be read. */
  get isFull(): boolean {
    return this.heldBytes > this.#memory.shareBytes;
  }

  get heldBytes(): number {
    return this.#answers + this.#requests + this.#log;
  }

  now(): number {
    return this.#memory.now();
  }

  /** From now on `waiting` counts its bytes here. */
  watch(waiting: Waiting): void {
    this.#waiting ??= new Set();
    this.#waiting.add(waiting);
  }

  unwatch(waiting: Waiting): void {
    this.#waiting?.delete(waiting);
  }

  /** More bytes of answers wait for their readers, or fewer. */
  addAnswer(bytes: number): void {
    this.#answers += bytes;
    this.#changed(bytes);
  }

  /** More bytes of requests wait for the client, or fewer. */
  addRequest(bytes: number): void {
    this.#requests += bytes;
    this.#changed(bytes);
  }

  /** More bytes are kept until the client has acknowledged them, or fewer. */
  addLog(bytes: number): void {
    this.#log += bytes;
    this.#changed(bytes);
  }

  /** Whether the link may send more while it keeps `bytes`: the least that every link has is enough for the client to acknowledge some. */
  mayLog(bytes: number): boolean {
    return bytes < MIN_LINK_SHARE_BYTES || !this.isFull;
  }

  #changed(bytes: number): void {
    if (bytes === 0) return;
    this.#memory.add(this, bytes);
    if (this.#isClosed && this.heldBytes === 0) this.#memory.forget(this);
  }

  /** Stops or starts the link, if it has to be. Gives whether it is stopped. */
  review(): boolean {
    // Not for requests: what lets them go on is what the client sends.
    const mustPause = this.#answers > this.#memory.shareBytes;
    if (mustPause === this.#isPaused || this.#isClosed) return this.#isPaused;
    this.#isPaused = !this.#isPaused;
    if (this.#isPaused) this.#source.pause();
    else this.#source.resume();
    return this.#isPaused;
  }

  /** Gives up what has waited since before `stalledBefore`, while the link stands because of it. */
  sweep(stalledBefore: number): void {
    if (!this.#waiting) return;
    for (const waiting of this.#waiting) {
      waiting.update();
      const isOld = waiting.since !== undefined && waiting.since < stalledBefore;
      if (this.#isPaused && isOld) waiting.cut();
    }
  }

  /** The link is gone. What its readers have not taken still counts until they have, or are. */
  close(): void {
    this.#isClosed = true;
    if (this.heldBytes === 0) this.#memory.forget(this);
  }
}
