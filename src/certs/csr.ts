import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { WxDevError, type ErrorDetails } from '../core/errors.ts';
import { bits, contents, decode, encode, objectIdOf, parts, sequence, type Node } from './der.ts';
import { findExtension, readSubjectAltName, subjectAltNameId } from './extensions.ts';
import { kindOf } from './keys.ts';
import { readPemBlock } from './pem.ts';

/* Certificate signing requests, PKCS#10 (RFC 2986). Loads node-forge: see der.ts. */

/** What is taken from a request: nothing but its key and its names. */
export interface SigningRequest {
  readonly publicKey: KeyObject;
  /** DNS names and addresses of subjectAltName, not checked. At least one. */
  readonly names: readonly string[];
}

/** Digest of each signature that is strong enough to prove that the asker has the key. */
const digests: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};

/** PKCS#9 attribute that carries the extensions asked for (RFC 2985 §5.4.2). */
const extensionRequestId = '1.2.840.113549.1.9.14';

/** The first octet of every DER request: a SEQUENCE. */
const derSequence = 0x30;

/** `[0]` of CertificationRequestInfo. */
const contextClass = 0x80;

/**
 * Reads a request, PEM or DER, and checks that it was signed with its own key. `path` only serves the error text.
 * @throws WXD5024
 */
export function readSigningRequest(file: Uint8Array, path: string): SigningRequest {
  const fail = (fault: ErrorDetails<'WXD5024'>['fault'], cause?: unknown): never => {
    throw new WxDevError('WXD5024', { path, fault }, { cause });
  };
  const labels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
  const der =
    file[0] === derSequence ? file : readPemBlock(Buffer.from(file).toString('latin1'), labels);
  if (!der) return fail('nothing');
  const request = parse(der, (cause) => fail('damaged', cause));
  if (kindOf(request.publicKey) === undefined) fail('weak-key');
  const { digest } = request;
  if (digest === undefined) return fail('algorithm');
  if (!verify(digest, request.signed, request.publicKey, request.signature)) fail('signature');
  if (request.others > 0) fail('other-names');
  if (request.names.length === 0) fail('no-names');
  return { publicKey: request.publicKey, names: request.names };
}

interface Parsed {
  readonly publicKey: KeyObject;
  readonly names: readonly string[];
  readonly others: number;
  readonly digest: string | undefined;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

function parse(der: Uint8Array, fail: (cause: unknown) => never): Parsed {
  try {
    const [info, algorithm, signature] = parts(decode(der));
    const [, , key, attributes] = parts(info);
    if (!info || !key) throw new Error('a request has three parts, and four in the first');
    const bytes = contents(signature).subarray(1);
    const whole = encode(sequence(info, sequence(...parts(algorithm)), bits(bytes)));
    if (!whole.equals(der)) throw new Error('not the one DER encoding of a request');
    const spki = encode(key);
    return {
      publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
      ...requestedNames(attributes),
      digest: digests[objectIdOf(parts(algorithm)[0])],
      signed: encode(info),
      signature: bytes,
    };
  } catch (cause) {
    return fail(cause);
  }
}

function requestedNames(attributes: Node | undefined): Pick<Parsed, 'names' | 'others'> {
  const none = { names: [], others: 0 };
  if (attributes?.tagClass !== contextClass) return none;
  const attribute = parts(attributes).find(
    (candidate) => objectIdOf(parts(candidate)[0]) === extensionRequestId,
  );
  const [extensions] = parts(parts(attribute)[1]);
  const value = findExtension(extensions, subjectAltNameId);
  return value ? readSubjectAltName(value) : none;
}
