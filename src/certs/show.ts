/** What `cert show` tells about one certificate. */
export interface CertificateDescription {
  /** One line, most specific part first: `CN=…, O=…`. */
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
  /** `sha256/…=`: the SPKI pin of OkHttp, curl and Android. */
  readonly pin: string;
  /** What an authority may certify; undefined when it has no nameConstraints. */
  readonly constraints?: { readonly dns: readonly string[]; readonly ip: readonly string[] };
  /** The certificates after this one in the same file. */
  readonly chain: readonly CertificateDescription[];
}

/**
 * Describes the first certificate in `file` (PEM, also a chain, or DER).
 * @throws WXD5007 no certificate in it
 */
export function describeCertificate(
  file: string | Uint8Array,
  options: { readonly path: string; readonly now?: number | undefined },
): Promise<CertificateDescription> {
  return Promise.reject(new Error(options.path + file.length));
}
