import { defineError } from './define.ts';
import { signatureHintsEn, signatureHintsZh, type SignatureHint } from './hints.ts';
import { escapeText, mask } from './text.ts';

const followerSees = 'the follower sees 「该公众号提供的服务出现故障，请稍后再试」';
const followerSeesZh = '粉丝会看到「该公众号提供的服务出现故障，请稍后再试」';
const again = (): string => 'wx-dev send text';
const encryptedAgain = (): string => 'wx-dev send text --mode safe';

/** 2xxx: timing and replies. */
export const replyErrors = {
  WXD2001: defineError<{ ms: number; limitMs: number }>({
    meaning: 'the answer came later than WeChat waits',
    en: {
      title: (d) => `No answer within ${d.limitMs / 1000} s`,
      body: (d) => [
        `the answer took ${d.ms} ms; WeChat closed the connection and sends the push again`,
        'answer "success" at once and send the result later with the customer service API',
      ],
      run: again,
    },
    zh: {
      title: (d) => `${d.limitMs / 1000} 秒内没有回复`,
      body: (d) => [
        `回复用了 ${d.ms} ms；微信已断开连接，会再次推送`,
        '先立即回 success，再用客服消息接口下发结果',
      ],
      run: again,
    },
  }),
  WXD2002: defineError<{ ms: number; limitMs: number }>({
    meaning: 'the answer came in time, but close to the limit (warning)',
    en: {
      title: (d) => `Slow answer: ${d.ms} ms`,
      body: (d) => [
        `WeChat waits 5000 ms, and the network takes its share: stay below ${d.limitMs} ms`,
        'answer "success" at once and send the result later with the customer service API',
      ],
      run: again,
    },
    zh: {
      title: (d) => `回复偏慢：${d.ms} ms`,
      body: (d) => [
        `微信只等 5000 ms，还要算上网络时间：请控制在 ${d.limitMs} ms 内`,
        '先立即回 success，再用客服消息接口下发结果',
      ],
      run: again,
    },
  }),
  WXD2005: defineError<{ msgId: string; count: number }>({
    meaning: 'the app handled one push more than once (warning)',
    en: {
      title: (d) => `The app handled one push ${d.count} times`,
      body: (d) => [
        `MsgId ${escapeText(d.msgId)} came ${d.count} times: WeChat repeats what is not answered in 5 s`,
        'answer "success" first and use the customer service API, or remember each MsgId',
      ],
      run: again,
    },
    zh: {
      title: (d) => `同一推送被应用处理了 ${d.count} 次`,
      body: (d) => [
        `MsgId ${escapeText(d.msgId)} 来了 ${d.count} 次：5 秒内没有回复，微信就会重试`,
        '先回 success，再用客服消息接口下发；或按 MsgId 去重',
      ],
      run: again,
    },
  }),
  WXD2101: defineError<{ status: number }>({
    meaning: 'the answer has another status than 200',
    en: {
      title: (d) => `The app answered with status ${d.status}`,
      body: (d) => [
        'expected 200; WeChat tries again, three requests in all',
        followerSees,
        d.status === 404
          ? 'the path differs from the route in the app'
          : d.status === 401 || d.status === 403 || d.status === 419
            ? 'a login check or a CSRF filter stands before the handler: exempt this route'
            : d.status === 400
              ? 'a required parameter or a body parser refused the request'
              : 'see the log of the app',
      ],
      run: again,
    },
    zh: {
      title: (d) => `应用返回状态码 ${d.status}`,
      body: (d) => [
        '应为 200；微信会重试，一共请求三次',
        followerSeesZh,
        d.status === 404
          ? '路径与应用里的路由不一致'
          : d.status === 401 || d.status === 403 || d.status === 419
            ? '处理函数之前有登录检查或 CSRF 过滤：请放行这个路由'
            : d.status === 400
              ? '必填参数或请求体解析器拒绝了请求'
              : '请看应用的日志',
      ],
      run: again,
    },
  }),
  WXD2102: defineError<{ status: number; location?: string | undefined }>({
    meaning: 'the answer is a redirect',
    en: {
      title: (d) => `The app answered with a redirect (${d.status})`,
      body: (d) => [
        ...(d.location === undefined ? [] : [`to ${escapeText(d.location)}`]),
        'WeChat does not follow redirects: register the final URL, mind the last "/"',
      ],
      run: again,
    },
    zh: {
      title: (d) => `应用返回了重定向（${d.status}）`,
      body: (d) => [
        ...(d.location === undefined ? [] : [`指向 ${escapeText(d.location)}`]),
        '微信不跟随重定向：请填写最终地址，注意末尾的 "/"',
      ],
      run: again,
    },
  }),
  WXD2103: defineError<{ start: string }>({
    meaning: 'the answer is HTML',
    en: {
      title: () => 'The app answered with HTML',
      body: (d) => [
        `the body starts with "${escapeText(d.start)}"`,
        'an error page, a login page or an interstitial of the tunnel came instead of a reply',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '应用返回了 HTML',
      body: (d) => [
        `内容开头是 "${escapeText(d.start)}"`,
        '可能是错误页、登录页或隧道的提示页，不是回复',
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2104: defineError<{ start: string }>({
    meaning: 'the answer is JSON where XML is expected',
    en: {
      title: () => 'The app answered with JSON',
      body: (d) => [
        `the body starts with "${escapeText(d.start)}"`,
        'this account uses XML: answer with reply XML, "success" or nothing',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '应用返回了 JSON',
      body: (d) => [
        `内容开头是 "${escapeText(d.start)}"`,
        '此账号使用 XML：请返回 XML、success 或空内容',
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
  WXD2107: defineError<Record<string, never>>({
    meaning: 'the reply has an <xml> inside <xml>',
    en: {
      title: () => 'The reply has <xml> inside <xml>',
      body: () => [
        'expected one <xml>: the framework adds one, or it was wrapped twice',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '回复里 <xml> 套了 <xml>',
      body: () => ['只应有一层 <xml>：框架已经加过，或被包了两次', followerSeesZh],
      run: again,
    },
  }),
  WXD2108: defineError<Record<string, never>>({
    meaning: 'a text reply has no content',
    en: {
      title: () => 'The text reply is empty',
      body: () => [
        'to say nothing, answer "success" or an empty body, not an empty Content',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '文本回复的内容为空',
      body: () => ['不想回复时返回 success 或空内容，不要返回空的 Content', followerSeesZh],
      run: again,
    },
  }),
  WXD2109: defineError<{
    field: 'ToUserName' | 'FromUserName';
    received: string;
    expected: string;
  }>({
    meaning: 'the addresses of the reply are not those of the push, swapped',
    en: {
      title: (d) => `Wrong ${d.field} in the reply`,
      body: (d) => [
        `received "${escapeText(d.received)}", expected "${escapeText(d.expected)}"`,
        'swap the two names of the push: to the openid, from the gh_… id (not the AppId)',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: (d) => `回复的 ${d.field} 不对`,
      body: (d) => [
        `收到 "${escapeText(d.received)}"，应为 "${escapeText(d.expected)}"`,
        '把推送里的两个名字对调：发给 openid，来自 gh_… 原始 ID（不是 AppID）',
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2110: defineError<Record<string, never>>({
    meaning: 'the reply is not encrypted although the account is in safe mode',
    en: {
      title: () => 'The reply is not encrypted',
      body: () => [
        'in safe mode a reply is encrypted; only "success" and nothing are not',
        followerSees,
      ],
      run: () => 'wx-dev send text --mode safe',
    },
    zh: {
      title: () => '回复没有加密',
      body: () => ['安全模式下回复必须加密，只有 success 和空内容例外', followerSeesZh],
      run: () => 'wx-dev send text --mode safe',
    },
  }),
  WXD2111: defineError<{ after: string }>({
    meaning: 'the answer holds two bodies',
    en: {
      title: () => 'The app answered twice in one body',
      body: (d) => [
        `after the reply comes "${escapeText(d.after)}"`,
        'the reply was written and the framework or a second handler wrote again',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '一个响应里回复了两次',
      body: (d) => [
        `回复之后还有 "${escapeText(d.after)}"`,
        '已经输出过回复，框架或另一个处理函数又输出了一次',
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2112: defineError<{ received: string }>({
    meaning: 'the answer is neither a reply, nor success, nor empty',
    en: {
      title: () => 'The answer is not one WeChat understands',
      body: (d) => [
        `received "${escapeText(d.received)}"`,
        'expected reply XML, exactly success (lower case, no white space) or an empty body',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => '微信无法识别这个响应',
      body: (d) => [
        `收到 "${escapeText(d.received)}"`,
        '应为回复 XML、success（小写、前后无空白）或空内容',
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2113: defineError<{ type: string; field: string }>({
    meaning: 'a reply lacks a field',
    en: {
      title: (d) => `The ${escapeText(d.type)} reply lacks ${d.field}`,
      body: (d) => [
        `${d.field} is missing or empty, or not nested where WeChat expects it`,
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: (d) => `${escapeText(d.type)} 回复缺少 ${d.field}`,
      body: (d) => [`${d.field} 缺失、为空，或没有放在微信要求的层级里`, followerSeesZh],
      run: again,
    },
  }),
  WXD2114: defineError<{ count: number; limit: number }>({
    meaning: 'a news reply has no article or too many',
    en: {
      title: (d) => `The news reply has ${d.count} articles`,
      body: (d) => [
        `expected 1${d.limit === 1 ? '' : ` to ${d.limit}`}`,
        'since 2018 the answer to a message carries one article, to a menu click or follow eight',
      ],
      run: again,
    },
    zh: {
      title: (d) => `图文回复有 ${d.count} 篇文章`,
      body: (d) => [
        `应为 1${d.limit === 1 ? '' : ` 到 ${d.limit}`} 篇`,
        '2018 年起回复消息只能带一篇，回复菜单点击或关注可带八篇',
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
  WXD2116: defineError<{
    received: string;
    computed: string;
    hint?: SignatureHint | 'query-values' | undefined;
  }>({
    meaning: 'the signature of an encrypted reply does not match',
    en: {
      title: () => 'The MsgSignature of the reply does not match',
      body: (d) => [
        `received ${mask(d.received)}, expected ${mask(d.computed)}`,
        d.hint === 'query-values'
          ? 'it covers timestamp and nonce of the query: take TimeStamp and Nonce of the reply'
          : d.hint === undefined
            ? 'sha1 over Token, TimeStamp, Nonce and Encrypt of the reply, sorted as text'
            : signatureHintsEn[d.hint],
      ],
      run: encryptedAgain,
    },
    zh: {
      title: () => '回复的 MsgSignature 不匹配',
      body: (d) => [
        `收到 ${mask(d.received)}，应为 ${mask(d.computed)}`,
        d.hint === 'query-values'
          ? '它用的是查询串里的 timestamp 和 nonce：应用回复里的 TimeStamp 和 Nonce'
          : d.hint === undefined
            ? '应对 Token 和回复中的 TimeStamp、Nonce、Encrypt 按文本排序后取 sha1'
            : signatureHintsZh[d.hint],
      ],
      run: encryptedAgain,
    },
  }),
  WXD2117: defineError<{ problem: string; problemZh: string }>({
    meaning: 'an encrypted reply cannot be decrypted',
    en: {
      title: () => 'The encrypted reply cannot be decrypted',
      body: (d) => [d.problem, followerSees],
      run: encryptedAgain,
    },
    zh: {
      title: () => '加密的回复无法解密',
      body: (d) => [d.problemZh, followerSeesZh],
      run: encryptedAgain,
    },
  }),
  WXD2118: defineError<{ field: 'TimeStamp' | 'CreateTime'; received: string }>({
    meaning: 'a time of the reply is in milliseconds (warning)',
    en: {
      title: (d) => `${d.field} of the reply is in milliseconds`,
      body: (d) => [`received ${escapeText(d.received)}, expected seconds: ten digits`],
      run: again,
    },
    zh: {
      title: (d) => `回复的 ${d.field} 用了毫秒`,
      body: (d) => [`收到 ${escapeText(d.received)}，应为秒：十位数字`],
      run: again,
    },
  }),
  WXD2119: defineError<{ problem: string; problemZh: string }>({
    meaning: 'the reply is malformed XML or JSON',
    en: {
      title: () => 'The reply is malformed',
      body: (d) => [d.problem, followerSees],
      run: again,
    },
    zh: {
      title: () => '回复格式错误',
      body: (d) => [d.problemZh, followerSeesZh],
      run: again,
    },
  }),
  WXD2120: defineError<{ received: string }>({
    meaning: 'the reply has a MsgType WeChat does not know',
    en: {
      title: (d) => `Unknown MsgType "${escapeText(d.received)}" in the reply`,
      body: () => [
        'expected text, image, voice, video, music, news or transfer_customer_service',
        'mind spaces around the value',
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: (d) => `回复的 MsgType "${escapeText(d.received)}" 未知`,
      body: () => [
        '应为 text、image、voice、video、music、news 或 transfer_customer_service',
        '注意值的前后不能有空格',
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2121: defineError<{ received: string; count: number }>({
    meaning: 'ArticleCount is not the number of articles',
    en: {
      title: () => 'ArticleCount is not the number of articles',
      body: (d) => [
        `ArticleCount is "${escapeText(d.received)}", ${d.count} <item> came`,
        followerSees,
      ],
      run: again,
    },
    zh: {
      title: () => 'ArticleCount 与文章数不符',
      body: (d) => [
        `ArticleCount 是 "${escapeText(d.received)}"，实际有 ${d.count} 个 <item>`,
        followerSeesZh,
      ],
      run: again,
    },
  }),
  WXD2122: defineError<{ sizeBytes: number; limitBytes: number }>({
    meaning: 'a text reply is longer than WeChat is known to show (warning)',
    en: {
      title: (d) => `Long text reply: ${d.sizeBytes} bytes`,
      body: (d) => [
        `more than ${d.limitBytes} bytes of UTF-8 may be cut or fail: send several messages`,
      ],
      run: again,
    },
    zh: {
      title: (d) => `文本回复过长：${d.sizeBytes} 字节`,
      body: (d) => [`超过 ${d.limitBytes} 字节（UTF-8）可能被截断或失败：请分多条发送`],
      run: again,
    },
  }),
  WXD2123: defineError<{ bytes: number }>({
    meaning: 'an encrypted reply is padded to 16 bytes instead of 32 (warning)',
    en: {
      title: () => 'The encrypted reply is padded to 16 bytes',
      body: (d) => [
        `the decrypted reply has ${d.bytes} bytes, which is no multiple of 32`,
        'WeChat pads to 32: unpadding with 16 fails for about half of all messages',
      ],
      run: encryptedAgain,
    },
    zh: {
      title: () => '加密回复按 16 字节填充',
      body: (d) => [
        `解密后有 ${d.bytes} 字节，不是 32 的倍数`,
        '微信按 32 字节填充：用 16 字节去填充会有约一半消息失败',
      ],
      run: encryptedAgain,
    },
  }),
  WXD2124: defineError<{ field: string; received: string; expected: string }>({
    meaning: 'a field of the reply has a value WeChat does not accept',
    en: {
      title: (d) => `Invalid ${d.field} in the reply`,
      body: (d) => [`received "${escapeText(d.received)}", expected ${d.expected}`, followerSees],
      run: again,
    },
    zh: {
      title: (d) => `回复的 ${d.field} 无效`,
      body: (d) => [`收到 "${escapeText(d.received)}"，应为 ${d.expected}`, followerSeesZh],
      run: again,
    },
  }),
  WXD2125: defineError<Record<string, never>>({
    meaning: 'the reply is encrypted although the push was not',
    en: {
      title: () => 'The reply is encrypted, the push was not',
      body: () => ['answer a push without encrypt_type=aes with plain XML', followerSees],
      run: again,
    },
    zh: {
      title: () => '推送未加密，回复却加密了',
      body: () => ['没有 encrypt_type=aes 的推送应以明文 XML 回复', followerSeesZh],
      run: again,
    },
  }),
  WXD2126: defineError<{ event: string; expected: string; received: string }>({
    meaning: 'the event asks for an answer of its own, which did not come',
    en: {
      title: (d) => `The event ${escapeText(d.event)} asks for another answer`,
      body: (d) => [
        `received "${escapeText(d.received)}", expected ${d.expected}`,
        'WeChat repeats the event until then',
      ],
      run: again,
    },
    zh: {
      title: (d) => `事件 ${escapeText(d.event)} 需要专门的回复`,
      body: (d) => [
        `收到 "${escapeText(d.received)}"，应为 ${d.expected}`,
        '在此之前微信会一直重试',
      ],
      run: again,
    },
  }),
  WXD2127: defineError<Record<string, never>>({
    meaning: '"success" was encrypted (warning)',
    en: {
      title: () => '"success" came encrypted',
      body: () => ['answer the bare text success, in safe mode too'],
      run: encryptedAgain,
    },
    zh: {
      title: () => 'success 被加密了',
      body: () => ['安全模式下也直接返回 success，不要加密'],
      run: encryptedAgain,
    },
  }),
  WXD2128: defineError<Record<string, never>>({
    meaning: 'a reply to an unsubscribe event reaches nobody (warning)',
    en: {
      title: () => 'A reply to unsubscribe reaches nobody',
      body: () => ['the follower has left: answer "success"'],
      run: again,
    },
    zh: {
      title: () => '取消关注后的回复无人收到',
      body: () => ['用户已离开：返回 success 即可'],
      run: again,
    },
  }),
};
