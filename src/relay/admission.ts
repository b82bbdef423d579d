import { networkOf } from '../core/addresses.ts';
import type { RequestHead } from '../wire/head.ts';
import type { Seat } from './connection-budget.ts';
import type { Arrival } from './forwarded.ts';
import type { Gate } from './gate.ts';
import { nameUnder } from './hosts.ts';
import { ABORTS, ADDRESS_TUNNELS, PARK_MS, WRONG_PASSWORDS } from './limits.ts';
import { Meter, Recent, type Quota } from './meters.ts';
import {
  misdirected,
  needsLogin,
  notAllowed,
  tooLarge,
  tooMany,
  type Refusal,
} from './refusals.ts';
import type { LoggedRequest } from './request-log.ts';
import type { NamedClient } from './routing.ts';
import type { Visitors } from './visitors.ts';

/** What the owner of a relay lets the public side do. */
export interface AdmissionOptions {
  readonly domain: string;
  readonly visitors: Visitors;
  /** For each tunnel whose token says nothing else. */
  readonly perName: Quota;
  /** Largest request body; undefined: any. */
  readonly maxBodyBytes: number | undefined;
}

/** What else is known of a connection that asks. */
interface ArrivalDetails {
  readonly servername?: string | undefined;
  readonly seat?: Seat | undefined;
}

/** Decides about connections, requests and their shares of a tunnel, before anything reaches a client. */
export class Admission {
  readonly maxBodyBytes: number | undefined;
  readonly #domain: string;
  readonly #visitors: Visitors;
  readonly #perName: Quota;
  readonly #names = new Recent(() => new Meter());
  /** Of each address with each tunnel. */
  readonly #pairs = new Recent(() => new Meter());

  constructor({ domain, visitors, perName, maxBodyBytes }: AdmissionOptions) {
    this.maxBodyBytes = maxBodyBytes;
    this.#domain = domain;
    this.#visitors = visitors;
    this.#perName = perName;
  }

  /** Counts a connection from `peer`. Gives how to uncount it, or the refusal. */
  connect(peer: string): (() => void) | Refusal {
    const { meter } = this.#visitors.from(peer);
    const quota = this.#visitors.quotaOf(peer);
    if (!meter.mayConnect(quota)) return tooMany('address-connections', quota.connections ?? 0);
    meter.connections += 1;
    return () => {
      meter.connections -= 1;
    };
  }

  /** Why a request from `remote` may not go on; `servername` is what its TLS connection was made to. */
  refuse(
    request: RequestHead,
    { isTrusted, servername, seat }: Arrival & ArrivalDetails,
    remote: string,
    now: number,
  ): Refusal | undefined {
    const full = seat?.visit();
    if (full) return full;
    if (this.#visitors.watches(remote)) {
      const visitor = this.#visitors.from(remote);
      const { requestsPerS = 0 } = this.#visitors.quota;
      const all = requestsPerS * ADDRESS_TUNNELS;
      if (!visitor.meter.takeRequest({ requestsPerS: all }, now))
        return tooMany('address-requests', all);
      const pauseMs = visitor.aborts.pauseMs(now);
      if (pauseMs > 0) return tooMany('aborts', ABORTS.burst, Math.ceil(pauseMs / 1_000));
    }
    // A proxy uses one connection for many hosts, and knows what it does.
    if (servername !== undefined && !isTrusted && !this.#isSameName(request.host, servername))
      return misdirected(request.host, servername);
    const { framing } = request;
    if (framing.type === 'length' && framing.bytes > (this.maxBodyBytes ?? Infinity))
      return tooLarge(this.maxBodyBytes ?? 0);
    return undefined;
  }

  /** Takes a share of the tunnel `name`. Gives how to give it back, or the refusal. */
  enter(
    { name, head, origin }: LoggedRequest,
    client: NamedClient,
    now: number,
  ): (() => void) | Refusal | undefined {
    const refused = client.gate && this.#atGate(client.gate, head, origin.remote, now);
    if (refused) return refused;
    const refusedAddress = this.#fromAddress(name, origin.remote, now);
    if (refusedAddress) return refusedAddress;
    const quota = client.quota ? merge(client.quota, this.#perName) : this.#perName;
    if (!quota.requestsPerS && !quota.connections) return undefined;
    const meter = this.#names.get(name);
    if (!meter.takeRequest(quota, now)) return tooMany('name-requests', quota.requestsPerS ?? 0);
    if (!meter.mayConnect(quota)) return tooMany('name-connections', quota.connections ?? 0);
    meter.connections += 1;
    return () => {
      meter.connections -= 1;
    };
  }

  /** Takes one request to be kept for the tunnel `name`, whose client is away. Gives the refusal. */
  keep({ name, origin }: LoggedRequest, now: number): Refusal | undefined {
    const refused = this.#fromAddress(name, origin.remote, now);
    if (refused) return refused;
    const { requestsPerS = 0 } = this.#perName;
    return this.#names.get(name).takeRequest(this.#perName, now)
      ? undefined
      : tooMany('name-requests', requestsPerS);
  }

  /** Takes one dial from `remote`: those that say nothing must not come faster than honest ones can introduce themselves. */
  dial(remote: string, now: number): Refusal | undefined {
    const quota = this.#visitors.quotaOf(remote);
    if (!quota.requestsPerS || this.#visitors.from(remote).dials.takeRequest(quota, now))
      return undefined;
    return tooMany('address-requests', quota.requestsPerS);
  }

  /** For each tunnel by itself: the addresses that WeChat pushes from are those of every tunnel. */
  #fromAddress(name: string, remote: string, now: number): Refusal | undefined {
    const quota = this.#visitors.quotaOf(remote);
    if (!quota.requestsPerS) return undefined;
    const meter = this.#pairs.get(`${name} ${networkOf(remote)}`);
    if (meter.takeRequest(quota, now)) return undefined;
    return tooMany('address-requests', quota.requestsPerS);
  }

  #atGate(gate: Gate, head: RequestHead, remote: string, now: number): Refusal | undefined {
    const isWatched = this.#visitors.watches(remote);
    const { wrongPasswords } = this.#visitors.from(remote);
    const pauseMs = isWatched && gate.asksLogin ? wrongPasswords.pauseMs(now) : 0;
    if (pauseMs > 0 && !gate.isOpen(head))
      return tooMany('wrong-passwords', WRONG_PASSWORDS.burst, Math.ceil(pauseMs / 1_000));
    const verdict = gate.judge(head, remote);
    if (verdict === 'wrong-login') wrongPasswords.add(now);
    switch (verdict) {
      case 'passes':
        return undefined;
      case 'address':
        return notAllowed(head.host, remote);
      case 'no-login':
      case 'wrong-login':
        return needsLogin(head.host, verdict === 'wrong-login');
    }
  }

  /**
   * A visitor left before its answer had begun, `ageMs` after it had asked. Who has waited that long is no rapid reset: WeChat hangs up
   * after its 5 s, from addresses that all tunnels share, and one slow app must not cost the others their callbacks.
   */
  abandoned(remote: string, ageMs: number, now: number): void {
    if (ageMs < PARK_MS && this.#visitors.watches(remote))
      this.#visitors.from(remote).aborts.add(now);
  }

  /** A connection made to one tunnel carries no requests for another; what was made to the relay itself may. */
  #isSameName(host: string, servername: string): boolean {
    const made = nameUnder(this.#domain, servername);
    return made === undefined || made === nameUnder(this.#domain, host);
  }
}

function merge(own: Quota, usual: Quota): Quota {
  return {
    requestsPerS: own.requestsPerS ?? usual.requestsPerS,
    connections: own.connections ?? usual.connections,
  };
}
