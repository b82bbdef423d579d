import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventEmitter } from 'node:events';
import { sleep } from '../core/abort.ts';
import type { Logger } from '../core/logger.ts';
import type { RequestHead } from '../wire/head.ts';
import { formatHead, headerField } from '../wire/head.ts';
import { forwardedFields } from './forwarded.ts';
import { SPOOL_LIMITS, SPOOL_RETRY_MS } from './limits.ts';
import type { RelayMemory } from './memory.ts';
import type { RelayEvents } from './relay-options.ts';
import type { LoggedRequest } from './request-log.ts';
import { deliver } from './spool-delivery.ts';
import { IntakeBudget, type IntakeShare } from './spool-intake.ts';
import { SpoolStore, type SpoolLimits } from './spool-store.ts';
import type { TunnelLinks } from './tunnel-links.ts';

/** What a spool needs. */
export interface SpoolOptions {
  readonly dir: string;
  readonly limits?: Partial<SpoolLimits> | undefined;
  readonly events: EventEmitter<RelayEvents>;
  readonly logger: Logger;
  /** Counts what is on its way to the disk or from it. */
  readonly memory: RelayMemory;
}

/** Who wants requests kept: for which path, and in which folder. */
interface Box {
  readonly name: string;
  readonly path: string;
  readonly folder: string;
  /** Whose token it was asked for with. */
  readonly holder: string;
  /** Since when nobody was there, in ms since the epoch; undefined while somebody is. */
  readonly awaySince: number | undefined;
}

const BOX_FILE = 'box.json';

/**
 * Requests for clients that are away, of those who asked for it: answered with `success`, kept on disk, delivered in order when their
 * client is back.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #limits: SpoolLimits;
  readonly #store: SpoolStore;
  readonly #boxes = new Map<string, Box>();
  /** Whose each folder is, also of those for whom nothing more is kept. */
  readonly #holders = new Map<string, string>();
  /** Who is here, by folder. */
  readonly #present = new Map<string, TunnelLinks>();
  /** Folders out of which something is being delivered. */
  readonly #running = new Set<string>();
  readonly #intakes: IntakeBudget;
  #saving: Promise<unknown> = Promise.resolve();
  readonly #closing = new AbortController();
  readonly #now: () => number;

  private constructor(
    options: SpoolOptions,
    limits: SpoolLimits,
    store: SpoolStore,
    now: () => number,
  ) {
    this.#options = options;
    this.#intakes = new IntakeBudget(options.memory);
    this.#limits = limits;
    this.#store = store;
    this.#now = now;
  }

  /** Opens the folder, with what was kept before. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const limits = { ...SPOOL_LIMITS, ...options.limits };
    // A clock that is set while we run does not make what is kept old.
    const began = Date.now() - performance.now();
    const now = (): number => began + performance.now();
    const store = await SpoolStore.open(options.dir, limits, now);
    const spool = new Spool(options, limits, store, now);
    for (const folder of await readdir(options.dir)) await spool.#restore(folder);
    return spool;
  }

  /** Requests that wait for `links`. */
  waiting(links: TunnelLinks): number {
    return this.#store.count(folderOf(links));
  }

  /** The client is here, and what waits goes to it. `path`: what to keep while it is away; undefined: nothing. */
  arrived(links: TunnelLinks, path: string | undefined): void {
    const { name, holder } = links;
    const folder = folderOf(links);
    if (path === undefined) {
      const before = this.#boxes.get(name);
      this.#boxes.delete(name);
      if (before) this.#save(before, undefined);
      return;
    }
    this.#holders.set(folder, holder);
    this.#note({ name, path, folder, holder, awaySince: undefined });
    this.#present.set(folder, links);
    void this.#run(folder);
  }

  /** The client is away. */
  left(links: TunnelLinks): void {
    const folder = folderOf(links);
    // A newer one may be here already.
    if (this.#present.get(folder) !== links) return;
    this.#present.delete(folder);
    const box = this.#boxes.get(links.name);
    if (box) this.#note({ ...box, awaySince: this.#now() });
  }

  /** Whether a request is to be kept: a POST to the callback path of a client that asked for it and is away. */
  wants(name: string, { method, target, upgrade }: RequestHead): boolean {
    const box = this.#boxes.get(name);
    if (!box || method !== 'POST' || upgrade !== undefined) return false;
    return !this.#isForgotten(box) && target.split('?', 1)[0] === box.path;
  }

  /** Makes room in memory for a request of `name` while it comes and is written. */
  takeIn(name: string): IntakeShare {
    return this.#intakes.open(name);
  }

  /**
   * Keeps a request.
   * @param isAwaited Whether its sender still waits: one that has left before it was told sends it again
   * @returns `kept` when it is safe on the disk, so that its sender may forget it; `full` when there is no room for it
   */
  async keep(
    { name, head, origin }: LoggedRequest,
    body: Buffer,
    isAwaited: () => boolean,
  ): Promise<'kept' | 'full' | 'failed'> {
    const box = this.#boxes.get(name);
    if (!box) return 'failed';
    const receivedAt = this.#now();
    const fields = forwardedFields(head, origin).filter(([, , key]) => key !== 'content-length');
    fields.push(
      headerField('Content-Length', String(body.length)),
      headerField('X-Wx-Dev-Received', new Date(receivedAt).toISOString()),
      headerField('X-Wx-Dev-Spooled', randomUUID()),
    );
    const bytes = formatHead(`${head.method} ${head.target} HTTP/1.1`, fields);
    try {
      const request = { receivedAt, head: bytes, body };
      const mayHold = (size: number): boolean => this.#mayHold(box.holder, size);
      const isKept = await this.#store.add(box.folder, request, isAwaited, mayHold);
      const waiting = this.#store.count(box.folder);
      // Its client may have come while it was written.
      void this.#run(box.folder);
      if (isKept)
        this.#options.events.emit('spooled', { name, waiting, requestId: origin.requestId });
      else if (isAwaited())
        this.#options.logger.warn('no room to keep a request', { name, waiting });
      return isKept ? 'kept' : 'full';
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.logger.error('a request cannot be kept', { name, reason });
      return 'failed';
    }
  }

  /** Whether all tunnels of `holder` together may have `bytes` more. */
  #mayHold(holder: string, bytes: number): boolean {
    const { perHolder, holderBytes } = this.#limits;
    let [count, held] = [0, bytes];
    for (const [folder, whose] of this.#holders) {
      if (whose !== holder) continue;
      count += this.#store.count(folder);
      held += this.#store.bytes(folder);
    }
    return count < perHolder && held <= holderBytes;
  }

  /** Drops what is too old, and who has been away for so long that nothing is kept for them any more; call it now and then. */
  async review(): Promise<void> {
    await this.#store
      .expire()
      .catch((error: unknown) => this.#warn('cannot tidy the spool', error));
    for (const box of this.#boxes.values()) {
      if (!this.#isForgotten(box) || this.#store.count(box.folder) > 0) continue;
      this.#boxes.delete(box.name);
      this.#save(box, undefined);
    }
    const used = new Set([...this.#boxes.values()].map(({ folder }) => folder));
    const isIdle = (folder: string): boolean =>
      !used.has(folder) && !this.#present.has(folder) && this.#store.count(folder) === 0;
    for (const folder of this.#holders.keys()) if (isIdle(folder)) this.#holders.delete(folder);
    for (const folder of this.#store.boxes.filter(isIdle))
      this.#saving = this.#saving.then(() => this.#store.drop(folder));
    await this.#saving;
  }

  #isForgotten({ awaySince = this.#now() }: Box): boolean {
    return this.#now() - awaySince > this.#limits.keepMs;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#saving;
  }

  /** Delivers what waits, one after the other, to whoever is here then. */
  async #run(folder: string): Promise<void> {
    if (this.#running.has(folder)) return;
    this.#running.add(folder);
    try {
      while (this.#mayDeliver(folder)) await this.#deliverNext(folder);
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#warn('cannot deliver what was kept', error);
    } finally {
      this.#running.delete(folder);
    }
  }

  #mayDeliver(folder: string): boolean {
    const isHere = this.#present.get(folder)?.isUp === true;
    return isHere && this.#store.count(folder) > 0 && !this.#closing.signal.aborted;
  }

  async #deliverNext(folder: string): Promise<void> {
    const { memory } = this.#options;
    const bytes = this.#store.nextBytes(folder);
    // One that is larger than all there is goes alone.
    if (!memory.hasRoom(Math.min(bytes, memory.budgetBytes / 2))) {
      // Those who come back all at once bring more than fits in: then one after the other.
      await sleep(SPOOL_RETRY_MS, { signal: this.#closing.signal });
      return;
    }
    memory.hold(bytes);
    try {
      await this.#deliverFirst(folder);
    } finally {
      memory.hold(-bytes);
    }
  }

  async #deliverFirst(folder: string): Promise<void> {
    const next = await this.#store.first(folder);
    const links = this.#present.get(folder);
    if (!next || !links?.isUp) return;
    const { link, name } = links;
    const result = link.canOpen ? await deliver(link, next.request, performance.now()) : 'lost';
    if (result !== 'answered') {
      await sleep(SPOOL_RETRY_MS, { signal: this.#closing.signal });
      return;
    }
    await this.#store.remove(next.slip);
    this.#options.events.emit('delivered', { name, waiting: this.#store.count(folder) });
  }

  #note(box: Box): void {
    this.#boxes.set(box.name, box);
    this.#save(box, JSON.stringify(box));
  }

  /** One after the other: the last one that was asked for is the one that stays. */
  #save({ folder }: Box, text: string | undefined): void {
    const dir = join(this.#options.dir, folder);
    const file = join(dir, BOX_FILE);
    this.#saving = this.#saving
      .then(async () => {
        if (text === undefined) return rm(file, { force: true });
        await mkdir(dir, { recursive: true, mode: 0o700 });
        // Cut off in the middle, it would be no box: then nothing would be kept.
        const temporary = `${file}.tmp`;
        await writeFile(temporary, text, { mode: 0o600 });
        return rename(temporary, file);
      })
      .catch((error: unknown) => this.#warn('cannot write into the spool', error));
  }

  /** After a restart nobody is there: what comes is kept until they are. */
  async #restore(folder: string): Promise<void> {
    try {
      const text = await readFile(join(this.#options.dir, folder, BOX_FILE), 'utf8');
      const box: unknown = JSON.parse(text);
      if (typeof box !== 'object' || box === null || !('name' in box) || !('path' in box)) return;
      const { name, path } = box;
      if (typeof name !== 'string' || typeof path !== 'string') return;
      const since = 'awaySince' in box ? box.awaySince : undefined;
      const awaySince = typeof since === 'number' ? since : this.#now();
      // One of an older relay: its owner stands for itself until it is back.
      const known = 'holder' in box ? box.holder : undefined;
      const holder = typeof known === 'string' ? known : folder;
      this.#holders.set(folder, holder);
      this.#boxes.set(name, { name, path, folder, holder, awaySince });
    } catch {
      // No box, or none that can be read: then its client says again what it wants.
    }
  }

  #warn(message: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.logger.warn(message, { reason });
  }
}

/** Of one owner: who gets the name later does not get what was meant for somebody else. */
function folderOf({ name, ownerHash }: TunnelLinks): string {
  return `${name}.${ownerHash.slice(0, 32)}`;
}
