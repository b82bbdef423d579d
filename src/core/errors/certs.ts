import { defineError, say, type Language, type Words } from './define.ts';

/** What is wrong with the files of an authority. */
type AuthorityDamage =
  | 'cert-unreadable'
  | 'key-unreadable'
  | 'key-missing'
  | 'mismatch'
  | 'not-an-authority'
  | 'altered';

/** Why a text cannot be a name in a certificate. */
type NameFault = 'empty' | 'url' | 'zone' | 'wildcard' | 'too-long' | 'malformed';

const damageTexts: Record<AuthorityDamage, Record<Language, string>> = {
  'cert-unreadable': {
    en: 'ca.pem holds no readable certificate',
    zh: 'ca.pem 中没有可读的证书',
  },
  'key-unreadable': {
    en: 'ca-key.pem holds no readable private key (EC or RSA)',
    zh: 'ca-key.pem 中没有可读的私钥（EC 或 RSA）',
  },
  'key-missing': {
    en: 'ca.pem is there but ca-key.pem is missing',
    zh: '有 ca.pem，但缺少 ca-key.pem',
  },
  mismatch: {
    en: 'ca-key.pem is not the key of ca.pem',
    zh: 'ca-key.pem 不是 ca.pem 对应的私钥',
  },
  'not-an-authority': {
    en: 'ca.pem is not the certificate of an authority',
    zh: 'ca.pem 不是 CA 证书',
  },
  altered: {
    en: 'ca.pem was altered: its own signature does not verify',
    zh: 'ca.pem 被改动过：自签名校验不通过',
  },
};

const nameTexts: Record<NameFault, Record<Language, string>> = {
  empty: { en: 'it is empty', zh: '内容为空' },
  url: {
    en: 'it has a scheme, port, path or user part; give the host alone',
    zh: '含有协议、端口、路径或用户名；只写主机名即可',
  },
  zone: {
    en: 'an IPv6 zone such as %eth0 cannot be certified; leave it out',
    zh: 'IPv6 区域（如 %eth0）不能写进证书，请去掉',
  },
  wildcard: {
    en: '* may only be the whole first label, as in *.dev.test',
    zh: '* 只能是完整的第一段，例如 *.dev.test',
  },
  'too-long': {
    en: 'a name has at most 253 characters, each part at most 63',
    zh: '域名最长 253 个字符，每段最长 63 个字符',
  },
  malformed: {
    en: 'it is neither a host name nor an IP address',
    zh: '它既不是主机名，也不是 IP 地址',
  },
};

/** 5xxx: certificates and trust stores. */
export const certErrors = {
  WXD5001: defineError<{ path: string; mode: number; wanted: number }>({
    meaning: "the authority's key or folder is open to other users of this machine",
    en: {
      title: (d) => `Other users of this machine have access to ${d.path}`,
      body: (d) => [
        `its mode is ${octal(d.mode)}, expected ${octal(d.wanted)}`,
        'whoever has the key can pose as any local site this machine trusts',
        'usual cause: copied from a backup or another disk, which lost the mode',
      ],
      run: (d) => `chmod ${octal(d.wanted)} ${quote(d.path)}`,
    },
    zh: {
      title: (d) => `本机其他用户可以访问 ${d.path}`,
      body: (d) => [
        `当前权限 ${octal(d.mode)}，应为 ${octal(d.wanted)}`,
        '拿到私钥的人可以冒充本机信任的任何本地站点',
        '常见原因：从备份或其他磁盘复制时丢失了权限',
      ],
      run: (d) => `chmod ${octal(d.wanted)} ${quote(d.path)}`,
    },
  }),
  WXD5002: defineError<{ dir: string; damage: AuthorityDamage; name: string }>({
    meaning: 'the files of the local authority are damaged or do not belong together',
    en: {
      title: (d) => `The local authority in ${d.dir} cannot be used`,
      body: (d) => [
        damageText(d, 'en'),
        'restore both files from one backup, or move the folder away:',
        'the next run makes a new authority, which has to be trusted again',
      ],
      run: (d) => `mv ${quote(d.dir)} ${quote(`${d.dir}.damaged`)}`,
    },
    zh: {
      title: (d) => `无法使用 ${d.dir} 中的本地 CA`,
      body: (d) => [
        damageText(d, 'zh'),
        '请从同一份备份恢复两个文件，或把该目录移走：',
        '下次运行会新建 CA，需要重新信任',
      ],
      run: (d) => `mv ${quote(d.dir)} ${quote(`${d.dir}.damaged`)}`,
    },
  }),
  WXD5003: defineError<{
    name: string;
    rule: 'permittedSubtrees' | 'excludedSubtrees';
    subtrees: readonly string[];
    caPath: string;
  }>({
    meaning: 'a name is outside what the local authority may certify',
    en: {
      title: (d) => `The local authority may not certify ${d.name}`,
      body: (d) => [
        ...ruleLines(d),
        'the limit is part of the CA, so that a stolen key cannot pose as real sites',
        'use a name below .test or .localhost, or a private address; or permit this one:',
      ],
      run: permitting,
    },
    zh: {
      title: (d) => `本地 CA 不允许为 ${d.name} 签发证书`,
      body: (d) => [
        ...ruleLines(d),
        '该限制写在 CA 证书里，私钥即使泄露也无法冒充真实网站',
        '请改用 .test 或 .localhost 下的名称，或私有网段地址；或者放行该名称：',
      ],
      run: permitting,
    },
  }),
  WXD5004: defineError<{
    dir: string;
    notBefore: string;
    notAfter: string;
    now: string;
    early: boolean;
  }>({
    meaning: 'the local authority has expired, or is not valid yet by the clock of this machine',
    en: {
      title: (d) => `The local authority ${d.early ? 'is not valid yet' : 'has expired'}`,
      body: (d) => [
        `valid from ${d.notBefore} to ${d.notAfter}`,
        `the clock of this machine says ${d.now}`,
        'if the clock is wrong, set it; else move the folder away:',
        'the next run makes a new authority, which has to be trusted again',
      ],
      run: (d) => (d.early ? 'date' : `mv ${quote(d.dir)} ${quote(`${d.dir}.expired`)}`),
    },
    zh: {
      title: (d) => `本地 CA ${d.early ? '尚未生效' : '已过期'}`,
      body: (d) => [
        `有效期 ${d.notBefore} 至 ${d.notAfter}`,
        `本机时间 ${d.now}`,
        '如果本机时间不对，请先校准；否则把该目录移走：',
        '下次运行会新建 CA，需要重新信任',
      ],
      run: (d) => (d.early ? 'date' : `mv ${quote(d.dir)} ${quote(`${d.dir}.expired`)}`),
    },
  }),
  WXD5005: defineError<{ name: string; fault: NameFault }>({
    meaning: 'a text cannot be a name in a certificate',
    en: {
      title: (d) => `${shown(d.name)} cannot be a name in a certificate`,
      body: (d) => [nameTexts[d.fault].en, 'expected a host name or an IP address'],
      run: () => 'wx-dev cert localhost 127.0.0.1 ::1',
    },
    zh: {
      title: (d) => `${shown(d.name)} 不能作为证书中的名称`,
      body: (d) => [nameTexts[d.fault].zh, '应为主机名或 IP 地址'],
      run: () => 'wx-dev cert localhost 127.0.0.1 ::1',
    },
  }),
  WXD5006: defineError<{ name: string }>({
    meaning: 'a wildcard stands directly below a single label, which most clients refuse',
    en: {
      title: (d) => `Most clients will refuse ${d.name}`,
      body: (d) => [
        'OpenSSL, Node, curl, Python and Chrome want two labels after the star',
        `name each host, or put one label between: ${widened(d.name)}`,
      ],
      run: (d) => `wx-dev cert '${widened(d.name)}'`,
    },
    zh: {
      title: (d) => `大多数客户端不接受 ${d.name}`,
      body: (d) => [
        'OpenSSL、Node、curl、Python 和 Chrome 要求 * 之后至少有两段',
        `请逐个写出主机名，或在中间加一段：${widened(d.name)}`,
      ],
      run: (d) => `wx-dev cert '${widened(d.name)}'`,
    },
  }),
  WXD5007: defineError<{ path: string; found: 'nothing' | 'private-key' | 'damaged' }>({
    meaning: 'a file holds no certificate',
    en: {
      title: (d) => `${d.path} holds no certificate`,
      body: (d) => [
        {
          nothing: 'found neither PEM ("-----BEGIN CERTIFICATE-----") nor DER',
          'private-key': 'found a private key: show its certificate instead, often cert.pem',
          damaged: 'found a certificate that cannot be read: cut off or altered',
        }[d.found],
      ],
      run: () => 'wx-dev cert show --help',
    },
    zh: {
      title: (d) => `${d.path} 中没有证书`,
      body: (d) => [
        {
          nothing: '既不是 PEM（"-----BEGIN CERTIFICATE-----"），也不是 DER',
          'private-key': '这是私钥：请改为查看它的证书，通常是 cert.pem',
          damaged: '其中的证书无法读取：被截断或改动过',
        }[d.found],
      ],
      run: () => 'wx-dev cert show --help',
    },
  }),
  WXD5008: defineError<{ received: string; max: number }>({
    meaning: 'the lifetime asked for a certificate cannot be used',
    en: {
      title: (d) => `A certificate cannot be valid for ${d.received} days`,
      body: (d) => [
        `expected a whole number from 1 to ${d.max}`,
        'iOS and macOS refuse longer lifetimes also under a CA you added yourself',
      ],
      run: () => 'wx-dev cert --help',
    },
    zh: {
      title: (d) => `证书有效期不能是 ${d.received} 天`,
      body: (d) => [
        `应为 1 到 ${d.max} 之间的整数`,
        'iOS 和 macOS 拒绝更长的有效期，自行添加的 CA 也不例外',
      ],
      run: () => 'wx-dev cert --help',
    },
  }),
  WXD5009: defineError<{ path: string; action: 'read' | 'write'; reason: Words }>({
    meaning: 'a certificate file or folder cannot be read or written',
    en: {
      title: (d) => `Cannot ${d.action} ${d.path}`,
      body: (d) => [
        `reason: ${say(d.reason, 'en')}`,
        'likeliest: made by another user, for example under sudo; or the disk is full',
      ],
      run: (d) => `ls -ld ${quote(d.path)}`,
    },
    zh: {
      title: (d) => `无法${d.action === 'read' ? '读取' : '写入'} ${d.path}`,
      body: (d) => [
        `原因：${say(d.reason, 'zh')}`,
        '最常见：由其他用户创建（例如用了 sudo）；或磁盘已满',
      ],
      run: (d) => `ls -ld ${quote(d.path)}`,
    },
  }),
};

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}

/** The table speaks of `ca.pem`; the authority of clients has files of another name. */
function damageText(d: { damage: AuthorityDamage; name: string }, language: Language): string {
  return damageTexts[d.damage][language].replaceAll(/\bca(?=(-key)?\.pem)/g, d.name);
}

/** What makes room for the name; an excluded one can only be looked at. */
function permitting(d: { name: string; rule: string; caPath: string }): string {
  if (d.rule === 'excludedSubtrees') return `wx-dev cert show ${quote(d.caPath)}`;
  return `wx-dev cert init --allow ${quote(d.name.replace(/^\*\./, ''))}`;
}

/** The list of nameConstraints that refuses, a few entries to a line. */
function ruleLines(d: { rule: string; subtrees: readonly string[] }): string[] {
  const lines = [`nameConstraints ${d.rule}:`];
  for (let at = 0; at < d.subtrees.length; at += 4) {
    lines.push(`  ${d.subtrees.slice(at, at + 4).join('  ')}`);
  }
  return lines;
}

/** `path` as one word of a shell command. */
function quote(path: string): string {
  return /^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** A user's text inside a sentence: quoted, without control characters, short. */
function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function widened(wildcard: string): string {
  return wildcard.replace('*.', '*.dev.');
}
