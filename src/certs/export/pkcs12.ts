import {
  createCipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  pbkdf2Sync,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import forge from 'node-forge';
import {
  bmp,
  encode,
  integer,
  nothing,
  objectId,
  octets,
  sequence,
  set,
  tagged,
  taggedBytes,
  type Node,
} from '../der.ts';

/* PKCS #12 (RFC 7292). Loads node-forge: import with `await import()` only. */

/**
 * `compat`: PBE-SHA1-3DES and a SHA-1 MAC, the only form that macOS, iOS, Android before 14 and Windows Server 2016 open;
 * it is as strong as the password, which is why that is 16 random characters. `modern`: AES-256-CBC and SHA-256 throughout.
 */
export type Pkcs12Profile = 'compat' | 'modern';

/** What goes into the file. */
export interface Pkcs12Content {
  readonly certPem: string;
  /** Certificates after the leaf. */
  readonly chainPems: readonly string[];
  /** PKCS#8, RSA or EC. */
  readonly keyPem: string;
  /** Shown by programs that list the file; any script. */
  readonly friendlyName: string;
  /** ASCII and not empty: see `checkPassword`. */
  readonly password: string;
  readonly profile: Pkcs12Profile;
}

const ids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  pbeSha1TripleDes: '1.2.840.113549.1.12.1.3',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256: '2.16.840.1.101.3.4.1.42',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
};

/** Rounds of each key derivation. */
const rounds = 10_000;
const saltBytes = 16;

/** What the derivation of RFC 7292 appendix B.3 is for. */
const purpose = { key: 1, iv: 2, mac: 3 } as const;

/** The bytes of a PKCS #12 file. */
export function buildPkcs12(content: Pkcs12Content): Buffer {
  const { certPem, chainPems, keyPem, friendlyName, password, profile } = content;
  const leaf = new X509Certificate(certPem);
  const keyId = createHash('sha1').update(leaf.raw).digest();
  const attributes = set(
    attribute(ids.friendlyName, bmp(friendlyName)),
    attribute(ids.localKeyId, octets(keyId)),
  );
  const chain = chainPems.map((pem) => certBag(new X509Certificate(pem).raw));
  const certificates = sequence(certBag(leaf.raw, attributes), ...chain);
  const pkcs8 = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' });
  const key = seal(pkcs8, password, profile);
  const keyBag = sequence(
    objectId(ids.shroudedKeyBag),
    tagged(0, sequence(key.algorithm, octets(key.bytes))),
    attributes,
  );
  const sealed = seal(encode(certificates), password, profile);
  const encrypted = sequence(
    integer(Uint8Array.of(0)),
    sequence(objectId(ids.data), sealed.algorithm, taggedBytes(0, sealed.bytes)),
  );
  const safe = encode(
    sequence(
      sequence(objectId(ids.encryptedData), tagged(0, encrypted)),
      dataInfo(encode(sequence(keyBag))),
    ),
  );
  return encode(sequence(integer(Uint8Array.of(3)), dataInfo(safe), mac(safe, password, profile)));
}

function seal(
  plain: Uint8Array,
  password: string,
  profile: Pkcs12Profile,
): { algorithm: Node; bytes: Buffer } {
  const salt = randomBytes(saltBytes);
  const encrypt = (name: string, key: Buffer, iv: Buffer): Buffer => {
    const cipher = createCipheriv(name, key, iv);
    return Buffer.concat([cipher.update(plain), cipher.final()]);
  };
  if (profile === 'compat') {
    const key = derive(password, salt, purpose.key, 24, 'sha1');
    const iv = derive(password, salt, purpose.iv, 8, 'sha1');
    const parameters = sequence(octets(salt), number(rounds));
    return {
      algorithm: sequence(objectId(ids.pbeSha1TripleDes), parameters),
      bytes: encrypt('des-ede3-cbc', key, iv),
    };
  }
  const iv = randomBytes(16);
  const key = pbkdf2Sync(password, salt, rounds, 32, 'sha256');
  const derivation = sequence(
    objectId(ids.pbkdf2),
    sequence(octets(salt), number(rounds), sequence(objectId(ids.hmacSha256), nothing())),
  );
  const scheme = sequence(objectId(ids.aes256), octets(iv));
  return {
    algorithm: sequence(objectId(ids.pbes2), sequence(derivation, scheme)),
    bytes: encrypt('aes-256-cbc', key, iv),
  };
}

function mac(safe: Buffer, password: string, profile: Pkcs12Profile): Node {
  const digest = profile === 'compat' ? 'sha1' : 'sha256';
  const salt = randomBytes(saltBytes);
  const key = derive(password, salt, purpose.mac, digest === 'sha1' ? 20 : 32, digest);
  const value = createHmac(digest, key).update(safe).digest();
  const info = sequence(sequence(objectId(ids[digest]), nothing()), octets(value));
  return sequence(info, octets(salt), number(rounds));
}

function derive(
  password: string,
  salt: Buffer,
  id: 1 | 2 | 3,
  length: number,
  digest: 'sha1' | 'sha256',
): Buffer {
  const bytes = forge.util.createBuffer(salt.toString('binary'));
  const md = forge.md[digest].create();
  const key = forge.pkcs12.generateKey(password, bytes, id, rounds, length, md);
  return Buffer.from(key.getBytes(), 'binary');
}

function certBag(der: Uint8Array, attributes?: Node): Node {
  const bag = sequence(objectId(ids.x509), tagged(0, octets(der)));
  const rest = attributes ? [attributes] : [];
  return sequence(objectId(ids.certBag), tagged(0, bag), ...rest);
}

function attribute(id: string, value: Node): Node {
  return sequence(objectId(id), set(value));
}

function dataInfo(bytes: Uint8Array): Node {
  return sequence(objectId(ids.data), tagged(0, octets(bytes)));
}

function number(value: number): Node {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return integer((bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}
