import type { WxDevError } from '../core/errors.ts';
import type { Authority } from './authority.ts';

export type { Authority, Leaf, LeafRequest } from './authority.ts';

/** Where the authority lives and whose it is. */
export interface OpenAuthorityOptions {
  /** Made with mode 0700 when absent. */
  readonly dir: string;
  /** Shown in the CA's name, so that people recognise it in a trust store. Any script. */
  readonly user: string;
  readonly host: string;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Loads the authority in `dir`, or makes it. */
export function openAuthority(options: OpenAuthorityOptions): Promise<Authority> {
  return Promise.reject(new Error(options.dir));
}

/** What `ensureLeaf` needs. */
export interface EnsureLeafOptions {
  readonly authority: Authority;
  /** Folder for the files; made with mode 0700 when absent. */
  readonly dir: string;
  readonly names: readonly string[];
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** A leaf on disk. */
export interface LeafFiles {
  /** Path of the leaf alone: what a server sends. */
  readonly cert: string;
  /** Path of its key, mode 0600. */
  readonly key: string;
  /** Path of the authority's certificate: what a client trusts. */
  readonly ca: string;
  /** Path of leaf and authority in one file. */
  readonly fullchain: string;
  readonly certPem: string;
  readonly keyPem: string;
  readonly names: readonly string[];
  readonly notAfter: Date;
  /** Whether the files were good as they lay. */
  readonly reused: boolean;
  /** Names that were certified but that some clients will not accept (WXD5006). */
  readonly warnings: readonly WxDevError[];
}

/** Gives the leaf in `dir`, issued anew when it is due or does not fit. */
export function ensureLeaf(options: EnsureLeafOptions): Promise<LeafFiles> {
  return Promise.reject(new Error(options.dir));
}
