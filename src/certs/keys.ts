import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/** The two families of keys that wx-dev makes. */
export type KeyKind = 'ec' | 'rsa';

/** What a client that knows RSA only accepts; smaller keys are refused everywhere (CA/Browser Forum BR §6.1.5). */
const minRsaBits = 2048;

const curves = ['prime256v1', 'secp384r1', 'secp521r1'];

/** A new private key as PKCS#8 PEM: P-256 in about 1 ms, or RSA in about 200 ms. */
export function createKey(kind: KeyKind = 'ec', rsaBits: number = minRsaBits): string {
  const { privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: rsaBits })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Reads a private key that wx-dev can certify; undefined where `pem` holds none, or a wrong passphrase opens nothing. */
export function parseKey(pem: string, passphrase?: string): KeyObject | undefined {
  try {
    const key = createPrivateKey({ key: pem, passphrase: passphrase ?? '' });
    return kindOf(key) === undefined ? undefined : key;
  } catch {
    return undefined; // Not a key, or one with another passphrase: the caller says which file.
  }
}

/** Whether `pem` is a private key under a passphrase. */
export function isSealed(pem: string): boolean {
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem);
}

/** The family of a key, public or private; undefined for kinds and sizes that clients refuse. */
export function kindOf(key: KeyObject): KeyKind | undefined {
  const { namedCurve = '', modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec') return curves.includes(namedCurve) ? 'ec' : undefined;
  if (key.asymmetricKeyType !== 'rsa') return undefined;
  return modulusLength >= minRsaBits ? 'rsa' : undefined;
}

/** The key as DER of SubjectPublicKeyInfo. */
export function publicKeyBytes(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' });
}
