import { randomInt } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep } from '../core/abort.ts';

/** Who asks for ids. */
export interface IdOwner {
  readonly pid: number;
  readonly isAlive: (pid: number) => boolean;
}

/** The ids from `first` to `last`, which no other process hands out. */
interface Block {
  readonly first: number;
  readonly last: number;
  readonly pid: number;
  readonly path: string;
}

/** Ids that are reserved at first; each further time ten times as many, so that a busy run seldom has to ask. */
const firstBlockIds = 100;
const largestBlockIds = 10_000;

/** The next block is reserved when this share of one is used: at 10,000 pushes a second the disk then has 7 ms. */
const reserveAtShare = 0.25;

/** Processes that start in the same moment give way to each other this often. */
const maxAttempts = 20;

/** How long one that gave way waits at most, in milliseconds. */
const giveWayMs = 25;

/**
 * Numbers the exchanges of all runs of a project, two at once included. A process reserves a block of numbers by a file whose name says
 * it all, and hands them out without touching the disk. What a dead process had reserved and not used is handed out again.
 */
export class ExchangeIds {
  readonly #folder: string;
  readonly #owner: IdOwner;
  #last: number;
  #blocks: Block[] = [];
  #reserving: Promise<void> | undefined;
  #size = firstBlockIds;

  private constructor(folder: string, owner: IdOwner, last: number) {
    this.#folder = folder;
    this.#owner = owner;
    this.#last = last;
  }

  /** Goes on after `last`, the highest id of the history. Without a folder that can be written, it counts for this process alone. */
  static async open(folder: string, owner: IdOwner, last: number): Promise<ExchangeIds> {
    const ids = new ExchangeIds(folder, owner, last);
    await ids.#reserve();
    const [block] = ids.#blocks;
    if (block) ids.#last = block.first - 1;
    return ids;
  }

  /** The next id. Never waits: where the disk is too slow to reserve more, it goes on counting. */
  next(): number {
    const wanted = this.#last + 1;
    const current = this.#blocks[0];
    const following = this.#blocks[1];
    if (current && wanted > current.last && following) {
      this.#blocks.shift();
      void rm(current.path, { force: true }).catch(() => undefined); // Without use, and gone with the next run.
      // Not below what was counted while the disk was slow.
      this.#last = Math.max(wanted, following.first);
    } else this.#last = wanted;
    this.#reserveAhead();
    return this.#last;
  }

  /** Gives back what was reserved. */
  async close(): Promise<void> {
    await this.#reserving;
    for (const { path } of this.#blocks.splice(0)) {
      await rm(path, { force: true }).catch(() => undefined); // A file of a dead process is nobody's.
    }
  }

  #reserveAhead(): void {
    const [current] = this.#blocks;
    if (!current || this.#blocks.length > 1 || this.#reserving) return;
    const used = this.#last - current.first + 1;
    if (used < (current.last - current.first + 1) * reserveAtShare) return;
    this.#reserving = this.#reserve().finally(() => {
      this.#reserving = undefined;
    });
  }

  async #reserve(): Promise<void> {
    const block = await reserveBlock(this.#folder, this.#owner, this.#last, this.#size).catch(
      () => undefined, // Read-only or full: the history says so itself.
    );
    this.#size = Math.min(this.#size * 10, largestBlockIds);
    if (block) this.#blocks.push(block);
  }
}

/**
 * Reserves by making a file and looking again: of two that overlap at least one sees the other, and whoever sees another gives way.
 */
async function reserveBlock(
  folder: string,
  owner: IdOwner,
  after: number,
  size: number,
): Promise<Block | undefined> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const taken = await livingBlocks(folder, owner);
    const first = Math.max(after, ...taken.map((block) => block.last)) + 1;
    const last = first + size - 1;
    const { pid } = owner;
    const path = join(folder, `ids-${first}-${last}-${pid}`);
    await writeFile(path, '', { flag: 'wx', mode: 0o600 });
    const others = (await livingBlocks(folder, owner)).filter((block) => block.path !== path);
    if (!others.some((block) => block.first <= last && block.last >= first))
      return { first, last, pid, path };
    await rm(path, { force: true });
    await sleep(randomInt(1, giveWayMs));
  }
  return undefined;
}

async function livingBlocks(folder: string, { pid, isAlive }: IdOwner): Promise<Block[]> {
  const blocks = (await readdir(folder)).flatMap((name): Block[] => {
    const found = /^ids-(\d{1,15})-(\d{1,15})-(\d{1,10})$/.exec(name);
    if (!found) return [];
    const [first = 0, last = 0, owner = 0] = found.slice(1).map(Number);
    return [{ first, last, pid: owner, path: join(folder, name) }];
  });
  const living = blocks.filter((block) => block.pid === pid || isAlive(block.pid));
  for (const { path } of blocks.filter((block) => !living.includes(block)))
    await rm(path, { force: true });
  return living;
}
