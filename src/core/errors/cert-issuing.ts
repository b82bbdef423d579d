import { defineError, quoteForShell, type Language } from './define.ts';

/** Why a certificate signing request cannot be signed. */
type RequestFault =
  | 'nothing'
  | 'damaged'
  | 'signature'
  | 'algorithm'
  | 'weak-key'
  | 'no-names'
  | 'other-names';

/** Why a text cannot stand for a client. */
type ClientFault = 'empty' | 'too-long' | 'characters' | 'email';

const requestTexts: Record<RequestFault, Record<Language, string>> = {
  nothing: {
    en: 'found neither PEM ("-----BEGIN CERTIFICATE REQUEST-----") nor DER',
    zh: '既不是 PEM（"-----BEGIN CERTIFICATE REQUEST-----"），也不是 DER',
  },
  damaged: {
    en: 'it cannot be read: cut off, altered, or not a request',
    zh: '无法读取：被截断、被改动，或不是签名请求',
  },
  signature: {
    en: 'its own signature does not verify: altered, or signed with another key',
    zh: '自签名校验不通过：被改动过，或用了另一把私钥签名',
  },
  algorithm: {
    en: 'its signature must be ECDSA or RSA with SHA-256, SHA-384 or SHA-512',
    zh: '签名算法须为 ECDSA 或 RSA，配 SHA-256、SHA-384 或 SHA-512',
  },
  'weak-key': {
    en: 'its key must be EC (P-256, P-384, P-521) or RSA with 2048 bits or more',
    zh: '密钥须为 EC（P-256、P-384、P-521）或 2048 位以上的 RSA',
  },
  'no-names': {
    en: 'it names no host: subjectAltName is missing, and a CommonName counts nowhere',
    zh: '没有主机名：缺少 subjectAltName，而 CommonName 早已不被采用',
  },
  'other-names': {
    en: 'its subjectAltName has more than DNS names and IP addresses',
    zh: 'subjectAltName 里除了域名和 IP 地址还有别的内容',
  },
};

const clientTexts: Record<ClientFault, Record<Language, string>> = {
  empty: { en: 'it is empty', zh: '内容为空' },
  'too-long': { en: 'it has more than 64 characters', zh: '超过 64 个字符' },
  characters: {
    en: 'it becomes a folder: no slashes, control characters or leading dot',
    zh: '它同时是文件夹名：不能有斜杠、控制字符，也不能以点开头',
  },
  email: {
    en: 'an email address has ASCII characters only, for example a@example.com',
    zh: '邮箱只能用 ASCII 字符，例如 a@example.com',
  },
};

/** 502x: issuing, renewing and revoking certificates. */
export const certIssuingErrors = {
  WXD5020: defineError<{ path: string; seconds: number }>({
    meaning: 'another process keeps the certificate files locked',
    en: {
      title: (d) => `Another process has locked ${d.path} for more than ${d.seconds} s`,
      body: () => [
        'certificates are issued by one process at a time, each for a moment',
        'likeliest: wx-dev cert trust waits for a password in another terminal',
      ],
      run: (d) => `ls -l ${quoteForShell(d.path)}`,
    },
    zh: {
      title: (d) => `另一个进程锁住 ${d.path} 已超过 ${d.seconds} 秒`,
      body: () => [
        '同一时间只有一个进程签发证书，每次只需片刻',
        '最常见：另一个终端里的 wx-dev cert trust 正在等待输入密码',
      ],
      run: (d) => `ls -l ${quoteForShell(d.path)}`,
    },
  }),
  WXD5021: defineError<{ path: string }>({
    meaning: 'the list of issued certificates is damaged',
    en: {
      title: (d) => `The list of issued certificates in ${d.path} cannot be read`,
      body: () => [
        'it also holds what was revoked, so it is not replaced without asking',
        'restore it from a backup, or move it away: certificates stay good,',
        'but those that were revoked have to be revoked again',
      ],
      run: (d) => `mv ${quoteForShell(d.path)} ${quoteForShell(`${d.path}.damaged`)}`,
    },
    zh: {
      title: (d) => `无法读取已签发证书的清单 ${d.path}`,
      body: () => [
        '清单里还有吊销记录，因此不会擅自重建',
        '请从备份恢复，或把它移走：已有证书仍然有效，',
        '但吊销过的证书需要重新吊销',
      ],
      run: (d) => `mv ${quoteForShell(d.path)} ${quoteForShell(`${d.path}.damaged`)}`,
    },
  }),
  WXD5022: defineError<{ path: string; given: boolean }>({
    meaning:
      'the key of the local authority is under a passphrase that was not given, or another one',
    en: {
      title: (d) =>
        d.given
          ? `The passphrase does not open ${d.path}`
          : `The key in ${d.path} is under a passphrase`,
      body: (d) => [
        d.given ? 'expected the passphrase that "cert init" was given' : 'none was given',
        'give it in a file that --passphrase-file (- is standard input) or the variable',
        'WX_DEV_CA_PASSPHRASE_FILE names; it is never an argument itself',
      ],
      run: () => 'wx-dev cert --passphrase-file -',
    },
    zh: {
      title: (d) => (d.given ? `口令打不开 ${d.path}` : `${d.path} 中的私钥有口令保护`),
      body: (d) => [
        d.given ? '应为执行 cert init 时给出的口令' : '没有提供口令',
        '请把口令放进文件，用 --passphrase-file（- 为标准输入）或环境变量',
        'WX_DEV_CA_PASSPHRASE_FILE 指定该文件；口令本身不能写在命令行参数里',
      ],
      run: () => 'wx-dev cert --passphrase-file -',
    },
  }),
  WXD5023: defineError<{ dir: string }>({
    meaning: 'the authority exists with a key of another kind than asked for',
    en: {
      title: (d) => `The local authority in ${d.dir} has an EC key, not RSA`,
      body: () => [
        'another key is another authority, which has to be trusted again everywhere',
        'keep it and ask for RSA per certificate: wx-dev cert --rsa',
        'or move the folder away and run "cert init --rsa" again',
      ],
      run: (d) => `mv ${quoteForShell(d.dir)} ${quoteForShell(`${d.dir}.ec`)}`,
    },
    zh: {
      title: (d) => `${d.dir} 中的本地 CA 用的是 EC 密钥，不是 RSA`,
      body: () => [
        '换密钥就是换一个 CA，所有客户端都要重新信任',
        '可以保留它，只让单张证书用 RSA：wx-dev cert --rsa',
        '或者把该目录移走，再执行 cert init --rsa',
      ],
      run: (d) => `mv ${quoteForShell(d.dir)} ${quoteForShell(`${d.dir}.ec`)}`,
    },
  }),
  WXD5024: defineError<{ path: string; fault: RequestFault }>({
    meaning: 'a certificate signing request cannot be signed',
    en: {
      title: (d) => `The signing request ${d.path} cannot be signed`,
      body: (d) => [requestTexts[d.fault].en, 'a good request is made like this:'],
      run: () => requestCommand,
    },
    zh: {
      title: (d) => `无法为签名请求 ${d.path} 签发证书`,
      body: (d) => [requestTexts[d.fault].zh, '正确的请求可以这样生成：'],
      run: () => requestCommand,
    },
  }),
  WXD5025: defineError<{ name: string; fault: ClientFault }>({
    meaning: 'a text cannot be the name or the email address of a client',
    en: {
      title: (d) => `${shown(d.name)} cannot stand for a client`,
      body: (d) => [clientTexts[d.fault].en],
      run: () => 'wx-dev cert client alice',
    },
    zh: {
      title: (d) => `${shown(d.name)} 不能用作客户端名称`,
      body: (d) => [clientTexts[d.fault].zh],
      run: () => 'wx-dev cert client alice',
    },
  }),
  WXD5026: defineError<{ serial: string; matches: number }>({
    meaning: 'no issued certificate, or more than one, has the serial number given',
    en: {
      title: (d) =>
        d.matches === 0
          ? `No issued certificate has the serial number ${shown(d.serial)}`
          : `${d.matches} certificates have serial numbers that begin with ${shown(d.serial)}`,
      body: () => ['expected a serial number of the list, or its first digits, 6 at least'],
      run: () => 'wx-dev cert list',
    },
    zh: {
      title: (d) =>
        d.matches === 0
          ? `没有序列号为 ${shown(d.serial)} 的已签发证书`
          : `有 ${d.matches} 张证书的序列号以 ${shown(d.serial)} 开头`,
      body: () => ['应为清单中的序列号，或它的前几位（至少 6 位）'],
      run: () => 'wx-dev cert list',
    },
  }),
  WXD5027: defineError<{ path: string }>({
    meaning: 'there is no certificate to renew',
    en: {
      title: (d) => `There is no certificate of the local authority in ${d.path}`,
      body: () => ['expected one that "wx-dev cert" has made; make it first'],
      run: () => 'wx-dev cert',
    },
    zh: {
      title: (d) => `${d.path} 中没有本地 CA 签发的证书`,
      body: () => ['应为 wx-dev cert 生成的证书，请先生成'],
      run: () => 'wx-dev cert',
    },
  }),
  WXD5028: defineError<{ path: string; expected: 'authority' | 'list' }>({
    meaning: 'the authority of clients or its revocation list cannot be used',
    en: {
      title: (d) => `Clients cannot be checked with ${d.path}`,
      body: (d) => [
        peerTexts[d.expected].en,
        'both are made, and their paths printed, by "wx-dev cert client"',
      ],
      run: () => 'wx-dev cert client alice',
    },
    zh: {
      title: (d) => `无法用 ${d.path} 校验客户端`,
      body: (d) => [peerTexts[d.expected].zh, '两个文件都由 wx-dev cert client 生成，并打印路径'],
      run: () => 'wx-dev cert client alice',
    },
  }),
  WXD5029: defineError<{ relay: string; sent: boolean }>({
    meaning: 'the relay lets in only clients with a certificate of its authority',
    en: {
      title: (d) =>
        d.sent
          ? `${d.relay} does not accept the client certificate`
          : `${d.relay} wants a client certificate`,
      body: (d) => [
        d.sent
          ? 'it is of another authority, expired or revoked; or the URL is not https'
          : 'none was sent; whoever runs the relay makes one with "wx-dev cert client"',
        'give it with --client-cert and --client-key',
      ],
      run: () => 'wx-dev tunnel --help',
    },
    zh: {
      title: (d) => (d.sent ? `${d.relay} 不接受这张客户端证书` : `${d.relay} 要求出示客户端证书`),
      body: (d) => [
        d.sent
          ? '它由别的 CA 签发、已过期或已吊销；或者地址不是 https'
          : '没有出示证书；请中继的维护者用 wx-dev cert client 签发',
        '用 --client-cert 和 --client-key 指定证书与私钥',
      ],
      run: () => 'wx-dev tunnel --help',
    },
  }),
};

const peerTexts: Record<'authority' | 'list', Record<Language, string>> = {
  authority: {
    en: 'expected the certificate of an authority of clients, as ca-client.pem is',
    zh: '应为客户端 CA 的证书，例如 ca-client.pem',
  },
  list: {
    en: 'expected a revocation list in PEM, as crl.pem is',
    zh: '应为 PEM 格式的吊销列表，例如 crl.pem',
  },
};

const requestCommand =
  'openssl req -new -key key.pem -subj /CN=a.test -addext subjectAltName=DNS:a.test -out a.csr';

/** A user's text inside a sentence: quoted, without control characters, short. */
function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
