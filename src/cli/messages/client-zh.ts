import type { ClientMessages, ClientOptionTexts } from './client-en.ts';

/** Options of the tunnel's local side, in Chinese. */
export const clientOptionsZh: ClientOptionTexts = {
  spool: '本机离线时，由中继以 success 应答 --path 上的 POST',
  spoolDir: '在此文件夹中为使用 --spool 的客户端保存请求',
  hostHeader: '你的应用收到的 Host：一个名称，或 rewrite（用目标自己的）',
  header: '加到每个请求的“名称: 值”，或 @文件（每行一个）；可重复',
  removeHeader: '从每个请求中去掉的字段；可重复',
  localCa: '对 https:// 目标另外信任这个 CA（PEM）',
  insecure: '接受 https:// 目标的任何证书',
};

/** What the tunnel says of its local side, in Chinese. */
export const clientZh: ClientMessages = {
  insecure: (target) => `--insecure：不检查 ${target} 的证书，中间任何人都能看到内容`,
  spool: (path) =>
    `--spool：本机离线时，中继以 success 应答 ${path} 上的每个 POST 并保存（24 小时，最多 1000 个）。恢复后按顺序交给你的应用，每个一次，那时的应答不会送达任何人。只有 wx-dev 被强行终止时正在处理的那一个会再来一次。`,
  waiting: (count) => `正在送来 ${count} 个已保存的请求`,
  spoolDir: (dir) => `为离线且要求保存的客户端保存请求，不加密，位于 ${dir}`,
  spooled: (name, waiting) => `已为 ${name} 保存一个请求（待送 ${waiting} 个）`,
  delivered: (name, waiting) => `已向 ${name} 送达一个保存的请求（待送 ${waiting} 个）`,
  hostHeader: 'Host',
  headers: '请求头',
  setHeader: (name) => `设置 ${name}`,
  removedHeader: (name) => `去掉 ${name}`,
};
