import { defineError } from './define.ts';
import { escapeText } from './text.ts';

/** 1153 to 1155: the streams of an AI bot of 企业微信. */
export const botErrors = {
  WXD1153: defineError<{ streamId: string; refreshes: number; seconds: number }>({
    meaning: 'the stream of an AI bot was never finished',
    en: {
      title: (d) => `The stream ${escapeText(d.streamId)} was not finished in ${d.seconds} s`,
      body: (d) => [
        `seen: asked for the rest ${d.refreshes} times, never answered with finish: true`,
        'expected: the last piece with finish: true; WeCom stops asking after 6 minutes',
        'likely: the task behind it failed, or finish is a text instead of true',
      ],
      run: () => 'wx-dev send bot.text hi -v',
    },
    zh: {
      title: (d) => `流式消息 ${escapeText(d.streamId)} 在 ${d.seconds} 秒内没有结束`,
      body: (d) => [
        `实际：刷新了 ${d.refreshes} 次，没有一次返回 finish: true`,
        '应为：最后一段带 finish: true；企业微信 6 分钟后不再刷新',
        '常见原因：后台任务失败，或 finish 写成了字符串',
      ],
      run: () => 'wx-dev send bot.text hi -v',
    },
  }),
  WXD1154: defineError<{ asked: string; received: string }>({
    meaning: 'a refresh of a stream is answered with another stream',
    en: {
      title: (d) => `The refresh of ${escapeText(d.asked)} is answered with another stream`,
      body: (d) => [
        `seen: stream.id ${escapeText(d.received)}`,
        `expected: stream.id ${escapeText(d.asked)}, as the refresh says`,
        'likely: each answer makes an id of its own',
      ],
      run: () => 'wx-dev send bot.stream -v',
    },
    zh: {
      title: (d) => `刷新 ${escapeText(d.asked)} 时返回了另一个流`,
      body: (d) => [
        `实际：stream.id 为 ${escapeText(d.received)}`,
        `应为：stream.id 为 ${escapeText(d.asked)}，与刷新请求一致`,
        '常见原因：每次应答都生成新的 id',
      ],
      run: () => 'wx-dev send bot.stream -v',
    },
  }),
  WXD1155: defineError<{ bytes: number; max: number }>({
    meaning: 'the content of a stream is longer than WeCom takes',
    en: {
      title: (d) => `The stream has ${d.bytes} bytes of content`,
      body: (d) => [
        `expected ${d.max} bytes of UTF-8 at most, in all; a Chinese character has 3`,
        'each piece holds the whole text so far, not only what is new',
      ],
      run: () => 'wx-dev send bot.text hi -v',
    },
    zh: {
      title: (d) => `流式消息的内容有 ${d.bytes} 字节`,
      body: (d) => [
        `应为：总共不超过 ${d.max} 字节（UTF-8，一个汉字 3 字节）`,
        '每次返回的是到目前为止的全文，而不是新增的部分',
      ],
      run: () => 'wx-dev send bot.text hi -v',
    },
  }),
};
