import type { Settings } from '../config/resolve.ts';
import { WxDevError } from '../core/errors.ts';

/**
 * The callback path whose requests the relay is to keep while this computer is away; undefined without `--spool`.
 * @throws WXD6002 without a relay that could
 */
export function spoolPath(settings: Settings, hasRelay: boolean): string | undefined {
  if (settings.get('spool') !== true) return undefined;
  if (hasRelay) return settings.get('path') ?? '/wx';
  const run = 'wx-dev tunnel 3000 --spool --relay https://relay.example.com';
  throw new WxDevError('WXD6002', { name: '--relay', need: '--spool', run });
}
