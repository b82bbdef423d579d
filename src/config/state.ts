import { chmod, lstat, mkdir, rename, writeFile } from 'node:fs/promises';
import { join, posix, win32 } from 'node:path';
import { WxDevError, type Words } from '../core/errors.ts';
import { newAesKey, newOwnerSecret, newSubdomain, newToken } from '../core/secrets.ts';
import { readState, writeStateOnce, writeTemporary, type StoredState } from './state-file.ts';
import { errorCode, readProblem } from './text-file.ts';

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

/** What wx-dev remembers about one project, in `.wx-dev/` beside it. */
export interface ProjectState extends StoredState {
  /** `.wx-dev`, absolute, mode 0700, ignored by git. */
  readonly dir: string;
  /** `.wx-dev/state.json`, absolute, mode 0600. */
  readonly file: string;
  /** True when this call made it. */
  readonly created: boolean;
  /** Writes changes, in one step. @throws WXD6008 when it cannot be written. */
  save(changes: StateChanges): Promise<ProjectState>;
}

/** What may change after the state was made; the secrets may not. */
export interface StateChanges {
  readonly relayPort?: number | undefined;
  readonly subdomain?: string;
}

/**
 * Opens the project's state, and makes it when there is none. Several processes at once agree on one content.
 *
 * @throws WXD6008 when `.wx-dev` cannot be used, WXD6011 when the file is damaged: its secrets are in use at WeChat, so they
 * are never replaced silently.
 */
export async function openProjectState(cwd: string): Promise<ProjectState> {
  const dir = join(cwd, '.wx-dev');
  const file = join(dir, 'state.json');
  let created = false;
  try {
    await makePrivateFolder(dir);
    const fresh = {
      token: newToken(),
      aesKey: newAesKey(),
      subdomain: newSubdomain(),
      owner: newOwnerSecret(),
    };
    if (!(await exists(file))) created = await writeStateOnce(file, fresh);
    await chmod(file, 0o600);
  } catch (error) {
    throw unusable(dir, error);
  }
  return toProjectState(cwd, await readState(file, cwd), created);
}

function toProjectState(cwd: string, stored: StoredState, created: boolean): ProjectState {
  const dir = join(cwd, '.wx-dev');
  const file = join(dir, 'state.json');
  return {
    ...stored,
    dir,
    file,
    created,
    save: async (changes) => {
      // Read again: another process may have saved since.
      const state = { ...(await readState(file, cwd)), ...changes };
      try {
        await rename(await writeTemporary(file, state), file);
      } catch (error) {
        throw unusable(dir, error);
      }
      return toProjectState(cwd, state, created);
    },
  };
}

async function makePrivateFolder(dir: string): Promise<void> {
  await mkdir(dir, { mode: 0o700 }).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  const found = await lstat(dir);
  // A link in a cloned repository could point anywhere.
  if (!found.isDirectory()) throw new NotAFolder();
  if ((found.mode & 0o077) !== 0) await chmod(dir, 0o700);
  const ignore = join(dir, '.gitignore');
  if (!(await exists(ignore))) await writeFile(ignore, '*\n');
}

class NotAFolder extends Error {}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function unusable(dir: string, error: unknown): WxDevError {
  const reason: Words =
    error instanceof NotAFolder
      ? { en: 'expected a folder, found something else', zh: '应为文件夹，但不是' }
      : readProblem(error);
  return new WxDevError('WXD6008', { path: dir, reason }, { cause: error });
}
