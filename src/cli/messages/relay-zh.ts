import type { RelayMessages } from './relay-en.ts';

/** `wx-dev relay token` 输出的中文。 */
export const relayZh: RelayMessages = {
  created: (id) => `已创建令牌 ${id}，只显示这一次`,
  use: '持有者将它存入文件后运行：',
  none: '还没有令牌：wx-dev relay token create --label <持有者>',
  allNames: '所有名称',
  forever: '不过期',
  until: (date) => `有效期至 ${date}`,
  over: (date) => `已于 ${date} 过期`,
  revoked: (id) => `已吊销令牌 ${id}，使用它的隧道将在 10 秒内断开`,
};
