import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { WxDevError, type ErrorDetails } from '../core/errors.ts';
import { formatSubtree, type Subtree } from './constraints.ts';
import { parseSubjectAltName } from './names.ts';

/** What `cert show` tells about one certificate. */
export interface CertificateDescription {
  /** One line, for example `O=…, CN=…`; control characters escaped. */
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses of subjectAltName. */
  readonly names: readonly string[];
  readonly isAuthority: boolean;
  readonly isSelfSigned: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whole days until `notAfter`, rounded down; negative when it has passed. */
  readonly daysLeft: number;
  readonly validity: 'valid' | 'not-yet-valid' | 'expired';
  /** `EC P-256`, `RSA 2048`, `Ed25519`. */
  readonly keyType: string;
  /** Upper-case hex. */
  readonly serial: string;
  /** Upper-case hex with colons. */
  readonly fingerprint256: string;
  /** SHA-1, by which Windows and macOS name a certificate. */
  readonly fingerprint1: string;
  /** `sha256/…=`: the SPKI pin of OkHttp, curl and Android (RFC 7469 §2.4). */
  readonly pin: string;
  /** What an authority may certify (RFC 5280 §4.2.1.10); undefined when nothing limits it. */
  readonly constraints?: CertificateLimits | undefined;
  /** The certificates after this one in the same file. */
  readonly chain: readonly CertificateDescription[];
}

/** The subtrees of nameConstraints. An empty list of permitted ones permits every name of that kind. */
interface CertificateLimits {
  /** `test`: the name itself and all below it. */
  readonly dns: readonly string[];
  /** `10.0.0.0/8`. */
  readonly ip: readonly string[];
  /** Names and ranges that are refused whatever the other lists say. */
  readonly excluded: readonly string[];
}

const dayMs = 86_400_000;

/** The first octet of every DER certificate: a SEQUENCE. */
const derSequence = 0x30;

/**
 * Describes the first certificate in `file` (PEM with any text around it, or DER) and those after it.
 * `path` only serves the error text; `now` is in milliseconds since the epoch, by default Date.now().
 * @throws WXD5007 no certificate in it, or one that cannot be read
 */
export async function describeCertificate(
  file: string | Uint8Array,
  options: { readonly path: string; readonly now?: number | undefined },
): Promise<CertificateDescription> {
  const { path, now = Date.now() } = options;
  const [first, ...rest] = parseCertificates(file, path);
  if (!first) throw noCertificate(path, 'nothing');
  try {
    const chain = await Promise.all(rest.map((certificate) => describe(certificate, now, [])));
    return await describe(first, now, chain);
  } catch (cause) {
    // OpenSSL reads keys and extensions late: a kind it does not know fails only here.
    throw noCertificate(path, 'damaged', cause);
  }
}

/**
 * Every certificate in `file`, PEM or DER, in its order.
 * @throws WXD5007 none in it, or one that cannot be read
 */
export function parseCertificates(file: string | Uint8Array, path: string): X509Certificate[] {
  const text = typeof file === 'string' ? file : Buffer.from(file).toString('latin1');
  const pattern = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END [A-Z0-9 ]+-----/g;
  const blocks: (string | Uint8Array)[] = text.match(pattern) ?? [];
  if (typeof file !== 'string' && file[0] === derSequence) blocks.push(file);
  if (blocks.length === 0) {
    if (text.includes('PRIVATE KEY-----')) throw noCertificate(path, 'private-key');
    throw noCertificate(path, text.includes('-----BEGIN CERT') ? 'damaged' : 'nothing');
  }
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw noCertificate(path, 'damaged', cause);
  }
}

async function describe(
  certificate: X509Certificate,
  now: number,
  chain: readonly CertificateDescription[],
): Promise<CertificateDescription> {
  const notBefore = new Date(certificate.validFrom);
  const notAfter = new Date(certificate.validTo);
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: parseSubjectAltName(certificate.subjectAltName).map((name) => name.value),
    isAuthority: certificate.ca,
    isSelfSigned: certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey),
    notBefore,
    notAfter,
    daysLeft: Math.floor((notAfter.getTime() - now) / dayMs),
    validity:
      now < notBefore.getTime() ? 'not-yet-valid' : now > notAfter.getTime() ? 'expired' : 'valid',
    keyType: keyTypeOf(certificate.publicKey),
    serial: certificate.serialNumber,
    fingerprint256: certificate.fingerprint256,
    fingerprint1: certificate.fingerprint,
    pin: `sha256/${createHash('sha256').update(spki).digest('base64')}`,
    constraints: await readLimits(certificate),
    chain,
  };
}

/** Only authorities have them; and only then is node-forge worth its 40 ms. */
async function readLimits(certificate: X509Certificate): Promise<CertificateLimits | undefined> {
  if (!certificate.ca) return undefined;
  const { readNameConstraints } = await import('./extensions.ts');
  const constraints = readNameConstraints(certificate.raw);
  if (!constraints) return undefined;
  const texts = (subtrees: readonly Subtree[]): string[] => subtrees.map(formatSubtree);
  return {
    dns: texts(constraints.permitted.filter((subtree) => subtree.type === 'dns')),
    ip: texts(constraints.permitted.filter((subtree) => subtree.type === 'ip')),
    excluded: texts(constraints.excluded),
  };
}

function keyTypeOf(key: KeyObject): string {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  // OpenSSL's name for the curve that everyone else calls P-256.
  if (namedCurve !== undefined) return `EC ${namedCurve === 'prime256v1' ? 'P-256' : namedCurve}`;
  if (modulusLength !== undefined) return `RSA ${modulusLength}`;
  return key.asymmetricKeyType === 'ed25519' ? 'Ed25519' : String(key.asymmetricKeyType);
}

/** Node puts each part on its own line. A stranger's certificate must not write escape codes to the terminal. */
function oneLine(name: string): string {
  return name
    .split('\n')
    .join(', ')
    .replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function noCertificate(
  path: string,
  found: ErrorDetails<'WXD5007'>['found'],
  cause?: unknown,
): WxDevError {
  return new WxDevError('WXD5007', { path, found }, { cause });
}
