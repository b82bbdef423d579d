import { isLoopbackHost } from '../core/loopback.ts';
import type { Output } from './terminal.ts';

/**
 * `url` as a QR code for a phone, in lines; nothing where nobody looks, where no phone gets there, and where it does not fit. What
 * draws it is loaded only then.
 */
export async function urlQr(url: string, output: Output): Promise<readonly string[]> {
  if (!output.isTTY || isLoopbackHost(new URL(url).hostname)) return [];
  const { renderUnicodeCompact } = await import('uqr');
  const lines = renderUnicodeCompact(url, { border: 1 }).split('\n');
  const width = Math.max(...lines.map((line) => line.length));
  // The code has one column for each module; a broken line could not be scanned.
  return width + 2 > output.columns ? [] : lines.map((line) => `  ${line}`);
}
