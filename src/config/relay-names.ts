import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WxDevError, type Words } from '../core/errors.ts';
import { fileProblem } from '../core/system-error.ts';
import { writeTemporary } from './private-file.ts';
import { readTextFile } from './text-file.ts';

/** A name that a relay keeps for its owner. */
interface Reservation {
  readonly name: string;
  /** SHA-256 of the owner's secret, in hex. */
  readonly ownerHash: string;
  /** Whose token it was taken with. */
  readonly holder?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly seenAt: number;
}

/** Number in the file; another one was written by a wx-dev that means something else by it. */
const VERSION = 1;

/** Shortest time between two writes, in milliseconds: a thousand clients that come back at once are one write or two. */
const WRITE_PAUSE_MS = 250;

/**
 * The names that a relay keeps for their owners, in one file: written anew beside it and put in its place, so that a relay that is
 * killed leaves it whole. A name is on the disk some milliseconds after it was given.
 */
export class RelayNames {
  readonly #file: string;
  readonly #onProblem: (error: WxDevError) => void;
  readonly #names = new Map<string, Reservation>();
  #isDirty = false;
  #writing: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #isClosing = false;

  /** @param onProblem Told when the file cannot be written; it is tried again with the next change. */
  constructor(file: string, onProblem: (error: WxDevError) => void) {
    this.#file = file;
    this.#onProblem = onProblem;
  }

  /** What an earlier run has kept. @throws WXD6004 for a damaged file, WXD6006 when it cannot be read */
  async load(): Promise<readonly Reservation[]> {
    const found = await readTextFile(this.#file, dirname(this.#file));
    for (const reservation of found ? parse(found.text, this.#file) : [])
      this.#names.set(reservation.name, reservation);
    return [...this.#names.values()];
  }

  /** Keeps one, or what is new of it. */
  keep(reservation: Reservation): void {
    this.#names.set(reservation.name, reservation);
    this.#changed();
  }

  forget(name: string): void {
    if (this.#names.delete(name)) this.#changed();
  }

  /** Resolves when all has been written that can be. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#wake();
    await this.#writing;
  }

  #changed(): void {
    this.#isDirty = true;
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    while (this.#isDirty) {
      this.#isDirty = false;
      const names = [...this.#names.values()];
      try {
        await this.#write(`${JSON.stringify({ version: VERSION, names }, undefined, 1)}\n`);
      } catch (error) {
        const details = { path: this.#file, reason: fileProblem(error) };
        this.#onProblem(new WxDevError('WXD6008', details, { cause: error }));
      }
      if (!this.#isClosing) await this.#pause();
    }
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    await rename(await writeTemporary(this.#file, text), this.#file);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, WRITE_PAUSE_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** @throws WXD6004 */
function parse(text: string, path: string): readonly Reservation[] {
  const damaged = (reason: Words): WxDevError => new WxDevError('WXD6004', { path, reason });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged({ en: 'it is not JSON', zh: '内容不是 JSON' });
  }
  const { version, names } = isRecord(value) ? value : {};
  if (version !== VERSION || !Array.isArray(names))
    throw damaged({ en: 'it holds no names of a relay', zh: '内容不是中继的名称列表' });
  return names.map((item: unknown) => {
    if (isReservation(item)) return item;
    throw damaged({ en: 'a name in it is damaged', zh: '其中一个名称已损坏' });
  });
}

function isReservation(item: unknown): item is Reservation {
  if (!isRecord(item)) return false;
  const { name, ownerHash, seenAt, holder } = item;
  return (
    typeof name === 'string' &&
    /^[a-z0-9-]{1,63}$/.test(name) &&
    typeof ownerHash === 'string' &&
    /^[0-9a-f]{64}$/.test(ownerHash) &&
    Number.isSafeInteger(seenAt) &&
    (holder === undefined || (typeof holder === 'string' && /^[a-z]+:[0-9a-f]{1,64}$/.test(holder)))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
