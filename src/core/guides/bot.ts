import type { BriefGuides } from './brief.ts';

/** 1153 to 1155: the streams of an AI bot of 企业微信. */
export const botGuides: BriefGuides = {
  WXD1153: {
    source: 'developer.work.weixin.qq.com/document/path/100719 流式消息刷新',
    title: 'AI 机器人的流式消息一直没有结束',
    about: [
      'A bot answers with a stream whose finish is false, and WeCom then asks again and again for the rest (msgtype stream, with the id), until an answer says finish: true; six minutes after the message it stops. Here no answer said so, and the member sees a text that never ends.',
      '机器人先回一个 finish 为 false 的流，企业微信随后不断刷新（msgtype 为 stream，带流 id），直到应答带 finish: true；从用户发消息起最多 6 分钟。这里一直没有等到，成员会看到一直没有结束的文字。',
    ],
    see: [
      'wx-dev send bot.text hi -v prints the decrypted pieces; look in the log of the app whether the task of this stream id ended, or threw',
      'wx-dev send bot.text hi -v 打印解密后的内容；在应用日志中看这个流 id 的任务是否结束或抛错',
    ],
    causes: [
      [
        'the task behind the stream threw, and nobody marks the stream as finished',
        '流背后的任务抛错，没有人把流标记为结束',
      ],
      [
        'finish is the text "true" instead of the boolean',
        'finish 写成了字符串 "true" 而不是布尔值',
      ],
      [
        'the refresh goes to another process or worker, which does not know the stream',
        '刷新请求到了另一个进程，它不知道这个流',
      ],
      ['the model really takes longer than six minutes', '模型确实超过 6 分钟'],
    ],
    fix: [
      [
        'finish the stream in a finally, also when the task failed',
        '在 finally 里结束流，任务失败时也一样',
      ],
      [
        'keep streams where all processes see them, such as Redis',
        '把流保存在所有进程可见的地方，例如 Redis',
      ],
      [
        'for more than six minutes: finish, and send the result to response_url',
        '超过 6 分钟：先结束流，再把结果发到 response_url',
      ],
      [
        'wait longer in a test: wx-dev send bot.text hi --stream 6m',
        '测试时多等一会：wx-dev send bot.text hi --stream 6m',
      ],
    ],
  },
  WXD1154: {
    source: 'developer.work.weixin.qq.com/document/path/101031 流式消息回复',
    title: '刷新时返回了另一个流的内容',
    about: [
      'A refresh names the stream it asks for, in stream.id. The answer has to carry the same id: that is how WeCom knows which message to replace.',
      '刷新请求在 stream.id 中写明要哪个流。应答必须带同一个 id，企业微信据此替换对应的消息。',
    ],
    see: [
      'wx-dev send bot.stream -v shows the id that is asked for and the one answered',
      'wx-dev send bot.stream -v 会显示请求的 id 和应答的 id',
    ],
    causes: [
      ['the app makes a new id for every answer', '应用每次应答都生成新 id'],
      ['the app treats the refresh as a new message', '应用把刷新当成了新消息'],
      ['streams of two members are mixed up', '混淆了两个成员的流'],
    ],
    fix: [
      [
        'on msgtype stream answer with stream.id as it came',
        'msgtype 为 stream 时，原样使用收到的 stream.id',
      ],
      ['then look: wx-dev send bot.text hi', '然后检查：wx-dev send bot.text hi'],
    ],
  },
  WXD1155: {
    source: 'developer.work.weixin.qq.com/document/path/101031 流式消息回复',
    title: '流式消息的内容超过企业微信的上限',
    about: [
      'The content of a stream is the whole text so far, 20480 bytes of UTF-8 at most. More is not shown.',
      '流式消息的 content 是到目前为止的全文，最多 20480 字节（UTF-8），超出的不会显示。',
    ],
    see: [
      'the title says how many bytes came; wx-dev send bot.text hi -v prints the text',
      '标题写明收到多少字节；wx-dev send bot.text hi -v 打印内容',
    ],
    causes: [
      ['a long answer of a model', '模型的回答很长'],
      [
        'pieces were appended twice: each answer already holds all of them',
        '重复追加：每次应答本来就是全文',
      ],
    ],
    fix: [
      [
        'limit the length in the prompt, or cut it at 20480 bytes',
        '在提示词中限制长度，或按 20480 字节截断',
      ],
      ['send the rest to response_url, as markdown', '其余内容以 markdown 发到 response_url'],
      ['then look: wx-dev send bot.text hi', '然后检查：wx-dev send bot.text hi'],
    ],
  },
};
