import type { Socket } from 'node:net';
import { plainAddress } from '../core/addresses.ts';
import { CONNECTION_ROOM } from './limits.ts';
import { dialsFull, visitorsFull, type Refusal } from './refusals.ts';
import { SilentPeers } from './silent-peers.ts';

/** Connections at once of each kind. */
export interface ConnectionRoom {
  /** Those that have asked for something. */
  readonly visitors: number;
  /** Those on which clients dial, and their links. */
  readonly dials: number;
  /** Those that have not asked for anything, beyond what visitors leave free. */
  readonly newcomers: number;
}

/**
 * Who holds the connections of a relay, on all of its ports. Visitors and clients have room of their own, so that neither keeps out the
 * other. What a connection is only its first head tells: until then it is a newcomer, and may use what visitors leave free. Beyond that
 * newcomers displace each other, as `SilentPeers` says: who comes to dial or to ask gets through whatever others hold open in silence.
 */
export class ConnectionBudget {
  readonly #room: ConnectionRoom;
  readonly #newcomers = new SilentPeers<Socket>();
  readonly #makeRoom: () => boolean;
  #visitors = 0;
  #dials = 0;

  /** @param makeRoom Called when there is no more room for visitors: hangs up on one that is idle, and says whether there was one */
  constructor(room: Partial<ConnectionRoom> = {}, makeRoom: () => boolean = () => false) {
    this.#room = { ...CONNECTION_ROOM, ...room };
    this.#makeRoom = makeRoom;
  }

  /** Gives `socket` a place until it is closed. It may cut another one, which has not asked for anything. */
  open(socket: Socket): Seat {
    const { visitors, newcomers } = this.#room;
    const free = Math.max(0, visitors - this.#visitors);
    this.#newcomers.add(socket, plainAddress(socket.remoteAddress), free + newcomers)?.destroy();
    return new Seat(this, socket);
  }

  /** A visitor takes a place. Gives the refusal when there is none. */
  addVisitor(): Refusal | undefined {
    const { visitors } = this.#room;
    if (this.#visitors >= visitors && !this.#makeRoom()) return visitorsFull(visitors);
    this.#visitors += 1;
    return undefined;
  }

  /** A client that dials takes a place. Gives the refusal when there is none. */
  addDial(): Refusal | undefined {
    const { dials } = this.#room;
    if (this.#dials >= dials) return dialsFull(dials);
    this.#dials += 1;
    return undefined;
  }

  /** The place of `socket` is free again. */
  leave(socket: Socket, kind: 'newcomer' | 'visitor' | 'dial'): void {
    if (kind === 'newcomer') this.#newcomers.delete(socket);
    else if (kind === 'visitor') this.#visitors -= 1;
    else this.#dials -= 1;
  }
}

/** The place of one connection. */
export class Seat {
  readonly #budget: ConnectionBudget;
  readonly #socket: Socket;
  #kind: 'newcomer' | 'visitor' | 'dial' | 'gone' = 'newcomer';
  /** Called when the connection is gone. */
  onGone: (() => void) | undefined;

  constructor(budget: ConnectionBudget, socket: Socket) {
    this.#budget = budget;
    this.#socket = socket;
    // The one listener of all that ends with a connection: thousands are open for days.
    socket.on('close', () => {
      this.#become('gone');
      this.onGone?.();
    });
  }

  /** It asks for something, as a visitor. Gives the refusal when there are too many. */
  visit(): Refusal | undefined {
    if (this.#kind !== 'newcomer') return undefined;
    const refused = this.#budget.addVisitor();
    if (!refused) this.#become('visitor');
    return refused;
  }

  /** A client dials on it. Gives the refusal when there are too many. */
  dial(): Refusal | undefined {
    if (this.#kind === 'dial' || this.#kind === 'gone') return undefined;
    const refused = this.#budget.addDial();
    if (!refused) this.#become('dial');
    return refused;
  }

  #become(kind: 'visitor' | 'dial' | 'gone'): void {
    if (this.#kind !== 'gone') this.#budget.leave(this.#socket, this.#kind);
    this.#kind = kind;
  }
}
