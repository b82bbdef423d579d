import type { WebSocket } from 'ws';
import { isWxDevError } from '../core/errors.ts';
import { closeCodes, isLoss } from '../wire/handshake.ts';
import { Link, type LogKeeper } from '../wire/link.ts';
import { Session } from '../wire/session.ts';
import type { Departure, DepartureReason } from './departure.ts';
import { GRACE_MS, PARK_MS, TAKEOVER_MS } from './limits.ts';
import type { MemoryShare, Pausable, RelayMemory } from './memory.ts';

/** What a client connection is made with. */
export interface ClientConnectionOptions {
  readonly socket: WebSocket;
  /** Whether the client can go on with its session after a loss. */
  readonly isResumable: boolean;
  /** Whether the client may hold other links, and wants to be told before this one ends. */
  readonly hasLinks: boolean;
  /** What the relay may hold for slow readers. */
  readonly memory: RelayMemory;
  readonly now: number;
}

const replacedReason: DepartureReason = 'a newer client of the same owner took over';

/** One client: its link, and the WebSocket over which it runs now. */
export class ClientConnection implements Pausable, LogKeeper {
  readonly link: Link;
  /** Called when the WebSocket is lost and the client may come back to this session. */
  onSuspended: (reason: string) => void = () => undefined;
  /** Called once, when the session is over. */
  onGone: (departure: Departure) => void = () => undefined;
  readonly #isResumable: boolean;
  readonly #hasLinks: boolean;
  #socket: WebSocket | undefined;
  #endReason: string | undefined;
  #supersededAt: number | undefined;
  #suspendedAt: number | undefined;
  #patience: NodeJS.Timeout | undefined;
  readonly #share: MemoryShare;
  /** Nothing is read from it until its readers have taken what we hold for them. */
  #isHeld = false;
  #isSilent = false;
  #isGone = false;
  #now: number;

  constructor({ socket, isResumable, hasLinks, memory, now }: ClientConnectionOptions) {
    this.#isResumable = isResumable;
    this.#hasLinks = hasLinks;
    this.#now = now;
    this.link = new Link({
      session: new Session({ role: 'relay', now, isResumable, hasLinks }),
      sink: socket,
      listener: {
        // Only a relay opens streams; the session refuses a client that tries.
        open: ignore,
        // A client that goes away closes its connection when its streams have ended.
        goAway: ignore,
        dead: () => this.#silent(),
      },
      schedule: setImmediate,
      resumablePeer: isResumable ? 'client' : undefined,
      keeper: this,
    });
    this.#share = memory.open(this.link, this);
    this.#listen(socket);
  }

  /** For its link: whether so much may wait for an ACK of the client. */
  mayKeep(bytes: number): boolean {
    return this.#share.mayLog(bytes);
  }

  /** For its link: more waits for an ACK, or less. */
  kept(change: number): void {
    this.#share.addLog(change);
  }

  /** Whether its client may go on with the session, also when we have not noticed a loss. */
  get mayResume(): boolean {
    return this.#isResumable && this.link.isOpen && this.#supersededAt === undefined;
  }

  /** Keepalive, and the deadlines of a client that was replaced or is away. */
  tick(now: number): void {
    this.#now = now;
    if (this.#suspendedAt !== undefined) {
      if (now - this.#suspendedAt > GRACE_MS) this.leave('it did not come back');
      return;
    }
    if (this.#socket?.readyState !== this.#socket?.OPEN) return;
    if (this.#isHeld) this.link.tickDeaf(now);
    else this.link.tick(now);
    if (this.#supersededAt === undefined) return;
    if (this.link.size === 0 || now - this.#supersededAt > TAKEOVER_MS)
      this.#end(closeCodes.superseded, replacedReason);
  }

  /** Lets the client finish what it is answering, then closes it: a newer one has its name. */
  supersede(): void {
    if (this.link.isSuspended) {
      this.leave(replacedReason);
      return;
    }
    this.#supersededAt = this.#now;
    this.link.goAway('superseded', TAKEOVER_MS);
    if (this.link.size === 0) this.#end(closeCodes.superseded, replacedReason);
  }

  /** Asks the client to be elsewhere within `deadlineMs`; one that cannot is told nothing. */
  announceGoAway(reason: DepartureReason, deadlineMs: number): void {
    if (this.#hasLinks) this.link.announceGoAway(reason, deadlineMs);
  }

  goAway(reason: DepartureReason, deadlineMs: number): void {
    this.link.goAway(reason, deadlineMs);
  }

  /** Gives up the WebSocket that is left of a client which dials again before we have noticed its loss. */
  detach(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.removeAllListeners('message');
    this.#suspend('it dialled again', false);
    socket.terminate();
  }

  /** Goes on over `socket`. @returns false when the client cannot have `received` bytes; the session is over then */
  goOn(socket: WebSocket, received: number, now: number): boolean {
    if (!this.link.resume(socket, received, performance.now())) {
      this.leave('it came back with a wrong count');
      return false;
    }
    this.#now = now;
    this.#suspendedAt = undefined;
    clearTimeout(this.#patience);
    this.#listen(socket);
    return true;
  }

  /** Ends the session of a client that may not stay. */
  sendAway(reason: DepartureReason): void {
    if (this.link.isSuspended) this.leave(reason);
    else this.#end(closeCodes.refused, reason);
  }

  /** Ends the session of a client that is not connected. */
  leave(reason: DepartureReason): void {
    this.link.lose(reason);
    this.#gone(reason, true);
  }

  /** Reads nothing more from the client, whose readers are slow. */
  pause(): void {
    this.#isHeld = true;
    this.#socket?.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#isHeld = false;
    this.#socket?.resume();
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    if (this.#isHeld) socket.pause();
    socket.on('message', (message: Buffer, isBinary) => this.#receive(message, isBinary));
    socket.on('close', (code) => this.#closed(socket, code));
  }

  #receive(message: Buffer, isBinary: boolean): void {
    try {
      if (isBinary) this.link.receive(message, performance.now());
      else this.#end(closeCodes.violation, 'it sent text' satisfies DepartureReason);
    } catch (error) {
      if (!isWxDevError(error, 'WXD4009')) throw error;
      this.#end(closeCodes.violation, error.details.rule);
    }
  }

  #silent(): void {
    this.#isSilent = true;
    if (!this.#isResumable) this.#end(closeCodes.silent, 'it fell silent');
    else this.#endReason ??= 'it fell silent';
    this.#socket?.terminate();
  }

  #end(code: number, reason: string): void {
    this.#endReason ??= reason;
    this.link.lose(reason);
    this.#socket?.close(code);
  }

  #closed(socket: WebSocket, code: number): void {
    // An older socket, which a newer one has taken the place of.
    if (socket !== this.#socket) return;
    const reason = this.#endReason ?? reasonOf(code);
    const isLost = this.#isResumable && this.link.isOpen && isLoss(code);
    if (isLost && this.#supersededAt === undefined) {
      this.#suspend(reason, this.#isSilent);
      return;
    }
    this.link.lose('its connection was lost');
    this.#gone(reason, code !== closeCodes.normal);
  }

  #suspend(reason: string, isSilent: boolean): void {
    this.#socket = undefined;
    this.#endReason = undefined;
    this.#isSilent = false;
    this.#suspendedAt = this.#now;
    this.link.suspend();
    const abandon = (): void => this.link.abandon(reason);
    // Whoever waits for an answer of a silent client has waited long already.
    if (isSilent) abandon();
    else this.#patience = setTimeout(abandon, PARK_MS).unref();
    this.onSuspended(reason);
  }

  #gone(reason: string, isExpected: boolean): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#share.close();
    clearTimeout(this.#patience);
    this.onGone({ reason, isExpected, wasSuspended: this.#suspendedAt !== undefined });
  }
}

function ignore(): void {
  // See where it is used.
}

/** What a client means that closes its connection with `code`. Its own words would stand in our log. */
function reasonOf(code: number): string {
  const ended: DepartureReason = 'its client ended';
  return code === closeCodes.normal ? ended : `connection closed (${code})`;
}
