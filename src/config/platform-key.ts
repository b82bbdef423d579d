import { createHash, createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { chmod, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WxDevError } from '../core/errors.ts';
import { errorCode, fileProblem } from '../core/system-error.ts';
import { writeOnce } from './private-file.ts';
import { readTextFile } from './text-file.ts';

/** The key pair by which wx-dev signs payment notifications in the place of WeChat Pay. */
export interface LocalPlatformKey {
  /** `PUB_KEY_ID_` and digits, which follow from the key. */
  readonly serial: string;
  /** PEM, PKCS#8. */
  readonly privateKey: string;
  /** PEM, SPKI: what an app under test takes for WeChat Pay's public key. */
  readonly publicKey: string;
  /** File that holds `publicKey`, absolute. */
  readonly publicPath: string;
}

/** As WeChat Pay's own: `WECHATPAY2-SHA256-RSA2048`. */
const modulusBits = 2048;

/** Digits behind `PUB_KEY_ID_`; WeChat Pay's ids have as many. */
const idDigits = 34;

/**
 * Opens the project's platform key pair, and makes it when there is none. Several processes at once agree on one.
 *
 * @param dir the project's folder for wx-dev's own files, `.wx-dev`.
 * @throws WXD6008 when the files cannot be written, WXD6004 when the private key there is damaged.
 */
export async function openPlatformKey(dir: string): Promise<LocalPlatformKey> {
  const privatePath = join(dir, 'pay-platform-key.pem');
  const publicPath = join(dir, 'pay-platform-public.pem');
  try {
    if (!(await exists(privatePath))) await writeOnce(privatePath, await newPrivateKey());
    await chmod(privatePath, 0o600);
  } catch (cause) {
    throw new WxDevError('WXD6008', { path: dir, reason: fileProblem(cause) }, { cause });
  }
  const privateKey = (await readTextFile(privatePath, dir, { name: 'wx-dev' }))?.text ?? '';
  const { publicKey, serial } = derive(privateKey, privatePath);
  try {
    if (!(await exists(publicPath))) await writeOnce(publicPath, publicKey);
  } catch (cause) {
    throw new WxDevError('WXD6008', { path: dir, reason: fileProblem(cause) }, { cause });
  }
  return { serial, privateKey, publicKey, publicPath };
}

async function newPrivateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: modulusBits });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function derive(privateKey: string, path: string): { publicKey: string; serial: string } {
  try {
    const key = createPublicKey(createPrivateKey(privateKey));
    const digest = createHash('sha256').update(key.export({ type: 'spki', format: 'der' }));
    const number = BigInt(`0x${digest.digest('hex')}`) % 10n ** BigInt(idDigits);
    return {
      publicKey: key.export({ type: 'spki', format: 'pem' }).toString(),
      serial: `PUB_KEY_ID_${String(number).padStart(idDigits, '0')}`,
    };
  } catch (cause) {
    const reason = {
      en: 'it holds no private key; without the file, wx-dev makes a new one',
      zh: '其中没有私钥；移走该文件后，wx-dev 会重新生成',
    };
    throw new WxDevError('WXD6004', { path, reason }, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
