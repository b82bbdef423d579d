import { defineError, quoteForShell, say, type Words } from './define.ts';

/** 606x: the history of exchanges, `logs` and `replay`. */
export const historyErrors = {
  WXD6060: defineError<{ path: string; reason: Words }>({
    meaning: 'exchanges cannot be recorded (warning)',
    en: {
      title: () => 'Exchanges are not being recorded',
      body: (d) => [
        `${d.path}: ${say(d.reason, 'en')}`,
        'pushes are answered as before; logs and replay will not have what is missing',
        'said once; recording goes on by itself as soon as it can. --no-history switches it off',
      ],
      run: (d) => `ls -ld ${quoteForShell(d.path)}`,
    },
    zh: {
      title: () => '交互没有被记录下来',
      body: (d) => [
        `${d.path}：${say(d.reason, 'zh')}`,
        '推送照常应答；logs 和 replay 中会缺少这段时间的内容',
        '只提示一次，条件恢复后自动继续记录。--no-history 可关闭记录',
      ],
      run: (d) => `ls -ld ${quoteForShell(d.path)}`,
    },
  }),
  WXD6061: defineError<{ wanted: string; first?: number | undefined; last?: number | undefined }>({
    meaning: 'no exchange with this id is recorded',
    en: {
      title: (d) => `No exchange ${d.wanted} is recorded`,
      body: (d) => [
        d.last === undefined
          ? 'the history of this project is empty; serve and dev write it, without --no-history'
          : `the history of this project goes from #${d.first} to #${d.last}`,
        'the oldest exchanges are dropped at 20 MB; another folder has another history (--cwd)',
      ],
      run: () => 'wx-dev logs',
    },
    zh: {
      title: (d) => `没有记录 ${d.wanted}`,
      body: (d) => [
        d.last === undefined
          ? '本项目还没有记录；serve 和 dev（不带 --no-history）会写入'
          : `本项目的记录为 #${d.first} 到 #${d.last}`,
        '超过 20 MB 时丢弃最旧的记录；不同目录各有各的记录（--cwd）',
      ],
      run: () => 'wx-dev logs',
    },
  }),
  WXD6062: defineError<{ id: number; why: 'page' | 'key' | 'unopened' | 'cut' | 'masked' }>({
    meaning: 'a recorded exchange cannot be repeated',
    en: {
      title: (d) => `#${d.id} cannot be replayed`,
      body: (d) => unrepeatable[d.why].en,
      run: (d) => `wx-dev logs ${d.id} -v`,
    },
    zh: {
      title: (d) => `#${d.id} 无法重放`,
      body: (d) => unrepeatable[d.why].zh,
      run: (d) => `wx-dev logs ${d.id} -v`,
    },
  }),
  WXD6063: defineError<Readonly<Record<never, never>>>({
    meaning: 'nothing to replay to: no app is configured and nothing runs in this project',
    en: {
      title: () => 'Nowhere to replay to',
      body: () => [
        'no forward target is set (--forward-to, WX_DEV_FORWARD_TO or forwardTo in the config),',
        'and neither serve nor dev runs in this folder',
      ],
      run: () => 'wx-dev serve',
    },
    zh: {
      title: () => '没有重放的目标',
      body: () => [
        '没有设置转发目标（--forward-to、WX_DEV_FORWARD_TO 或配置文件中的 forwardTo），',
        '本目录下也没有运行中的 serve 或 dev',
      ],
      run: () => 'wx-dev serve',
    },
  }),
  WXD6064: defineError<{ path: string; reason: Words }>({
    meaning: 'the history of exchanges cannot be read or written',
    en: {
      title: (d) => `Cannot use ${d.path}`,
      body: (d) => [
        say(d.reason, 'en'),
        'wx-dev keeps its exchanges there, in regular files of its own only',
      ],
      run: (d) => `ls -ld ${quoteForShell(d.path)}`,
    },
    zh: {
      title: (d) => `无法使用 ${d.path}`,
      body: (d) => [say(d.reason, 'zh'), 'wx-dev 在此保存交互记录，只使用自己的普通文件'],
      run: (d) => `ls -ld ${quoteForShell(d.path)}`,
    },
  }),
  WXD6065: defineError<{ wanted: string; count: number; limit: number }>({
    meaning: 'more exchanges are asked for than one replay sends',
    en: {
      title: (d) => `${d.wanted} asks for ${d.count} pushes`,
      body: (d) => [`one replay sends at most ${d.limit}, counting --times`],
      run: () => 'wx-dev replay last',
    },
    zh: {
      title: (d) => `${d.wanted} 需要发送 ${d.count} 条推送`,
      body: (d) => [`一次重放最多发送 ${d.limit} 条（包括 --times）`],
      run: () => 'wx-dev replay last',
    },
  }),
};

const unrepeatable = {
  page: {
    en: [
      'it is no push of WeChat but a page or another request that was passed on',
      'repeat it with curl or a browser',
    ],
    zh: ['它不是微信的推送，而是透传的网页或其他请求', '请用 curl 或浏览器重新访问'],
  },
  key: {
    en: [
      'it is a refund of WeChat Pay v2, which the API key in the settings does not open',
      'usually the key has been changed since: payV2Key, WX_PAY_V2_KEY',
    ],
    zh: [
      '它是微信支付 v2 的退款通知，用设置中的 API 密钥无法解密',
      '多半是此后换过密钥：payV2Key、WX_PAY_V2_KEY',
    ],
  },
  unopened: {
    en: [
      'it was never opened: its signature, its encryption or its format was wrong',
      'a forged or damaged push has no message that could be signed anew',
    ],
    zh: ['它没有被解开过：签名、加密或格式有误', '伪造或损坏的推送里没有可以重新签名的消息'],
  },
  cut: {
    en: ['its body is not whole: it was too large, or the connection broke'],
    zh: ['请求体不完整：过大，或连接中断'],
  },
  masked: {
    en: [
      'a secret of this project stood in the message, and was not recorded (***)',
      'to repeat it, send the message anew: wx-dev send text ...',
    ],
    zh: [
      '消息中含有本项目的密钥或令牌，记录时已被遮盖（***）',
      '如需重复，请重新发送该消息：wx-dev send text ...',
    ],
  },
} as const;
