import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { WxDevError, type SettingSource } from '../../core/errors.ts';

/** A key that WeChat Pay signs with, as far as a merchant may know it. */
export interface PlatformKey {
  /** What `Wechatpay-Serial` calls it: the certificate's serial in upper-case hex, or `PUB_KEY_ID_…`. */
  readonly serial: string;
  readonly publicKey: KeyObject;
}

/** The id of a WeChat Pay public key (微信支付公钥ID), as the merchant platform shows it. */
const publicKeyId = /^PUB_KEY_ID_[0-9A-Za-z]+$/u;

/**
 * Reads a platform certificate (平台证书) or a WeChat Pay public key (微信支付公钥) from PEM.
 *
 * @param id the `PUB_KEY_ID_…` of a public key, which the PEM does not hold; a certificate has its serial in it.
 * @throws WXD1129 when the text is neither, is a private key, is not RSA, or a public key comes without its id.
 */
export function readPlatformKey(pem: string, id?: string, source?: SettingSource): PlatformKey {
  if (pem.includes('PRIVATE KEY')) throw new WxDevError('WXD1129', { problem: 'private', source });
  return pem.includes('BEGIN CERTIFICATE')
    ? readCertificate(pem, source)
    : readPublicKey(pem, id, source);
}

/** `serial` as two serials are compared: hex without case and leading zeros, an id as it is. */
export function normalizeSerial(serial: string): string {
  if (!/^[\da-f]+$/iu.test(serial)) return serial;
  return serial.toUpperCase().replace(/^0+(?=.)/u, '');
}

function readCertificate(pem: string, source: SettingSource | undefined): PlatformKey {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (cause) {
    throw new WxDevError('WXD1129', { problem: 'unreadable', source }, { cause });
  }
  const { publicKey, serialNumber } = certificate;
  return { serial: normalizeSerial(serialNumber), publicKey: requireRsa(publicKey, source) };
}

function readPublicKey(
  pem: string,
  id: string | undefined,
  source: SettingSource | undefined,
): PlatformKey {
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey(pem);
  } catch (cause) {
    throw new WxDevError('WXD1129', { problem: 'unreadable', source }, { cause });
  }
  requireRsa(publicKey, source);
  if (id === undefined || !publicKeyId.test(id)) {
    throw new WxDevError('WXD1129', { problem: 'no-id', received: id, source });
  }
  return { serial: id, publicKey };
}

function requireRsa(key: KeyObject, source: SettingSource | undefined): KeyObject {
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type !== 'rsa') {
    throw new WxDevError('WXD1129', { problem: 'not-rsa', received: type, source });
  }
  return key;
}
