import type { SessionLimits } from '../../src/wire/limits.ts';
import { Session, type SessionEvent } from '../../src/wire/session.ts';
import type { Side } from '../../src/wire/violation.ts';

/** Head bytes of a request or response; sessions do not look inside. */
export const head = (text: string) => Buffer.from(`${text}\r\n\r\n`, 'latin1');

/** What `session` wants to send now, in one buffer. */
export function drain(session: Session, maxBytes = 65_536): Buffer {
  const pieces: Uint8Array[] = [];
  while (session.hasOutput) pieces.push(...session.take(maxBytes));
  return Buffer.concat(pieces);
}

/** A client and a relay back to back; time stands still unless moved. */
export class SessionPair {
  readonly client: Session;
  readonly relay: Session;
  now = 0;

  constructor(limits: Partial<SessionLimits> = {}) {
    this.client = new Session({ role: 'client', now: 0, limits });
    this.relay = new Session({ role: 'relay', now: 0, limits });
  }

  /** Carries all output of one side over, cut into pieces of `step` bytes; returns what the other side reports. */
  carry(from: Side, step = Infinity): SessionEvent[] {
    const [sender, receiver] =
      from === 'client' ? [this.client, this.relay] : [this.relay, this.client];
    const bytes = drain(sender);
    const events: SessionEvent[] = [];
    for (let at = 0; at < bytes.length; at += step)
      events.push(...receiver.receive(bytes.subarray(at, at + step), this.now));
    return events;
  }

  /** Carries both ways until nothing is left to say; returns what each side reports. */
  settle(): Record<Side, SessionEvent[]> {
    const seen: Record<Side, SessionEvent[]> = { client: [], relay: [] };
    while (this.client.hasOutput || this.relay.hasOutput) {
      seen.client.push(...this.carry('relay'));
      seen.relay.push(...this.carry('client'));
    }
    return seen;
  }

  /** A stream whose request is open and, unless told otherwise, whose response has begun. */
  openStream(options: { response: boolean } = { response: true }): number {
    const id = this.relay.open(head('POST / HTTP/1.1'), { end: false });
    this.settle();
    if (options.response) this.client.sendHead(id, head('HTTP/1.1 200 OK'), { end: false });
    this.settle();
    return id;
  }
}
