import type { Guides } from './guide.ts';

/** 1xxx: signatures, encryption, bodies, and what surrounds a push. */
export const wechatGuides = {
  WXD1001: {
    source: '消息加解密说明 (developers.weixin.qq.com, 消息推送)',
    en: {
      title: 'a signature does not match the Token',
      about:
        'signature is the sha1 of Token, timestamp and nonce, sorted by bytes and joined; msg_signature covers Encrypt too. The value that came is not the one that the Token here gives.',
      see: 'the error shows both values, and where the Token comes from; wx-dev send verify signs with it',
      causes: [
        'the Token in the console is another one: mind spaces and line ends when you copy',
        'in safe mode signature was used where msg_signature belongs (WXBizMsgCrypt -40001)',
        'Encrypt changed on the way: + became a space, white space was trimmed, XML was rewritten',
        'the values were sorted as numbers; sort them as text, by bytes',
        'somebody who does not know the Token made the request',
      ],
      fix: [
        'copy the Token from the console again, into the file and line that the error names',
        'verify msg_signature over Token, timestamp, nonce and the text of Encrypt, as it came',
        'press 提交 in the console, or run wx-dev send verify',
      ],
    },
    zh: {
      title: '签名与 Token 不符',
      about:
        'signature 是 Token、timestamp、nonce 按字节序排序、拼接后的 sha1；msg_signature 还包含 Encrypt。收到的值与这里的 Token 算出的不同。',
      see: '报错会给出两个值和 Token 的来源；wx-dev send verify 用它签名',
      causes: [
        '公众平台里的 Token 不同：复制时注意首尾空格和换行',
        '安全模式下把 signature 当成了 msg_signature（WXBizMsgCrypt -40001）',
        'Encrypt 在途中被改动：+ 变成空格、被去掉空白、XML 被重新生成',
        '按数字排序了：应按文本（字节序）排序',
        '请求来自不知道 Token 的人',
      ],
      fix: [
        '从公众平台重新复制 Token，填到报错指出的文件和行',
        '用 Token、timestamp、nonce 和原样的 Encrypt 校验 msg_signature',
        '在公众平台点「提交」，或运行 wx-dev send verify',
      ],
    },
  },
  WXD1002: {
    source: '接入指南；消息加解密说明',
    en: {
      title: 'a query parameter that WeChat always sends is missing',
      about:
        'Every request of WeChat carries signature, timestamp and nonce; a verification also echostr, an encrypted push also msg_signature. Without them nothing can be checked.',
      see: 'look at the request line in the log: what stands after the question mark',
      causes: [
        'a browser, a health check or a scanner opened the URL: that is no request of WeChat',
        'a proxy or a rewrite rule dropped the query string',
        'the app passes only the path on to its checks',
      ],
      fix: [
        'ignore requests of browsers; to try the URL, run wx-dev send verify',
        'let the proxy pass the query on as it is (nginx: $request_uri)',
      ],
    },
    zh: {
      title: '缺少微信一定会带的查询参数',
      about:
        '微信的每个请求都带 signature、timestamp、nonce；验证时还有 echostr，加密推送还有 msg_signature。缺少它们就无法校验。',
      see: '看日志里的请求行：问号后面有什么',
      causes: [
        '浏览器、健康检查或扫描器打开了这个地址：不是微信的请求',
        '代理或重写规则丢掉了查询串',
        '应用只把路径传给了校验代码',
      ],
      fix: [
        '浏览器的请求可以忽略；要测试地址请运行 wx-dev send verify',
        '让代理原样转发查询串（nginx 用 $request_uri）',
      ],
    },
  },
  WXD1003: {
    source: '服务器配置的填写提示：Token 必须为英文或数字，长度为 3-32 字符',
    en: {
      title: 'the Token is not 3 to 32 letters and digits',
      about:
        'The console accepts 3 to 32 letters and digits as Token. Anything else cannot be what the console has, so every signature would fail.',
      see: 'the error names file and line, and names the first wrong character',
      causes: [
        'a space, a quote or a line end was copied with it',
        'it holds "-", "_" or another character that the console refuses',
        'the variable is empty or cut',
      ],
      fix: [
        'write it without anything around it, as in the console',
        'or make a new one and enter it in both places',
      ],
    },
    zh: {
      title: 'Token 不是 3 到 32 位字母或数字',
      about: '公众平台只接受 3 到 32 位字母和数字。其他内容不可能与后台一致，所有签名都会失败。',
      see: '报错指出文件和行，并指出第一个不合法的字符',
      causes: [
        '复制时带上了空格、引号或换行',
        '含有 "-"、"_" 等后台不接受的字符',
        '变量为空或被截断',
      ],
      fix: ['按后台的写法填写，前后不加任何东西', '或者换一个新的，两处都填'],
    },
  },
  WXD1004: {
    source: '接入指南：原样返回 echostr 参数内容',
    en: {
      title: 'the answer to the verification is not the echostr',
      about:
        'When the URL is saved, WeChat sends one signed GET and wants the echostr back byte for byte, with status 200. One byte more or less, and the console says token验证失败 (200302), whatever the Token is.',
      see: 'wx-dev send verify shows expected and received bytes, and what differs',
      causes: [
        'white space: a newline of print, a blank line after a closing tag of PHP',
        'a byte order mark at the start of a source file',
        'a JSON response: quotes around it, or an object',
        'it went through a number: 19 digits lose their end',
        'HTML of a login page, an error page or a tunnel',
      ],
      fix: [
        'answer the text of the parameter as text/plain and nothing else',
        'Express: res.type("text/plain").send(String(req.query.echostr))',
        'PHP: ob_clean(); echo $_GET["echostr"]; exit;',
      ],
    },
    zh: {
      title: '验证的应答不是 echostr',
      about:
        '保存 URL 时微信发一个带签名的 GET，要求以状态码 200 原样返回 echostr。多一个字节或少一个字节，后台都提示 token验证失败（200302），与 Token 是否正确无关。',
      see: 'wx-dev send verify 会给出期望和收到的字节，以及差别',
      causes: [
        '空白：print 带的换行、PHP 结束标签后的空行',
        '源文件开头的 BOM',
        '返回了 JSON：加了引号，或包成了对象',
        '转成了数字：19 位数字丢了精度',
        '返回了登录页、错误页或隧道提示页的 HTML',
      ],
      fix: [
        '以 text/plain 返回参数的文本，别的都不要',
        'Express：res.type("text/plain").send(String(req.query.echostr))',
        'PHP：ob_clean(); echo $_GET["echostr"]; exit;',
      ],
    },
  },
  WXD1101: {
    source: '消息加解密说明：EncodingAESKey 43 位，AESKey = Base64_Decode(EncodingAESKey + "=")',
    en: {
      title: 'the EncodingAESKey is not 43 letters and digits',
      about:
        'The EncodingAESKey is the base64 of 32 bytes without its last "=": always 43 letters and digits. WXBizMsgCrypt calls anything else -40004.',
      see: 'the error names file and line, and gives the length or the wrong character, never the key',
      causes: [
        'a space at its end, or quotes: 44 or 45 characters',
        'the "=" was added: the code adds it, the setting has none',
        'the shell or .env cut it at a special character',
        'it is the AppSecret (32 characters) or another key',
      ],
      fix: ['copy it from the console again, in one line, without quotes and spaces'],
    },
    zh: {
      title: 'EncodingAESKey 不是 43 位字母或数字',
      about:
        'EncodingAESKey 是 32 字节的 base64 去掉末尾的 "="，总是 43 位字母和数字。其他长度 WXBizMsgCrypt 报 -40004。',
      see: '报错指出文件和行，并给出长度或不合法的字符，不显示密钥',
      causes: [
        '末尾有空格，或带了引号：44、45 位',
        '自己加上了 "="：代码会加，设置里不要有',
        '被 shell 或 .env 在特殊字符处截断',
        '填成了 AppSecret（32 位）或别的密钥',
      ],
      fix: ['从后台重新复制，写成一行，不加引号和空格'],
    },
  },
  WXD1102: {
    source: '消息加解密说明：receiveid',
    en: {
      title: 'an encrypted body belongs to another AppId',
      about:
        'Inside each encrypted body stands whom it is for. Signature and key are right here, but the id is another one than configured (WXBizMsgCrypt -40005).',
      see: 'the error shows both ids and where the configured one comes from',
      causes: [
        'the AppId of another account (test account, mini program) is configured',
        'third-party platform: the id is the component AppId, not the one of the account',
        'WeCom: the id is the CorpId, for the 指令回调 of a suite the SuiteId, for bots empty',
      ],
      fix: [
        'set WX_APPID to the id that the error shows, if that account is yours',
        'several accounts: choose one with --account',
      ],
    },
    zh: {
      title: '密文属于另一个 AppID',
      about:
        '每段密文里都写着发给谁。这里签名和密钥都对，但其中的 id 与配置不同（WXBizMsgCrypt -40005）。',
      see: '报错给出两个 id，以及配置的那个来自哪里',
      causes: [
        '配置了另一个账号（测试号、小程序）的 AppID',
        '第三方平台：应为 component AppID，不是授权账号的',
        '企业微信：应为 CorpID；第三方应用的指令回调是 SuiteID；机器人为空',
      ],
      fix: ['若那个账号是你的，把 WX_APPID 设为报错里的 id', '有多个账号时用 --account 选择'],
    },
  },
  WXD1103: {
    source: '消息加解密说明',
    en: {
      title: 'Encrypt is not AES ciphertext in base64',
      about:
        'Encrypt must be base64 of a whole number of 16-byte blocks. What came was cut or changed (WXBizMsgCrypt -40009, -40010).',
      see: 'the error gives the length and the first position that does not fit',
      causes: [
        'a form decoder turned + into spaces',
        'white space inside, or the end is missing',
        'another element than Encrypt was taken',
      ],
      fix: [
        'work on the raw body; decode parameters once, with + left alone',
        'read Encrypt with an XML parser and do not trim it',
      ],
    },
    zh: {
      title: 'Encrypt 不是 base64 的 AES 密文',
      about:
        'Encrypt 应是整数个 16 字节块的 base64。收到的被截断或改动过（WXBizMsgCrypt -40009、-40010）。',
      see: '报错给出长度和第一处不合法的位置',
      causes: ['表单解码把 + 变成了空格', '中间有空白，或缺了结尾', '取错了元素'],
      fix: ['使用原始请求体；参数只解码一次，不动 +', '用 XML 解析器读取 Encrypt，不要 trim'],
    },
  },
  WXD1104: {
    source: '消息加解密说明：PKCS#7，块大小 32 字节',
    en: {
      title: 'a decrypted body has no valid padding, length or text',
      about:
        'Decryption gave bytes that are no message: wrong padding, a length that cannot be, or no UTF-8 (WXBizMsgCrypt -40007, -40008).',
      see: 'compare the first characters of WX_AES_KEY with the console; the error names file and line',
      causes: [
        'the EncodingAESKey is of another account, or the one before the last change',
        'the key was changed just now, and this push still used the old one',
        'only the signature was forged correctly: Token known, key not',
      ],
      fix: [
        'copy the EncodingAESKey of the console to the file and line that the error names',
        'while you change it, keep the old one in WX_DEV_PREVIOUS_AES_KEY',
      ],
    },
    zh: {
      title: '解出的内容没有合法的填充、长度或文本',
      about:
        '解密得到的不是消息：填充不对、长度不可能，或不是 UTF-8（WXBizMsgCrypt -40007、-40008）。',
      see: '把 WX_AES_KEY 的开头几位与后台比对；报错指出文件和行',
      causes: [
        'EncodingAESKey 属于另一个账号，或是修改之前的',
        '刚换过密钥，这次推送还用的是旧的',
        '对方只知道 Token，不知道密钥',
      ],
      fix: [
        '把后台的 EncodingAESKey 填到报错指出的文件和行',
        '更换期间把旧的留在 WX_DEV_PREVIOUS_AES_KEY',
      ],
    },
  },
  WXD1105: {
    source: '消息加解密说明',
    en: {
      title: 'an encrypted push came, but no EncodingAESKey is set',
      about:
        'The console is set to 安全模式 or 兼容模式, so WeChat encrypts; without the key nothing can be read.',
      see: 'the query of the push has encrypt_type=aes',
      causes: [
        'WX_AES_KEY is not set, or in a file that is not read',
        'the mode was changed in the console',
      ],
      fix: [
        'set WX_AES_KEY to the EncodingAESKey of the console',
        'or choose 明文模式 in the console while you develop',
      ],
    },
    zh: {
      title: '收到加密推送，但没有设置 EncodingAESKey',
      about: '后台是安全模式或兼容模式，微信会加密；没有密钥就读不了。',
      see: '推送的查询串里有 encrypt_type=aes',
      causes: ['没有设置 WX_AES_KEY，或写在了不会读取的文件里', '后台改过加解密方式'],
      fix: ['把后台的 EncodingAESKey 填入 WX_AES_KEY', '或在开发时改为明文模式'],
    },
  },
  WXD1106: {
    en: {
      title: 'a plaintext push came although the account is in safe mode',
      about:
        'In safe mode every push is encrypted. The plain signature does not cover the body, so plaintext could come from anybody who saw one request.',
      see: 'the query has no encrypt_type=aes',
      causes: [
        'the console is set to 明文模式 and wx-dev to safe',
        'somebody forged or replayed a request',
      ],
      fix: ['make both the same: choose 安全模式 in the console, or start with --mode plain'],
    },
    zh: {
      title: '账号为安全模式，却收到明文推送',
      about: '安全模式下每次推送都加密。明文的 signature 不包含内容，见过一次请求的人就能伪造。',
      see: '查询串里没有 encrypt_type=aes',
      causes: ['后台是明文模式，而 wx-dev 是安全模式', '有人伪造或重放了请求'],
      fix: ['两边保持一致：后台选安全模式，或用 --mode plain 启动'],
    },
  },
  WXD1107: {
    source: '消息加解密说明',
    en: {
      title: 'the query announces encryption, but the body has no Encrypt',
      about: 'encrypt_type is aes, so the body must be an envelope with Encrypt.',
      see: 'the error lists the fields that came',
      causes: [
        'the body was parsed and written again by something in between',
        'the app gave the decrypted body to code that decrypts again',
        'a JSON body parser gave {} for text/xml',
      ],
      fix: ['pass the raw bytes of the body on, unchanged'],
    },
    zh: {
      title: 'encrypt_type 是 aes，但内容里没有 Encrypt',
      about: 'encrypt_type 为 aes 时，请求体应是带 Encrypt 的信封。',
      see: '报错列出了收到的字段',
      causes: [
        '中间有程序解析后又重新生成了内容',
        '把已解密的内容又交给了解密代码',
        'JSON 解析器对 text/xml 给出了 {}',
      ],
      fix: ['原样传递请求体的字节'],
    },
  },
  WXD1108: {
    source: '消息加解密说明：encrypt_type 为 raw 或 aes',
    en: {
      title: 'encrypt_type has a value that is neither raw nor aes',
      about: 'WeChat sends aes for encrypted pushes, and raw or nothing for plain ones.',
      see: 'look at the query of the request',
      causes: ['a proxy changed the query', 'the request was written by hand'],
      fix: ['send it as WeChat does: wx-dev send text --mode safe'],
    },
    zh: {
      title: 'encrypt_type 既不是 raw 也不是 aes',
      about: '加密推送是 aes；明文是 raw 或没有这个参数。',
      see: '看请求的查询串',
      causes: ['代理改动了查询串', '请求是手写的'],
      fix: ['像微信一样发送：wx-dev send text --mode safe'],
    },
  },
  WXD1150: {
    en: {
      title: 'a parameter of WeChat came twice, or under another spelling',
      about:
        'Frameworks differ: of two parameters one takes the first, another the last; PHP reads msg.signature as msg_signature, ASP.NET ignores case. A forged request could show wx-dev a right value and the app another one. With --strict, and for handlers, it is refused.',
      see: 'the error lists the names as they came',
      causes: [
        'the URL in the console has such a parameter of its own',
        'a proxy adds the query a second time',
        'somebody tries to get past the check',
      ],
      fix: ['register the URL without parameters that WeChat uses'],
    },
    zh: {
      title: '微信的查询参数重复出现，或换了写法',
      about:
        '各框架不同：重复时有的取第一个，有的取最后一个；PHP 把 msg.signature 读成 msg_signature，ASP.NET 不分大小写。伪造的请求可以给 wx-dev 看对的值，给应用看另一个。使用 --strict 或处理模块时会拒绝。',
      see: '报错列出了收到的写法',
      causes: ['后台填写的 URL 自己带了这样的参数', '代理把查询串加了两遍', '有人想绕过校验'],
      fix: ['填写 URL 时不要带微信使用的参数名'],
    },
  },
  WXD1151: {
    source: '接入指南：必须以 http:// 或 https:// 开头，支持 80 和 443 端口',
    en: {
      title: 'WeChat cannot connect to this URL, although others can (warning)',
      about:
        'WeChat connects over IPv4 to port 80 or 443 of a public name. The console says 请求URL超时 or 系统发生错误, and no request reaches you.',
      see: 'ask the name for its A record: nslookup -type=A example.com; try it from another network',
      causes: [
        'a port in the URL: only 80 and 443 work, and they are not written',
        'the name has only an AAAA record (IPv6)',
        'ports 80 and 443 are blocked by the provider or a firewall',
        'an unfiled domain (未备案) on a server in mainland China',
        'an allowlist of getcallbackip addresses: verifications come from others too',
        'WeCom (openapi回调地址请求不通过, 40057): the domain is not of the enterprise (域名主体)',
      ],
      fix: [
        'use the URL of the tunnel, without a port',
        'check A record, port, ICP filing and allowlist, in this order',
        'WeCom: use a domain that the enterprise has filed, not a random one of a tunnel',
        'pages (已停止访问该网页): use your own filed domain; push callbacks are unaffected',
      ],
    },
    zh: {
      title: '微信连不上这个 URL，别人却可以（警告）',
      about:
        '微信通过 IPv4 连接公网域名的 80 或 443 端口。连不上时后台提示「请求URL超时」或「系统发生错误」，而你收不到任何请求。',
      see: '查 A 记录：nslookup -type=A example.com；换个网络访问试试',
      causes: [
        'URL 带了端口：只支持 80 和 443，而且不要写出来',
        '域名只有 AAAA 记录（IPv6）',
        '80、443 端口被运营商或防火墙挡住',
        '域名未备案，服务器在大陆',
        '用 getcallbackip 的列表做了白名单：验证请求可能来自别的地址',
        '企业微信（openapi回调地址请求不通过，40057）：域名主体不是本企业',
      ],
      fix: [
        '填写隧道的地址，不带端口',
        '依次检查 A 记录、端口、备案、白名单',
        '企业微信：使用本企业备案的域名，不要用隧道随机分配的',
        '网页提示「已停止访问该网页」：H5 页面请用自己备案的域名；消息推送不受影响',
      ],
    },
  },
  WXD1152: {
    source: '消息加解密说明: the signature is over the values joined without separators',
    en: {
      title: 'timestamp or nonce is longer than any of WeChat’s',
      about:
        'A signature covers its values sorted and joined, without separators. Who has seen one signed message could move the beginning of Encrypt into the nonce: the signature still fits, and the message begins at another block. 64 characters are the least that holds whole blocks, so that none of 64 is taken.',
      see: 'the error names the parameter and its length',
      causes: ['a test of your own with a long nonce', 'somebody plays with a message of yours'],
      fix: ['send at most 63 characters; WeChat sends ten digits'],
    },
    zh: {
      title: 'timestamp 或 nonce 比微信发的长得多',
      about:
        '签名对排序后直接相连的各值计算，没有分隔符。看到过一条已签名消息的人，可以把 Encrypt 的开头移进 nonce：签名仍然相符，消息却从另一块开始。64 个字符是能装下整块密文的最短长度，因此不接受 64 个及以上。',
      see: '错误里有参数名和长度',
      causes: ['自己的测试用了过长的 nonce', '有人在改动你的消息'],
      fix: ['最多 63 个字符；微信发的是十位数字'],
    },
  },
  WXD1160: {
    source: '40164 invalid ip, not in whitelist; 企业微信 60020',
    en: {
      title: 'WeChat’s API refused the address of the app (warning)',
      about:
        'Your app called WeChat’s API from an address that is not on the allowlist. That is the address of your own line or server, not of the tunnel: the tunnel is for the other direction.',
      see: 'the message of the API names the address',
      causes: [
        'the address was never added',
        'the address of a home line has changed',
        'a proxy is used for outgoing calls',
      ],
      fix: [
        '公众号: add it under 设置与开发 > 安全中心 > IP白名单; mini programs need none',
        'WeCom: add it under the app, 企业可信IP',
      ],
    },
    zh: {
      title: '微信接口拒绝了应用所在的 IP（警告）',
      about:
        '应用从不在白名单里的地址调用了微信接口。那是你自己的网络或服务器的出口，不是隧道：隧道只管进来的方向。',
      see: '接口返回的错误里写着地址',
      causes: ['从没加过这个地址', '家庭宽带换了地址', '出口走了代理'],
      fix: [
        '公众号：在「设置与开发 > 安全中心 > IP白名单」添加；小程序不需要',
        '企业微信：在应用的「企业可信IP」添加',
      ],
    },
  },
  WXD1201: {
    source: 'XML 1.0 §2.1',
    en: {
      title: 'XML is malformed',
      about: 'The body is not one well-formed <xml> element (WXBizMsgCrypt -40002).',
      see: 'the error gives line and column',
      causes: [
        'it was put together by hand: a bare & or <, an end tag missing',
        'JSON or a form came where XML was expected',
        'it was cut on the way',
      ],
      fix: ['put text in <![CDATA[…]]> and split ]]> in it', 'let a library write the XML'],
    },
    zh: {
      title: 'XML 格式错误',
      about: '内容不是一个合法的 <xml> 元素（WXBizMsgCrypt -40002）。',
      see: '报错给出行和列',
      causes: [
        '手工拼接：裸露的 & 或 <，缺少结束标签',
        '应为 XML 的地方来了 JSON 或表单',
        '途中被截断',
      ],
      fix: ['文本放进 <![CDATA[…]]>，其中的 ]]> 要拆开', '用库来生成 XML'],
    },
  },
  WXD1202: {
    source: 'OWASP: XML External Entity (XXE)',
    en: {
      title: 'XML with a DOCTYPE or an entity of its own is refused',
      about: 'WeChat sends neither; they are how attacks on XML parsers begin.',
      see: 'the error gives line and column',
      causes: ['somebody probes the callback', 'an HTML page came as a body'],
      fix: ['switch DOCTYPE and external entities off in the parser of your app too'],
    },
    zh: {
      title: '拒绝带 DOCTYPE 或自定义实体的 XML',
      about: '微信不会发送这些内容；它们是攻击 XML 解析器的常见手法。',
      see: '报错给出行和列',
      causes: ['有人在探测回调地址', '收到的是 HTML 页面'],
      fix: ['在你应用的解析器里也关闭 DOCTYPE 和外部实体'],
    },
  },
  WXD1203: {
    en: {
      title: 'JSON is malformed',
      about:
        'The body begins like JSON but is not one object. Two different values under one name are refused too.',
      see: 'the error says where the parser stopped',
      causes: ['it was cut on the way', 'it was put together by hand'],
      fix: ['compare with a sample: wx-dev send text --format json --dry-run'],
    },
    zh: {
      title: 'JSON 格式错误',
      about: '内容以 JSON 开头，却不是一个对象。同名而不同值也会拒绝。',
      see: '报错写明解析到哪里',
      causes: ['途中被截断', '手工拼接'],
      fix: ['与样例比较：wx-dev send text --format json --dry-run'],
    },
  },
  WXD1204: {
    en: {
      title: 'a body is larger than any WeChat sends',
      about: 'Pushes have a few kilobytes. A larger body is refused before it fills the memory.',
      see: 'the error gives both sizes',
      causes: ['an upload went to the callback path', 'somebody tries to exhaust the server'],
      fix: ['send uploads to another path'],
    },
    zh: {
      title: '请求体超过微信会发送的大小',
      about: '推送只有几 KB。过大的内容在占满内存之前就会拒绝。',
      see: '报错给出两个大小',
      causes: ['上传请求发到了回调路径', '有人想耗尽服务器'],
      fix: ['上传请用别的路径'],
    },
  },
  WXD1205: {
    en: {
      title: 'a body is empty',
      about:
        'A POST of WeChat always has a body. If the handler sees none, something before it has read it (WXBizMsgCrypt -40002).',
      see: 'print the length of the raw body where the request comes in',
      causes: [
        'a body parser consumed the stream',
        'a JSON body parser ignores text/xml and gives {}',
      ],
      fix: [
        'Express: express.text({ type: ["text/xml", "application/xml"] }) on this route, before express.json()',
        'Python: read request.body or get_data() before request.form',
      ],
    },
    zh: {
      title: '请求体为空',
      about:
        '微信的 POST 总有内容。处理函数看到空的，说明前面已有代码读走了它（WXBizMsgCrypt -40002）。',
      see: '在请求进来的地方打印原始请求体的长度',
      causes: ['请求体解析器已经读走了流', 'JSON 解析器忽略 text/xml，给出 {}'],
      fix: [
        'Express：在这个路由、express.json() 之前使用 express.text({ type: ["text/xml", "application/xml"] })',
        'Python：在 request.form 之前读取 request.body 或 get_data()',
      ],
    },
  },
  WXD1206: {
    en: {
      title: 'a body is not a WeChat message',
      about: 'Neither XML nor JSON, or without MsgType (InfoType for notices of platforms).',
      see: 'the error quotes the start of the body',
      causes: [
        'a form was posted',
        'the body was decoded as a form',
        'it is a request of something else',
      ],
      fix: ['send one as WeChat does: wx-dev send text'],
    },
    zh: {
      title: '内容不是微信消息',
      about: '既不是 XML 也不是 JSON，或没有 MsgType（平台通知为 InfoType）。',
      see: '报错引用了内容的开头',
      causes: ['提交的是表单', '请求体被当作表单解码', '是别的程序的请求'],
      fix: ['像微信一样发一条：wx-dev send text'],
    },
  },
  WXD1207: {
    en: {
      title: 'no sample of this kind of push exists',
      about: 'wx-dev send knows WeChat’s messages and events by their own names, which mix cases.',
      see: 'wx-dev send --list',
      causes: ['a typing error', 'a kind that is not in the documents'],
      fix: ['take a name of the list, or event:<Event> and message:<MsgType> with --set'],
    },
    zh: {
      title: '没有这种推送的样例',
      about: 'wx-dev send 使用微信自己的消息和事件名，大小写不统一。',
      see: 'wx-dev send --list',
      causes: ['拼写错误', '文档里没有的类型'],
      fix: ['使用列表里的名称，或 event:<Event>、message:<MsgType> 加 --set'],
    },
  },
  WXD1208: {
    en: {
      title: 'a body is not UTF-8',
      about: 'WeChat sends and expects UTF-8.',
      see: 'the error gives the offset of the first wrong byte',
      causes: [
        'the body is compressed',
        'it is GBK: a source file or a template in that encoding',
        'it was cut inside a character',
      ],
      fix: ['write UTF-8 and switch compression off'],
    },
    zh: {
      title: '内容不是 UTF-8',
      about: '微信收发都用 UTF-8。',
      see: '报错给出第一个错误字节的偏移',
      causes: ['内容被压缩', '是 GBK：源文件或模板用了这种编码', '在一个字符中间被截断'],
      fix: ['输出 UTF-8，并关闭压缩'],
    },
  },
  WXD1209: {
    source: 'XML 1.0 §2.3',
    en: {
      title: 'a field has a name that XML does not allow',
      about: 'Names of fields become XML elements.',
      see: 'the error quotes the name',
      causes: ['a typing error in --set', 'a name that begins with a digit or holds a space'],
      fix: ['use letters, digits, "_", "-" and "."; the first is a letter or "_"'],
    },
    zh: {
      title: '字段名不能作为 XML 元素名',
      about: '字段名会成为 XML 元素。',
      see: '报错引用了这个名字',
      causes: ['--set 里拼写错误', '以数字开头或含空格'],
      fix: ['使用字母、数字、"_"、"-"、"."，以字母或 "_" 开头'],
    },
  },
} satisfies Guides;
