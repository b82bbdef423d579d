import { WxDevError } from '../core/errors.ts';
import { BodyReader } from '../wire/body.ts';
import { formatHead, headerField, type RequestHead } from '../wire/head.ts';
import { ChunkQueue } from '../wire/chunk-queue.ts';
import {
  INTAKE_BYTES,
  INTAKE_BYTES_PER_NAME,
  INTAKE_PART,
  MAX_SPOOLED_BODY_BYTES,
  MIN_LINK_SHARE_BYTES,
} from './limits.ts';
import type { RelayMemory } from './memory.ts';

/** Gathers the body of a request that is kept. */
export class SpoolIntake {
  readonly #reader: BodyReader;
  readonly #chunks = new ChunkQueue();
  readonly #share: IntakeShare;

  constructor({ framing }: RequestHead, share: IntakeShare) {
    this.#share = share;
    this.#reader = new BodyReader(framing);
  }

  /**
   * Takes more of the connection. @returns the body, once it is complete; `full` when too much is on its way already
   * @throws WXD4012 when it is malformed, WXD4048 when it is larger than what is kept
   */
  push(bytes: Buffer): Buffer | 'full' | undefined {
    for (const chunk of this.#reader.push(bytes).chunks) {
      if (this.#chunks.bytes + chunk.length > MAX_SPOOLED_BODY_BYTES)
        throw new WxDevError('WXD4048', { maxBytes: MAX_SPOOLED_BODY_BYTES });
      // A copy: a view would keep a whole read alive for each small push.
      this.#chunks.push(Buffer.from(chunk));
      if (!this.#share.charge(chunk.length)) return 'full';
    }
    if (!this.#reader.isComplete) return undefined;
    const parts: Uint8Array[] = [];
    while (this.#chunks.bytes > 0) parts.push(this.#chunks.shift(Infinity));
    return Buffer.concat(parts);
  }
}

/** What one request holds in memory while it comes and is written. */
export interface IntakeShare {
  /** It holds `bytes` more. @returns false when all together, or those of its tunnel, hold too much */
  charge(bytes: number): boolean;
  /** It holds nothing any more. Idempotent. */
  release(): void;
}

/** What all requests that are being kept hold in memory, and those of each tunnel: a part of what the relay may hold at all. */
export class IntakeBudget {
  readonly #memory: RelayMemory;
  readonly #max: number;
  readonly #maxPerName: number;
  readonly #names = new Map<string, number>();
  #bytes = 0;

  constructor(memory: RelayMemory) {
    const part = Math.max(MIN_LINK_SHARE_BYTES, memory.budgetBytes / INTAKE_PART);
    this.#memory = memory;
    this.#max = Math.min(INTAKE_BYTES, part);
    this.#maxPerName = Math.min(INTAKE_BYTES_PER_NAME, Math.max(MIN_LINK_SHARE_BYTES, part / 4));
  }

  /** Begins a request of `name`. */
  open(name: string): IntakeShare {
    let held = 0;
    const add = (bytes: number): boolean => {
      held += bytes;
      this.#bytes += bytes;
      this.#memory.hold(bytes);
      const ofName = (this.#names.get(name) ?? 0) + bytes;
      if (ofName > 0) this.#names.set(name, ofName);
      else this.#names.delete(name);
      return this.#bytes <= this.#max && ofName <= this.#maxPerName && this.#memory.hasRoom(0);
    };
    return { charge: add, release: () => void add(-held) };
  }
}

/** What WeChat is told of a request that is kept: 回复 success, and it does not send it again. */
export function keptAnswer(requestId: string): Buffer {
  const head = formatHead('HTTP/1.1 200 OK', [
    headerField('Content-Type', 'text/plain; charset=utf-8'),
    headerField('Content-Length', '7'),
    headerField('X-Request-Id', requestId),
    headerField('x-wx-dev-spooled', 'kept'),
    headerField('Connection', 'close'),
  ]);
  return Buffer.concat([head, Buffer.from('success')]);
}
