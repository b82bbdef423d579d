import type { Link } from '../wire/link.ts';
import type { Gate } from './gate.ts';
import { nameUnder } from './hosts.ts';
import { PARK_MS, STARTUP_PARK_MS } from './limits.ts';
import type { NameState } from './names.ts';
import type { Quota } from './meters.ts';
import { clientAway, unknownHost, type Refusal } from './refusals.ts';

/** A client that serves a name. */
export interface NamedClient {
  readonly link: Link;
  /** What its token lets its tunnel have, instead of what the relay gives everybody. */
  readonly quota?: Quota | undefined;
  /** Who may use its public URL; absent: everybody. */
  readonly gate?: Gate | undefined;
}

/** Where requests find the clients that serve them. */
interface NameLookup {
  find(name: string, now: number): NameState<NamedClient>;
  isStartingUp(now: number): boolean;
  wait(name: string, resume: (client: NamedClient) => void): (() => void) | undefined;
}

/** What becomes of a request. */
export type Route =
  | { readonly type: 'client'; readonly name: string; readonly client: NamedClient }
  /** Its client may come at any moment. */
  | { readonly type: 'wait'; readonly name: string; readonly ms: number }
  | Refusal;

/** Finds who serves a Host value. */
export class Router {
  readonly domain: string;
  readonly #names: NameLookup;

  constructor(domain: string, names: NameLookup) {
    this.domain = domain;
    this.#names = names;
  }

  /** The tunnel that `host` names, whether there is one or not. */
  nameOf(host: string): string | undefined {
    return nameUnder(this.domain, host);
  }

  /** Where a request for `host` goes; asked for every request, never once per connection. */
  route(host: string, now: number): Route {
    const name = nameUnder(this.domain, host);
    if (name === undefined) return unknownHost(host, this.domain);
    const state = this.#names.find(name, now);
    switch (state.type) {
      case 'up':
        return { type: 'client', name, client: state.client };
      case 'expected':
        return { type: 'wait', name, ms: PARK_MS };
      case 'away':
        return clientAway(name, 'it is not connected');
      case 'unknown':
        if (this.#names.isStartingUp(now)) return { type: 'wait', name, ms: STARTUP_PARK_MS };
        return unknownHost(host, this.domain);
    }
  }

  /** Calls `resume` when the client comes. Gives how to stop waiting, or the refusal when too many wait already. */
  wait(name: string, resume: (client: NamedClient) => void): (() => void) | Refusal {
    const stop = this.#names.wait(name, resume);
    return stop ?? clientAway(name, 'it is not connected, and too many requests wait for theirs');
  }

  /** What to say when the client of `name` has not come in time. */
  waitedInVain(name: string, host: string, now: number): Refusal {
    if (this.#names.find(name, now).type === 'unknown') return unknownHost(host, this.domain);
    return clientAway(name, 'it lost its connection and has not come back yet');
  }
}
