import type { WebSocket } from 'ws';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import {
  closeCodes,
  isLoss,
  linksFeature,
  resumeFeature,
  type Resumption,
  type Welcome,
} from '../wire/handshake.ts';
import { Link } from '../wire/link.ts';
import { Session } from '../wire/session.ts';
import { IncomingRequests, type IncomingOptions } from './incoming-requests.ts';
import { CLOSE_TIMEOUT_MS } from './limits.ts';

/** What one connection to the relay needs. */
export interface RelayConnectionOptions extends Omit<IncomingOptions, 'link'> {
  readonly socket: WebSocket;
  readonly welcome: Welcome;
  /** Origin of the relay, as errors show it. */
  readonly relay: string;
  /** The relay goes away soon, and takes this connection with it. */
  readonly onMove: (self: RelayConnection) => void;
  /** Called when the WebSocket is lost; `kind` says whether the session can go on over another one. */
  readonly onLost: (self: RelayConnection, error: LossError, kind: LossKind) => void;
}

/** Why a connection was lost. */
export type LossError = WxDevError<'WXD4063'>;

/** What becomes of a session whose WebSocket is lost. */
export type LossKind = 'suspended' | 'over' | 'superseded';

/** One session with the relay, from its first stream to its end, and the WebSocket over which it runs now. */
export class RelayConnection {
  readonly #options: RelayConnectionOptions;
  readonly #link: Link;
  readonly #requests: IncomingRequests;
  #socket: WebSocket | undefined;
  #isSuperseded = false;
  #receivedBefore = 0;
  /** When the relay gives the session up. */
  #forgottenAt = Infinity;
  #leaveAt: number | undefined;
  #loss: Omit<LossError['details'], 'relay'> | undefined;

  constructor(options: RelayConnectionOptions) {
    const { socket, welcome, now } = options;
    const isResumable = welcome.features.includes(resumeFeature);
    const hasLinks = welcome.features.includes(linksFeature);
    this.#options = options;
    this.#link = new Link({
      session: new Session({ role: 'client', now: now(), isResumable, hasLinks }),
      sink: socket,
      listener: {
        open: (stream, head, end) => this.#requests.open(stream, head, end),
        goAway: (reason, deadlineMs) => this.#prepareToLeave(reason, deadlineMs),
        leaving: () => options.onMove(this),
        dead: () => {
          this.#loss = { how: 'silent', seen: 'no answer to PING' };
          this.#socket?.terminate();
        },
      },
      schedule: setImmediate,
      resumablePeer: isResumable ? 'relay' : undefined,
    });
    this.#requests = new IncomingRequests({ ...options, link: this.#link });
    this.#listen(socket);
  }

  get name(): string {
    return this.#options.welcome.name;
  }

  /** Whether its relay lets a client have several links. */
  get hasLinks(): boolean {
    return this.#options.welcome.features.includes(linksFeature);
  }

  get isUp(): boolean {
    return this.#link.isOpen && !this.#link.isSuspended;
  }

  /** Requests in work. */
  get busy(): number {
    return this.#link.size;
  }

  /** Where the session goes on after a loss; undefined when it cannot. */
  get resumption(): Resumption | undefined {
    if (!this.#link.isSuspended) return undefined;
    return { session: this.#options.welcome.session, received: this.#link.received };
  }

  /** Goes on over `socket`, when the relay has `received` bytes of ours; otherwise the session is over. */
  resume(socket: WebSocket, received: number): void {
    this.#loss = undefined;
    this.#receivedBefore = this.#link.received;
    this.#forgottenAt = Infinity;
    this.#listen(socket);
    if (this.#link.resume(socket, received, this.#options.now())) return;
    this.#loss = { how: 'broken', seen: 'it came back with a wrong count' };
    this.lose();
    socket.close(closeCodes.violation);
  }

  /** Another connection to the same relay has fallen silent: asks whether this one still lives, and does not wait long. */
  suspect(): void {
    this.#link.suspect();
  }

  /** The session cannot go on: whoever waits for it is told. */
  lose(): void {
    this.#link.lose('the connection to the relay was lost');
  }

  /** Round trip in milliseconds, once measured. */
  get rttMs(): number | undefined {
    return this.#link.rttMs;
  }

  /** Bytes that came over the newest WebSocket. */
  get carried(): number {
    return this.#link.received - this.#receivedBefore;
  }

  /** Keepalive and deadlines; call it every `tickIntervalMs`. */
  tick(now: number): void {
    if (!this.#link.isOpen) return;
    if (now >= this.#forgottenAt) this.lose();
    this.#link.tick(now);
    this.#requests.tick(now);
    if (this.#leaveAt !== undefined && (this.#link.size === 0 || now >= this.#leaveAt))
      this.#socket?.close(closeCodes.goingAway);
  }

  /** Ends the tunnel: the relay forgets that it expects us. */
  async close(): Promise<void> {
    const socket = this.#socket;
    if (!socket || socket.readyState === socket.CLOSED) {
      this.lose();
      return;
    }
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close(closeCodes.normal);
    const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(timer);
  }

  #receive(message: Buffer): void {
    try {
      this.#link.receive(message, this.#options.now());
    } catch (error) {
      if (!isWxDevError(error, 'WXD4009')) throw error;
      this.#loss = { how: 'broken', seen: error.details.rule };
      this.#socket?.close(closeCodes.violation);
    }
  }

  #prepareToLeave(reason: string, deadlineMs: number): void {
    if (reason === 'superseded') this.#isSuperseded = true;
    this.#loss ??= { how: 'leaving', seen: reason };
    this.#leaveAt = this.#options.now() + deadlineMs;
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    socket.on('message', (message: Buffer) => this.#receive(message));
    socket.on('error', (error) => {
      this.#loss ??= { how: 'cut', seen: error.message };
    });
    socket.once('close', (code) => this.#closed(code));
  }

  #closed(code: number): void {
    const { welcome, relay, now, onLost } = this.#options;
    this.#socket = undefined;
    const ending = code === closeCodes.refused ? 'refused' : 'cut';
    const { how, seen } = this.#loss ?? { how: ending, seen: `connection closed (${code})` };
    const error = new WxDevError('WXD4063', { relay, how, seen });
    const isSuperseded = this.#isSuperseded || code === closeCodes.superseded;
    const isResumable = welcome.features.includes(resumeFeature) && this.#link.isOpen;
    if (isResumable && isLoss(code) && this.#leaveAt === undefined) {
      this.#link.suspend();
      this.#forgottenAt = now() + welcome.graceMs;
      onLost(this, error, 'suspended');
      return;
    }
    this.lose();
    onLost(this, error, isSuperseded ? 'superseded' : 'over');
  }
}
