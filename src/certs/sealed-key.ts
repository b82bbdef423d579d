import { createCipheriv, randomBytes, scryptSync, type KeyObject } from 'node:crypto';
import { encode, integer, objectId, octets, sequence } from './der.ts';
import { pemBlock } from './pem.ts';

/*
 * Private keys under a passphrase: PKCS#8 with PBES2 (RFC 8018 §6.2), scrypt (RFC 7914 §7) and AES-256-CBC. Node's own
 * export stops at PBKDF2 with 2048 rounds, which a graphics card tries millions of times a second.
 * Loads node-forge: see der.ts.
 */

/**
 * 16 MiB and about 50 ms for each guess. The next power of two is more memory than OpenSSL grants when it reads a key
 * (SCRYPT_MAX_MEM, 32 MiB, less its own overhead).
 */
const cost = 16_384;
const blockSize = 8;
const parallel = 1;

const keyBytes = 32;
const saltBytes = 16;
const ivBytes = 16;

/** The key as `ENCRYPTED PRIVATE KEY`; `openssl` and Node open it with the passphrase. */
export function sealKey(key: KeyObject, passphrase: string): string {
  const salt = randomBytes(saltBytes);
  const iv = randomBytes(ivBytes);
  const secret = scryptSync(passphrase, salt, keyBytes, { N: cost, r: blockSize, p: parallel });
  const cipher = createCipheriv('aes-256-cbc', secret, iv);
  const plain = key.export({ type: 'pkcs8', format: 'der' });
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  const derivation = sequence(
    objectId('1.3.6.1.4.1.11591.4.11'),
    sequence(octets(salt), number(cost), number(blockSize), number(parallel)),
  );
  const encryption = sequence(objectId('2.16.840.1.101.3.4.1.42'), octets(iv));
  const scheme = sequence(objectId('1.2.840.113549.1.5.13'), sequence(derivation, encryption));
  return pemBlock('ENCRYPTED PRIVATE KEY', encode(sequence(scheme, octets(sealed))));
}

function number(value: number): ReturnType<typeof integer> {
  const hex = value.toString(16);
  return integer(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'));
}
