import type { Socket } from 'node:net';
import { LOCAL_CONNECT_MS, LOCAL_IDLE_MS, MAX_LOCAL_IDLE } from './limits.ts';
import type { LocalTarget } from './local-target.ts';

/** Who uses a local connection at the moment. */
export interface LocalUser {
  received(bytes: Buffer): void;
  /** The local server ended its side. */
  ended(): void;
  /** The connection is gone, with why; `cause` is what the system or TLS said. */
  closed(reason: string, cause?: Error): void;
  drained(): void;
}

/** One connection to the local server. */
export class LocalConnection {
  readonly socket: Socket;
  /** Who is told what happens; nobody while it is quiet in the pool. */
  user: LocalUser | undefined;
  /** Whether it was ever made, TLS included. */
  isReady = false;
  /** Whether an earlier request was answered on it. */
  isReused = false;
  idleUntil = 0;
  #reason = 'it closed the connection';
  #cause: Error | undefined;

  constructor(target: LocalTarget, user: LocalUser, onQuietEvent: (self: LocalConnection) => void) {
    this.user = user;
    this.socket = target.connect();
    const timer = setTimeout(() => {
      this.#reason = `no connection within ${LOCAL_CONNECT_MS / 1000} s`;
      this.socket.destroy();
    }, LOCAL_CONNECT_MS);
    this.socket.once(target.readyEvent, () => {
      this.isReady = true;
      clearTimeout(timer);
    });
    this.socket.on('data', (bytes: Buffer) => {
      if (this.user) this.user.received(bytes);
      else onQuietEvent(this);
    });
    this.socket.on('end', () => {
      if (this.user) this.user.ended();
      else onQuietEvent(this);
    });
    this.socket.on('drain', () => this.user?.drained());
    this.socket.on('error', (error) => {
      this.#reason = describe(error);
      this.#cause = error;
    });
    this.socket.on('close', () => {
      clearTimeout(timer);
      if (this.user) this.user.closed(this.#reason, this.#cause);
      else onQuietEvent(this);
    });
  }
}

/**
 * Connections to the local server: opened when a request needs one, never before, because a server greets an unused connection
 * with a 408 after a while; kept only while they are quiet, because whatever arrives between two answers belongs to no request.
 */
export class LocalPool {
  readonly #target: LocalTarget;
  readonly #idle: LocalConnection[] = [];
  readonly #all = new Set<LocalConnection>();

  constructor(target: LocalTarget) {
    this.#target = target;
  }

  /** A connection for one request: the most recently used quiet one, or a new one. */
  acquire(user: LocalUser, now: number): LocalConnection {
    for (let kept = this.#idle.pop(); kept; kept = this.#idle.pop()) {
      if (kept.idleUntil > now && kept.socket.writable) {
        kept.user = user;
        return kept;
      }
      kept.socket.destroy();
    }
    return this.open(user);
  }

  /** A new connection. */
  open(user: LocalUser): LocalConnection {
    const connection = new LocalConnection(this.#target, user, (self) => this.#discard(self));
    this.#all.add(connection);
    connection.socket.once('close', () => this.#all.delete(connection));
    return connection;
  }

  /** Keeps a connection whose answer is complete; `keepMs` is what the server allows. */
  release(connection: LocalConnection, now: number, keepMs: number): void {
    connection.user = undefined;
    connection.isReused = true;
    connection.idleUntil = now + Math.min(keepMs, LOCAL_IDLE_MS);
    if (this.#idle.length >= MAX_LOCAL_IDLE) connection.socket.destroy();
    else this.#idle.push(connection);
  }

  /** Closes what has been quiet for too long. */
  sweep(now: number): void {
    while (this.#idle[0] !== undefined && this.#idle[0].idleUntil <= now)
      this.#idle.shift()?.socket.destroy();
  }

  /** Cuts every connection. */
  close(): void {
    for (const { socket } of this.#all) socket.destroy();
  }

  #discard(connection: LocalConnection): void {
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    connection.socket.destroy();
  }
}

function describe(error: Error): string {
  // With several addresses Node wraps what each of them said.
  if (error instanceof AggregateError && error.errors[0] instanceof Error)
    return error.errors.map((each) => (each instanceof Error ? each.message : '')).join('; ');
  return error.message;
}
