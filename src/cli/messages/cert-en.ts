/** What the certificate commands print in English. */
export const certEn = {
  written: 'certificate',
  key: 'private key',
  chain: 'full chain',
  authority: 'authority',
  validUntil: (date: string, days: number) => `valid until ${date} (${days} days)`,
  until: (date: string, days: number) => `until ${date} (${days} days)`,
  reused: 'still valid; nothing was changed',
  names: 'names',
  node: 'Node does not read the system trust store:',
  trustHint: 'Make this machine trust the authority:',
  trustIntro: 'These commands make this machine trust the authority. wx-dev ran none of them:',
  subject: 'subject',
  issuer: 'issuer',
  kind: 'key',
  fingerprint: 'SHA-256',
  constraints: 'limited to',
};

/** The table that a language must fill. */
export type CertMessages = typeof certEn;
