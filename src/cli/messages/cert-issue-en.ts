/** What the commands that issue, renew and revoke certificates print in English. */
export const certIssueEn = {
  askPassphrase: 'Passphrase of the authority',
  authorityMade: 'made; nothing trusts it yet',
  authoritySame: 'it was there already; nothing was changed',
  authorityReissued: 'made anew with the same key and name: its certificates stay good',
  trustAgain: 'Clients must trust the new file once more:',
  anyName: 'any name',
  unconstrainedWhy:
    'Without limits, whoever steals its key can pose as any site to whatever trusts it. Limits (--allow example.com) cost nothing and do not stop your own names.',
  sealed: 'its key is under a passphrase',
  outsideLan: (addresses: string) =>
    `left out, because the authority may not certify public addresses: ${addresses}`,
  pin: 'pin',
  oldPin: 'old pin',
  rekeyed: 'the key has changed: pins on the old one must be replaced',
  clientAuthority: 'client CA',
  crl: 'revocations',
  clientHint: 'A server lets it in that trusts the client CA (and no trust store should):',
  serial: 'serial',
  revoked: (serial: string) => `revoked ${serial}`,
  revokedClient:
    'Give servers the new revocation list. Browsers never read it; servers refuse everybody once it is 30 days old, and every "wx-dev cert client" or "revoke" makes a new one.',
  revokedServer:
    'No client asks for lists of server certificates: its files were removed, and a server that runs keeps it until it is restarted. A new one: wx-dev cert',
  renewedNone: 'nothing was due',
  states: {
    good: 'good',
    due: 'due for renewal',
    expired: 'expired',
    revoked: 'revoked',
    missing: 'files gone',
  },
  kinds: { server: 'server', client: 'client', request: 'request' },
  none: 'no certificates have been issued',
};

/** The table that a language must fill. */
export type CertIssueMessages = typeof certIssueEn;
