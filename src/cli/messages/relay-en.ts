/** What `wx-dev relay token` prints in English. */
export const relayEn = {
  created: (id: string) => `token ${id} created; it is shown this once`,
  use: 'its holder puts it into a file and runs:',
  none: 'no tokens yet: wx-dev relay token create --label <who>',
  allNames: 'every name',
  forever: 'does not expire',
  until: (date: string) => `until ${date}`,
  over: (date: string) => `expired ${date}`,
  revoked: (id: string) => `token ${id} revoked; its tunnels end within 10 s`,
};

/** The table that a language must fill. */
export type RelayMessages = typeof relayEn;
