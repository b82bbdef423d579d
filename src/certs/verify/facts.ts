import type { X509Certificate } from 'node:crypto';
import { addressText } from '../addresses.ts';
import type { Constraints, Subtree } from '../constraints.ts';
import { parseSubjectAltName, type CertificateName } from '../names.ts';
import { readDer, readObjectId, readSequence, type DerValue } from './der-reader.ts';

/** What the rules look at in one certificate. */
export interface CertificateFacts {
  readonly certificate: X509Certificate;
  /** One line, control characters escaped. */
  readonly subject: string;
  readonly issuer: string;
  readonly isSelfSigned: boolean;
  /** RFC 5280 §4.1.2.2 wants a serial above zero. */
  readonly serialIsPositive: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Digest of the signature, as `sha1` or `sha256`; the identifier where it is another. */
  readonly digest: string;
  /** `rsa` with its modulus, or the kind that Node names. */
  readonly keyType: string;
  readonly rsaBits: number | undefined;
  /** DNS names and addresses of subjectAltName; undefined where the extension is absent. */
  readonly names: readonly CertificateName[] | undefined;
  /** Identifiers of extendedKeyUsage; undefined where it is absent, which permits every use. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** First octet of keyUsage; undefined where it is absent. */
  readonly keyUsage: number | undefined;
  readonly isAuthority: boolean;
  readonly basicConstraintsCritical: boolean;
  readonly hasSubjectKeyId: boolean;
  readonly hasAuthorityKeyId: boolean;
  readonly constraints: Constraints | undefined;
}

/** RFC 5280 §4.2.1 and RFC 4055, RFC 5758, RFC 3279. */
const ids = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
};

const digests: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'md5',
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.10040.4.3': 'sha1',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

const extensionsTag = 0xa3;
const versionTag = 0xa0;
const booleanTag = 0x01;
const dnsTag = 0x82;
const ipTag = 0x87;

interface Extension {
  readonly critical: boolean;
  readonly value: Buffer;
}

/** Reads what the rules need. @throws Error where its DER cannot be followed */
export function readFacts(certificate: X509Certificate): CertificateFacts {
  const [tbs, algorithm] = readSequence(certificate.raw);
  if (!tbs || !algorithm) throw new Error('a certificate has three parts');
  const fields = readDer(tbs.content);
  const serial = fields[fields[0]?.tag === versionTag ? 1 : 0]?.content ?? Buffer.alloc(0);
  const extensions = readExtensions(fields);
  const algorithmId = readObjectId(readDer(algorithm.content)[0]?.content ?? Buffer.alloc(0));
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const keyUsage = extensions.get(ids.keyUsage);
  return {
    certificate,
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    isSelfSigned: certificate.subject === certificate.issuer && signs(certificate, certificate),
    serialIsPositive: ((serial[0] ?? 0x80) & 0x80) === 0 && serial.some((octet) => octet !== 0),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    digest: digests[algorithmId] ?? algorithmId,
    keyType: asymmetricKeyType ?? 'unknown',
    rsaBits: asymmetricKeyDetails?.modulusLength,
    names: extensions.has(ids.subjectAltName)
      ? parseSubjectAltName(certificate.subjectAltName)
      : undefined,
    extendedKeyUsage: readObjectIds(extensions.get(ids.extendedKeyUsage)),
    keyUsage: keyUsage && (readDer(keyUsage.value)[0]?.content[1] ?? 0),
    isAuthority: certificate.ca,
    basicConstraintsCritical: extensions.get(ids.basicConstraints)?.critical ?? false,
    hasSubjectKeyId: extensions.has(ids.subjectKeyId),
    hasAuthorityKeyId: extensions.has(ids.authorityKeyId),
    constraints: readConstraints(extensions.get(ids.nameConstraints)),
  };
}

/** Whether `issuer` signed `certificate`, by name and by signature. */
export function signs(issuer: X509Certificate, certificate: X509Certificate): boolean {
  try {
    return certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey);
  } catch {
    return false; // A kind of key that OpenSSL does not verify with.
  }
}

function readExtensions(fields: readonly DerValue[]): ReadonlyMap<string, Extension> {
  const wrapper = fields.find((field) => field.tag === extensionsTag);
  const list = wrapper ? readSequence(wrapper.content) : [];
  return new Map(
    list.map((extension) => {
      const parts = readDer(extension.content);
      const critical = parts[1]?.tag === booleanTag && (parts[1].content[0] ?? 0) !== 0;
      const value = parts.at(-1)?.content ?? Buffer.alloc(0);
      return [readObjectId(parts[0]?.content ?? Buffer.alloc(0)), { critical, value }];
    }),
  );
}

function readObjectIds(extension: Extension | undefined): readonly string[] | undefined {
  return extension && readSequence(extension.value).map((value) => readObjectId(value.content));
}

/** Subtrees of other kinds than DNS and addresses are left out. */
function readConstraints(extension: Extension | undefined): Constraints | undefined {
  if (!extension) return undefined;
  const lists = readSequence(extension.value);
  const subtrees = (tag: number): Subtree[] =>
    lists
      .filter((list) => list.tag === tag)
      .flatMap((list) => readDer(list.content))
      .flatMap(readSubtree);
  return { permitted: subtrees(0xa0), excluded: subtrees(0xa1) };
}

function readSubtree(value: DerValue): Subtree[] {
  const [name] = readDer(value.content);
  if (!name) return [];
  if (name.tag === dnsTag) return [{ type: 'dns', base: name.content.toString('latin1') }];
  const half = name.content.length / 2;
  const address = name.tag === ipTag ? addressText(name.content.subarray(0, half)) : undefined;
  if (address === undefined) return [];
  const mask = name.content.subarray(half).toString('hex');
  const prefix = BigInt(`0x${mask}`).toString(2).replaceAll('0', '').length;
  return [{ type: 'ip', address, prefix }];
}

/** A stranger's certificate must not write escape codes to the terminal. */
function oneLine(name: string): string {
  return (
    name
      .split('\n')
      .join(', ')
      .replaceAll(/\p{Cc}/gu, '?') || '-'
  );
}
