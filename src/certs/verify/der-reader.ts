/** One value of a certificate's DER. */
export interface DerValue {
  /** The identifier octet: class, constructed bit and number. */
  readonly tag: number;
  readonly content: Buffer;
}

const sequence = 0x30;

/**
 * Reads the values that stand one after the other in `bytes`. Made for certificates that a stranger sends: it follows no
 * length beyond the buffer, and takes only the definite short form of tags, which is all that X.509 uses.
 * @throws Error where the bytes are no such DER
 */
export function readDer(bytes: Buffer): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const { length, start } = readLength(bytes, at + 1);
    if (start + length > bytes.length) throw new Error('a value reaches beyond its end');
    values.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return values;
}

/** The parts of the one SEQUENCE that `bytes` must be. */
export function readSequence(bytes: Buffer): readonly DerValue[] {
  const [value] = readDer(bytes);
  if (value?.tag !== sequence) throw new Error('expected a SEQUENCE');
  return readDer(value.content);
}

/** An OBJECT IDENTIFIER with dots. */
export function readObjectId(content: Buffer): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of content) {
    arc = arc * 128n + BigInt(octet & 0x7f);
    if (octet & 0x80) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first = 0n, ...rest] = arcs;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
}

function readLength(bytes: Buffer, at: number): { length: number; start: number } {
  const first = bytes[at];
  if (first === undefined) throw new Error('a value ends before its length');
  if (first < 0x80) return { length: first, start: at + 1 };
  const octets = first & 0x7f;
  // X.509 values are far below 2^24 octets; 0 would be the indefinite form of BER.
  if (octets === 0 || octets > 3 || at + 1 + octets > bytes.length) {
    throw new Error('a length that DER or certificates do not use');
  }
  return { length: bytes.readUIntBE(at + 1, octets), start: at + 1 + octets };
}
