import { WxDevError, type SettingSource } from '../../core/errors.ts';

/** The key of AES-256, in bytes. WeChat Pay takes the characters of the APIv3 key as they are: no hex, no base64. */
const keyBytes = 32;

/** An APIv3 key (APIv3密钥), ready to use. */
export interface ApiV3Key {
  /** 32 bytes. */
  readonly bytes: Buffer;
  /** Where it was written, for errors that name the line to change. */
  readonly source?: SettingSource | undefined;
}

/**
 * Reads an APIv3 key: 32 letters and digits, chosen in the merchant platform.
 *
 * @throws WXD1126 when it is not; a shorter key would silently be AES-128 in lenient libraries.
 */
export function parseApiV3Key(text: string, source?: SettingSource): ApiV3Key {
  const bad = /[^A-Za-z0-9]/u.exec(text);
  if (bad !== null) {
    const problem = { type: 'character', at: bad.index + 1, character: bad[0] } as const;
    throw new WxDevError('WXD1126', { problem, source });
  }
  if (text.length !== keyBytes) {
    throw new WxDevError('WXD1126', { problem: { type: 'length', length: text.length }, source });
  }
  return { bytes: Buffer.from(text), ...(source === undefined ? {} : { source }) };
}
