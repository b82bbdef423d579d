import type { WxDevError } from '../core/errors.ts';

/** A certificate for servers, with its key, in memory. */
export interface Leaf {
  /** The leaf alone. */
  readonly certPem: string;
  /** PKCS#8. A secret. */
  readonly keyPem: string;
  /** As certified: lower case, punycode, addresses in their shortest form; in the order asked for. */
  readonly names: readonly string[];
  readonly notAfter: Date;
  /** Colon-separated upper-case hex, as openssl and browsers print it. */
  readonly fingerprint256: string;
  /** Names that were certified but that some clients will not accept (WXD5006). */
  readonly warnings: readonly WxDevError[];
}

/** What to certify. */
export interface LeafRequest {
  /** DNS names, wildcards and IP addresses; Unicode names are converted. At least one. */
  readonly names: readonly string[];
  /** Whole days from now. @default 397 */
  readonly days?: number | undefined;
}

/** The local CA, ready to issue. */
export interface Authority {
  /** The folder that holds both files. */
  readonly dir: string;
  /** What a client has to trust. */
  readonly certPem: string;
  readonly certPath: string;
  readonly keyPath: string;
  /** Colon-separated upper-case hex. */
  readonly fingerprint256: string;
  readonly notAfter: Date;
  /** Whether this call made it: nobody trusts it yet. */
  readonly created: boolean;
  /**
   * Makes a new key and certificate; writes nothing.
   * @throws WXD5003 a name outside the authority's constraints, WXD5005 a name no certificate can hold
   */
  issue(request: LeafRequest): Promise<Leaf>;
}
