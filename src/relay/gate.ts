import { timingSafeEqual } from 'node:crypto';
import { AddressList, isAddressRange } from '../core/addresses.ts';
import { WxDevError } from '../core/errors.ts';
import { hashLogin, isOpenPath, type AccessPolicy } from '../wire/access-policy.ts';
import type { RequestHead } from '../wire/head.ts';
import { PING_PATH } from '../wire/link.ts';

/** What becomes of a request at the gate of a tunnel. */
export type Verdict = 'passes' | 'address' | 'no-login' | 'wrong-login';

interface Login {
  readonly salt: string;
  /** As `hashLogin` gives it. */
  readonly expected: Buffer;
}

/** Who may use one public URL: asked for every request, before anything of it reaches the tunnel. */
export class Gate {
  readonly #logins: readonly Login[];
  readonly #addresses: AddressList | undefined;
  readonly #openPaths: readonly string[];

  /** @throws WXD4009 for what is no address */
  constructor({ basicAuth, allowIp, openPaths }: AccessPolicy) {
    const wrong = allowIp.find((range) => !isAddressRange(range));
    if (wrong !== undefined)
      throw new WxDevError('WXD4009', { side: 'client', rule: `allowIp ${wrong} is no address` });
    this.#logins = basicAuth.map((login) => ({
      salt: login.split(':', 1)[0] ?? '',
      expected: Buffer.from(login),
    }));
    this.#addresses = allowIp.length > 0 ? new AddressList(allowIp) : undefined;
    this.#openPaths = openPaths;
  }

  /** Whether it asks for a user name and password. */
  get asksLogin(): boolean {
    return this.#logins.length > 0;
  }

  /** Whether everybody may make `request`. */
  isOpen({ method, target }: RequestHead): boolean {
    // What the tunnel's end answers by itself tells nothing. Exactly that: anything else goes on to the app.
    if (method === 'GET' && target === PING_PATH) return true;
    return isOpenPath(target.split('?', 1)[0] ?? '', this.#openPaths);
  }

  /** What becomes of `request` from `remote`. Addresses and logins have to be right both. */
  judge(request: RequestHead, remote: string): Verdict {
    if (this.isOpen(request)) return 'passes';
    if (this.#addresses && !this.#addresses.has(remote)) return 'address';
    if (!this.asksLogin) return 'passes';
    const values = request.fields.filter(([, , key]) => key === 'authorization');
    const [first, ...more] = values;
    if (first === undefined) return 'no-login';
    // Two readings of who asks are one too many.
    return more.length === 0 && this.#knows(first[1]) ? 'passes' : 'wrong-login';
  }

  #knows(authorization: string): boolean {
    const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
    if (encoded === undefined) return false;
    const given = Buffer.from(encoded, 'base64');
    // All are compared, so that the time tells nothing about which one is near.
    let known = false;
    for (const { salt, expected } of this.#logins)
      known = timingSafeEqual(Buffer.from(hashLogin(given, salt)), expected) || known;
    return known;
  }
}
