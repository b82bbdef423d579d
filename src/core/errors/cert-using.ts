import { defineError, quoteForShell } from './define.ts';

/** 503x: verifying, trusting and exporting certificates. */
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
};
