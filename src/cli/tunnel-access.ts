import { loadLogins } from '../config/basic-auth.ts';
import type { Settings } from '../config/resolve.ts';
import { WxDevError } from '../core/errors.ts';
import type { TunnelAccess } from '../tunnel/tunnel.ts';
import type { Context } from './context.ts';

/**
 * Who may use the public URL: `--basic-auth-file`, `--allow-ip`, `--open-path`. Undefined: everybody.
 *
 * @param openPaths Paths that stay open when nothing else is said
 * @throws WXD6002 for `--open-path` with nothing to be open against, WXD4049 for a bad line of the file
 */
export async function tunnelAccess(
  settings: Settings,
  { cwd }: Context,
  openPaths: readonly string[],
): Promise<TunnelAccess | undefined> {
  const file = settings.get('basicAuthFile');
  const allowIp = settings.get('allowIp');
  const given = settings.get('openPath');
  if (file === undefined && allowIp === undefined) {
    if (given === undefined) return undefined;
    const name = '--basic-auth-file';
    throw new WxDevError('WXD6002', { name, need: '--open-path', run: 'wx-dev tunnel --help' });
  }
  const logins = file === undefined ? [] : await loadLogins(file, cwd);
  return { logins, allowIp, openPaths: [...openPaths, ...(given ?? [])] };
}
