import type { ExplainMessages } from './explain-en.ts';

/** What `explain` prints in Chinese. */
export const explainZh: ExplainMessages = {
  about: '含义',
  see: '如何看到它',
  causes: '原因（最可能的在前）',
  fix: '怎么办',
  source: '依据',
  exit: (code) => `因它而结束的命令，退出码为 ${code}。`,
  more: '查看其中一条：wx-dev explain WXD1001',
  ranges: {
    1: '微信协议',
    2: '超时与回复',
    3: '你的应用',
    4: '隧道与中继',
    5: '证书',
    6: '设置与记录',
    7: '新建项目',
    8: '微信接口的替身',
  },
};
