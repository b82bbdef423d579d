/** Options of the tunnel's local side, in English. */
export const clientOptionsEn = {
  hostHeader: "Host that your server gets: a name, or rewrite for the target's own",
  header: "'Name: value' for every request to your server, or @file of such lines; repeatable",
  removeHeader: 'field to take out of every request; repeatable',
  localCa: 'trust this authority (PEM) for an https:// target too',
  insecure: 'take any certificate of an https:// target',
};

/** What the tunnel says of its local side, in English. */
export const clientEn = {
  insecure: (target: string) =>
    `--insecure: the certificate of ${target} is not checked; anybody in between can read along`,
  hostHeader: 'Host',
  headers: 'headers',
  setHeader: (name: string) => `sets ${name}`,
  removedHeader: (name: string) => `removes ${name}`,
};

/** The tables that a language must fill. */
export type ClientMessages = typeof clientEn;
export type ClientOptionTexts = typeof clientOptionsEn;
