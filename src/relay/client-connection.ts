import type { WebSocket } from 'ws';
import { isWxDevError } from '../core/errors.ts';
import { closeCodes } from '../wire/handshake.ts';
import { Link } from '../wire/link.ts';
import { Session } from '../wire/session.ts';
import { TAKEOVER_MS } from './limits.ts';

/** Why a client is gone, and whether it will want to come back. */
export interface Departure {
  readonly reason: string;
  readonly isExpected: boolean;
}

/** One connected client: its WebSocket and the link over it. */
export class ClientConnection {
  readonly link: Link;
  /** Called once, when the connection is gone. */
  onGone: (departure: Departure) => void = () => undefined;
  readonly #socket: WebSocket;
  #endReason: string | undefined;
  #supersededAt: number | undefined;
  #now: number;

  constructor(socket: WebSocket, now: number) {
    this.#socket = socket;
    this.#now = now;
    this.link = new Link({
      session: new Session({ role: 'relay', now }),
      sink: socket,
      listener: {
        // Only a relay opens streams; the session refuses a client that tries.
        open: () => undefined,
        // A client that goes away closes its connection when its streams have ended.
        goAway: () => undefined,
        dead: () => this.#end(closeCodes.silent, 'it fell silent'),
      },
      schedule: setImmediate,
    });
    socket.on('message', (message: Buffer, isBinary) => this.#receive(message, isBinary));
    socket.once('close', (code, reason) => this.#gone(code, reason.toString()));
  }

  /** Keepalive, and the deadline of a client that was replaced. */
  tick(now: number): void {
    this.#now = now;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.link.tick(now);
    if (this.#supersededAt === undefined) return;
    if (this.link.size === 0 || now - this.#supersededAt > TAKEOVER_MS)
      this.#end(closeCodes.superseded, 'a newer client of the same owner took over');
  }

  /** Lets the client finish what it is answering, then closes it: a newer one has its name. */
  supersede(): void {
    this.#supersededAt = this.#now;
    this.link.goAway('superseded', TAKEOVER_MS);
    if (this.link.size === 0)
      this.#end(closeCodes.superseded, 'a newer client of the same owner took over');
  }

  goAway(reason: string, deadlineMs: number): void {
    this.link.goAway(reason, deadlineMs);
  }

  #receive(message: Buffer, isBinary: boolean): void {
    try {
      if (isBinary) this.link.receive(message, performance.now());
      else this.#end(closeCodes.violation, 'it sent text');
    } catch (error) {
      if (!isWxDevError(error, 'WXD4009')) throw error;
      this.#end(closeCodes.violation, error.details.rule);
    }
  }

  #end(code: number, reason: string): void {
    this.#endReason ??= reason;
    this.link.lose(reason);
    this.#socket.close(code);
    if (code === closeCodes.silent) this.#socket.terminate();
  }

  #gone(code: number, reason: string): void {
    this.link.lose('its connection was lost');
    this.onGone({
      reason: this.#endReason ?? (reason || `connection closed (${code})`),
      isExpected: code !== closeCodes.normal,
    });
  }
}
