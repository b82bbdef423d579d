import { defineError, quoteForShell, type Language } from './define.ts';
import { escapeText } from './text.ts';

/** Why a text cannot protect an exported key. */
type PasswordFault = 'empty' | 'characters';

/** Why there was no connection, in the words of the system. */
const connectionTexts: Readonly<Record<string, Record<Language, string>>> = {
  ECONNREFUSED: {
    en: 'nothing listens there: the server is not running, or uses another port',
    zh: '那里没有程序在监听：服务器没有运行，或用了别的端口',
  },
  ENOTFOUND: {
    en: 'the host name does not exist; look for a typing error',
    zh: '主机名不存在，请检查拼写',
  },
  EAI_AGAIN: {
    en: 'the host name cannot be resolved now; is the network up?',
    zh: '暂时无法解析主机名，网络是否正常？',
  },
};

/** 503x, 504x: verifying, trusting and exporting certificates. */
export const certUsingErrors = {
  WXD5030: defineError<{ path: string }>({
    meaning: 'a file holds no private key that can be read',
    en: {
      title: (d) => `${d.path} holds no private key that can be read`,
      body: () => [
        'expected PEM: "-----BEGIN PRIVATE KEY-----" or the older EC and RSA forms',
        'usual causes: it is the certificate, it is cut off, or it has a passphrase',
      ],
      run: (d) => `openssl pkey -noout -in ${quoteForShell(d.path)}`,
    },
    zh: {
      title: (d) => `${d.path} 中没有可读的私钥`,
      body: () => [
        '应为 PEM："-----BEGIN PRIVATE KEY-----"，或旧的 EC、RSA 格式',
        '常见原因：这其实是证书、文件被截断，或私钥带有口令',
      ],
      run: (d) => `openssl pkey -noout -in ${quoteForShell(d.path)}`,
    },
  }),
  WXD5031: defineError<{ fault: PasswordFault }>({
    meaning: 'a password cannot protect an exported key',
    en: {
      title: (d) =>
        d.fault === 'empty'
          ? 'The password of the exported file is empty'
          : 'The password of the exported file has characters outside ASCII',
      body: (d) => [
        d.fault === 'empty'
          ? 'programs disagree on how an empty password is encoded, so some cannot open it'
          : 'keytool cannot open such a file, though OpenSSL can',
        'without --password-file a password is made',
      ],
      run: () => 'wx-dev cert export --help',
    },
    zh: {
      title: (d) =>
        d.fault === 'empty' ? '导出文件的密码为空' : '导出文件的密码含有 ASCII 以外的字符',
      body: (d) => [
        d.fault === 'empty'
          ? '各程序对空密码的编码不一致，有的会打不开'
          : 'keytool 打不开这样的文件，OpenSSL 可以',
        '不加 --password-file 时会自动生成密码',
      ],
      run: () => 'wx-dev cert export --help',
    },
  }),
  WXD5032: defineError<{ path: string }>({
    meaning: 'the list of what was added to trust stores cannot be read',
    en: {
      title: (d) => `${d.path} cannot be read`,
      body: () => [
        'it lists the trust stores that wx-dev added its authority to',
        'without it untrust does not know what to remove; it was altered or cut off',
      ],
      run: (d) => `mv ${quoteForShell(d.path)} ${quoteForShell(`${d.path}.damaged`)}`,
    },
    zh: {
      title: (d) => `无法读取 ${d.path}`,
      body: () => [
        '该文件记录了 wx-dev 把 CA 加入了哪些信任库',
        '没有它 untrust 不知道该删除什么；文件被改动或截断',
      ],
      run: (d) => `mv ${quoteForShell(d.path)} ${quoteForShell(`${d.path}.damaged`)}`,
    },
  }),
  WXD5033: defineError<{ address: string }>({
    meaning: 'this machine has no network address that a phone could reach',
    en: {
      title: (d) => `This machine has no address ${d.address}`,
      body: () => [
        'expected an IPv4 address of this machine in the network of the phone',
        'likeliest: not connected to the Wi-Fi, or connected through a VPN only',
      ],
      run: () => 'wx-dev cert phone --help',
    },
    zh: {
      title: (d) => `本机没有地址 ${d.address}`,
      body: () => [
        '应为本机在手机所在网络中的 IPv4 地址',
        '最常见：没有连接 Wi-Fi，或只连接了 VPN',
      ],
      run: () => 'wx-dev cert phone --help',
    },
  }),
  WXD5040: defineError<{ received: string; guess: string }>({
    meaning: 'the word after "cert" looks like a mistyped subcommand',
    en: {
      title: (d) => `"${d.received}" is no subcommand of cert; did you mean ${d.guess}?`,
      body: (d) => [
        'it was not taken for a host name, because it is so near to that',
        `a host of this name is written with a dot at its end: "${d.received}."`,
      ],
      run: (d) => `wx-dev cert ${d.guess} --help`,
    },
    zh: {
      title: (d) => `cert 没有子命令 "${d.received}"，是否想输入 ${d.guess}？`,
      body: (d) => [
        '它与该子命令太像，因此没有当作主机名',
        `如果确实是主机名，请在末尾加一个点："${d.received}."`,
      ],
      run: (d) => `wx-dev cert ${d.guess} --help`,
    },
  }),
  WXD5041: defineError<{ target: string; reason: string }>({
    meaning: 'the server whose certificate is wanted cannot be reached',
    en: {
      title: (d) => `Cannot connect to ${d.target} (${escapeText(d.reason)})`,
      body: (d) => [
        connectionTexts[d.reason]?.en ?? 'the machine does not answer, or the name is wrong',
        'expected a server that speaks TLS at this address and port',
      ],
      run: (d) => `curl -vk https://${d.target}/`,
    },
    zh: {
      title: (d) => `连不上 ${d.target}（${escapeText(d.reason)}）`,
      body: (d) => [
        connectionTexts[d.reason]?.zh ?? '对方没有应答，或名称有误',
        '这个地址和端口上应有支持 TLS 的服务器',
      ],
      run: (d) => `curl -vk https://${d.target}/`,
    },
  }),
  WXD5042: defineError<{ target: string; reason: string }>({
    meaning: 'the server whose certificate is wanted does not complete a TLS handshake',
    en: {
      title: (d) => `No TLS handshake with ${d.target} (${escapeText(d.reason)})`,
      body: () => [
        'likeliest: this port speaks plain HTTP, or another protocol',
        'else the server offers nothing that TLS 1.2 or 1.3 has, or wants a host name',
      ],
      run: (d) => `openssl s_client -connect ${d.target}`,
    },
    zh: {
      title: (d) => `与 ${d.target} 的 TLS 握手失败（${escapeText(d.reason)}）`,
      body: () => [
        '最常见：该端口是普通 HTTP 或别的协议',
        '否则是服务器不支持 TLS 1.2 和 1.3，或必须用域名访问',
      ],
      run: (d) => `openssl s_client -connect ${d.target}`,
    },
  }),
  WXD5034: defineError<{ path: string }>({
    meaning: 'a private key does not belong to the certificate',
    en: {
      title: (d) => `${d.path} is not the key of the certificate`,
      body: () => [
        'expected the private key that was made with it',
        'usual cause: one of the two was renewed or copied without the other',
      ],
      run: () => 'wx-dev cert verify',
    },
    zh: {
      title: (d) => `${d.path} 不是该证书的私钥`,
      body: () => ['应为与证书一同生成的私钥', '常见原因：更新或复制时只换了其中一个'],
      run: () => 'wx-dev cert verify',
    },
  }),
};
