import type { RelayMessages, RelayOptionTexts } from './relay-en.ts';

/** `wx-dev relay token` 输出的中文。 */
export const relayZh: RelayMessages = {
  created: (id) => `已创建令牌 ${id}，只显示这一次`,
  use: '持有者将它存入文件后运行：',
  nobody: '所有令牌均已吊销或过期：运行 wx-dev relay token create 之前，无人能打开隧道',
  none: '还没有令牌：wx-dev relay token create --label <持有者>',
  allNames: '所有名称',
  forever: '不过期',
  until: (date) => `有效期至 ${date}`,
  over: (date) => `已于 ${date} 过期`,
  rate: (n) => `每秒 ${n} 个请求`,
  atOnce: (n) => `同时 ${n} 个`,
  revoked: (id) => `已吊销令牌 ${id}，使用它的隧道将在 10 秒内断开`,
};

/** `wx-dev relay` 及隧道访问控制选项的中文。 */
export const relayOptionsZh: RelayOptionTexts = {
  trustProxy: '前置代理的地址或网段，信任其 X-Forwarded-* 与 X-Request-Id',
  ratePerIp: '单个地址每秒请求数（默认 300，0 为不限）',
  ratePerName: '单个隧道每秒请求数（默认 1000，0 为不限）',
  connectionsPerIp: '单个地址同时连接数（默认 256，0 为不限）',
  connectionsPerName: '单个隧道同时请求数（默认 512，0 为不限）',
  maxBody: '请求体上限，如 64MB（默认不限）',
  memory: '为慢速读者和客户端缓存的总字节数（默认 256MB）',
  healthPort: '127.0.0.1 上提供 /healthz 与 /readyz 的端口',
  grantRate: '其每个隧道每秒请求数，代替 --rate-per-name',
  grantConnections: '其每个隧道同时请求数，代替 --connections-per-name',
  basicAuthFile: '要求访客登录：文件每行一个 用户名:密码',
  allowIp: '只允许这些地址：203.0.113.7 或 10.0.0.0/8，用逗号分隔',
  openPath: '对所有人开放的路径（供微信访问）：/wx,/public/*',
};
