import { apiHint } from './api-hints.ts';
import { defineError } from './define.ts';
import { escapeText } from './text.ts';

const again = (): string => 'wx-dev send text';

/** 2010 to 2029 and 3030 to 3039: what follows from failures and late answers. */
export const lateErrors = {
  WXD2010: defineError<{ failures: number; waitSeconds: number }>({
    meaning: 'after repeated failures WeChat pauses the pushes for a while (warning)',
    en: {
      title: (d) => `${d.failures} answers in a row failed: WeChat may pause its pushes`,
      body: (d) => [
        `it stops pushing to an account for some ${d.waitSeconds} s then (MarkFail): mend the app,`,
        'wait, and write again; messages of the pause are not sent later',
      ],
      run: again,
    },
    zh: {
      title: (d) => `连续 ${d.failures} 次回复失败：微信可能暂停推送`,
      body: (d) => [
        `此后约 ${d.waitSeconds} 秒内不再推送（MarkFail 自动屏蔽）：先修好应用，等一会再发消息`,
        '暂停期间的消息不会补发',
      ],
      run: again,
    },
  }),
  WXD2011: defineError<{ type: string; problem: 'type' | 'length' }>({
    meaning: 'a late reply has no form that the customer service API could deliver',
    en: {
      title: (d) => `A late ${escapeText(d.type)} reply cannot be delivered`,
      body: (d) =>
        d.problem === 'type'
          ? [
              'the customer service API has no such message: it must be answered within 5 s',
              'text, image, voice, video, music and news can be delivered late',
            ]
          : ['the text needs more than 5 messages, and a follower may get 5: shorten it'],
      run: again,
    },
    zh: {
      title: (d) => `迟到的 ${escapeText(d.type)} 回复无法补发`,
      body: (d) =>
        d.problem === 'type'
          ? [
              '客服消息接口没有这种消息：必须在 5 秒内回复',
              '可以补发的有 text、image、voice、video、music、news',
            ]
          : ['文本需要 5 条以上的消息，而每次最多下发 5 条：请缩短'],
      run: again,
    },
  }),
  WXD2012: defineError<{
    path: string;
    errcode: number;
    errmsg: string;
    sent?: number | undefined;
    total?: number | undefined;
  }>({
    meaning: "WeChat's API refused the customer service message or its access_token",
    en: {
      title: (d) => `WeChat's API answered ${d.errcode} to ${d.path}`,
      body: (d) => [
        apiHint(d.errcode, d.errmsg).en,
        `it said: ${escapeText(d.errmsg)}`,
        ...(d.sent ? [`${d.sent} of ${d.total} messages had been sent`] : []),
      ],
      run: (d) => apiHint(d.errcode, d.errmsg).run,
    },
    zh: {
      title: (d) => `微信接口 ${d.path} 返回 ${d.errcode}`,
      body: (d) => [
        apiHint(d.errcode, d.errmsg).zh,
        `原文：${escapeText(d.errmsg)}`,
        ...(d.sent ? [`${d.total} 条消息中已发出 ${d.sent} 条`] : []),
      ],
      run: (d) => apiHint(d.errcode, d.errmsg).run,
    },
  }),
  WXD2013: defineError<{ seconds: number }>({
    meaning: 'the app gave no reply within the longer time of --late-reply',
    en: {
      title: (d) => `The app gave no reply within ${d.seconds} s`,
      body: () => [
        'WeChat was answered success long before, so the follower sees nothing',
        'give the slow part of the app (a model, a database) a limit of its own',
      ],
      run: again,
    },
    zh: {
      title: (d) => `应用在 ${d.seconds} 秒内没有给出回复`,
      body: () => [
        '此前已向微信回复 success，所以粉丝什么也看不到',
        '请为应用中慢的部分（模型、数据库）设置超时',
      ],
      run: again,
    },
  }),
  WXD2014: defineError<{ kind: string; source: string }>({
    meaning: 'late replies are asked for, but accounts of this kind have no customer service API',
    en: {
      title: (d) => `No late replies for an account of the kind ${escapeText(d.kind)}`,
      body: (d) => [
        'only Official Accounts (公众号) and mini programs (小程序) have this API',
        `asked for by ${d.source}`,
      ],
      run: () => 'wx-dev serve --late-reply off',
    },
    zh: {
      title: (d) => `${escapeText(d.kind)} 类账号不支持补发回复`,
      body: (d) => ['只有公众号和小程序有客服消息接口', `由 ${d.source} 要求`],
      run: () => 'wx-dev serve --late-reply off',
    },
  }),
  WXD3030: defineError<{ target: string; reason: string }>({
    meaning: "WeChat's API cannot be reached",
    en: {
      title: (d) => `WeChat's API cannot be reached (${escapeText(d.reason)})`,
      body: (d) => [
        `no answer from ${d.target}`,
        'no network, a firewall, or a WX_API_BASE where nothing listens',
      ],
      run: () => 'grep -n WX_API_BASE .env',
    },
    zh: {
      title: (d) => `连不上微信接口（${escapeText(d.reason)}）`,
      body: (d) => [`${d.target} 没有应答`, '网络不通、防火墙，或 WX_API_BASE 处没有服务'],
      run: () => 'grep -n WX_API_BASE .env',
    },
  }),
  WXD3031: defineError<{ target: string; status: number; start: string }>({
    meaning: "WeChat's API answered something else than its JSON",
    en: {
      title: (d) => `${d.target} answered no JSON of WeChat`,
      body: (d) => [
        `received HTTP ${d.status}: "${escapeText(d.start)}"`,
        'WX_API_BASE leads elsewhere, or a proxy answers in its place',
      ],
      run: () => 'grep -n WX_API_BASE .env',
    },
    zh: {
      title: (d) => `${d.target} 返回的不是微信接口的 JSON`,
      body: (d) => [
        `收到 HTTP ${d.status}："${escapeText(d.start)}"`,
        'WX_API_BASE 指向了别处，或由代理作答',
      ],
      run: () => 'grep -n WX_API_BASE .env',
    },
  }),
};
