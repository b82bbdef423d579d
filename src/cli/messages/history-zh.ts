import type { historyEn } from './history-en.ts';

/** What `logs` and `replay` print in Chinese. */
export const historyZh: typeof historyEn = {
  empty: '没有符合条件的记录；serve 和 dev 会记录每次交互',
  cut: (count) => `另有 ${count} 条更早的未显示，可用 --limit 查看更多`,
  unreadable: (count) => `有 ${count} 行无法读取：进程被强行结束时只写了一半，或已损坏`,
  message: (mode) => `消息（${mode}）`,
  answerText: '应答明文',
  requestBody: '请求体原文',
  responseBody: '应答体原文',
  answer: (status) => `应答：HTTP ${status}`,
  noAnswer: '没有应答',
  binary: (bytes) => `${bytes} 字节，不是 UTF-8 文本；--json 可取得`,
  sameAnswer: '应答与当时相同（时间除外）',
  oldAnswer: '当时的应答',
  newAnswer: '这次的应答',
  truncated: '其余部分没有记录',
};
