/** What `wx-dev relay token` prints in English. */
export const relayEn = {
  created: (id: string) => `token ${id} created; it is shown this once`,
  use: 'its holder puts it into a file and runs:',
  nobody:
    'every token is revoked or expired: nobody can open a tunnel until you run wx-dev relay token create',
  none: 'no tokens yet: wx-dev relay token create --label <who>',
  allNames: 'every name',
  forever: 'does not expire',
  until: (date: string) => `until ${date}`,
  over: (date: string) => `expired ${date}`,
  rate: (n: number) => `${n} requests/s`,
  atOnce: (n: number) => `${n} at once`,
  revoked: (id: string) => `token ${id} revoked; its tunnels end within 10 s`,
};

/** Options of `wx-dev relay`, and of who may use a tunnel, in English. */
export const relayOptionsEn = {
  trustProxy: 'proxies in front whose X-Forwarded-* and X-Request-Id count: addresses or ranges',
  ratePerIp: 'requests a second from one address (default: 300; 0: no limit)',
  ratePerName: 'requests a second for one tunnel (default: 1000; 0: no limit)',
  connectionsPerIp: 'connections at once from one address (default: 256; 0: no limit)',
  connectionsPerName: 'requests at once for one tunnel (default: 512; 0: no limit)',
  maxBody: 'largest request body, for example 64MB (default: any)',
  memory: 'bytes held for slow readers and clients, all together (default: 256MB)',
  healthPort: 'port on 127.0.0.1 for /healthz and /readyz',
  grantRate: 'requests a second for each of its tunnels, instead of --rate-per-name',
  grantConnections: 'requests at once for each of them, instead of --connections-per-name',
  basicAuthFile: 'ask visitors for a login: file of user:password, one on each line',
  allowIp: 'let in only these addresses: 203.0.113.7 or 10.0.0.0/8, commas between',
  openPath: 'paths that stay open to everybody, for WeChat: /wx,/public/*',
};

/** The tables that a language must fill. */
export type RelayMessages = typeof relayEn;
export type RelayOptionTexts = typeof relayOptionsEn;
