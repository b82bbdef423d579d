import { resolve } from 'node:path';
import type { Settings } from '../config/resolve.ts';
import type { SettingKey } from '../config/schema.ts';
import { readTextFile } from '../config/text-file.ts';
import { WxDevError } from '../core/errors.ts';
import type { UpstreamOptions } from '../core/upstream-tls.ts';
import type { LocalOptions } from '../tunnel/local-target.ts';
import { listOption, type Invocation } from './command.ts';

/**
 * How the tunnel speaks to the local server: `--host-header`, `--header`, `--remove-header`, `--local-ca`, `--insecure`.
 *
 * @throws as `upstreamOptions`
 */
export async function localOptions(
  { options, context }: Pick<Invocation, 'options' | 'context'>,
  settings: Settings,
  target: string,
): Promise<LocalOptions> {
  return {
    ...(await upstreamOptions(settings, context.cwd, target)),
    headers: await headerLines(listOption(options, 'header'), context.cwd),
    removeHeaders: listOption(options, 'removeHeader'),
  };
}

/**
 * How `target` is spoken to: `--host-header`, `--local-ca`, `--insecure`.
 *
 * @throws WXD6006 when a file cannot be read, WXD6007 for `--local-ca` with `--insecure`, WXD6001 when one of them is typed for a
 * target that shows no certificate
 */
export async function upstreamOptions(
  settings: Settings,
  cwd: string,
  target: string,
): Promise<UpstreamOptions> {
  const insecure = settings.get('insecure') ?? false;
  const caFile = settings.get('localCa');
  const first = settings.source('insecure');
  const second = settings.source('localCa');
  if (insecure && first && second) throw new WxDevError('WXD6007', { first, second });
  if (!target.startsWith('https:')) refuseTyped(settings, ['insecure', 'localCa'], target);
  const ca = caFile === undefined ? undefined : await readTextFile(caFile, cwd, second);
  return { hostHeader: settings.get('hostHeader'), insecure, ca: ca && [ca.text] };
}

/**
 * Nothing is passed on, so that none of these options would do anything.
 * @throws WXD6002 when one of them is typed
 */
export function refuseWithoutApp(settings: Settings, kind: 'dev' | 'serve'): void {
  const need = typed(settings, ['hostHeader', 'insecure', 'localCa']);
  if (need === undefined) return;
  const run = `wx-dev ${kind} --forward-to https://127.0.0.1:8443 ${need}`;
  throw new WxDevError('WXD6002', { name: '--forward-to', need, run });
}

/** In a file or the environment they may be meant for another target; whoever types them believes that they do something. */
function refuseTyped(settings: Settings, keys: readonly SettingKey[], target: string): void {
  const name = typed(settings, keys);
  if (name === undefined) return;
  throw new WxDevError('WXD6001', {
    source: { name },
    received: { en: `it together with ${target}`, zh: `与 ${target} 一起使用` },
    expected: {
      en: 'an https:// target: a plain one shows no certificate',
      zh: 'https:// 目标：普通 HTTP 不出示证书',
    },
  });
}

function typed(settings: Settings, keys: readonly SettingKey[]): string | undefined {
  const names = keys.map((key) => settings.source(key)?.name);
  return names.find((name) => name?.startsWith('--') === true);
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
