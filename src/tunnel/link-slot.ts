import { isWxDevError, WxDevError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { closeCodes, type Resumption } from '../wire/handshake.ts';
import { backoffMs } from './backoff.ts';
import type { Dialled } from './dial.ts';
import { MOVE_JITTER_MS, STABLE_MS, USEFUL_BYTES } from './limits.ts';
import type { LossError, LossKind, RelayConnection } from './relay-connection.ts';

/** A link is lost, or a dial has failed, and it is dialled again. */
export interface LostLink {
  /** Dials without success so far, and the one to come. */
  readonly attempt: number;
  /** Milliseconds until then. */
  readonly delayMs: number;
  readonly reason: string;
  /** What a dial ran into, or how a connection was lost. */
  readonly error?: WxDevError | undefined;
}

/** What a slot needs. */
export interface LinkSlotOptions {
  /** Connects; `accept` is called at once when the relay has welcomed us. */
  readonly dial: (
    resume: Resumption | undefined,
    accept: (dialled: Dialled) => void,
  ) => Promise<void>;
  /** Makes a session out of a connection. */
  readonly open: (dialled: Dialled, slot: LinkSlot) => RelayConnection;
  readonly now: () => number;
  readonly logger: Logger;
  /** It is connected, or no longer. */
  readonly onChange: () => void;
  readonly onRetry: (lost: LostLink) => void;
  /** The relay wants us no more: dialling again is of no use. */
  readonly onFinal: (error: WxDevError) => void;
}

/**
 * What a relay says that dialling again does not change: other version, token refused or revoked, name of somebody else or not
 * covered, certificate refused, a newer client of ours.
 */
const FINAL: ReadonlySet<string> = new Set([
  'WXD4002',
  'WXD4003',
  'WXD4004',
  'WXD4017',
  'WXD4031',
  'WXD4040',
  'WXD5029',
]);

/**
 * The place of one link: dials again when its connection is lost, and makes the next before it gives up one whose relay goes away.
 */
export class LinkSlot {
  readonly #options: LinkSlotOptions;
  #connection: RelayConnection | undefined;
  /** Connections whose relay goes away; they answer what they were asked. */
  readonly #leaving = new Set<RelayConnection>();
  #connectedAt = 0;
  /** Since when no connection has lasted. */
  #unstableSince = 0;
  #attempt = 0;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LinkSlotOptions) {
    this.#options = options;
  }

  /** The connection that is made or was lost last. */
  get connection(): RelayConnection | undefined {
    return this.#connection;
  }

  get isUp(): boolean {
    return this.#connection?.isUp === true || [...this.#leaving].some(({ isUp }) => isUp);
  }

  /** Requests in work. */
  get busy(): number {
    return [this.#connection, ...this.#leaving].reduce((sum, each) => sum + (each?.busy ?? 0), 0);
  }

  /** Dials for the first time. */
  start(): void {
    this.#unstableSince = this.#options.now();
    void this.#dial();
  }

  /** Takes a connection that the relay has accepted. */
  attach(dialled: Dialled): void {
    const { socket, welcome } = dialled;
    if (this.#isClosed) {
      socket.close(closeCodes.normal);
      return;
    }
    this.#connectedAt = this.#options.now();
    if (this.#connection && welcome.received !== undefined) {
      this.#connection.resume(socket, welcome.received);
    } else {
      this.#connection?.lose();
      this.#connection = this.#options.open(dialled, this);
    }
    this.#options.onChange();
  }

  /** The WebSocket of `connection` is lost. */
  lost(connection: RelayConnection, error: LossError, kind: LossKind): void {
    if (this.#isClosed) return;
    if (kind === 'superseded') {
      // Coming back would take the name from the newer client, which would take it back, without end.
      this.#options.onFinal(new WxDevError('WXD4017', { name: connection.name }));
      return;
    }
    if (this.#leaving.delete(connection) || connection !== this.#connection) {
      // What was dialled while nothing was missing is not counted.
      if (!this.isUp) this.#attempt = 0;
      this.#options.onChange();
      return;
    }
    if (kind !== 'suspended') this.#connection = undefined;
    const now = this.#options.now();
    const wasUseful = connection.carried >= USEFUL_BYTES;
    if (this.#attempt === 0 || wasUseful || now - this.#connectedAt >= STABLE_MS) {
      this.#unstableSince = now;
      this.#attempt = 0;
    }
    this.#options.onChange();
    this.#waitAndDial(error);
  }

  /** The relay of `connection` goes away soon: another link is made first. */
  move(connection: RelayConnection): void {
    if (this.#isClosed || connection !== this.#connection) return;
    this.#connection = undefined;
    this.#leaving.add(connection);
    this.#unstableSince = this.#options.now();
    this.#attempt = 0;
    this.#dialAfter(Math.random() * MOVE_JITTER_MS);
  }

  /** Keepalive and deadlines; call it every `tickIntervalMs`. */
  tick(): void {
    const now = this.#options.now();
    this.#connection?.tick(now);
    for (const connection of this.#leaving) connection.tick(now);
  }

  /** The computer has woken up: dials at once where it would have waited. */
  wake(): void {
    if (this.#retry) this.#dialAfter(0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const open = this.#connection ? [this.#connection, ...this.#leaving] : [...this.#leaving];
    await Promise.all(open.map((connection) => connection.close()));
  }

  #waitAndDial(cause: unknown): void {
    this.#attempt++;
    const error = isWxDevError(cause) ? cause : undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const backoff = backoffMs(this.#options.now() - this.#unstableSince, Math.random());
    // Until then the relay refuses whoever comes from this address, also with a good token.
    const refusedMs = isWxDevError(cause, 'WXD4046') ? cause.details.waitS * 1_000 : 0;
    const delayMs = refusedMs + backoff;
    this.#options.onRetry({ attempt: this.#attempt, delayMs, reason, error });
    this.#dialAfter(delayMs);
  }

  #dialAfter(ms: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#dial(), ms);
  }

  async #dial(): Promise<void> {
    this.#retry = undefined;
    try {
      const resume = this.#connection?.resumption;
      await this.#options.dial(resume, (dialled) => this.attach(dialled));
    } catch (error) {
      if (this.#isClosed) return;
      if (isWxDevError(error) && FINAL.has(error.code)) {
        this.#options.onFinal(error);
        return;
      }
      const code = isWxDevError(error) ? error.code : undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.logger.debug('cannot reach the relay', { code, reason });
      this.#waitAndDial(error);
    }
  }
}
