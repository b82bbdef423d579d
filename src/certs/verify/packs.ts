/** A client whose demands are known. */
export type PackName = 'openssl' | 'apple' | 'chrome' | 'python-strict' | 'wechat';

/** What one client demands of a server's certificate, as data. */
export interface RulePack {
  /** Smallest RSA modulus, in bits, anywhere in the chain. */
  readonly minRsaBits: number;
  /** Longest lifetime of the leaf, in days. */
  readonly maxDays?: number;
  /** CommonName counts for nothing; else it does where subjectAltName has no DNS name, as OpenSSL has it. */
  readonly needsSubjectAltName: boolean;
  /** An absent extendedKeyUsage is refused. */
  readonly needsExtendedKeyUsage: boolean;
  /** An RSA or EC leaf whose keyUsage lacks digitalSignature is refused. */
  readonly needsDigitalSignature: boolean;
  /** X509_V_FLAG_X509_STRICT: AKI on the leaf; SKI, critical basicConstraints and keyUsage on authorities. */
  readonly strictExtensions: boolean;
  /** Only the roots that come with phones count, and the host must be a public domain. */
  readonly publicOnly: boolean;
}

/** Every client that `--as` names. */
export const packs: Readonly<Record<PackName, RulePack>> = {
  // OpenSSL at security level 2, which Debian and Ubuntu set: 112 bits, so RSA 2048 and no SHA-1.
  openssl: {
    minRsaBits: 2048,
    needsSubjectAltName: false,
    needsExtendedKeyUsage: false,
    needsDigitalSignature: false,
    strictExtensions: false,
    publicOnly: false,
  },
  // iOS 13, macOS 10.15 and later, also below a root that the user added: support.apple.com/103769.
  apple: {
    minRsaBits: 2048,
    maxDays: 825,
    needsSubjectAltName: true,
    needsExtendedKeyUsage: true,
    needsDigitalSignature: false,
    strictExtensions: false,
    publicOnly: false,
  },
  // Chromium below a local root; RSA 1024 is its limit (net/cert/cert_verify_proc.cc).
  chrome: {
    minRsaBits: 1024,
    needsSubjectAltName: true,
    needsExtendedKeyUsage: false,
    needsDigitalSignature: true,
    strictExtensions: false,
    publicOnly: false,
  },
  // Python 3.13 and later set VERIFY_X509_STRICT (python/cpython#107361).
  'python-strict': {
    minRsaBits: 2048,
    needsSubjectAltName: false,
    needsExtendedKeyUsage: false,
    needsDigitalSignature: false,
    strictExtensions: true,
    publicOnly: false,
  },
  // A released mini program on iOS and Android: Apple's rules, less what only roots of one's own would meet.
  wechat: {
    minRsaBits: 2048,
    maxDays: 825,
    needsSubjectAltName: true,
    needsExtendedKeyUsage: true,
    needsDigitalSignature: true,
    strictExtensions: false,
    publicOnly: true,
  },
};

/** The packs in the order of `--as`. */
export const packNames: readonly PackName[] = [
  'openssl',
  'apple',
  'chrome',
  'python-strict',
  'wechat',
];
