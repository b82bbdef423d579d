import { posix, win32 } from 'node:path';
import { WxDevError } from '../core/errors.ts';

/** What the platform's place for data depends on. */
export interface PlatformFolders {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As `process.platform`. */
  readonly platform: string;
  /** The user's home folder. */
  readonly home: string;
}

/**
 * wx-dev's own folder: `$WX_DEV_HOME`, else the platform's data folder. Holds the authority, relay credentials and the user's
 * `config.json`.
 *
 * @throws WXD6001 when `WX_DEV_HOME` is not an absolute path.
 */
export function dataFolder({ env, platform, home }: PlatformFolders): string {
  const path = platform === 'win32' ? win32 : posix;
  const own = env['WX_DEV_HOME'];
  if (own) {
    if (path.isAbsolute(own)) return path.normalize(own);
    throw new WxDevError('WXD6001', {
      source: { name: 'WX_DEV_HOME' },
      received: own,
      // A relative one would be another folder, with another authority, in every directory.
      expected: { en: 'an absolute path', zh: '绝对路径' },
    });
  }
  if (platform === 'win32') {
    return path.join(env['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'), 'wx-dev');
  }
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'wx-dev');
  // A relative XDG_DATA_HOME is to be ignored: XDG Base Directory Specification 0.8, "Basics".
  const data = env['XDG_DATA_HOME'] ?? '';
  return path.join(path.isAbsolute(data) ? data : path.join(home, '.local', 'share'), 'wx-dev');
}
