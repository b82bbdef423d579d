import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../core/system-error.ts';

/** What a spool may hold. */
export interface SpoolLimits {
  /** Requests of one tunnel. */
  readonly perBox: number;
  /** Bytes of one tunnel, heads included. */
  readonly boxBytes: number;
  /** Requests, and bytes, of all tunnels of one token. */
  readonly perHolder: number;
  readonly holderBytes: number;
  /** Bytes of all tunnels. */
  readonly totalBytes: number;
  /** Milliseconds for which a request is kept. */
  readonly keepMs: number;
}

/** One request that waits. */
export interface SpooledRequest {
  /** When it came, in ms since the epoch. */
  readonly receivedAt: number;
  readonly head: Buffer;
  readonly body: Buffer;
}

/** What is known of a request without reading it. */
export interface Slip {
  readonly box: string;
  readonly file: string;
  readonly bytes: number;
  readonly receivedAt: number;
}

interface Box {
  readonly slips: Slip[];
  bytes: number;
  next: number;
}

const MAGIC = 'wx-dev spool 1\n';
const SUFFIX = '.push';
const DIGEST_BYTES = 32;

/**
 * Requests on disk, in the order they came: a folder for each tunnel, a file for each request, complete or not at all. The number in
 * a file's name tells the order, not the clock, which may jump.
 */
export class SpoolStore {
  readonly #dir: string;
  readonly #limits: SpoolLimits;
  readonly #now: () => number;
  readonly #boxes = new Map<string, Box>();
  #bytes = 0;
  /** Writes go one after the other: so their order is the order in which they came. */
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(dir: string, limits: SpoolLimits, now: () => number) {
    this.#dir = dir;
    this.#limits = limits;
    this.#now = now;
  }

  /** Opens the folder `dir`, made when absent, with what an earlier run left there. */
  static async open(dir: string, limits: SpoolLimits, now: () => number): Promise<SpoolStore> {
    const store = new SpoolStore(dir, limits, now);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    for (const entry of await readdir(dir, { withFileTypes: true }))
      if (entry.isDirectory()) await store.#load(entry.name);
    return store;
  }

  /** Requests that wait in `box`. */
  count(box: string): number {
    return this.#boxes.get(box)?.slips.length ?? 0;
  }

  /** Bytes that wait in `box`. */
  bytes(box: string): number {
    return this.#boxes.get(box)?.bytes ?? 0;
  }

  /** Bytes of the request of `box` that has waited the longest; 0: there is none. */
  nextBytes(box: string): number {
    return this.#boxes.get(box)?.slips[0]?.bytes ?? 0;
  }

  /**
   * Keeps a request; it is on the disk when this resolves.
   * @param isAwaited Whether its sender is still there: one that has left sends it again, and nothing of it may stay
   * @param mayHold Whether whoever has the box may have so many bytes more
   * @returns false when there is no room for it, or its sender has left
   * @throws the system's error when it cannot be written
   */
  async add(
    name: string,
    request: SpooledRequest,
    isAwaited: () => boolean = () => true,
    mayHold: (bytes: number) => boolean = () => true,
  ): Promise<boolean> {
    const write = async (): Promise<boolean> => {
      // Before it is copied and hashed: what is refused costs nothing.
      if (!isAwaited() || !this.#hasRoom(name, request.head.length + request.body.length))
        return false;
      const bytes = encode(request);
      if (!this.#hasRoom(name, bytes.length) || !mayHold(bytes.length)) return false;
      const box = await this.#box(name);
      const file = await this.#write(name, box, bytes);
      if (!isAwaited()) {
        await rm(file, { force: true });
        return false;
      }
      this.#note(name, { file, bytes: bytes.length, receivedAt: request.receivedAt });
      return true;
    };
    const written = this.#queue.then(write, write);
    this.#queue = written.catch(() => undefined);
    return written;
  }

  #hasRoom(name: string, bytes: number): boolean {
    const { slips = [], bytes: held = 0 } = this.#boxes.get(name) ?? {};
    const { perBox, boxBytes, totalBytes } = this.#limits;
    if (slips.length >= perBox || held + bytes > boxBytes) return false;
    return this.#bytes + bytes <= totalBytes;
  }

  /** Names of all boxes. */
  get boxes(): string[] {
    return [...this.#boxes.keys()];
  }

  /** Forgets `box` and its folder, if nothing is in them. */
  async drop(name: string): Promise<void> {
    const drop = async (): Promise<void> => {
      if (this.count(name) > 0) return;
      this.#boxes.delete(name);
      // What was set aside there, or is somebody's own, stays.
      await rmdir(join(this.#dir, name)).catch(() => undefined);
    };
    const dropped = this.#queue.then(drop, drop);
    this.#queue = dropped;
    await dropped;
  }

  /** The request of `box` that has waited the longest; one that cannot be read is set aside, one that is too old is dropped. */
  async first(name: string): Promise<{ slip: Slip; request: SpooledRequest } | undefined> {
    const box = this.#boxes.get(name);
    for (let slip = box?.slips[0]; slip; slip = box?.slips[0]) {
      const bytes = this.#isOver(slip)
        ? undefined
        : await readFile(slip.file).catch(() => Buffer.of());
      const request = bytes && decode(bytes);
      if (request) return { slip, request };
      if (bytes)
        await rename(slip.file, slip.file.replace(/\.push$/, '.bad')).catch(() => undefined);
      await this.remove(slip);
    }
    return undefined;
  }

  /** The request was delivered, or is of no use. */
  async remove(slip: Slip): Promise<void> {
    const box = this.#boxes.get(slip.box);
    const at = box?.slips.indexOf(slip) ?? -1;
    if (box && at >= 0) {
      box.slips.splice(at, 1);
      box.bytes -= slip.bytes;
      this.#bytes -= slip.bytes;
    }
    await rm(slip.file, { force: true });
  }

  /** Drops what has waited for too long. */
  async expire(): Promise<void> {
    for (const { slips } of this.#boxes.values())
      for (const slip of slips.filter((each) => this.#isOver(each))) await this.remove(slip);
  }

  /** A request from the future is young: the clock was set back. */
  #isOver({ receivedAt }: Slip): boolean {
    return this.#now() - receivedAt > this.#limits.keepMs;
  }

  async #load(name: string): Promise<void> {
    const dir = join(this.#dir, name);
    const files = (await readdir(dir)).sort();
    const box: Box = { slips: [], bytes: 0, next: 1 };
    this.#boxes.set(name, box);
    for (const base of files) {
      const file = join(dir, base);
      // Of a write that was cut off, nobody was told that it is kept.
      if (base.endsWith('.tmp')) await rm(file, { force: true });
      box.next = Math.max(box.next, (Number.parseInt(base, 10) || 0) + 1);
      if (!base.endsWith(SUFFIX)) continue;
      const bytes = await readFile(file).catch(() => Buffer.of());
      const receivedAt = decode(bytes)?.receivedAt ?? this.#now();
      this.#note(name, { file, bytes: bytes.length, receivedAt });
    }
  }

  async #box(name: string): Promise<Box> {
    const known = this.#boxes.get(name);
    // Also one that somebody has deleted meanwhile.
    const made = await mkdir(join(this.#dir, name), { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(this.#dir);
    const box = known ?? { slips: [], bytes: 0, next: 1 };
    this.#boxes.set(name, box);
    return box;
  }

  #note(name: string, slip: Omit<Slip, 'box'>): void {
    const box = this.#boxes.get(name);
    if (!box) return;
    box.slips.push({ ...slip, box: name });
    box.bytes += slip.bytes;
    this.#bytes += slip.bytes;
  }

  async #write(name: string, box: Box, bytes: Buffer): Promise<string> {
    const dir = join(this.#dir, name);
    const temporary = join(dir, `${randomBytes(6).toString('hex')}.tmp`);
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(bytes);
        // WeChat is told that it was taken: a power cut must not undo that.
        await handle.sync();
      } finally {
        await handle.close();
      }
      for (;;) {
        const file = join(dir, `${String(box.next++).padStart(12, '0')}${SUFFIX}`);
        try {
          await link(temporary, file);
          await syncFolder(dir);
          return file;
        } catch (error) {
          // Whose it is, is not asked: nothing is ever written over.
          if (errorCode(error) !== 'EEXIST') throw error;
        }
      }
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }
}

/** A file is safe only when its folder is, too. */
async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch((error: unknown) => {
    // Windows opens no folders, and needs no such thing.
    if (['EISDIR', 'EPERM', 'EACCES'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  });
  if (!handle) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function encode({ receivedAt, head, body }: SpooledRequest): Buffer {
  const meta = JSON.stringify({ receivedAt, head: head.length, body: body.length });
  const content = Buffer.concat([Buffer.from(`${MAGIC}${meta}\n`), head, body]);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

/** @returns undefined for what is cut off, changed, or no request of a spool at all */
function decode(bytes: Buffer): SpooledRequest | undefined {
  const content = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  const digest = bytes.subarray(content.length);
  if (!content.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) return undefined;
  if (!createHash('sha256').update(content).digest().equals(digest)) return undefined;
  const end = content.indexOf(10, MAGIC.length);
  const meta: unknown = JSON.parse(content.toString('utf8', MAGIC.length, end));
  if (!isMeta(meta) || end + 1 + meta.head + meta.body !== content.length) return undefined;
  const head = content.subarray(end + 1, end + 1 + meta.head);
  return { receivedAt: meta.receivedAt, head, body: content.subarray(end + 1 + meta.head) };
}

interface Meta {
  readonly receivedAt: number;
  readonly head: number;
  readonly body: number;
}

/** The digest says that we have written it; this says it to the compiler. */
function isMeta(value: unknown): value is Meta {
  if (typeof value !== 'object' || value === null) return false;
  return ['receivedAt', 'head', 'body'].every((key) => typeof Reflect.get(value, key) === 'number');
}
