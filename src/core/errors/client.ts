import { defineError } from './define.ts';

/** 406x and 407x: the client end of a tunnel. */
export const clientErrors = {
  WXD4060: defineError<{ target: string; reason: string }>({
    meaning: 'the certificate of the local server is not trusted (502)',
    en: {
      title: (d) => `The certificate of the local server ${d.target} is not trusted`,
      body: (d) => [
        `seen by the tunnel client: ${d.reason}`,
        'expected: a certificate for that name from an authority this computer knows',
        'likely: self-signed, or made for another name; trust it with --local-ca <file>',
        '(--insecure takes any certificate)',
      ],
      run: (d) => `wx-dev cert verify ${hostAndPort(d.target)}`,
    },
    zh: {
      title: (d) => `本地服务 ${d.target} 的证书不受信任`,
      body: (d) => [
        `隧道客户端看到：${d.reason}`,
        '应为：本机信任的 CA 为该名称签发的证书',
        '常见原因：自签名证书，或名称不符；用 --local-ca <文件> 信任它',
        '（--insecure 接受任何证书）',
      ],
      run: (d) => `wx-dev cert verify ${hostAndPort(d.target)}`,
    },
  }),
};

function hostAndPort(target: string): string {
  const { hostname, port } = new URL(target);
  return `${hostname}:${port || '443'}`;
}
