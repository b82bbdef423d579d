import { defineError, quoteForShell, type Words, say } from './define.ts';
import { escapeText } from './text.ts';

/** The rule that found it, to be run again when it is mended. */
const again = ({ rule }: { rule: string }): string =>
  `wx-dev conform --only ${quoteForShell(rule)}`;

/** 215x and 216x: what the conformance suite finds and a single answer does not show. */
export const conformErrors = {
  WXD2150: defineError<{ url: string; limitMs: number }>({
    meaning: 'nothing answers at the URL that is to be tested',
    en: {
      title: (d) => `Nothing answers at ${escapeText(d.url)}`,
      body: (d) => [
        `neither the verification nor a message was answered within ${d.limitMs / 1000} s`,
        'the app hangs, or another program has the port',
      ],
      run: () => 'wx-dev send verify',
    },
    zh: {
      title: (d) => `${escapeText(d.url)} 没有任何回应`,
      body: (d) => [
        `URL 验证和消息都没有在 ${d.limitMs / 1000} 秒内得到回应`,
        '应用卡住了，或端口被别的程序占用',
      ],
      run: () => 'wx-dev send verify',
    },
  }),
  WXD2151: defineError<{ rule: string; what: Words; status: number }>({
    meaning: 'the app takes a push that WeChat has not signed',
    en: {
      title: (d) => `The app takes ${say(d.what, 'en')}`,
      body: (d) => [
        `answered with ${d.status}, expected 403: anybody could send this`,
        'compare signature (plain) or msg_signature (encrypted) before anything else',
      ],
      run: again,
    },
    zh: {
      title: (d) => `应用接受了${say(d.what, 'zh')}`,
      body: (d) => [
        `回了 ${d.status}，应为 403：任何人都能伪造这样的请求`,
        '先比较 signature（明文）或 msg_signature（密文），再做其他事',
      ],
      run: again,
    },
  }),
  WXD2152: defineError<{ rule: string; what: Words }>({
    meaning: 'the app answers the echostr to a request that WeChat has not signed',
    en: {
      title: (d) => `The echostr goes to ${say(d.what, 'en')}`,
      body: () => [
        'expected 403 and a body without it: anybody could claim this URL',
        'compare sha1(sort(token, timestamp, nonce)) with signature before answering',
      ],
      run: again,
    },
    zh: {
      title: (d) => `${say(d.what, 'zh')}也得到了 echostr`,
      body: () => [
        '应回 403 且内容不含 echostr：否则任何人都能冒用这个 URL',
        '回应之前先比较 sha1(sort(token, timestamp, nonce)) 与 signature',
      ],
      run: again,
    },
  }),
  WXD2153: defineError<{ rule: string; what: Words; status: number }>({
    meaning: 'the app fails with a server error where it should refuse',
    en: {
      title: (d) => `The app fails on ${say(d.what, 'en')}: status ${d.status}`,
      body: () => [
        'expected 400 to 499: a stranger can make the app throw at any time',
        'catch what verifying, decrypting and parsing throw, and answer 400',
      ],
      run: again,
    },
    zh: {
      title: (d) => `应用因${say(d.what, 'zh')}而出错：状态码 ${d.status}`,
      body: () => [
        '应为 400 到 499：陌生人可以随时让应用抛出异常',
        '捕获验签、解密、解析抛出的异常，回 400',
      ],
      run: again,
    },
  }),
  WXD2154: defineError<{ rule: string; what: Words; status: number }>({
    meaning: 'the app takes input that it should refuse',
    en: {
      title: (d) => `The app takes ${say(d.what, 'en')}`,
      body: (d) => [
        `answered with ${d.status}, expected 400 to 499`,
        'refuse it before the message reaches your code',
      ],
      run: again,
    },
    zh: {
      title: (d) => `应用接受了${say(d.what, 'zh')}`,
      body: (d) => [`回了 ${d.status}，应为 400 到 499`, '在消息到达业务代码之前就拒绝'],
      run: again,
    },
  }),
  WXD2155: defineError<{ rule: string; status: number }>({
    meaning: 'the app compares signature where msg_signature is needed',
    en: {
      title: () => 'The app compares signature instead of msg_signature',
      body: (d) => [
        `a push signed as WeChat signs it got ${d.status}; one with the value of`,
        'msg_signature written into signature was taken',
        'encrypted: compare sha1(sort(token, timestamp, nonce, Encrypt)) with msg_signature',
      ],
      run: again,
    },
    zh: {
      title: () => '应用比较的是 signature，而不是 msg_signature',
      body: (d) => [
        `按微信方式签名的推送得到 ${d.status}；把 msg_signature 的值写进`,
        'signature 后却被接受了',
        '密文：比较 sha1(sort(token, timestamp, nonce, Encrypt)) 与 msg_signature',
      ],
      run: again,
    },
  }),
  WXD2156: defineError<{ rule: string; refused: readonly number[]; taken: number }>({
    meaning: 'the app cannot decrypt some lengths of messages',
    en: {
      title: (d) =>
        `${d.refused.length} of ${d.refused.length + d.taken} paddings are not decrypted`,
      body: (d) => [
        `WeChat pads with 1 to 32 bytes; these fail: ${listNumbers(d.refused)}`,
        isAbove16(d.refused)
          ? 'all above 16: the AES library removes padding of its own block size;'
          : 'the padding is not removed as WeChat adds it;',
        'turn its padding off (setAutoPadding(false)) and strip 1 to 32 bytes yourself',
      ],
      run: again,
    },
    zh: {
      title: (d) => `${d.refused.length + d.taken} 种填充里有 ${d.refused.length} 种不能解密`,
      body: (d) => [
        `微信填充 1 到 32 字节；失败的是：${listNumbers(d.refused)}`,
        isAbove16(d.refused)
          ? '全都大于 16：AES 库按自己的 16 字节块去填充；'
          : '去填充的方式与微信不一致；',
        '关掉库的填充（setAutoPadding(false)），自己去掉 1 到 32 字节',
      ],
      run: again,
    },
  }),
  WXD2157: defineError<{ rule: string; sent: string; received: string }>({
    meaning: 'the app repeats text, but not as it was sent',
    en: {
      title: () => 'The text did not survive the way through the app',
      body: (d) => [
        `sent "${escapeText(d.sent)}", came back "${escapeText(d.received)}"`,
        'keep values as text, count bytes in UTF-8, split "]]>" over two CDATA sections',
      ],
      run: again,
    },
    zh: {
      title: () => '文本经过应用后变了',
      body: (d) => [
        `发出 "${escapeText(d.sent)}"，回来 "${escapeText(d.received)}"`,
        '值一律按文本处理，长度按 UTF-8 字节计算，"]]>" 拆进两段 CDATA',
      ],
      run: again,
    },
  }),
  WXD2158: defineError<{ rule: string; before: number; after: number }>({
    meaning: 'the app does its work again when WeChat repeats a push',
    en: {
      title: () => 'A repeated push was handled again',
      body: (d) => [
        `the counter went from ${d.before} to ${d.after} over one push sent twice and one more`,
        `expected ${d.before + 2}: WeChat sends what is not answered in 5 s up to three times`,
        'remember MsgId (events: all fields) for a minute and share the first result',
      ],
      run: again,
    },
    zh: {
      title: () => '重复的推送又处理了一次',
      body: (d) => [
        `同一推送发两次、再发一次新的，计数从 ${d.before} 变成 ${d.after}`,
        `应为 ${d.before + 2}：5 秒内没有回应，微信会把同一推送最多发三次`,
        '按 MsgId（事件按全部字段）记住一分钟，重复的用第一次的结果',
      ],
      run: again,
    },
  }),
  WXD2159: defineError<{ rule: string; first: string; second: string }>({
    meaning: 'the app answers one push in two ways',
    en: {
      title: () => 'One push sent twice got two different replies',
      body: (d) => [
        `first "${escapeText(d.first)}", then "${escapeText(d.second)}"`,
        'the handler ran twice: remember MsgId and share the first result',
      ],
      run: again,
    },
    zh: {
      title: () => '同一推送发两次，得到两种回复',
      body: (d) => [
        `先是 "${escapeText(d.first)}"，后是 "${escapeText(d.second)}"`,
        '处理函数运行了两次：按 MsgId 记住并共用第一次的结果',
      ],
      run: again,
    },
  }),
  WXD2160: defineError<{ rule: string; waitedMs: number; apiBase: string }>({
    meaning: 'the result of slow work never came as a customer service message',
    en: {
      title: () => 'No customer service message came',
      body: (d) => [
        `waited ${d.waitedMs / 1000} s for POST ${escapeText(d.apiBase)}/cgi-bin/message/custom/send`,
        'start the app with WX_API_BASE set to that address, and send late results there',
      ],
      run: again,
    },
    zh: {
      title: () => '没有收到客服消息',
      body: (d) => [
        `等了 ${d.waitedMs / 1000} 秒：POST ${escapeText(d.apiBase)}/cgi-bin/message/custom/send`,
        '启动应用时把 WX_API_BASE 设为这个地址，迟到的结果发到那里',
      ],
      run: again,
    },
  }),
  WXD2161: defineError<{ rule: string; count: number }>({
    meaning: 'slow work ran more than once for one push',
    en: {
      title: (d) => `One push led to ${d.count} customer service messages`,
      body: () => [
        'expected 1: the push was sent twice, as WeChat does with slow apps',
        'remember MsgId before the work begins, not after it',
      ],
      run: again,
    },
    zh: {
      title: (d) => `一条推送引出了 ${d.count} 条客服消息`,
      body: () => [
        '应为 1 条：推送发了两次，微信对慢的应用就是这样',
        '开始处理之前就记下 MsgId，不要等处理完',
      ],
      run: again,
    },
  }),
  WXD2162: defineError<{ rule: string; user: string; other: string }>({
    meaning: 'under load a follower gets what belongs to another one',
    en: {
      title: () => 'A follower got the reply to somebody else',
      body: (d) => [
        `the push of ${escapeText(d.user)} was answered for ${escapeText(d.other)}`,
        'something of one request is kept in a variable that all requests share',
      ],
      run: again,
    },
    zh: {
      title: () => '有粉丝收到了给别人的回复',
      body: (d) => [
        `${escapeText(d.user)} 的推送得到了给 ${escapeText(d.other)} 的回复`,
        '某个请求的数据放在了所有请求共用的变量里',
      ],
      run: again,
    },
  }),
  WXD2163: defineError<{ rule: string; reason: Words }>({
    meaning: 'a push that was under way when SIGTERM came was lost',
    en: {
      title: () => 'SIGTERM cut off a push that was under way',
      body: (d) => [
        say(d.reason, 'en'),
        'stop accepting, finish what is open, then end (server.close(), Shutdown())',
      ],
      run: again,
    },
    zh: {
      title: () => 'SIGTERM 打断了正在处理的推送',
      body: (d) => [
        say(d.reason, 'zh'),
        '先停止接收，处理完已打开的请求再退出（server.close()、Shutdown()）',
      ],
      run: again,
    },
  }),
  WXD2164: defineError<{ rule: string; waitedMs: number }>({
    meaning: 'the app does not end on SIGTERM',
    en: {
      title: () => 'The app still runs after SIGTERM',
      body: (d) => [
        `waited ${d.waitedMs / 1000} s; containers are killed after 10 s`,
        'open keep-alive connections or timers hold it: close them too',
      ],
      run: again,
    },
    zh: {
      title: () => 'SIGTERM 之后应用仍在运行',
      body: (d) => [
        `等了 ${d.waitedMs / 1000} 秒；容器 10 秒后会被强制结束`,
        '长连接或定时器让它退不出：也要关掉',
      ],
      run: again,
    },
  }),
  WXD2165: defineError<{ rule: string; what: Words; expected: Words; received: string }>({
    meaning: 'the mini program API of the app does not keep the contract',
    en: {
      title: (d) => `${say(d.what, 'en')}: not as expected`,
      body: (d) => [`received ${escapeText(d.received)}`, `expected ${say(d.expected, 'en')}`],
      run: again,
    },
    zh: {
      title: (d) => `${say(d.what, 'zh')}：与约定不符`,
      body: (d) => [`收到 ${escapeText(d.received)}`, `应为 ${say(d.expected, 'zh')}`],
      run: again,
    },
  }),
  WXD2166: defineError<{ rule: string; secret: Words; file: string; line: number }>({
    meaning: 'the log of the app holds a secret or a whole openid',
    en: {
      title: (d) => `The log holds ${say(d.secret, 'en')}`,
      body: (d) => [
        `${d.file}:${d.line}`,
        'log a hash of the openid, and never a key, a token or a body',
      ],
      run: again,
    },
    zh: {
      title: (d) => `日志里有${say(d.secret, 'zh')}`,
      body: (d) => [`${d.file}:${d.line}`, 'openid 只记哈希；密钥、令牌和正文不进日志'],
      run: again,
    },
  }),
  WXD2167: defineError<{ rule: string; received: string }>({
    meaning: 'the echostr is not answered as text/plain',
    en: {
      title: (d) => `The echostr came as ${escapeText(d.received || 'no type')}`,
      body: () => [
        'expected Content-Type: text/plain; WeChat takes others too, but a browser',
        'would run HTML that somebody puts into the address',
      ],
      run: again,
    },
    zh: {
      title: (d) => `echostr 的类型是 ${escapeText(d.received || '（无）')}`,
      body: () => [
        '应为 Content-Type: text/plain；微信也接受别的类型，',
        '但浏览器会执行别人写进地址里的 HTML',
      ],
      run: again,
    },
  }),
  WXD2168: defineError<{ rule: string; limitMs: number }>({
    meaning: 'the conformance run reached its time limit before this rule was through',
    en: {
      title: (d) => `Not decided within the ${d.limitMs / 1000} s of the whole run`,
      body: () => [
        'the app answers slowly or not at all; the rules before this one say where',
        'run the rest by itself',
      ],
      run: again,
    },
    zh: {
      title: (d) => `整个检查限时 ${d.limitMs / 1000} 秒，没有轮到这一条`,
      body: () => ['应用回应很慢或没有回应；前面的规则说明了是哪里', '其余的可以单独运行'],
      run: again,
    },
  }),
  WXD2169: defineError<{ rule: string; path: string }>({
    meaning: 'the XML parser of the app fetches external entities (XXE)',
    en: {
      title: () => 'The XML parser fetched an external entity',
      body: (d) => [
        `it asked for ${escapeText(d.path)}: a push could read files and reach other servers`,
        'turn DOCTYPE and entities off in the parser',
      ],
      run: again,
    },
    zh: {
      title: () => 'XML 解析器读取了外部实体',
      body: (d) => [
        `它请求了 ${escapeText(d.path)}：推送可以借此读文件、访问别的服务器`,
        '在解析器里关闭 DOCTYPE 和实体',
      ],
      run: again,
    },
  }),
};

function isAbove16(paddings: readonly number[]): boolean {
  return paddings.every((padding) => padding > 16);
}

/** `17-32` for what follows on, else the numbers. */
function listNumbers(numbers: readonly number[]): string {
  const [first = 0] = numbers;
  const last = numbers.at(-1) ?? first;
  const isRange = numbers.length > 2 && last - first === numbers.length - 1;
  return isRange ? `${first}-${last}` : numbers.join(', ');
}
