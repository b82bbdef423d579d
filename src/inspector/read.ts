import type { FileHandle } from 'node:fs/promises';
import { sleep, type AbortableOptions } from '../core/abort.ts';
import { followEveryMs, maxLineBytes, maxSegmentReadBytes } from './limits.ts';
import { decodeRecord, type RecordedItem } from './record.ts';
import { listSegments, openSegment, type Segment } from './segments.ts';

export interface ReadOptions extends AbortableOptions {
  /** Goes on with what is recorded from now on, until `signal` fires. */
  readonly follow?: boolean | undefined;
  /** Told when what is there has been read, and the waiting begins. */
  readonly onEnd?: (() => void) | undefined;
}

/** What is found in a history, in the order in which it was written. */
export type HistoryItem =
  | RecordedItem
  /** A line that is neither: half written by a killed process, damaged, or of another version. */
  | { readonly type: 'unreadable' };

/**
 * Reads the history of a project in bounded memory. Takes what comes: files that are cut off, removed or replaced while it reads.
 *
 * @throws WXD6064 for a file that is a link or cannot be read; `signal.reason` when it fires
 */
export async function* readHistory(
  folder: string,
  options: ReadOptions = {},
): AsyncGenerator<HistoryItem> {
  for await (const line of readLines(folder, options)) {
    const item = line && decodeRecord(line.toString('utf8'));
    yield item ?? { type: 'unreadable' };
  }
}

/** The highest id of the history; 0 where there is none. @throws WXD6064 */
export async function lastRecordedId(folder: string): Promise<number> {
  let last = 0;
  for await (const line of readLines(folder, {})) {
    // Every line begins with its id. To parse 20 MB would take a start-up three times as long.
    const [, digits] =
      /^\{"id":(\d{1,15}),"v":1,/.exec(line?.toString('latin1', 0, 40) ?? '') ?? [];
    last = Math.max(last, Number(digits ?? 0));
  }
  return last;
}

/** Lines without their end, empty ones left out; undefined for one that is too long. */
async function* readLines(
  folder: string,
  { signal, follow = false, onEnd }: ReadOptions,
): AsyncGenerator<Buffer | undefined> {
  let told = false;
  let reader: SegmentReader | undefined;
  for (;;) {
    signal?.throwIfAborted();
    // Listed before it is read: whatever is in this segment then was written before the next was begun.
    const segments = await listSegments(folder);
    const number = reader?.segment.number ?? 0;
    const segment = segments.find((candidate) => candidate.number >= number);
    if (segment && segment.number !== reader?.segment.number) reader = new SegmentReader(segment);
    if (reader) yield* reader.read(signal);
    const next = segments.find((candidate) => candidate.number > (reader?.segment.number ?? 0));
    if (next) {
      reader = new SegmentReader(next);
      continue;
    }
    if (!told) onEnd?.();
    told = true;
    if (!follow) return;
    await sleep(followEveryMs, { signal });
  }
}

/** Reads one segment as far as it goes, and later what was added. */
class SegmentReader {
  readonly segment: Segment;
  /** How the file begins, which tells it from another one in its place. */
  #head: Buffer = Buffer.alloc(0);
  #started = false;
  #offset = 0;
  #lines = new LineSplitter();

  constructor(segment: Segment) {
    this.segment = segment;
  }

  async *read(signal: AbortSignal | undefined): AsyncGenerator<Buffer | undefined> {
    const handle = await openSegment(this.segment.path, 'read');
    if (!handle) return;
    try {
      await this.#findPlace(handle);
      const chunk = Buffer.allocUnsafe(chunkBytes);
      for (;;) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        yield* this.#lines.add(chunk.subarray(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  }

  /** Goes on where it stopped, unless the file was cut or is another one now. */
  async #findPlace(handle: FileHandle): Promise<void> {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const known = this.#head;
    this.#head = buffer.subarray(0, bytesRead);
    // Not by its inode: that of a removed file is given to the next one.
    const isSame = known.equals(this.#head.subarray(0, known.length)) && size >= this.#offset;
    if (this.#started && isSame) return;
    this.#started = true;
    this.#offset = Math.max(0, size - maxSegmentReadBytes);
    this.#lines = new LineSplitter();
  }
}

const chunkBytes = 64 * 1024;

/** Id and time of the first exchange are among them. */
const headBytes = 64;

/** Cuts bytes into lines, and forgets those that are too long. */
class LineSplitter {
  #parts: Buffer[] = [];
  #bytes = 0;

  *add(chunk: Buffer): Generator<Buffer | undefined> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, start);
      if (end === -1) break;
      yield* this.#finish(chunk.subarray(start, end));
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  *#finish(rest: Buffer): Generator<Buffer | undefined> {
    this.#keep(rest);
    const isTooLong = this.#bytes > maxLineBytes;
    if (isTooLong) yield undefined;
    else if (this.#bytes > 0) yield Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes > maxLineBytes) this.#parts = [];
    // Copied: the chunk is written over by the next one.
    else this.#parts.push(Buffer.from(part));
  }
}
