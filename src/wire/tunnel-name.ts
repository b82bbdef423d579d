import { WxDevError } from '../core/errors.ts';

/**
 * The form of a subdomain that both ends agree on: `wanted` in lower case, one host label (RFC 1123 §2.1), and nothing that looks
 * like more than its letters.
 *
 * @throws WXD4005 with what is wrong
 */
export function checkTunnelName(wanted: string): string {
  const name = wanted.toLowerCase();
  const reason = whyInvalid(name);
  if (reason !== undefined) throw new WxDevError('WXD4005', { name: wanted, reason });
  return name;
}

function whyInvalid(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.length > 63) return `it has ${name.length} characters`;
  if (!/^[a-z0-9-]+$/.test(name)) return 'it has characters other than a-z, 0-9 and -';
  if (name.startsWith('-') || name.endsWith('-')) return 'it begins or ends with -';
  // `xn--` and its like (RFC 5890 §2.3.1) show as letters that only look like a-z.
  if (name.slice(2, 4) === '--') return 'it has -- in third place, which marks encoded names';
  return undefined;
}
