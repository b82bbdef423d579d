import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { WxDevError, type ErrorDetails } from '../core/errors.ts';
import { shortestAddress } from './addresses.ts';

/** One entry of subjectAltName, in the only spelling certificates know. */
export interface CertificateName {
  readonly type: 'dns' | 'ip';
  /** Lower case and punycode, or the shortest spelling of the address. */
  readonly value: string;
}

/** RFC 1035 §2.3.4, less the root's length octet. */
const maxNameLength = 253;
const maxLabelLength = 63;

/**
 * Reads names as people write them: `例子.test`, `*.dev.test`, `127.0.0.1`, `[::1]`. Duplicates are dropped.
 * @throws WXD5005 a text that no certificate can hold, or no names at all
 */
export function parseNames(texts: readonly string[]): readonly CertificateName[] {
  const names = new Map(texts.map((text) => parseName(text)).map((name) => [name.value, name]));
  if (names.size === 0) throw new WxDevError('WXD5005', { name: '', fault: 'empty' });
  return [...names.values()];
}

/** `*.localhost` and the like: one label after the star. See WXD5006. */
export function isBroadWildcard(name: CertificateName): boolean {
  return name.type === 'dns' && /^\*\.[^.]+$/.test(name.value);
}

/**
 * The DNS names and addresses in what `X509Certificate#subjectAltName` gives, for example
 * `DNS:a.test, IP Address:0:0:0:0:0:0:0:1`. Other kinds of name are left out.
 */
export function parseSubjectAltName(text: string | undefined): readonly CertificateName[] {
  // Values with commas or quotes come as JSON strings since Node 17.3.1 (CVE-2021-44532).
  const entries = text?.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [];
  return entries.flatMap((entry): CertificateName[] => {
    const [, kind, value = ''] = /^\s*(DNS|IP Address):(.*)$/s.exec(entry) ?? [];
    if (kind === 'DNS') return [{ type: 'dns', value: value.toLowerCase() }];
    if (kind === 'IP Address' && isIP(value) !== 0) {
      return [{ type: 'ip', value: shortestAddress(value) }];
    }
    return [];
  });
}

function parseName(text: string): CertificateName {
  const trimmed = text.trim();
  const fail = (fault: ErrorDetails<'WXD5005'>['fault']): never => {
    throw new WxDevError('WXD5005', { name: text, fault });
  };
  if (trimmed === '') fail('empty');
  const bare = trimmed.replace(/^\[(.*)\]$/, '$1');
  if (/^[\da-f:.]+%/i.test(bare) && isIP(bare) === 6) fail('zone');
  if (isIP(bare) !== 0) return { type: 'ip', value: shortestAddress(bare) };
  // Everything that would make it a URL, and `%`, which domainToASCII would decode.
  if (/[/:@%?#\\[\]]/.test(trimmed)) fail('url');
  // Before conversion, because the conversion is quadratic on long labels; no 1000 characters fit in 253.
  if (trimmed.length > 1000) fail('too-long');
  const ascii = domainToASCII(trimmed).replace(/\.$/, '');
  // `0x7f.1` and the like become addresses on the way: not what was written.
  if (ascii === '' || isIP(ascii) !== 0) fail('malformed');
  const labels = ascii.split('.');
  if (ascii.length > maxNameLength || labels.some((label) => label.length > maxLabelLength)) {
    fail('too-long');
  }
  const [first = '', ...rest] = labels;
  const checked = first === '*' && rest.length > 0 ? rest : labels;
  if (checked.some((label) => label.includes('*'))) fail('wildcard');
  // Underscores are not host name characters, but Docker Compose makes such names and verifiers take them.
  if (!checked.every((label) => /^[a-z\d_]([a-z\d_-]*[a-z\d_])?$/.test(label))) fail('malformed');
  return { type: 'dns', value: ascii };
}
