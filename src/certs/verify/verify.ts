import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { WxDevError } from '../../core/errors.ts';
import { buildPath } from './chain.ts';
import { packs, type PackName } from './packs.ts';
import { findMisses, type Miss, type RuleId } from './rules.ts';
import { ruleTexts } from './texts.ts';
import type { CertificateFacts } from './facts.ts';

/** One fault of a certificate, and who minds it. */
interface VerifyFault {
  readonly rule: RuleId;
  readonly packs: readonly PackName[];
  readonly reason: Readonly<Record<'en' | 'zh', string>>;
  readonly fix: Readonly<Record<'en' | 'zh', string>>;
  /** What phones show for it; only from the pack `wechat`. */
  readonly phone?: string | undefined;
}

/** What `cert verify` found. */
export interface Verification {
  readonly accepted: boolean;
  readonly faults: readonly VerifyFault[];
  /** Subjects from the leaf to the last certificate that could be reached. */
  readonly chain: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whole days of the leaf's lifetime. */
  readonly days: number;
}

/** What to judge, and as whom. */
export interface VerifyOptions {
  /** The leaf, then what was sent with it. */
  readonly certificates: readonly X509Certificate[];
  readonly as: readonly PackName[];
  /** Roots to trust beside the public ones, PEM; the pack `wechat` does not look at them. */
  readonly ca?: readonly string[] | undefined;
  /** Host that a client asks for. */
  readonly name?: string | undefined;
  /** Private key of the server, PEM. */
  readonly keyPem?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether the server speaks TLS 1.2, where a server was asked. */
  readonly offersTls12?: boolean | undefined;
}

const dayMs = 86_400_000;

/**
 * Judges a certificate as each client of `as` would, from what was sent and what it trusts: nothing is fetched.
 * @throws WXD5007 no certificate, or one that cannot be read; WXD5030 a key that cannot be read
 */
export function verifyCertificates(options: VerifyOptions, path: string): Verification {
  const [leaf, ...sent] = options.certificates;
  if (!leaf) throw new WxDevError('WXD5007', { path, found: 'nothing' });
  const own = (options.ca ?? []).flatMap(parseRoots);
  const key = options.keyPem === undefined ? undefined : parseServerKey(options.keyPem, path);
  const publicRoots = rootCertificates.map((pem) => new X509Certificate(pem));
  const found = new Map<RuleId, { miss: Miss; packs: PackName[] }>();
  let longest: readonly CertificateFacts[] = [];
  try {
    for (const pack of options.as) {
      const roots = packs[pack].publicOnly ? publicRoots : [...own, ...publicRoots];
      const chain = buildPath(leaf, sent, roots);
      if (chain.certificates.length > longest.length) longest = chain.certificates;
      const [facts] = chain.certificates;
      if (!facts) continue;
      const { name, now, offersTls12 } = options;
      const subject = { path: chain, leaf: facts, name, key, now, offersTls12 };
      for (const miss of findMisses(subject, packs[pack])) {
        const entry = found.get(miss.rule) ?? { miss, packs: [] };
        entry.packs.push(pack);
        found.set(miss.rule, entry);
      }
    }
  } catch (cause) {
    throw new WxDevError('WXD5007', { path, found: 'damaged' }, { cause });
  }
  const notBefore = new Date(leaf.validFrom);
  const notAfter = new Date(leaf.validTo);
  return {
    accepted: found.size === 0,
    faults: [...found.values()].map(({ miss, packs: names }) => describe(miss, names)),
    chain: longest.map((facts) => facts.subject),
    notBefore,
    notAfter,
    days: Math.ceil((notAfter.getTime() - notBefore.getTime()) / dayMs),
  };
}

function describe(miss: Miss, names: readonly PackName[]): VerifyFault {
  const { reason, fix, phone } = ruleTexts[miss.rule];
  return {
    rule: miss.rule,
    packs: names,
    reason: reason(miss),
    fix,
    phone: names.includes('wechat') ? phone : undefined,
  };
}

/** A file of roots may hold several. */
function parseRoots(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

function parseServerKey(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new WxDevError('WXD5030', { path }, { cause });
  }
}
