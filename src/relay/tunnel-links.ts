import type { AccessPolicy } from '../wire/access-policy.ts';
import type { Link } from '../wire/link.ts';
import type { ClientConnection } from './client-connection.ts';
import { Gate } from './gate.ts';
import type { Quota } from './meters.ts';
import type { NamedClient } from './routing.ts';

/**
 * Milliseconds of silence after a request was given to a link, beyond which the next one is given to another: longer than a round trip
 * around the world and than most answers take. A slow app costs nothing by it, a link that stands still costs one request.
 */
const STUCK_MS = 400;

/** The links of one client: its requests go over the first that nothing holds up, and each stays on its link. */
export class TunnelLinks implements NamedClient {
  /** How the client calls this run of it; undefined for one that has a single link. */
  readonly tunnel: string | undefined;
  readonly ownerHash: string;
  /** The name that it serves, once it has one. */
  name = '';
  /** Whose token it came with last; see `Grant.holder`. */
  holder = '';
  /** Path whose requests are kept while it is away. */
  spoolPath: string | undefined;
  /** Whether the public side was told that it is here. */
  isServing = false;
  #connections: readonly ClientConnection[] = [];
  #gate: Gate | undefined;
  #quota: Quota | undefined;

  constructor(tunnel: string | undefined, ownerHash: string) {
    this.tunnel = tunnel;
    this.ownerHash = ownerHash;
  }

  get size(): number {
    return this.#connections.length;
  }

  /** Who may use its public URL; undefined: everybody. */
  get gate(): Gate | undefined {
    return this.#gate;
  }

  /** What its token lets it have, instead of what the relay gives everybody. */
  get quota(): Quota | undefined {
    return this.#quota;
  }

  /** Lets in whom the newest link says, and as much as its token says. @throws WXD4009 for what is no policy */
  guard(access: AccessPolicy | undefined, quota: Quota | undefined): void {
    this.#gate = access && new Gate(access);
    this.#quota = quota;
  }

  /** Whether any of them is connected. */
  get isUp(): boolean {
    return this.#connections.some(({ link }) => link.isOpen && !link.isSuspended);
  }

  /** The link for the next request. */
  get link(): Link {
    const all = this.#connections;
    const first = all[0]?.link;
    if (!first) throw new Error('a client without a link is asked for one');
    if (all.length === 1) return first;
    const now = performance.now();
    let best = first;
    for (const { link } of all) if (link !== best && isBetter(link, best, now)) best = link;
    return best;
  }

  add(connection: ClientConnection): void {
    // Not `push`, which makes room for 17: most have one or two.
    this.#connections = [...this.#connections, connection];
  }

  /** The one that has been here the longest. */
  get oldest(): ClientConnection | undefined {
    return this.#connections[0];
  }

  remove(connection: ClientConnection): void {
    this.#connections = this.#connections.filter((each) => each !== connection);
  }

  /** Ends all of them: a newer client has the name. */
  supersede(): void {
    // One that is away takes itself off at once, which makes another list.
    for (const connection of this.#connections) connection.supersede();
  }
}

function isBetter(one: Link, other: Link, now: number): boolean {
  if (one.canOpen !== other.canOpen) return one.canOpen;
  const isStuck = one.waitedMs(now) > STUCK_MS;
  if (isStuck !== other.waitedMs(now) > STUCK_MS) return !isStuck;
  if (one.bulkStreams !== other.bulkStreams) return one.bulkStreams < other.bulkStreams;
  // Together they share messages and system calls; only where all are held up they are spread.
  return (isStuck || one.bulkStreams > 0) && one.size < other.size;
}
