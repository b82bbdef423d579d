import type { ClientMessages, ClientOptionTexts } from './client-en.ts';

/** Options of the tunnel's local side, in Chinese. */
export const clientOptionsZh: ClientOptionTexts = {
  hostHeader: '你的服务收到的 Host：一个名称，或 rewrite（用目标自己的）',
  header: '加到每个请求的“名称: 值”，或 @文件（每行一个）；可重复',
  removeHeader: '从每个请求中去掉的字段；可重复',
  localCa: '对 https:// 目标另外信任这个 CA（PEM）',
  insecure: '接受 https:// 目标的任何证书',
};

/** What the tunnel says of its local side, in Chinese. */
export const clientZh: ClientMessages = {
  insecure: (target) => `--insecure：不检查 ${target} 的证书，中间任何人都能看到内容`,
  hostHeader: 'Host',
  headers: '请求头',
  setHeader: (name) => `设置 ${name}`,
  removedHeader: (name) => `去掉 ${name}`,
};
