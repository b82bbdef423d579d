import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { LocalPlatformKey } from '../config/platform-key.ts';
import { writeOnce } from '../config/private-file.ts';
import { readTextFile } from '../config/text-file.ts';
import { WxDevError } from '../core/errors.ts';
import { fileProblem } from '../core/system-error.ts';

/** A platform certificate (平台证书) for the key by which wx-dev signs payment notifications. */
export interface PlatformCertificate {
  /** Upper-case hex, what `Wechatpay-Serial` says. */
  readonly serial: string;
  readonly pem: string;
  /** Absolute. */
  readonly path: string;
}

/** As long as WeChat Pay's own live. */
const validDays = 5 * 365;

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Opens the certificate of the project's platform key, and makes it when there is none: for apps that know WeChat Pay by platform
 * certificates. Several processes at once agree on one.
 *
 * @param dir the project's folder for wx-dev's own files
 * @throws WXD6008 when it cannot be written, WXD6004 when it is damaged or of another key
 */
export async function openPlatformCertificate(
  dir: string,
  { privateKey }: LocalPlatformKey,
): Promise<PlatformCertificate> {
  const path = join(dir, 'pay-platform-cert.pem');
  const found = await readTextFile(path, dir);
  if (found === undefined) await make(path, dir, privateKey);
  const pem = (found ?? (await readTextFile(path, dir, { name: 'wx-dev' })))?.text ?? '';
  return { serial: serialOf(pem, privateKey, path), pem, path };
}

async function make(path: string, dir: string, pem: string): Promise<void> {
  const { buildAuthorityCertificate } = await import('../certs/certificate.ts');
  const privateKey = createPrivateKey(pem);
  const notBefore = new Date(Date.now() - dayMs);
  const certificate = buildAuthorityCertificate({
    name: 'wx-dev WeChat Pay platform',
    privateKey,
    publicKey: createPublicKey(privateKey),
    validity: { notBefore, notAfter: new Date(notBefore.getTime() + validDays * dayMs) },
  });
  try {
    await writeOnce(path, certificate);
  } catch (cause) {
    throw new WxDevError('WXD6008', { path: dir, reason: fileProblem(cause) }, { cause });
  }
}

function serialOf(pem: string, privateKey: string, path: string): string {
  try {
    const certificate = new X509Certificate(pem);
    if (certificate.checkPrivateKey(createPrivateKey(privateKey))) return certificate.serialNumber;
  } catch {
    // No certificate: said below.
  }
  const reason = {
    en: 'it is not the certificate of the platform key; without the file, wx-dev makes a new one',
    zh: '不是平台密钥的证书；移走该文件后，wx-dev 会重新生成',
  };
  throw new WxDevError('WXD6004', { path, reason });
}
