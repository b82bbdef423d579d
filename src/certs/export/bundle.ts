import { rootCertificates } from 'node:tls';
import { join } from 'node:path';
import { publicMode, readText, replaceFile } from '../files.ts';

/** Some 150 public roots take 230 KB. */
const maxBundleBytes = 4_194_304;

/**
 * Writes the public roots and the authority into `bundle.pem` beside the authority, for variables that replace a program's roots
 * instead of adding to them. Returns its path; a bundle that is still right is left alone.
 * @throws WXD5009
 */
export async function ensureBundle(authority: {
  readonly dir: string;
  readonly certPem: string;
}): Promise<string> {
  const path = join(authority.dir, 'bundle.pem');
  const text = `${[...rootCertificates, authority.certPem.trim()].join('\n')}\n`;
  const before = await readText(path, maxBundleBytes);
  if (before?.text !== text) await replaceFile(path, text, publicMode);
  return path;
}
