import { WxDevError, type Words } from '../core/errors.ts';
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

/** `state` as the file holds it. */
export function formatState(state: StoredState): string {
  return `${JSON.stringify({ version: stateVersion, ...state }, null, 2)}\n`;
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
