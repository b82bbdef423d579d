/** Options of the tunnel's local side, in English. */
export const clientOptionsEn = {
  spool: 'while this computer is away: the relay answers POSTs on --path with success',
  spoolDir: 'keep requests in this folder for clients that ask for it (--spool)',
  hostHeader: "Host that your app gets: a name, or rewrite for the target's own",
  header: "'Name: value' for every request to your server, or @file of such lines; repeatable",
  removeHeader: 'field to take out of every request; repeatable',
  localCa: 'trust this authority (PEM) for an https:// target too',
  insecure: 'take any certificate of an https:// target',
};

/** What the tunnel says of its local side, in English. */
export const clientEn = {
  insecure: (target: string) =>
    `--insecure: the certificate of ${target} is not checked; anybody in between can read along`,
  spool: (path: string) =>
    `--spool: while this computer is away, the relay answers every POST on ${path} with success and keeps it (24 h, 1000 at most). Your app gets them in order when it is back, each once; what it answers then reaches nobody. Only one that is in work when wx-dev is killed comes again.`,
  waiting: (count: number) => `${count} kept requests are coming now`,
  spoolDir: (dir: string) =>
    `keeps requests for clients that are away and ask for it, unencrypted, in ${dir}`,
  spooled: (name: string, waiting: number) => `kept a request for ${name} (${waiting} waiting)`,
  delivered: (name: string, waiting: number) =>
    `delivered a kept request to ${name} (${waiting} waiting)`,
  hostHeader: 'Host',
  headers: 'headers',
  setHeader: (name: string) => `sets ${name}`,
  removedHeader: (name: string) => `removes ${name}`,
};

/** The tables that a language must fill. */
export type ClientMessages = typeof clientEn;
export type ClientOptionTexts = typeof clientOptionsEn;
