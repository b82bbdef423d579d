import type { Guides } from './guide.ts';

/** 21xx: what is in a reply, and its envelope. */
export const replyGuides = {
  WXD2107: {
    en: {
      title: 'the reply has an <xml> inside <xml>',
      about: 'A reply has one <xml>. WeChat shows the failure line.',
      causes: ['the library adds <xml> and the code too'],
      fix: ['give the library the fields only'],
    },
    zh: {
      title: '回复里 <xml> 套了 <xml>',
      about: '回复只有一层 <xml>。多一层粉丝就看到故障提示。',
      causes: ['库会加 <xml>，代码又加了一次'],
      fix: ['只把字段交给库'],
    },
  },
  WXD2108: {
    source: '被动回复用户消息：Content 必须',
    en: {
      title: 'a text reply has no content',
      about:
        'To say nothing is an empty body or success. Reply XML with an empty Content makes WeChat show the failure line.',
      causes: ['the text was empty for this input: no match, a language model without output'],
      fix: ['answer success when there is nothing to say'],
    },
    zh: {
      title: '文本回复的内容为空',
      about: '不想回复应返回空内容或 success。Content 为空的回复 XML 会让粉丝看到故障提示。',
      causes: ['这次输入没有对应的文本：没匹配上，或大模型没有输出'],
      fix: ['没有内容时返回 success'],
    },
  },
  WXD2109: {
    source: '被动回复用户消息：ToUserName 接收方帐号（收到的 OpenID），FromUserName 开发者微信号',
    en: {
      title: 'the addresses of the reply are not those of the push, swapped',
      about:
        'The reply goes from the account (gh_…, ToUserName of the push) to the follower (FromUserName of the push).',
      see: 'the error shows what came and what was expected',
      causes: [
        'the two were copied without swapping',
        'the AppId (wx…) was taken for the original id (gh_…)',
        'white space in CDATA',
      ],
      fix: ['ToUserName = FromUserName of the push, FromUserName = ToUserName of the push'],
    },
    zh: {
      title: '回复的收发方没有与推送对调',
      about: '回复从公众号（gh_…，推送里的 ToUserName）发给粉丝（推送里的 FromUserName）。',
      see: '报错给出收到的和应有的值',
      causes: ['照抄了推送，没有对调', '把 AppID（wx…）当成原始 ID（gh_…）', 'CDATA 里有空白'],
      fix: ['ToUserName = 推送的 FromUserName，FromUserName = 推送的 ToUserName'],
    },
  },
  WXD2110: {
    source: '消息加解密说明',
    en: {
      title: 'the reply is not encrypted although the account is in safe mode',
      about:
        'In 安全模式 a reply is an envelope: Encrypt, MsgSignature, TimeStamp, Nonce. Only success and an empty body stay plain. In 兼容模式 both are taken.',
      causes: [
        'the library was not told the EncodingAESKey',
        'encrypt_type of the query is not looked at',
      ],
      fix: ['encrypt the reply when encrypt_type is aes'],
    },
    zh: {
      title: '账号为安全模式，回复却没有加密',
      about:
        '安全模式下回复是信封：Encrypt、MsgSignature、TimeStamp、Nonce。只有 success 和空内容是明文。兼容模式两种都可以。',
      causes: ['没有给库设置 EncodingAESKey', '没有看查询串里的 encrypt_type'],
      fix: ['encrypt_type 为 aes 时加密回复'],
    },
  },
  WXD2113: {
    source: '被动回复用户消息',
    en: {
      title: 'a reply lacks a field',
      about:
        'Each kind of reply has its fields, some nested: MediaId stands in <Image>, <Voice> or <Video>, articles in <Articles><item>. Names have WeChat’s capitals.',
      causes: ['it is not nested', 'its name has other capitals', 'its value is empty'],
      fix: ['compare with the example of the document, or let a library write it'],
    },
    zh: {
      title: '回复缺少字段',
      about:
        '每种回复有自己的字段，有些要嵌套：MediaId 在 <Image>、<Voice>、<Video> 里，文章在 <Articles><item> 里。大小写与文档一致。',
      causes: ['没有嵌套', '大小写不对', '值为空'],
      fix: ['与文档的示例比较，或用库生成'],
    },
  },
  WXD2114: {
    source: '被动回复用户消息（2018-10-12 起）',
    en: {
      title: 'a news reply has no article or too many',
      about:
        'In answer to a message one article is allowed, to a follow, menu click or other event eight.',
      causes: ['code from before 2018', 'the list was empty'],
      fix: ['send one article, and a link to a list'],
    },
    zh: {
      title: '图文回复没有文章或过多',
      about: '回复消息只能带一篇；回复关注、菜单点击等事件最多八篇。',
      causes: ['2018 年以前的代码', '列表为空'],
      fix: ['只发一篇，放上列表的链接'],
    },
  },
  WXD2116: {
    source: '消息加解密说明',
    en: {
      title: 'the signature of an encrypted reply does not match',
      about:
        'MsgSignature is made of Token, TimeStamp and Nonce of the reply, and Encrypt, sorted as text.',
      causes: [
        'timestamp and nonce of the query were signed, others written',
        'only three values were signed',
        'numeric sort',
        'another Token',
      ],
      fix: ['sign exactly the values that stand in the reply'],
    },
    zh: {
      title: '加密回复的签名不符',
      about: 'MsgSignature 由 Token、回复里的 TimeStamp、Nonce 和 Encrypt 按文本排序计算。',
      causes: [
        '签的是查询串的 timestamp、nonce，写的是别的',
        '只签了三个值',
        '按数字排序',
        'Token 不同',
      ],
      fix: ['签名的值就是写在回复里的值'],
    },
  },
  WXD2117: {
    source: '消息加解密说明',
    en: {
      title: 'an encrypted reply cannot be decrypted',
      about:
        'The envelope is signed correctly, but what is in it is not a message for this account.',
      see: 'the error says which step failed',
      causes: [
        'another EncodingAESKey',
        'another AppId inside (component AppId for platforms)',
        'the length was counted in characters instead of bytes',
      ],
      fix: [
        'answer with the key and the id that came with the push',
        'write the length as uint32, big endian, in bytes of UTF-8',
      ],
    },
    zh: {
      title: '加密的回复无法解密',
      about: '信封签名正确，里面却不是这个账号的消息。',
      see: '报错指出哪一步失败',
      causes: [
        'EncodingAESKey 不同',
        '里面的 AppID 不同（第三方平台用 component AppID）',
        '长度按字符计，没有按字节',
      ],
      fix: ['用解开推送的密钥和 id 来回复', '长度是 UTF-8 字节数，uint32 大端'],
    },
  },
  WXD2118: {
    en: {
      title: 'a time of the reply is in milliseconds (warning)',
      about:
        'Times of WeChat are seconds: ten digits. Whether WeChat minds thirteen is not known; some libraries send them.',
      causes: ['Date.now() or System.currentTimeMillis()'],
      fix: ['divide by 1000 and drop the fraction'],
    },
    zh: {
      title: '回复里的时间用了毫秒（警告）',
      about: '微信的时间是秒，十位数字。十三位会不会被拒绝没有资料；有些库就这样发。',
      causes: ['Date.now() 或 System.currentTimeMillis()'],
      fix: ['除以 1000 取整'],
    },
  },
  WXD2119: {
    en: {
      title: 'the reply is malformed XML or JSON',
      about: 'The reply cannot be parsed. WeChat shows the failure line.',
      see: 'the error gives line and column',
      causes: ['it was put together by hand', 'it is not UTF-8', 'it was cut'],
      fix: ['let a library write it'],
    },
    zh: {
      title: '回复的 XML 或 JSON 格式错误',
      about: '回复无法解析，粉丝看到故障提示。',
      see: '报错给出行和列',
      causes: ['手工拼接', '不是 UTF-8', '被截断'],
      fix: ['用库来生成'],
    },
  },
  WXD2120: {
    source: '被动回复用户消息',
    en: {
      title: 'the reply has a MsgType WeChat does not know',
      about: 'Known are text, image, voice, video, music, news and transfer_customer_service.',
      causes: [
        'white space in CDATA, or capitals',
        'the name of a customer service message (link, mpnews)',
      ],
      fix: ['write the name exactly; other kinds go through the customer service API'],
    },
    zh: {
      title: '回复的 MsgType 未知',
      about: '可用的有 text、image、voice、video、music、news、transfer_customer_service。',
      causes: ['CDATA 里有空白，或大小写不对', '用了客服消息的类型（link、mpnews）'],
      fix: ['名称一字不差；其他类型走客服消息接口'],
    },
  },
  WXD2121: {
    en: {
      title: 'ArticleCount is not the number of articles',
      about: 'ArticleCount must be the number of <item>.',
      causes: ['it is written by hand and the list has changed'],
      fix: ['count the list'],
    },
    zh: {
      title: 'ArticleCount 与文章数不符',
      about: 'ArticleCount 必须等于 <item> 的个数。',
      causes: ['写死了数字，而列表变了'],
      fix: ['用列表长度'],
    },
  },
  WXD2122: {
    en: {
      title: 'a text reply is longer than WeChat is known to show (warning)',
      about:
        'SDKs give 2048 bytes of UTF-8 as the limit, some 680 Chinese characters; the documents give none.',
      causes: ['the output of a language model'],
      fix: ['cut it, or send several customer service messages'],
    },
    zh: {
      title: '文本回复超过已知能显示的长度（警告）',
      about: '各 SDK 以 2048 字节 UTF-8（约 680 个汉字）为限；文档没有给出数字。',
      causes: ['大模型的输出'],
      fix: ['截短，或用客服消息分多条发送'],
    },
  },
  WXD2123: {
    source: '消息加解密说明：PKCS#7，块大小 32 字节',
    en: {
      title: 'an encrypted reply is padded to 16 bytes instead of 32 (warning)',
      about:
        'The reply can be read, but the same code will fail on about half of the pushes: WeChat pads to 32 bytes.',
      causes: ['the cipher’s own padding is used'],
      fix: ['switch auto-padding off and pad to 32 bytes yourself'],
    },
    zh: {
      title: '加密回复按 16 字节填充（警告）',
      about: '回复能读，但同样的代码会在约一半的推送上失败：微信按 32 字节填充。',
      causes: ['用了加密库自带的填充'],
      fix: ['关闭自动填充，自己填充到 32 字节'],
    },
  },
  WXD2124: {
    en: {
      title: 'a field of the reply has a value WeChat does not accept',
      about: 'The error names the field, what came and what is expected.',
      causes: ['CreateTime in brackets: a list was printed', 'a date as text'],
      fix: ['write seconds since 1970, digits only'],
    },
    zh: {
      title: '回复的字段值微信不接受',
      about: '报错给出字段、收到的值和应有的值。',
      causes: ['CreateTime 带了方括号：打印的是列表', '写成了日期文本'],
      fix: ['写 1970 年以来的秒数，只有数字'],
    },
  },
  WXD2125: {
    en: {
      title: 'the reply is encrypted although the push was not',
      about: 'A push without encrypt_type=aes is answered in clear text.',
      causes: ['the app decides by its own settings instead of the query'],
      fix: ['look at encrypt_type of each request'],
    },
    zh: {
      title: '推送没有加密，回复却加密了',
      about: '没有 encrypt_type=aes 的推送应以明文回复。',
      causes: ['应用按自己的设置决定，没有看查询串'],
      fix: ['以每个请求的 encrypt_type 为准'],
    },
  },
  WXD2126: {
    source: '小程序虚拟支付：回调',
    en: {
      title: 'the event asks for an answer of its own, which did not come',
      about:
        'Events of virtual payment (xpay_…) are repeated, up to 15 times, until the answer is {"ErrCode":0,"ErrMsg":"success"}; success is not enough.',
      causes: ['one handler answers success to everything'],
      fix: ['answer these events with their JSON'],
    },
    zh: {
      title: '事件需要专门的应答，却没有收到',
      about:
        '虚拟支付事件（xpay_…）会重试最多 15 次，直到返回 {"ErrCode":0,"ErrMsg":"success"}；只回 success 不够。',
      causes: ['所有事件都回 success'],
      fix: ['对这些事件返回它们的 JSON'],
    },
  },
  WXD2127: {
    en: {
      title: '"success" was encrypted (warning)',
      about: 'success and an empty body stay plain in every mode.',
      causes: ['everything is encrypted'],
      fix: ['encrypt reply XML only'],
    },
    zh: {
      title: 'success 被加密了（警告）',
      about: '任何模式下 success 和空内容都是明文。',
      causes: ['对所有内容都加密'],
      fix: ['只加密回复 XML'],
    },
  },
  WXD2128: {
    en: {
      title: 'a reply to an unsubscribe event reaches nobody (warning)',
      about: 'The follower has left; nothing can be delivered.',
      causes: ['one handler answers all events'],
      fix: ['answer success'],
    },
    zh: {
      title: '取消关注后的回复无人收到（警告）',
      about: '用户已离开，什么都送不到。',
      causes: ['所有事件用同一个处理函数'],
      fix: ['返回 success'],
    },
  },
  WXD2130: {
    en: {
      title: 'the reply XML is in quotes: a JSON string',
      about: 'The framework encoded the text as JSON: quotes around it, backslashes inside.',
      causes: ['the handler returns a string where JSON is the default (FastAPI, ASP.NET, NestJS)'],
      fix: ['return a response with the content type text/xml'],
    },
    zh: {
      title: '回复 XML 被加了引号，成了 JSON 字符串',
      about: '框架把文本编码成了 JSON：两边有引号，里面有反斜杠。',
      causes: ['默认返回 JSON 的框架里直接返回了字符串（FastAPI、ASP.NET、NestJS）'],
      fix: ['返回内容类型为 text/xml 的响应'],
    },
  },
  WXD2131: {
    en: {
      title: 'the reply XML is escaped for HTML',
      about: 'A template engine wrote &lt; for <, so no XML is left.',
      causes: ['the XML went through a template with escaping'],
      fix: ['mark it as safe (Jinja: |safe), or write it without a template'],
    },
    zh: {
      title: '回复 XML 被转义成了 HTML',
      about: '模板引擎把 < 写成了 &lt;，已经不是 XML。',
      causes: ['XML 经过了会转义的模板'],
      fix: ['标记为安全（Jinja：|safe），或不用模板'],
    },
  },
  WXD2132: {
    source: 'XML 1.0 §2.4, §2.7',
    en: {
      title: 'CDATA or special characters of the reply are written wrongly',
      about: 'The XML does not parse because of one of three known mistakes.',
      see: 'the error gives line and column',
      causes: [
        '"< ![CDATA[" copied from a blog',
        '"]]>" in the text ended the CDATA',
        'a bare & or < in text',
      ],
      fix: ['write <![CDATA[…]]> and split ]]> as ]]]]><![CDATA[>'],
    },
    zh: {
      title: '回复的 CDATA 或特殊字符写错了',
      about: 'XML 因三种常见错误之一而无法解析。',
      see: '报错给出行和列',
      causes: ['从博客抄来的 "< ![CDATA["', '文本里的 "]]>" 结束了 CDATA', '文本里有裸露的 & 或 <'],
      fix: ['写 <![CDATA[…]]>，其中的 ]]> 拆成 ]]]]><![CDATA[>'],
    },
  },
  WXD2133: {
    en: {
      title: 'the root of the reply is not <xml>',
      about: 'WeChat’s XML has the root <xml>, in lower case.',
      causes: ['an XML library wrote its own default (<root>, <response>)'],
      fix: ['name the root xml'],
    },
    zh: {
      title: '回复的根元素不是 <xml>',
      about: '微信的 XML 以小写的 <xml> 为根。',
      causes: ['XML 库用了自己的默认根（<root>、<response>）'],
      fix: ['把根元素命名为 xml'],
    },
  },
  WXD2134: {
    en: {
      title: 'the reply is XML although the account uses JSON (warning)',
      about:
        'Mini programs choose XML or JSON in the console; replies are documented in the same format.',
      causes: ['the code was written for an Official Account'],
      fix: ['answer in JSON, or choose XML in the console'],
    },
    zh: {
      title: '账号使用 JSON，回复却是 XML（警告）',
      about: '小程序在后台选择 XML 或 JSON；文档要求回复用同样的格式。',
      causes: ['代码是按公众号写的'],
      fix: ['以 JSON 回复，或在后台选择 XML'],
    },
  },
  WXD2135: {
    source: '消息加解密说明：PKCS#7，块大小 32 字节',
    en: {
      title: 'the app failed on a push that 16-byte unpadding cannot read (warning)',
      about:
        'WeChat pads to 32 bytes, so the last byte is 1 to 32. The unpadding of OpenSSL and most libraries refuses more than 16. The verification of WeCom usually passes, and about half of all messages fail.',
      see: 'send texts of different length: some pass, some fail (Node: ERR_OSSL_BAD_DECRYPT)',
      causes: ['the cipher’s own unpadding is used', 'something else failed at the same time'],
      fix: [
        'Node: decipher.setAutoPadding(false), then strip as many bytes as the last one says',
        'Python: unpad(data, 32)',
      ],
    },
    zh: {
      title: '应用没能处理一条 16 字节去填充读不了的推送（警告）',
      about:
        '微信按 32 字节填充，末字节是 1 到 32。OpenSSL 和多数库的去填充拒绝大于 16 的值。企业微信的 URL 验证通常能过，之后约一半消息失败。',
      see: '发送不同长度的文本：有的通过，有的失败（Node 报 ERR_OSSL_BAD_DECRYPT）',
      causes: ['用了加密库自带的去填充', '同时有别的错误'],
      fix: [
        'Node：decipher.setAutoPadding(false)，再按末字节的值去掉尾部',
        'Python：unpad(data, 32)',
      ],
    },
  },
} satisfies Guides;
