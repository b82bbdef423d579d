import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, open, rm } from 'node:fs/promises';
import { WxDevError, type Words } from '../core/errors.ts';
import { errorCode } from '../core/system-error.ts';
import { readTextFile } from './text-file.ts';

/** What `state.json` holds. */
export interface StoredState {
  /** Callback token, made at random once. */
  readonly token: string;
  /** EncodingAESKey, made at random once. */
  readonly aesKey: string;
  /** Name to ask a relay for. */
  readonly subdomain: string;
  /** Proves to a relay that the name is ours. */
  readonly owner: string;
  /** Port of the relay inside the process, so that its URL survives a restart. */
  readonly relayPort?: number | undefined;
}

/** Number in the file; another one was written by a wx-dev that means something else by it. */
const stateVersion = 1;

/** Puts `state` at `file` complete or not at all, unless one is there already. Says whether it did. */
export async function writeStateOnce(file: string, state: StoredState): Promise<boolean> {
  const temporary = await writeTemporary(file, state);
  try {
    await link(temporary, file).catch(async (error: unknown) => {
      if (errorCode(error) === 'EEXIST') throw error;
      // No hard links here (FAT, some network drives): the next best that does not overwrite.
      await copyFile(temporary, file, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Writes `state` to a new file beside `file`, mode 0600, on the disk when it returns; gives its path. */
export async function writeTemporary(file: string, state: StoredState): Promise<string> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ version: stateVersion, ...state }, null, 2)}\n`);
    // Without it a power cut after the rename may leave an empty file, and the secrets are lost.
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return temporary;
}

/** @throws WXD6011 when the file is damaged, WXD6006 when it cannot be read. */
export async function readState(file: string, cwd: string): Promise<StoredState> {
  const found = await readTextFile(file, cwd, { name: 'wx-dev' });
  const damaged = (reason: Words): WxDevError =>
    new WxDevError('WXD6011', { path: found?.shown ?? file, reason });
  let value: unknown;
  try {
    value = JSON.parse(found?.text ?? '');
  } catch {
    throw damaged({ en: 'it is not JSON', zh: '内容不是 JSON' });
  }
  if (!isRecord(value)) throw damaged({ en: 'it holds no object', zh: '内容不是一个对象' });
  const { version, ...stored } = value;
  if (version !== stateVersion) {
    throw damaged({
      en: `it has version ${String(version)}, this wx-dev reads version ${stateVersion}`,
      zh: `其版本为 ${String(version)}，当前 wx-dev 只认识版本 ${stateVersion}`,
    });
  }
  const wrong = Object.entries(stateFields).find(([key, isRight]) => !isRight(stored[key]))?.[0];
  if (wrong !== undefined) {
    throw damaged({ en: `"${wrong}" is missing or wrong`, zh: `"${wrong}" 缺失或不正确` });
  }
  // Each field was checked just above; fields of later versions ride along.
  return stored as unknown as StoredState;
}

const matches =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && pattern.test(value);

const stateFields: Readonly<Record<keyof StoredState, (value: unknown) => boolean>> = {
  token: matches(/^[A-Za-z0-9]{3,32}$/),
  aesKey: matches(/^[A-Za-z0-9]{43}$/),
  subdomain: matches(/^[a-z0-9-]{1,63}$/),
  owner: matches(/^[0-9a-f]{64}$/),
  relayPort: (value) => value === undefined || Number.isInteger(value),
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
