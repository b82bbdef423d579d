import { causeEn, causeZh, type AnswerCause } from './causes.ts';
import { defineError } from './define.ts';
import { escapeText } from './text.ts';

/** What a follower sees when WeChat cannot use the answer. */
export const followerSees = 'the follower sees 「该公众号提供的服务出现故障，请稍后再试」';

/** The same in Chinese. */
export const followerSeesZh = '粉丝会看到「该公众号提供的服务出现故障，请稍后再试」';

const again = (): string => 'wx-dev send text';

/** The same for payments. */
const payAgain = 'wx-dev send pay.success';

/** Shows whether the app books an order twice. */
const payTwice = 'wx-dev send pay.success --duplicate';

const lateRun = (d: { isPayment?: boolean | undefined }): string =>
  d.isPayment === true ? payAgain : 'wx-dev serve --late-reply customer';

/** How long the first of several deliveries had, for the one who asks why there were more. */
const firstTook = (ms: number | undefined): string =>
  ms === undefined ? '' : ` (attempt 1 took ${secondsOf(ms)} s)`;

const firstTookZh = (ms: number | undefined): string =>
  ms === undefined ? '' : `（第 1 次用了 ${secondsOf(ms)} 秒）`;

/** Rounded down: 4.96 s is not yet the 5 s of WeChat. */
const secondsOf = (ms: number): string => (Math.floor(ms / 100) / 10).toFixed(1);

const slowRun = (d: {
  isPayment?: boolean | undefined;
  isVerification?: boolean | undefined;
}): string => {
  if (d.isVerification === true) return 'wx-dev send verify';
  return d.isPayment === true ? payAgain : again();
};

/** Where a redirect leads, compared with what was asked for. */
export type RedirectKind = 'slash' | 'https' | 'login';

const redirectsEn: Record<RedirectKind, string> = {
  slash: 'the path differs by the last "/" only: write it as the app does',
  https: 'the app wants https: behind a tunnel it sees http, switch that redirect off',
  login: 'a login check sends strangers to its page: exempt this route',
};

const redirectsZh: Record<RedirectKind, string> = {
  slash: '路径只差末尾的 "/"：请与应用里的写法一致',
  https: '应用要求 https：在隧道后面它看到的是 http，请关闭这个跳转',
  login: '登录检查把未登录者转到登录页：请放行这个路由',
};

/** What stands around or instead of `success`. */
export type SuccessDifference = 'bom' | 'white-space' | 'capitals' | 'stack-trace' | 'value';

const successEn: Record<SuccessDifference, string> = {
  bom: 'a byte order mark stands before success: save the source file without BOM',
  'white-space': 'there is white space or a newline around it: send it without',
  capitals: 'write success in lower case',
  'stack-trace': 'this is an error of the app: see its log',
  value: 'the framework printed a value of the program: return the text success',
};

const successZh: Record<SuccessDifference, string> = {
  bom: 'success 前面有 BOM：源文件请存为无 BOM 的 UTF-8',
  'white-space': '前后多了空白或换行：请去掉',
  capitals: 'success 应为小写',
  'stack-trace': '这是应用的报错：请看它的日志',
  value: '框架输出了程序里的一个值：请返回文本 success',
};

/** 2xxx: when the app answered, and with what kind of body. */
export const answerErrors = {
  WXD2001: defineError<{
    ms: number;
    limitMs: number;
    /** The head of the answer came, the end of its body did not. */
    unfinished?: boolean | undefined;
    isPayment?: boolean | undefined;
  }>({
    meaning: 'the answer came later than WeChat waits',
    en: {
      title: (d) => `No answer within ${d.limitMs / 1000} s`,
      body: (d) =>
        d.unfinished === true
          ? [
              `headers came, the body was not finished after ${d.limitMs / 1000} s`,
              'call res.end or res.send: res.write alone leaves the answer open',
            ]
          : d.isPayment === true
            ? [
                `the answer took ${d.ms} ms; WeChat Pay takes it as failed and sends it again`,
                'store the notification, answer 204 at once, and do the work afterwards',
              ]
            : [
                `the answer took ${d.ms} ms; WeChat closed the connection and sends the push again`,
                'answer "success" at once and send the result later with the customer service API',
              ],
      run: lateRun,
    },
    zh: {
      title: (d) => `${d.limitMs / 1000} 秒内没有回复`,
      body: (d) =>
        d.unfinished === true
          ? [
              `响应头到了，响应体过了 ${d.limitMs / 1000} 秒还没结束`,
              '请调用 res.end 或 res.send：只有 res.write，响应不会结束',
            ]
          : d.isPayment === true
            ? [
                `应答用了 ${d.ms} ms；微信支付按失败处理，会再次通知`,
                '先保存通知并立即回 204，之后再处理业务',
              ]
            : [
                `回复用了 ${d.ms} ms；微信已断开连接，会再次推送`,
                '先立即回 success，再用客服消息接口下发结果',
              ],
      run: lateRun,
    },
  }),
  WXD2002: defineError<{
    ms: number;
    limitMs: number;
    isPayment?: boolean | undefined;
    /** Of the URL of 企业微信, which waits one second. */
    isVerification?: boolean | undefined;
  }>({
    meaning: 'the answer came in time, but close to the limit (warning)',
    en: {
      title: (d) => `Slow answer: ${d.ms} ms`,
      body: (d) =>
        d.isVerification === true
          ? [
              `WeCom waits ${d.limitMs} ms for the echostr, then says 回调地址请求不通过`,
              'a cold start takes longer: call the app once, then save the URL again',
            ]
          : [
              `WeChat waits 5000 ms, and the network takes its share: stay below ${d.limitMs} ms`,
              d.isPayment === true
                ? 'store the notification, answer 204 at once, and do the work afterwards'
                : 'answer "success" at once and send the result later with the customer service API',
            ],
      run: slowRun,
    },
    zh: {
      title: (d) => `回复偏慢：${d.ms} ms`,
      body: (d) =>
        d.isVerification === true
          ? [
              `企业微信只等 echostr ${d.limitMs} ms，超过就提示「回调地址请求不通过」`,
              '多半是冷启动：先访问一次应用，再保存 URL',
            ]
          : [
              `微信只等 5000 ms，还要算上网络时间：请控制在 ${d.limitMs} ms 内`,
              d.isPayment === true
                ? '先保存通知并立即回 204，之后再处理业务'
                : '先立即回 success，再用客服消息接口下发结果',
            ],
      run: slowRun,
    },
  }),
  WXD2005: defineError<{
    msgId: string;
    count: number;
    firstMs?: number | undefined;
    isPayment?: boolean | undefined;
  }>({
    meaning: 'the app handled one push more than once (warning)',
    en: {
      title: (d) =>
        `The app handled one ${d.isPayment === true ? 'notification' : 'push'} ${d.count} times`,
      body: (d) =>
        d.isPayment === true
          ? [
              `notification ${escapeText(d.msgId)}`,
              `came ${d.count} times: WeChat Pay repeats it for a day until it is received`,
              'book an order once: look for its number under a lock before you change it',
            ]
          : [
              `MsgId ${escapeText(d.msgId)} came ${d.count} times${firstTook(d.firstMs)}`,
              'WeChat repeats what is not answered in 5 s:',
              'answer "success" first and use the customer service API, or remember each MsgId',
            ],
      run: (d) => (d.isPayment === true ? payTwice : 'wx-dev serve --late-reply customer'),
    },
    zh: {
      title: (d) => `同一${d.isPayment === true ? '通知' : '推送'}被应用处理了 ${d.count} 次`,
      body: (d) =>
        d.isPayment === true
          ? [
              `通知 ${escapeText(d.msgId)}`,
              `来了 ${d.count} 次：未收到成功应答，微信支付会在一天内重复通知`,
              '一笔订单只入账一次：先加锁查订单号，再修改状态',
            ]
          : [
              `MsgId ${escapeText(d.msgId)} 来了 ${d.count} 次${firstTookZh(d.firstMs)}`,
              '5 秒内没有回复，微信就会重试：',
              '先回 success，再用客服消息接口下发；或按 MsgId 去重',
            ],
      run: (d) => (d.isPayment === true ? payTwice : 'wx-dev serve --late-reply customer'),
    },
  }),
  WXD2101: defineError<{
    status: number;
    refusal?: string | undefined;
    cause?: AnswerCause | undefined;
  }>({
    meaning: 'the answer has another status than 200',
    en: {
      title: (d) =>
        d.refusal === undefined
          ? `The app answered with status ${d.status}`
          : `wx-dev refused the request: ${d.refusal}`,
      body: (d) => [
        'expected 200; WeChat tries again, three requests in all',
        followerSees,
        ...(d.refusal === undefined
          ? causeEn(d.cause ?? { type: 'server-error' })
          : ['the log of the wx-dev that answered says what was wrong with it']),
      ],
      run: again,
    },
    zh: {
      title: (d) =>
        d.refusal === undefined
          ? `应用返回状态码 ${d.status}`
          : `wx-dev 拒绝了这次请求：${d.refusal}`,
      body: (d) => [
        '应为 200；微信会重试，一共请求三次',
        followerSeesZh,
        ...(d.refusal === undefined
          ? causeZh(d.cause ?? { type: 'server-error' })
          : ['应答它的 wx-dev 的日志写明了原因']),
      ],
      run: again,
    },
  }),
  WXD2102: defineError<{
    status: number;
    location?: string | undefined;
    kind?: RedirectKind | undefined;
  }>({
    meaning: 'the answer is a redirect',
    en: {
      title: (d) => `The app answered with a redirect (${d.status})`,
      body: (d) => [
        ...(d.location === undefined ? [] : [`to ${escapeText(d.location)}`]),
        ...(d.kind === undefined ? [] : [redirectsEn[d.kind]]),
        'WeChat does not follow redirects: register the final URL, mind the last "/"',
      ],
      run: again,
    },
    zh: {
      title: (d) => `应用返回了重定向（${d.status}）`,
      body: (d) => [
        ...(d.location === undefined ? [] : [`指向 ${escapeText(d.location)}`]),
        ...(d.kind === undefined ? [] : [redirectsZh[d.kind]]),
        '微信不跟随重定向：请填写最终地址，注意末尾的 "/"',
      ],
      run: again,
    },
  }),
  WXD2103: defineError<{ start: string; cause?: AnswerCause | undefined }>({
    meaning: 'the answer is HTML',
    en: {
      title: () => 'The app answered with HTML',
      body: (d) => [
        `the body starts with "${escapeText(d.start)}"`,
        ...(d.cause === undefined
          ? ['an error page, a login page or an interstitial of the tunnel came instead of a reply']
          : causeEn(d.cause)),
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '应用返回了 HTML',
      body: (d) => [
        `内容开头是 "${escapeText(d.start)}"`,
        ...(d.cause === undefined
          ? ['可能是错误页、登录页或隧道的提示页，不是回复']
          : causeZh(d.cause)),
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2104: defineError<{ start: string; cause?: AnswerCause | undefined }>({
    meaning: 'the answer is JSON where XML is expected',
    en: {
      title: () => 'The app answered with JSON',
      body: (d) => [
        `the body starts with "${escapeText(d.start)}"`,
        'this account uses XML: answer with reply XML, "success" or nothing',
        ...(d.cause === undefined ? [] : causeEn(d.cause)),
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '应用返回了 JSON',
      body: (d) => [
        `内容开头是 "${escapeText(d.start)}"`,
        '此账号使用 XML：请返回 XML、success 或空内容',
        ...(d.cause === undefined ? [] : causeZh(d.cause)),
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2105: defineError<{ received: string }>({
    meaning: 'the answer is "success" in quotes',
    en: {
      title: () => 'The app answered "success" with quotes',
      body: (d) => [
        `received ${escapeText(d.received)}, expected success`,
        'a JSON response adds the quotes: send text/plain',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '应用返回了带引号的 "success"',
      body: (d) => [
        `收到 ${escapeText(d.received)}，应为 success`,
        'JSON 响应会加上引号：请以 text/plain 返回',
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2106: defineError<{ before: string; bytes: number }>({
    meaning: 'something stands before the reply',
    en: {
      title: (d) =>
        d.before === '\ufeff'
          ? 'A byte order mark stands before the reply'
          : 'Text stands before the reply',
      body: (d) => [
        `${d.bytes} bytes before it: "${escapeText(d.before)}"`,
        'remove the BOM, blank lines and debug output before the reply',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: (d) => (d.before === '\ufeff' ? '回复前有 BOM' : '回复前有多余内容'),
      body: (d) => [
        `前面有 ${d.bytes} 字节："${escapeText(d.before)}"`,
        '请去掉回复之前的 BOM、空行和调试输出',
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2111: defineError<{ after: string }>({
    meaning: 'the answer holds two bodies',
    en: {
      title: () => 'The app answered twice in one body',
      body: (d) => [
        `the body contains the reply followed by "${escapeText(d.after)}": output once`,
        'the reply was written, and the framework or a second handler wrote again',
        'the follower sees the failure line, and may get the reply too',
      ],
      run: again,
    },
    zh: {
      title: () => '一个响应里回复了两次',
      body: (d) => [
        `回复之后还有 "${escapeText(d.after)}"：只应输出一次`,
        '已经输出过回复，框架或另一个处理函数又输出了一次',
        '粉丝会看到故障提示，也可能同时收到回复',
      ],
      run: again,
    },
  }),
  WXD2112: defineError<{
    received: string;
    difference?: SuccessDifference | undefined;
    cause?: AnswerCause | undefined;
  }>({
    meaning: 'the answer is neither a reply, nor success, nor empty',
    en: {
      title: () => 'The answer is not one WeChat understands',
      body: (d) => [
        `received "${escapeText(d.received)}"`,
        'expected reply XML, exactly success (lower case, no white space) or an empty body',
        ...(d.difference === undefined ? [] : [successEn[d.difference]]),
        ...(d.cause === undefined ? [] : causeEn(d.cause)),
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '微信无法识别这个响应',
      body: (d) => [
        `收到 "${escapeText(d.received)}"`,
        '应为回复 XML、success（小写、前后无空白）或空内容',
        ...(d.difference === undefined ? [] : [successZh[d.difference]]),
        ...(d.cause === undefined ? [] : causeZh(d.cause)),
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2115: defineError<{ encoding: string }>({
    meaning: 'the answer is compressed',
    en: {
      title: () => 'The answer is compressed',
      body: (d) => [
        `Content-Encoding is ${escapeText(d.encoding)}; WeChat did not ask for it`,
        'switch compression off for this route',
      ],
      run: again,
    },
    zh: {
      title: () => '响应被压缩了',
      body: (d) => [
        `Content-Encoding 是 ${escapeText(d.encoding)}，微信并未要求压缩`,
        '请对这个路由关闭压缩',
      ],
      run: again,
    },
  }),
};
