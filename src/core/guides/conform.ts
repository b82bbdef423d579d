import type { Guides } from './guide.ts';

const contract = 'docs/conform.md';

/** Long forms of what the conformance suite finds. */
export const conformGuides = {
  WXD2150: {
    en: {
      title: 'nothing answers at the URL that is to be tested',
      about:
        'The port is open, but neither the verification (GET) nor a text message (POST) was answered in time, so that there is nothing to test.',
      see: 'curl -i with the URL of the error: it hangs too',
      causes: [
        'the app hangs before it answers: a lock, an await that never ends',
        'another program has the port',
        'the app writes its answer and never ends it',
      ],
      fix: ['look at the log of the app while curl waits', 'name the right port or URL'],
    },
    zh: {
      title: '要检查的 URL 没有任何回应',
      about: '端口是通的，但 URL 验证（GET）和文本消息（POST）都没有按时得到回应，因此无从检查。',
      see: '对错误中的 URL 运行 curl -i：同样会卡住',
      causes: [
        '应用在回应之前卡住：锁，或永不结束的 await',
        '端口被别的程序占用',
        '应用写了回应却没有结束它',
      ],
      fix: ['curl 等待时查看应用的日志', '改用正确的端口或 URL'],
    },
  },
  WXD2151: {
    en: {
      title: 'the app takes a push that WeChat has not signed',
      about:
        'Whoever finds the URL can send messages in the name of any follower. The signature is the only thing that tells WeChat from a stranger.',
      causes: [
        'the signature is checked for GET only, and POST is forgotten',
        'a missing parameter counts as a match: undefined compared with undefined',
        'the check is switched off for development and stayed off',
        'encrypted pushes are checked by signature, which says nothing about the body',
      ],
      fix: [
        'plain: compare sha1(sort(token, timestamp, nonce)) with signature',
        'encrypted: compare sha1(sort(token, timestamp, nonce, Encrypt)) with msg_signature',
        'compare in constant time, and answer 403 before the body is parsed further',
      ],
    },
    zh: {
      title: '应用接受了并非微信签名的推送',
      about: '知道 URL 的任何人都能以任何粉丝的名义发消息。签名是区分微信与陌生人的唯一依据。',
      causes: [
        '只验证了 GET，忘了 POST',
        '缺少的参数也算匹配：undefined 与 undefined 相比',
        '开发时关掉了验签，之后没有打开',
        '加密推送用 signature 验证，而它与正文无关',
      ],
      fix: [
        '明文：比较 sha1(sort(token, timestamp, nonce)) 与 signature',
        '密文：比较 sha1(sort(token, timestamp, nonce, Encrypt)) 与 msg_signature',
        '用常数时间比较，不符就回 403，不再解析正文',
      ],
    },
    source: '消息加解密说明：msg_signature',
  },
  WXD2152: {
    en: {
      title: 'the app answers the echostr to a request that WeChat has not signed',
      about:
        'Another account could be pointed at this URL, and whoever looks for WeChat callbacks finds one. Frameworks that echo every query parameter do this too.',
      causes: [
        'echostr is returned without looking at signature',
        'an empty Token is configured, so that anybody can sign',
      ],
      fix: ['verify signature first, then answer the echostr', 'refuse to start without a Token'],
    },
    zh: {
      title: '应用对并非微信签名的请求也返回 echostr',
      about:
        '别的账号可以指向这个 URL，扫描者也能据此认出微信回调。把所有查询参数原样返回的框架也会这样。',
      causes: ['没有看 signature 就返回了 echostr', 'Token 配置为空，谁都能签名'],
      fix: ['先验证 signature，再返回 echostr', '没有 Token 就拒绝启动'],
    },
    source: '接入指南：验证消息的确来自微信服务器',
  },
  WXD2153: {
    en: {
      title: 'the app fails with a server error where it should refuse',
      about:
        'An exception came out of verifying, decrypting or parsing. It fills the log and the alarms, and may end a process that does not catch it.',
      see: 'the log of the app at that moment holds a stack',
      causes: [
        'decryption throws and nobody catches it',
        'a length or an offset is used before it is checked',
        'the AppID is compared after the message was used',
      ],
      fix: [
        'catch around verify, decrypt and parse, and answer 400',
        'check lengths against what is there before you slice',
      ],
    },
    zh: {
      title: '该拒绝的时候，应用以服务器错误告终',
      about: '验签、解密或解析时抛出了异常。它会塞满日志与告警；没有捕获的话还可能结束进程。',
      see: '应用当时的日志里有调用栈',
      causes: [
        '解密抛出异常而无人捕获',
        '长度、偏移没有检查就使用',
        '先用了消息，之后才比较 AppID',
      ],
      fix: ['在验签、解密、解析外面捕获异常，回 400', '切片之前先与实际长度比较'],
    },
  },
  WXD2154: {
    en: {
      title: 'the app takes input that it should refuse',
      about:
        'The push was signed, but is of a kind that WeChat never sends: damaged, too large, or XML with a DOCTYPE. Taking it means that a check is missing.',
      causes: [
        'the framework has no body limit, or a large one',
        'the XML parser accepts DOCTYPE by default',
        'padding or AppID of the decrypted text are not checked',
      ],
      fix: [
        'limit bodies to 1 MiB',
        'switch DOCTYPE and entities off',
        'check padding (1 to 32, all bytes alike) and the AppID behind the text',
      ],
    },
    zh: {
      title: '应用接受了本应拒绝的输入',
      about:
        '推送签了名，却是微信绝不会发的：被破坏、过大，或 XML 带 DOCTYPE。接受它说明缺了一项检查。',
      causes: [
        '框架没有限制请求体，或限制很宽',
        'XML 解析器默认接受 DOCTYPE',
        '没有检查解密后的填充或 AppID',
      ],
      fix: [
        '把请求体限制在 1 MiB',
        '关闭 DOCTYPE 与实体',
        '检查填充（1 到 32，各字节相同）与正文后的 AppID',
      ],
    },
  },
  WXD2155: {
    en: {
      title: 'the app compares signature where msg_signature is needed',
      about:
        'A right push was refused, and one whose signature held the value of msg_signature was taken: the four-value hash is computed rightly and compared with the wrong parameter.',
      causes: ['one function verifies plain and encrypted pushes and always reads signature'],
      fix: ['read msg_signature when encrypt_type is aes'],
    },
    zh: {
      title: '应用在应该比较 msg_signature 的地方比较了 signature',
      about:
        '正确的推送被拒绝，而把 msg_signature 的值放进 signature 却被接受：四个值的哈希算对了，比较的参数错了。',
      causes: ['明文与密文共用一个验签函数，总是读取 signature'],
      fix: ['encrypt_type 为 aes 时读取 msg_signature'],
    },
    source: '消息加解密说明：msg_signature',
  },
  WXD2156: {
    en: {
      title: 'the app cannot decrypt some lengths of messages',
      about:
        'WeChat pads to blocks of 32 bytes although AES has 16. Libraries that remove padding by themselves refuse padding bytes above 16, so that about half of all messages fail, depending on their length.',
      see: 'the verification passes, short and long texts fail in turn',
      causes: [
        'the AES library removes the padding (Node: bad decrypt)',
        'unpadding was written for blocks of 16',
      ],
      fix: [
        'switch automatic padding off: setAutoPadding(false)',
        'strip as many bytes as the last one says, 1 to 32',
      ],
    },
    zh: {
      title: '某些长度的消息，应用不能解密',
      about:
        '微信按 32 字节填充，而 AES 的块是 16 字节。自动去填充的库不接受大于 16 的填充字节，于是大约一半的消息会随长度而失败。',
      see: 'URL 验证通过，长短不同的文本时好时坏',
      causes: ['AES 库自动去填充（Node 报 bad decrypt）', '去填充是按 16 字节的块写的'],
      fix: ['关闭自动填充：setAutoPadding(false)', '按最后一个字节的值去掉 1 到 32 字节'],
    },
    source: '消息加解密说明：PKCS#7，K 为 32 字节',
  },
  WXD2157: {
    en: {
      title: 'the app repeats text, but not as it was sent',
      about:
        'The app answers an ordinary text with that text, so that what comes back of a difficult one shows what happened on the way.',
      causes: [
        'the XML parser turned 007 into 7',
        '"]]>" ended the CDATA of the reply',
        'the length was counted in characters, not in bytes of UTF-8',
      ],
      fix: [
        'tell the parser to keep values as text',
        'split "]]>" over two CDATA sections',
        'count and cut bytes',
      ],
    },
    zh: {
      title: '应用重复文本，却与发出的不同',
      about: '应用会把普通文本原样回复，因此特殊文本回来的样子说明了途中发生的事。',
      causes: [
        'XML 解析器把 007 变成了 7',
        '"]]>" 结束了回复的 CDATA',
        '长度按字符而不是 UTF-8 字节计算',
      ],
      fix: ['让解析器把值一律当作文本', '把 "]]>" 拆进两段 CDATA', '按字节计数和截取'],
    },
  },
  WXD2158: {
    en: {
      title: 'the app does its work again when WeChat repeats a push',
      about:
        'WeChat sends a push that is not answered within 5 s again, three times in all, with the same MsgId. Whatever the app does for it, an order or a call of a language model, then happens up to three times.',
      causes: [
        'MsgId is not remembered',
        'it is remembered when the work is done, not when it begins',
        'events, which have no MsgId, are left out',
      ],
      fix: [
        'remember MsgId (events: FromUserName, CreateTime, Event, EventKey) for a minute, before the work begins',
        'let the repetition wait for the first result, or answer success',
        'with several processes, remember in Redis: SET NX EX 60',
      ],
    },
    zh: {
      title: '微信重复推送时，应用又做了一遍',
      about:
        '5 秒内没有得到回应的推送，微信会以同一 MsgId 重发，共三次。应用为它做的事（下单、调用大模型）就会发生最多三次。',
      causes: ['没有记住 MsgId', '处理完才记住，而不是开始时', '漏了没有 MsgId 的事件'],
      fix: [
        '开始处理前就把 MsgId（事件用 FromUserName、CreateTime、Event、EventKey）记一分钟',
        '重复的推送等第一次的结果，或回 success',
        '多个进程时记在 Redis：SET NX EX 60',
      ],
    },
    source: '接收普通消息：关于重试的消息排重，推荐使用 msgid 排重',
  },
  WXD2159: {
    en: {
      title: 'the app answers one push in two ways',
      about:
        'The same push came twice and the replies differ, so the handler ran twice. The follower gets the answer to whichever WeChat waited for.',
      causes: ['no memory of MsgId, and a reply that depends on chance, time or a counter'],
      fix: ['remember MsgId and share the first result'],
    },
    zh: {
      title: '应用对同一推送给出两种回复',
      about:
        '同一推送来了两次，回复不同，说明处理函数运行了两次。粉丝得到的是微信当时在等的那一个。',
      causes: ['没有记住 MsgId，而回复取决于随机、时间或计数'],
      fix: ['记住 MsgId，共用第一次的结果'],
    },
  },
  WXD2160: {
    en: {
      title: 'the result of slow work never came as a customer service message',
      about:
        "The app answered in time, and then nothing was sent to the stand-in for WeChat's API at the address of --customer-base.",
      causes: [
        'the app runs with another WX_API_BASE, or was not started again',
        'the work died with the request: its context was cancelled',
        'the access token could not be had, see the log of the app',
      ],
      fix: [
        'start the app with the WX_API_BASE of the error',
        'run slow work detached from the request',
      ],
    },
    zh: {
      title: '耗时处理的结果始终没有以客服消息发出',
      about:
        '应用按时作了回应，之后 wx-dev 在 --customer-base 处代替微信接口的服务却什么也没有收到。',
      causes: [
        '应用的 WX_API_BASE 是别的地址，或改后没有重启',
        '处理随请求一起被取消',
        '取不到 access_token，见应用日志',
      ],
      fix: ['以错误中的 WX_API_BASE 启动应用', '让耗时处理脱离请求运行'],
    },
    source: contract,
  },
  WXD2161: {
    en: {
      title: 'slow work ran more than once for one push',
      about:
        'The push came twice at once, as after a timeout, and led to more than one message: followers of slow apps get every answer two or three times.',
      causes: [
        'MsgId is remembered after the work, so that the repetition does not find it',
        'each process remembers for itself',
      ],
      fix: ['remember MsgId before the work begins', 'share the memory between processes'],
    },
    zh: {
      title: '一条推送的耗时处理运行了多次',
      about:
        '推送同时来了两次（如超时之后那样），引出不止一条消息：慢的应用会让粉丝收到两三遍回答。',
      causes: ['处理完才记住 MsgId，重复的推送查不到', '每个进程各记各的'],
      fix: ['开始处理之前就记住 MsgId', '进程之间共用记录'],
    },
  },
  WXD2162: {
    en: {
      title: 'under load a follower gets what belongs to another one',
      about:
        'Fifty followers wrote at once, and an answer carried the address or the text of another one.',
      causes: [
        'the message of the request is kept in a global or a field of a shared object',
        'a reply object is reused',
      ],
      fix: ['pass the message as an argument, all the way', 'make a new reply for each request'],
    },
    zh: {
      title: '并发时粉丝收到了别人的回复',
      about: '五十个粉丝同时发消息，某个回应带着别人的地址或文本。',
      causes: ['请求的消息放在全局变量或共用对象的字段里', '重复使用同一个回复对象'],
      fix: ['一路用参数传递消息', '每个请求新建回复'],
    },
  },
  WXD2163: {
    en: {
      title: 'a push that was under way when SIGTERM came was lost',
      about:
        'Every deployment ends the old process with SIGTERM. What it was answering then must still be answered; WeChat repeats a lost push only twice.',
      causes: [
        'no handler for SIGTERM: the process ends at once',
        'npm start stands between and passes no signal on',
        'the handler calls exit without waiting',
      ],
      fix: [
        'on SIGTERM stop listening, wait for open requests, then end',
        'start the program itself in the container, not npm',
      ],
    },
    zh: {
      title: '收到 SIGTERM 时正在处理的推送丢失了',
      about:
        '每次部署都用 SIGTERM 结束旧进程。它当时正在回应的仍须回应；丢失的推送微信只会再发两次。',
      causes: [
        '没有处理 SIGTERM：进程立即结束',
        '中间隔着 npm start，信号没有传下去',
        '处理函数不等待就 exit',
      ],
      fix: ['收到 SIGTERM 后停止监听，等打开的请求结束再退出', '容器里直接启动程序，不用 npm'],
    },
  },
  WXD2164: {
    en: {
      title: 'the app does not end on SIGTERM',
      about:
        'Docker and Kubernetes kill what has not ended after 10 to 30 s, in the middle of whatever it does.',
      causes: [
        'keep-alive connections hold the server open',
        'a timer or a database connection holds the process',
        'the handler of SIGTERM does nothing',
      ],
      fix: [
        'close idle connections, timers and pools on SIGTERM',
        'end by force after some seconds',
      ],
    },
    zh: {
      title: '应用收到 SIGTERM 后不退出',
      about: 'Docker 与 Kubernetes 会在 10 到 30 秒后强制结束还没退出的进程，不管它正在做什么。',
      causes: [
        '长连接让服务器关不掉',
        '定时器或数据库连接让进程退不出',
        '处理 SIGTERM 的函数什么也没做',
      ],
      fix: ['收到 SIGTERM 时关闭空闲连接、定时器与连接池', '几秒后强制退出'],
    },
  },
  WXD2165: {
    en: {
      title: 'the mini program API of the app does not keep the contract',
      about:
        'Templates answer {code, msg, data} from /login and /me: 200 with code 0, or 401 with another code. The error names the request and what came back.',
      causes: [
        'the API speaks another dialect than the templates: leave the group out with --skip login',
        'a token is not verified: alg from the token is trusted, exp is not looked at',
        'session_key is passed on to the mini program',
      ],
      fix: [
        'pin alg, and check exp, in the call of the JWT library',
        'keep session_key on the server, found by the token',
      ],
    },
    zh: {
      title: '应用的小程序接口不符合约定',
      about:
        '模板的 /login 与 /me 返回 {code, msg, data}：200 且 code 为 0，或 401 与其他 code。错误里有请求和收到的内容。',
      causes: [
        '接口与模板的约定不同：用 --skip login 略过这一组',
        '令牌没有验证：信任令牌自带的 alg，不看 exp',
        '把 session_key 传给了小程序',
      ],
      fix: ['调用 JWT 库时固定 alg 并检查 exp', 'session_key 留在服务器，用令牌查找'],
    },
    source: contract,
  },
  WXD2166: {
    en: {
      title: 'the log of the app holds a secret or a whole openid',
      about:
        'Logs are copied, shipped and read by many. With the Token anybody can sign; an openid is personal data.',
      see: 'the line that the error names',
      causes: [
        'whole requests or messages are logged',
        'the configuration is logged at start',
        'the URL of an API call is logged with its access_token',
      ],
      fix: [
        'log a hash of the openid, the MsgId and the type',
        'redact access_token, secret and session_key in the logger',
      ],
    },
    zh: {
      title: '应用的日志里有机密或完整的 openid',
      about: '日志会被复制、传送，许多人都能看到。有了 Token 谁都能签名；openid 是个人信息。',
      see: '错误指出的那一行',
      causes: ['记录了整个请求或消息', '启动时记录了配置', '记录了带 access_token 的接口 URL'],
      fix: ['只记 openid 的哈希、MsgId 与类型', '在日志器里抹掉 access_token、secret、session_key'],
    },
  },
  WXD2167: {
    en: {
      title: 'the echostr is not answered as text/plain',
      about:
        'WeChat does not look at the type. A browser does: whoever can sign could put a script into echostr.',
      causes: [
        'the framework sends text as text/html, as Express and PHP do',
        'the answer goes through a JSON helper',
      ],
      fix: [
        'set Content-Type: text/plain for the GET',
        'leave the rule out with --skip verify.text-plain',
      ],
    },
    zh: {
      title: 'echostr 不是以 text/plain 返回的',
      about: '微信不看类型，浏览器会看：能签名的人可以把脚本放进 echostr。',
      causes: ['框架默认以 text/html 返回文本，如 Express、PHP', '回应经过了 JSON 辅助函数'],
      fix: ['GET 的回应设 Content-Type: text/plain', '用 --skip verify.text-plain 略过这条规则'],
    },
  },
  WXD2168: {
    en: {
      title: 'the conformance run reached its time limit before this rule was through',
      about: 'A whole run may take five minutes. An app that answers at once needs some seconds.',
      causes: [
        'the app hangs on some requests, each of which waits 5 s',
        'every answer takes seconds',
      ],
      fix: ['mend the rules that failed before', 'run the rest with --only'],
    },
    zh: {
      title: '整个检查到时限时，这条规则还没有结果',
      about: '整个检查最多五分钟。立即回应的应用只需几秒。',
      causes: ['应用对某些请求卡住，每个都要等 5 秒', '每次回应都要几秒'],
      fix: ['先改好前面失败的规则', '其余的用 --only 运行'],
    },
  },
  WXD2169: {
    en: {
      title: 'the XML parser of the app fetches external entities (XXE)',
      about:
        'A push with a DOCTYPE made the parser ask another server. The same way it reads local files and reaches addresses inside your network.',
      causes: [
        'the parser resolves entities by default: older Java, PHP and Python parsers',
        'loading of entities was switched on',
      ],
      fix: [
        'switch DOCTYPE off (disallow-doctype-decl, defusedxml)',
        'refuse bodies with <!DOCTYPE',
      ],
    },
    zh: {
      title: '应用的 XML 解析器会读取外部实体（XXE）',
      about:
        '带 DOCTYPE 的推送让解析器访问了别的服务器。同样的方法可以读取本地文件、访问内网地址。',
      causes: ['解析器默认展开实体：较旧的 Java、PHP、Python 解析器', '打开了实体加载'],
      fix: ['关闭 DOCTYPE（disallow-doctype-decl、defusedxml）', '拒绝含 <!DOCTYPE 的请求体'],
    },
    source: 'OWASP XML External Entity Prevention Cheat Sheet',
  },
} satisfies Guides;
