import { resolve } from 'node:path';
import type { Settings } from '../config/resolve.ts';
import { readTextFile } from '../config/text-file.ts';
import { WxDevError } from '../core/errors.ts';
import type { LocalOptions } from '../tunnel/local-target.ts';
import { listOption, type Invocation } from './command.ts';

/**
 * How the tunnel speaks to the local server: `--host-header`, `--header`, `--remove-header`, `--local-ca`, `--insecure`.
 *
 * @throws WXD6006 when a file cannot be read, WXD6007 for `--local-ca` with `--insecure`
 */
export async function localOptions(
  { options, context }: Pick<Invocation, 'options' | 'context'>,
  settings: Settings,
): Promise<LocalOptions> {
  const insecure = settings.get('insecure') ?? false;
  const caFile = settings.get('localCa');
  const first = settings.source('insecure');
  const second = settings.source('localCa');
  if (insecure && first && second) throw new WxDevError('WXD6007', { first, second });
  const ca = caFile === undefined ? undefined : await readTextFile(caFile, context.cwd, second);
  return {
    hostHeader: settings.get('hostHeader'),
    headers: await headerLines(listOption(options, 'header'), context.cwd),
    removeHeaders: listOption(options, 'removeHeader'),
    insecure,
    ca: ca && [ca.text],
  };
}

/** `@file` holds lines of its own, so that a password need not be typed where every user of the machine sees it. */
async function headerLines(given: readonly string[], cwd: string): Promise<string[]> {
  const lines: string[] = [];
  for (const item of given) {
    // No field name begins with it (RFC 9110 §5.6.2).
    if (!item.startsWith('@')) {
      lines.push(item);
      continue;
    }
    const file = await readTextFile(resolve(cwd, item.slice(1)), cwd, { name: '--header' });
    lines.push(...(file?.text ?? '').split(/\r?\n/).filter((line) => line.trim() !== ''));
  }
  return lines;
}
