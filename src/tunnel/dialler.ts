import { randomBytes, randomUUID } from 'node:crypto';
import { WxDevError } from '../core/errors.ts';
import { accessFeature, hashLogin, type AccessPolicy } from '../wire/access-policy.ts';
import { linksFeature, resumeFeature, spoolFeature, type Resumption } from '../wire/handshake.ts';
import { checkTunnelName } from '../wire/tunnel-name.ts';
import { dial, type ClientCertificate, type Dialled } from './dial.ts';
import type { Proxy } from './proxy.ts';

/** Who may use a public URL: the relay asks each request, before anything of it comes here. */
export interface TunnelAccess {
  /** `user:password` each; one of them is asked for. */
  readonly logins?: readonly string[] | undefined;
  /** Addresses and ranges, `10.0.0.0/8`, from which requests may come. */
  readonly allowIp?: readonly string[] | undefined;
  /** Paths that are open to everybody all the same; `*` at the end: all that begin so. WeChat sends no password. */
  readonly openPaths?: readonly string[] | undefined;
}

/** Who dials, and how. */
export interface DiallerOptions {
  /** Name to ask for; absent: the relay picks one, and it is kept across reconnects. */
  readonly subdomain?: string | undefined;
  /** Secret that owns the name: who knows it may have the name again. */
  readonly owner: string;
  /** Token of the relay, when it asks for one. */
  readonly token?: string | undefined;
  /** PEM certificates trusted for the relay besides the public roots. */
  readonly ca?: readonly string[] | undefined;
  /** Certificate and key (PEM) for a relay that lets in only clients of its authority. */
  readonly client?: ClientCertificate | undefined;
  /** The proxy through which the relay is reached, as `openProxy` gives it. */
  readonly proxy?: Proxy | undefined;
  /**
   * Callback path: POSTs to it are answered with `success` by the relay while this computer is away, kept there, and delivered later.
   * @throws WXD4062 where the relay does not do that
   */
  readonly spool?: string | undefined;
  /** Who may use the public URL. @default everybody */
  readonly access?: TunnelAccess | undefined;
}

/** Dials with the same name and owner again and again. */
export class Dialler {
  readonly relay: URL;
  readonly #options: DiallerOptions;
  /** Names this tunnel among all, for the relay to tell which links are its. */
  readonly #id = randomUUID();
  readonly #access: AccessPolicy | undefined;
  #name: string | undefined;

  /** @throws WXD4005 for a name that cannot be one */
  constructor(options: DiallerOptions, relay: URL) {
    this.#options = options;
    this.relay = relay;
    this.#name = options.subdomain === undefined ? undefined : checkTunnelName(options.subdomain);
    this.#access = options.access && policyOf(options.access);
  }

  /** @throws WXD4040 when the relay would let everybody through, and as `dial` */
  dial<T>(
    signal: AbortSignal | undefined,
    resume: Resumption | undefined,
    accept: (dialled: Dialled) => T,
  ): Promise<T> {
    const { owner, token, ca, client, proxy, spool } = this.#options;
    const name = this.#name;
    const access = this.#access;
    const features = [
      resumeFeature,
      linksFeature,
      ...(access ? [accessFeature] : []),
      ...(spool === undefined ? [] : [spoolFeature]),
    ];
    const who = { protocol: 1, agent: 'wx-dev', name, owner, token } as const;
    const hello = { ...who, features, tunnel: this.#id, spool, resume, access };
    return dial({ relay: this.relay, ca, client, proxy, signal, hello }, (dialled) => {
      // It would let everybody through.
      if (access && !dialled.welcome.features.includes(accessFeature))
        throw new WxDevError('WXD4040', { relay: this.relay.origin });
      // Also a name that the relay chose is ours from now on.
      this.#name = dialled.welcome.name;
      return accept(dialled);
    });
  }
}

/** What the relay is told; undefined when it is asked to keep nobody out. */
function policyOf({
  logins = [],
  allowIp = [],
  openPaths = [],
}: TunnelAccess): AccessPolicy | undefined {
  if (logins.length === 0 && allowIp.length === 0) return undefined;
  const salt = (): string => randomBytes(16).toString('hex');
  return { basicAuth: logins.map((login) => hashLogin(login, salt())), allowIp, openPaths };
}
