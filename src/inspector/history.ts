import type { FileHandle } from 'node:fs/promises';
import { rm, stat } from 'node:fs/promises';
import { sleep } from '../core/abort.ts';
import { isWxDevError, WxDevError, type Words } from '../core/errors.ts';
import type { Exchange, LateEnd } from '../core/exchange.ts';
import { fileProblem } from '../core/system-error.ts';
import { ExchangeIds, type IdOwner } from './ids.ts';
import {
  batchBytes,
  batchExchanges,
  closeTimeoutMs,
  maxHistoryBytes,
  maxPendingBytes,
  maxPendingExchanges,
  retryAfterMs,
  segmentBytes,
} from './limits.ts';
import { createMasker, type Masker } from './mask.ts';
import { lastRecordedId } from './read.ts';
import { encodeLate, encodeRecord } from './record.ts';
import {
  listSegments,
  makeHistoryFolder,
  openSegment,
  segmentOf,
  type Segment,
} from './segments.ts';

/** How a project's exchanges are kept. */
export interface HistoryOptions extends IdOwner {
  /** As `historyFolder` says. */
  readonly folder: string;
  /** What must never reach the disk: Token, AES keys, app secret, relay token. */
  readonly secrets: readonly string[];
  /** Name of the account, where the project has several. */
  readonly account?: string | undefined;
  /** Told once, when exchanges are lost; recording goes on as soon as it can. */
  readonly onProblem: (error: WxDevError<'WXD6060'>) => void;
  /** @default 20 MB */
  readonly maxBytes?: number | undefined;
}

/**
 * The history of a project: every exchange, one line each, in files that are only appended to. A line that a killed process left half
 * written stands alone, because each batch begins with a line end; two processes may append to one file.
 */
export interface History {
  /** The next id, one after the last that any run of the project gave. Does not touch the disk. */
  nextId(): number;
  /** Keeps an exchange. Returns at once: it is written later, or dropped where the disk is too slow. */
  record(exchange: Exchange): void;
  /** Keeps what became of a late reply, in the same way. */
  recordLate(late: LateEnd): void;
  /** Waits for what is still to be written, 2 s at most. Idempotent. */
  close(): Promise<void>;
}

/** Opens the history, for writing. Never rejects: a disk that cannot be written to costs the history, not the callback. */
export async function openHistory(options: HistoryOptions): Promise<History> {
  const { folder, secrets, onProblem } = options;
  const problems = tellOnce(folder, onProblem);
  const last = await prepare(folder).catch((error: unknown) => {
    problems(error);
    return 0;
  });
  const ids = await ExchangeIds.open(folder, options, last);
  const writer = new HistoryWriter(options, createMasker(secrets), problems);
  const closeAll = async (): Promise<void> => {
    await writer.close();
    await ids.close();
  };
  let closing: Promise<void> | undefined;
  return {
    nextId: () => ids.next(),
    record: (exchange) => writer.add({ type: 'exchange', exchange }),
    recordLate: (late) => writer.add({ type: 'late', late }),
    close: () => (closing ??= closeAll()),
  };
}

async function prepare(folder: string): Promise<number> {
  await makeHistoryFolder(folder);
  return lastRecordedId(folder);
}

function tellOnce(
  folder: string,
  onProblem: HistoryOptions['onProblem'],
): (error: unknown) => void {
  let told = false;
  return (error) => {
    if (told) return;
    told = true;
    const reason = reasonOf(error);
    onProblem(new WxDevError('WXD6060', { path: folder, reason }, { cause: error }));
  };
}

function reasonOf(error: unknown): Words {
  if (isWxDevError(error, 'WXD6064')) return error.details.reason;
  if (!(error instanceof TooSlow)) return fileProblem(error);
  return { en: 'the disk is slower than the exchanges come', zh: '磁盘写入跟不上' };
}

/** What waits to be written. */
type Written =
  | { readonly type: 'exchange'; readonly exchange: Exchange }
  | { readonly type: 'late'; readonly late: LateEnd };

/** Memory is short because the disk is slow. */
class TooSlow extends Error {}

class HistoryWriter {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #account: string | undefined;
  readonly #masker: Masker;
  readonly #onProblem: (error: unknown) => void;
  #pending: Written[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #pausedUntil = 0;
  #closed = false;
  #current: (Segment & { readonly handle: FileHandle }) | undefined;

  constructor(
    { folder, maxBytes = maxHistoryBytes, account }: HistoryOptions,
    masker: Masker,
    onProblem: (error: unknown) => void,
  ) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#account = account;
    this.#masker = masker;
    this.#onProblem = onProblem;
  }

  add(item: Written): void {
    if (this.#closed || performance.now() < this.#pausedUntil) return;
    const bytes = sizeOf(item);
    const { length } = this.#pending;
    if (this.#pendingBytes + bytes > maxPendingBytes || length >= maxPendingExchanges) {
      this.#onProblem(new TooSlow());
      return;
    }
    this.#pending.push(item);
    this.#pendingBytes += bytes;
    this.#writing ??= this.#writeAll();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const timeout = new AbortController();
    const late = sleep(closeTimeoutMs, timeout).catch(() => undefined); // Ended below.
    await Promise.race([this.#writing, late]);
    timeout.abort();
    if (this.#writing) return; // The disk hangs; to wait for the file would be to hang too.
    await this.#current?.handle.close().catch(() => undefined); // Nothing is left to lose.
  }

  async #writeAll(): Promise<void> {
    // Not in the turn in which the answer is written.
    await new Promise(setImmediate);
    while (this.#pending.length > 0) {
      const lines = this.#takeBatch();
      try {
        await this.#write(Buffer.from(`\n${lines.join('\n')}\n`));
      } catch (error) {
        this.#drop(error);
      }
      await new Promise(setImmediate);
    }
    this.#writing = undefined;
  }

  #takeBatch(): string[] {
    const lines: string[] = [];
    let bytes = 0;
    while (lines.length < batchExchanges && bytes < batchBytes) {
      const item = this.#pending.shift();
      if (!item) break;
      const size = sizeOf(item);
      bytes += size;
      this.#pendingBytes -= size;
      lines.push(
        item.type === 'late'
          ? encodeLate(item.late, this.#masker)
          : encodeRecord(item.exchange, { masker: this.#masker, account: this.#account }),
      );
    }
    return lines;
  }

  #drop(error: unknown): void {
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#pausedUntil = performance.now() + retryAfterMs;
    const current = this.#current;
    this.#current = undefined;
    void current?.handle.close().catch(() => undefined); // The first failure says more.
    this.#onProblem(error);
  }

  async #write(batch: Buffer): Promise<void> {
    const { handle } = await this.#room(batch.length);
    let written = 0;
    // A disk that is nearly full takes a part, and refuses the rest the next time.
    while (written < batch.length) {
      const result = await handle.write(batch, written, batch.length - written, null);
      written += result.bytesWritten;
    }
  }

  /** A segment that takes `bytes` more: the current one, or the next. */
  async #room(bytes: number): Promise<Segment & { readonly handle: FileHandle }> {
    const current = this.#current ?? (await this.#open());
    const { size, nlink } = await current.handle.stat();
    // Somebody else may have begun the next one, or removed this one.
    const isLast = !(await exists(segmentOf(this.#folder, current.number + 1).path));
    const fits = size === 0 || size + bytes <= segmentBytes;
    if (nlink > 0 && isLast && fits) return current;
    await current.handle.close();
    this.#current = undefined;
    return this.#open(isLast && nlink > 0 ? current.number + 1 : undefined, bytes);
  }

  async #open(number?: number, bytes = 0): Promise<Segment & { readonly handle: FileHandle }> {
    await makeHistoryFolder(this.#folder);
    const known = await listSegments(this.#folder);
    const segment = segmentOf(this.#folder, number ?? known.at(-1)?.number ?? 1);
    await this.#prune(
      known.filter((other) => other.number < segment.number),
      this.#maxBytes - Math.max(segmentBytes, bytes),
    );
    const handle = await openSegment(segment.path, 'append');
    this.#current = { ...segment, handle };
    return this.#current;
  }

  /** Removes the oldest segments until `limitBytes` are left. */
  async #prune(segments: readonly Segment[], limitBytes: number): Promise<void> {
    let total = 0;
    for (const { path } of segments.toReversed()) {
      total += await stat(path).then(
        ({ size }) => size,
        () => 0, // Another process was faster.
      );
      if (total > limitBytes) await rm(path, { force: true });
    }
  }
}

function sizeOf(item: Written): number {
  if (item.type === 'late') return item.late.reply?.length ?? 0;
  const { request, response, push, answerText = '' } = item.exchange;
  const bodies = request.body.length + (response?.body.length ?? 0);
  return bodies + (push?.text.length ?? 0) + answerText.length;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
