import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WxDevError, type Words } from '../core/errors.ts';
import { errorCode, fileProblem } from '../core/system-error.ts';
import { newAesKey, newOwnerSecret, newSubdomain, newToken } from '../core/secrets.ts';
import { writeOnce, writeTemporary } from './private-file.ts';
import { formatState, readState, type StoredState } from './state-file.ts';

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
interface StateChanges {
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
  const dir = await openProjectFolder(cwd);
  const file = join(dir, 'state.json');
  let created = false;
  try {
    const fresh = {
      token: newToken(),
      aesKey: newAesKey(),
      subdomain: newSubdomain(),
      owner: newOwnerSecret(),
    };
    if (!(await exists(file))) created = await writeOnce(file, formatState(fresh));
    if (!(await lstat(file)).isFile()) throw new OddEntry('state.json');
    await chmod(file, 0o600);
  } catch (error) {
    throw unusable(dir, error);
  }
  return toProjectState(cwd, await readState(file, cwd), created);
}

/**
 * Makes the project's folder for what wx-dev keeps, closed to others and ignored by git.
 * @returns its path
 * @throws WXD6008
 */
export async function openProjectFolder(cwd: string): Promise<string> {
  const dir = join(cwd, '.wx-dev');
  try {
    await makePrivateFolder(dir);
  } catch (error) {
    throw unusable(dir, error);
  }
  return dir;
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
        const temporary = await writeTemporary(file, formatState(state));
        try {
          await rename(temporary, file);
        } finally {
          await rm(temporary, { force: true });
        }
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
  if (!found.isDirectory()) throw new OddEntry('.wx-dev');
  if ((found.mode & 0o077) !== 0) await chmod(dir, 0o700);
  // So could one inside it, under a name that certificates are written to.
  const linked = (await readdir(dir, { withFileTypes: true })).find((e) => e.isSymbolicLink());
  if (linked) throw new OddEntry(linked.name);
  const ignore = join(dir, '.gitignore');
  if (((await sizeOf(ignore)) ?? 0) > 0) return;
  // At once: a process that is killed, or a full disk, must not leave an empty one, which would show the secrets to git.
  const temporary = `${ignore}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, '*\n', { flag: 'wx' });
    await rename(temporary, ignore);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** A symbolic link or something stranger stands where wx-dev keeps its own. */
class OddEntry extends Error {}

async function exists(path: string): Promise<boolean> {
  return (await sizeOf(path)) !== undefined;
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function unusable(dir: string, error: unknown): WxDevError {
  const reason: Words =
    error instanceof OddEntry
      ? {
          en: `${error.message} is a symbolic link or neither file nor folder`,
          zh: `${error.message} 是符号链接，或者不是普通文件、文件夹`,
        }
      : fileProblem(error);
  return new WxDevError('WXD6008', { path: dir, reason }, { cause: error });
}
