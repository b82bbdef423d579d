import type { Guides } from './guide.ts';

/** 20xx and 21xx: when an app answered, and with what kind of body. */
export const timingGuides = {
  WXD2001: {
    source:
      '接口报警和排查指引：请求超时 5 s；接收普通消息：微信服务器在五秒内收不到响应会断掉连接',
    en: {
      title: 'the answer came later than WeChat waits',
      about:
        'WeChat waits 5 s, closes the connection and sends the same push again, three requests in all. Then the follower sees 「该公众号提供的服务出现故障，请稍后再试」. After several failures WeChat pauses pushes for about a minute (MarkFail).',
      see: 'wx-dev send text --forward-to 3000 shows the time of each attempt',
      causes: [
        'the handler waits for something slow: a language model, a database, another API',
        'the answer is never ended: res.write without res.end, a promise that is not awaited',
        'the app stands at a breakpoint',
      ],
      fix: [
        'answer success at once, and send the result with the customer service API (客服消息)',
        'in development: --late-reply customer does that for you',
        'remember each MsgId, so that retries do not start the work again',
        'end the response: call res.end or res.send',
      ],
    },
    zh: {
      title: '应答晚于微信的等待时间',
      about:
        '微信等 5 秒就断开连接，并重发同一条推送，共三次；之后粉丝看到「该公众号提供的服务出现故障，请稍后再试」。多次失败后微信会暂停推送约一分钟（MarkFail）。',
      see: 'wx-dev send text --forward-to 3000 显示每次尝试的用时',
      causes: [
        '处理函数在等慢的东西：大模型、数据库、别的接口',
        '响应没有结束：res.write 之后没有 res.end，或漏了 await',
        '应用停在断点上',
      ],
      fix: [
        '先立即返回 success，再用客服消息接口下发结果',
        '开发时可用 --late-reply customer 代劳',
        '按 MsgId 去重，重试不要重新干一遍',
        '结束响应：调用 res.end 或 res.send',
      ],
    },
  },
  WXD2002: {
    en: {
      title: 'the answer came in time, but close to the limit (warning)',
      about:
        'From 3.5 s on an answer counts as slow: network, tunnel and a busy moment eat the rest of the 5 s.',
      causes: ['the handler waits for something that varies', 'a cold start'],
      fix: ['answer success at once and send the result later with the customer service API'],
    },
    zh: {
      title: '应答及时，但接近时限（警告）',
      about: '超过 3.5 秒就算偏慢：网络、隧道和一时的繁忙会吃掉剩下的时间。',
      causes: ['处理函数在等不稳定的东西', '冷启动'],
      fix: ['先立即返回 success，再用客服消息接口下发结果'],
    },
  },
  WXD2005: {
    source: '接收普通消息：关于重试的消息排重，推荐使用 msgid 排重',
    en: {
      title: 'the app handled one push more than once (warning)',
      about:
        'A push that is not answered in 5 s comes again with the same MsgId. An app that does not notice does the work twice: two replies, two orders.',
      see: 'the log folds the deliveries of one push under one #id',
      causes: ['the first answer was late', 'nothing in the app remembers MsgId'],
      fix: [
        'messages: remember MsgId; events: FromUserName, CreateTime, Event and EventKey',
        'give all deliveries the first result',
        'in development: --dedupe passes only the first on',
      ],
    },
    zh: {
      title: '同一推送被应用处理了多次（警告）',
      about:
        '5 秒内没有应答的推送会带着同一个 MsgId 再来。应用没察觉就会做两遍：回复两次、下单两次。',
      see: '日志把同一推送的各次送达折叠在一个 #id 下',
      causes: ['第一次应答太晚', '应用没有按 MsgId 去重'],
      fix: [
        '消息按 MsgId 去重；事件按 FromUserName、CreateTime、Event、EventKey',
        '让各次送达共用第一次的结果',
        '开发时可用 --dedupe 只转发第一次',
      ],
    },
  },
  WXD2101: {
    source: '接口报警和排查指引：回应失败',
    en: {
      title: 'the answer has another status than 200',
      about:
        'Only 200 counts. With any other status WeChat sends the push again, three requests in all, and then the follower sees the failure line. The error names the likeliest cause from the status and the error page.',
      see: 'wx-dev send text, or the log of the app',
      causes: [
        '404: the path has another prefix or a last "/"',
        '401, 403, 419: a login check or a CSRF filter before the handler',
        '400, 415, 422: a required parameter, or a body parser for JSON',
        '500: the handler failed; often decryption with 16-byte padding, or an empty body',
        '502, 503, 504: a proxy answers for an app that is down',
      ],
      fix: [
        'exempt the route of the callback from filters',
        'read the raw text of text/xml',
        'answer success also when something fails, and log it',
      ],
    },
    zh: {
      title: '应答的状态码不是 200',
      about:
        '只有 200 才算成功。其他状态码微信都会重发，共三次，之后粉丝看到故障提示。报错会根据状态码和错误页指出最可能的原因。',
      see: '运行 wx-dev send text，或看应用的日志',
      causes: [
        '404：路径前缀不同，或末尾的 "/"',
        '401、403、419：处理函数之前有登录检查或 CSRF 过滤',
        '400、415、422：必填参数，或只认 JSON 的请求体解析器',
        '500：处理函数出错；常见的是按 16 字节去填充，或请求体为空',
        '502、503、504：应用没运行，代理替它应答',
      ],
      fix: ['对回调路由放行各种过滤', 'text/xml 读取原始文本', '出错时也返回 success，并记录日志'],
    },
  },
  WXD2102: {
    en: {
      title: 'the answer is a redirect',
      about: 'WeChat does not follow redirects: the verification fails and messages are lost.',
      see: 'curl -i with the URL shows Location',
      causes: [
        '/wx was registered, the app lives at /wx/, or the other way round',
        'http is sent on to https',
        'strangers are sent to a login page',
      ],
      fix: [
        'register the final URL, exactly',
        'behind a tunnel, switch the redirect to https off or trust X-Forwarded-Proto',
      ],
    },
    zh: {
      title: '应答是重定向',
      about: '微信不跟随重定向：验证会失败，消息会丢失。',
      see: '用 curl -i 访问可看到 Location',
      causes: ['填的是 /wx，应用在 /wx/，或反过来', 'http 跳转到 https', '未登录者被转到登录页'],
      fix: ['填写最终的 URL，一字不差', '在隧道后面关闭到 https 的跳转，或信任 X-Forwarded-Proto'],
    },
  },
  WXD2103: {
    en: {
      title: 'the answer is HTML',
      about: 'A page came instead of a reply. The follower sees the failure line.',
      see: 'the error quotes the start of the page',
      causes: [
        'an error page of the framework',
        'a login page',
        'PHP printed a warning before the reply',
      ],
      fix: [
        'answer reply XML, success or nothing',
        'switch the display of errors off for this route',
      ],
    },
    zh: {
      title: '应答是 HTML',
      about: '返回的是网页，不是回复。粉丝看到故障提示。',
      see: '报错引用了网页的开头',
      causes: ['框架的错误页', '登录页', 'PHP 在回复之前输出了警告'],
      fix: ['返回回复 XML、success 或空内容', '对这个路由关闭错误显示'],
    },
  },
  WXD2104: {
    en: {
      title: 'the answer is JSON where XML is expected',
      about:
        'Official Accounts use XML only; mini programs use the format that the console is set to.',
      causes: [
        'the framework makes JSON of whatever a handler returns',
        'an error was answered with status 200',
      ],
      fix: ['return the XML as text/xml, or the text success'],
    },
    zh: {
      title: '应为 XML，却返回了 JSON',
      about: '公众号只用 XML；小程序用后台所选的格式。',
      causes: ['框架把返回值一律转成 JSON', '出错时以 200 返回了错误'],
      fix: ['以 text/xml 返回 XML，或返回文本 success'],
    },
  },
  WXD2105: {
    en: {
      title: 'the answer is "success" in quotes',
      about: 'The quotes count: the follower sees the failure line.',
      causes: ['the framework encodes a string as JSON (FastAPI, ASP.NET, Spring)'],
      fix: [
        'FastAPI: return PlainTextResponse("success")',
        'Spring: produces = "text/plain"; ASP.NET: Content("success")',
      ],
    },
    zh: {
      title: '返回了带引号的 "success"',
      about: '引号也算内容：粉丝会看到故障提示。',
      causes: ['框架把字符串编码成了 JSON（FastAPI、ASP.NET、Spring）'],
      fix: [
        'FastAPI：return PlainTextResponse("success")',
        'Spring：produces = "text/plain"；ASP.NET：Content("success")',
      ],
    },
  },
  WXD2106: {
    en: {
      title: 'something stands before the reply',
      about:
        'The body must begin with <xml>. A byte order mark or text before it makes WeChat show the failure line; blank lines are a risk.',
      see: 'the error shows the bytes',
      causes: [
        'a source file saved as UTF-8 with BOM',
        'blank lines outside of the PHP tags',
        'debug output',
      ],
      fix: [
        'save without BOM; PHP: ob_clean() before the reply',
        'log to a file, not into the response',
      ],
    },
    zh: {
      title: '回复之前有多余内容',
      about: '内容必须以 <xml> 开头。前面有 BOM 或文字，微信就显示故障提示；空行也有风险。',
      see: '报错给出了这些字节',
      causes: ['源文件存成了带 BOM 的 UTF-8', 'PHP 标签之外有空行', '调试输出'],
      fix: ['存为无 BOM；PHP 在回复前 ob_clean()', '日志写到文件，不要写进响应'],
    },
  },
  WXD2111: {
    en: {
      title: 'the answer holds two bodies',
      about:
        'After the reply comes more. WeChat then shows the failure line, and may deliver the reply too.',
      see: 'the error quotes what follows',
      causes: [
        'the handler printed the reply and the framework added success',
        'two handlers answer the same message',
      ],
      fix: ['return one body and end: return or exit after the reply'],
    },
    zh: {
      title: '一个响应里有两份内容',
      about: '回复之后还有内容。微信会显示故障提示，也可能同时送达回复。',
      see: '报错引用了后面的内容',
      causes: ['处理函数输出了回复，框架又加了 success', '两个处理函数回复了同一条消息'],
      fix: ['只返回一份内容：回复之后立即 return 或 exit'],
    },
  },
  WXD2112: {
    source: '被动回复用户消息：直接回复 success 或空串',
    en: {
      title: 'the answer is neither a reply, nor success, nor empty',
      about:
        'WeChat understands reply XML, the seven letters success, and an empty body. Anything else is a failure.',
      see: 'the error quotes what came',
      causes: [
        'success with a newline, a byte order mark or in capitals',
        'a value such as None, true or OK',
        'a stack trace',
      ],
      fix: ['answer exactly success'],
    },
    zh: {
      title: '既不是回复，也不是 success 或空内容',
      about: '微信只认回复 XML、success 七个字母和空内容，其他都算失败。',
      see: '报错引用了收到的内容',
      causes: ['success 带了换行、BOM 或大写', 'None、true、OK 之类的值', '报错堆栈'],
      fix: ['只返回 success'],
    },
  },
  WXD2115: {
    en: {
      title: 'the answer is compressed',
      about: 'WeChat does not ask for compression and is not known to unpack it.',
      causes: ['a compression middleware or proxy compresses everything'],
      fix: ['switch compression off for this route, or let it heed Accept-Encoding'],
    },
    zh: {
      title: '响应被压缩了',
      about: '微信没有要求压缩，也没有资料表明它会解压。',
      causes: ['压缩中间件或代理对所有响应压缩'],
      fix: ['对这个路由关闭压缩，或让它遵守 Accept-Encoding'],
    },
  },
  WXD2129: {
    en: {
      title: 'a page of the tunnel came instead of the answer of the app',
      about:
        'Some hosted tunnels show a reminder page to what looks like a browser. WeChat’s User-Agent is Mozilla/4.0, so it gets that page, and it cannot click or add a header.',
      see: 'curl -A Mozilla/4.0 with the URL shows the page',
      causes: [
        'localtunnel (status 511 or 401) or the free plan of ngrok',
        'the tunnel is offline and its provider answers',
      ],
      fix: ['use a tunnel without such a page: wx-dev dev with a relay of your own'],
    },
    zh: {
      title: '返回的是隧道的提示页，不是应用的应答',
      about:
        '有些隧道会给浏览器显示提示页。微信的 User-Agent 是 Mozilla/4.0，所以也会收到它，而它不会点击，也不能加请求头。',
      see: '用 curl -A Mozilla/4.0 访问可看到这个页面',
      causes: ['localtunnel（状态码 511 或 401），或 ngrok 免费版', '隧道已断开，由服务商应答'],
      fix: ['换用没有提示页的隧道：wx-dev dev 加自己的中继'],
    },
  },
} satisfies Guides;
