import type { conformEn, conformOptionsEn } from './conform-en.ts';

/** The options of `conform` in Chinese. */
export const conformOptionsZh: typeof conformOptionsEn = {
  conformOnly: '只运行这条规则或这一组（名称或编号），可重复',
  conformSkip: '不运行这条规则或这一组，可重复',
  listRules: '列出全部规则',
  tap: '输出 TAP；输出不是终端时默认如此',
  answerTimeout: '等待回应的时间，如 5s、500ms（默认 5s）',
  countText: '应用以“第几次收到”来回复的文本，也用作菜单 key',
  slowText: '让应用处理超过 5 秒的文本',
  customerBase: '应用的 WX_API_BASE，如 http://127.0.0.1:7799；wx-dev 在那里监听',
  apiUrl: '应用 /login 与 /me 的位置，如 http://127.0.0.1:3000/api',
  jwtSecretFile: '存放应用令牌 HS256 密钥的文件',
  logFile: '应用的日志文件：会在其中查找机密',
  appPid: '应用的进程号：最后会收到 SIGTERM',
};

/** What `conform` prints in Chinese. */
export const conformZh: typeof conformEn = {
  ok: '通过',
  failed: '失败',
  skipped: '跳过',
  sent: '发出',
  received: '收到',
  testing: (url, rules) => `用 ${rules} 条规则检查 ${url}`,
  summary: (passed, failed, skipped, seconds) =>
    `${passed} 条通过 · ${failed} 条失败 · ${skipped} 条跳过 · ${seconds} s`,
  nothing: '没有检查任何规则，什么也没有证明',
};
