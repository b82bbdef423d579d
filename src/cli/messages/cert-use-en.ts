/** What the commands that verify, trust and hand out certificates print in English. */
export const certUseEn = {
  target: 'target',
  chain: 'chain',
  accepted: (clients: string) => `accepted by ${clients}`,
  refused: (clients: string) => `NOT ACCEPTED; checked as ${clients}`,
  onPhones: (error: string) => `on phones: ${error}`,
  publicDays: (days: number) => `new certificates of public authorities live at most ${days} days`,
  validity: { valid: 'valid', 'not-yet-valid': 'NOT VALID YET', expired: 'EXPIRED' },
  excluded: 'never for',
  trustWill: 'These commands make this machine trust the authority:',
  trustAsk: 'Run them?',
  untrustAsk: 'Remove the authority with these commands?',
  needsYes: 'nothing is changed without a yes; nobody can be asked here',
  uninstallAsk: (dir: string) => `Untrust the authority everywhere and delete ${dir}?`,
  uninstallAskAgain: 'Its key cannot be restored, and every certificate of it ends. Really?',
  added: 'added to',
  removed: 'removed from',
  failed: 'FAILED:',
  nothingTrusted: 'nothing to remove: no trust store has it from here',
  deleted: (dir: string) => `deleted ${dir}`,
  kept: (dir: string) => `kept ${dir}, because a trust store still has it`,
  proofTitle: 'Connected to a server with a certificate of the authority:',
  proofs: { trusted: 'trusted', refused: 'REFUSED', absent: 'not installed' },
  exported: 'written',
  password: 'password',
  passwordOnce: 'made for this file and kept nowhere',
  phoneOpen: 'open on the phone',
  phoneScan:
    'Scan with the camera of the phone, not with WeChat. Same Wi-Fi; ends after 10 minutes or with Ctrl-C.',
  phoneCompare: 'compare',
  phoneTrusted: 'the phone trusts the authority',
};

/** The table that a language must fill. */
export type CertUseMessages = typeof certUseEn;
