import type { detailsEn, lateEn } from './late-en.ts';

/** Slow apps, late replies and the pauses of WeChat, in Chinese. */
export const lateZh: typeof lateEn = {
  verified: '服务器配置已通过。用手机给公众号发条消息试试。',
  left: (ms) => `还剩 ${seconds(ms)}`,
  follows: '稍后补发',
  delivered: (answeredMs, ms) =>
    `${seconds(answeredMs)} 时已回 success，${seconds(ms)} 后用客服消息补发了回复`,
  deliveredUnanswered: (ms) => `微信已断开，${seconds(ms)} 后用客服消息补发了回复`,
  messages: (count) => `共 ${count} 条`,
  silent: (ms) => `应用在 ${seconds(ms)} 后没有要回复的内容，未下发`,
  failed: (ms) => `迟到的回复未能补发（${seconds(ms)} 后）`,
  cancelled: (ms) => `wx-dev 先退出了，迟到的回复未补发（${seconds(ms)} 后）`,
  back: (ms) => `推送已恢复，距上次失败 ${seconds(ms)}`,
};

/** What `-v` says of an exchange, in Chinese. */
export const detailsZh: typeof detailsEn = {
  plain: 'signature 与 Token 相符；明文读取',
  decrypted: (key, id) => `msg_signature 相符；用 ${key} 解密，id ${id}`,
  keys: { current: 'EncodingAESKey', previous: '上一个 EncodingAESKey' },
  sealed: '已加密并签名，明文：',
};

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
