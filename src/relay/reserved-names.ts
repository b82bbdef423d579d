// Words that people take for the relay's own pages, or that mail and certificate authorities give a meaning (RFC 2142).
const RESERVED = [
  'abuse',
  'account',
  'accounts',
  'admin',
  'administrator',
  'api',
  'autoconfig',
  'autodiscover',
  'billing',
  'dashboard',
  'hostmaster',
  'imap',
  'localhost',
  'login',
  'mail',
  'mta-sts',
  'oauth',
  'pop3',
  'postmaster',
  'relay',
  'root',
  'secure',
  'security',
  'smtp',
  'ssl-admin',
  'sso',
  'status',
  'support',
  'tencent',
  'webmaster',
  'webmail',
  'wechat',
  'weixin',
  'wpad',
  'www',
  'wx-dev',
];

const LOOKS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  i: 'l',
  j: 'l',
};

const SKELETONS: ReadonlySet<string> = new Set(RESERVED.map(skeletonOf));

/**
 * Why nobody may have `name`, a valid tunnel name; undefined when there is no reason. Names that only look like a reserved one are
 * none to have either: `adm1n`, `vvww`, `wxdev`. Letters beyond a-z cannot occur: `checkTunnelName` refuses punycode.
 */
export function whyReserved(name: string): string | undefined {
  if (RESERVED.includes(name)) return 'it is reserved';
  if (SKELETONS.has(skeletonOf(name))) return 'it looks like a reserved name';
  return undefined;
}

/** What names that look the same have in common, after Unicode's UTS #39, of which only letters, digits and hyphens are left here. */
function skeletonOf(name: string): string {
  return name
    .replaceAll('-', '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll(/[0-9ij]/g, (letter) => LOOKS[letter] ?? letter);
}
