import type { CertMessages } from './cert-en.ts';

/** What the certificate commands print in Chinese. */
export const certZh: CertMessages = {
  written: '证书',
  key: '私钥',
  chain: '完整链',
  authority: '本地 CA',
  validUntil: (date, days) => `有效期至 ${date}（${days} 天）`,
  until: (date, days) => `至 ${date}（${days} 天）`,
  reused: '仍然有效，未做改动',
  names: '名称',
  node: 'Node 不读取系统信任库：',
  trustHint: '让本机信任本地 CA：',
  trustIntro: '以下命令让本机信任本地 CA，wx-dev 没有执行任何一条：',
  subject: '主体',
  issuer: '颁发者',
  kind: '密钥',
  fingerprint: 'SHA-256',
  constraints: '仅限',
};
