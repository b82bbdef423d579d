import type { BriefGuides } from './brief.ts';

/** 112x to 124x: WeChat Pay, and the answers of WeCom's AI bots. */
export const payGuides: BriefGuides = {
  WXD1120: {
    title: '支付通知的请求头缺失、重复或格式错误',
    about: [
      'Every v3 notification carries Wechatpay-Timestamp, -Nonce, -Signature and -Serial, each once.',
      'v3 通知都带 Wechatpay-Timestamp、-Nonce、-Signature、-Serial，各一个。',
    ],
    see: [
      'wx-dev logs last shows the header fields that arrived',
      'wx-dev logs last 列出到达的请求头',
    ],
    causes: [
      ['a proxy drops headers it does not know', '代理丢掉了它不认识的请求头'],
      ['the request does not come from WeChat Pay', '请求不是微信支付发的'],
      [
        'a test of your own posts the body without the headers',
        '自己的测试只发了请求体，没带这些头',
      ],
    ],
    fix: [
      ['let the proxy pass all headers on', '让代理转发所有请求头'],
      ['send a complete one: wx-dev send pay.success', '发送完整的通知：wx-dev send pay.success'],
    ],
    source: '微信支付：回调通知注意事项',
  },
  WXD1124: {
    title: '支付通知的签名时间不对',
    about: [
      'The timestamp is more than five minutes away from the clock here, as it would be for a replayed request.',
      '时间戳与本机时钟相差超过五分钟，重放的请求就会这样。',
    ],
    see: [
      'compare the time here with that of a server: date -u',
      '与时间服务器核对本机时间：date -u',
    ],
    causes: [
      ['the clock of this machine is wrong', '本机时钟不准'],
      ['an old request was sent again', '重发了旧请求'],
      ['a fixture with a fixed timestamp is replayed by a test', '测试重放了带固定时间戳的样例'],
    ],
    fix: [
      ['set the clock by NTP', '用 NTP 校准时钟'],
      ['repeat with a fresh signature: wx-dev replay last', '用新的签名重发：wx-dev replay last'],
    ],
  },
  WXD1125: {
    title: '支付通知的签名方式未知',
    about: [
      'wx-dev knows WECHATPAY2-SHA256-RSA2048; the SM2 method of some merchants is not among them.',
      'wx-dev 支持 WECHATPAY2-SHA256-RSA2048；部分商户使用的国密 SM2 不在其中。',
    ],
    see: [
      'the header field Wechatpay-Signature-Type in wx-dev logs last',
      '看 wx-dev logs last 中的 Wechatpay-Signature-Type',
    ],
    causes: [
      ['the merchant uses SM algorithms', '商户使用国密算法'],
      ['a proxy or test changed the header field', '代理或测试改了这个头'],
    ],
    fix: [
      ['verify these notifications with the SDK of WeChat Pay', '用微信支付的 SDK 校验这类通知'],
      [
        'wx-dev passes it on to your app unread; only its verdict is missing',
        'wx-dev 仍会原样转发给应用，只是不作判断',
      ],
    ],
  },
  WXD1126: {
    title: 'APIv3 密钥不是 32 位字母或数字',
    about: [
      'The APIv3 key is 32 letters and digits, used as they are: neither hex nor base64.',
      'APIv3 密钥是 32 位字母和数字，按原文使用，既不是十六进制也不是 base64。',
    ],
    see: [
      'count what stands in the file: the error names file and line',
      '数一数文件中的位数：报错给出文件和行号',
    ],
    causes: [
      ['a space or a line end was copied with it', '复制时带上了空格或换行'],
      ['it is the v2 key or a certificate serial', '填成了 v2 密钥或证书序列号'],
      [
        'quotes around the value count as part of it in some formats',
        '有些格式里引号会算作值的一部分',
      ],
    ],
    fix: [
      ['copy it from 账户中心 > API安全 again', '从「账户中心 > API安全」重新复制'],
      ['with a new key, replace it in the app too', '若重设了密钥，应用里也要一起换'],
    ],
  },
  WXD1128: {
    title: '支付通知的 resource 格式错误',
    about: [
      'A resource has algorithm AEAD_AES_256_GCM, a 12-byte nonce, and ciphertext in base64.',
      'resource 应有算法 AEAD_AES_256_GCM、12 字节的 nonce 和 base64 的 ciphertext。',
    ],
    see: ['wx-dev logs last -v prints the body as it came', 'wx-dev logs last -v 打印原始请求体'],
    causes: [
      ['the body was changed on the way', '请求体在途中被改动'],
      [
        'a test wrote hex where base64 belongs, or a nonce of another length',
        '测试把十六进制当成 base64，或 nonce 长度不对',
      ],
    ],
    fix: [
      ['pass the raw body on', '原样传递请求体'],
      [
        'make one with sealNotification of wx-dev/wechat, or wx-dev send pay.success',
        '用 wx-dev/wechat 的 sealNotification 或 wx-dev send pay.success 生成',
      ],
    ],
  },
  WXD1129: {
    title: '微信支付的平台密钥无法使用',
    about: [
      'The file should hold a public key or a certificate in PEM.',
      '文件应为 PEM 格式的公钥或证书。',
    ],
    see: [
      'the first line says what a file holds: head -1 pub_key.pem',
      '看文件首行即知内容：head -1 pub_key.pem',
    ],
    causes: [
      ['the private key of the merchant was given', '给的是商户私钥'],
      ['the file is cut or in another format', '文件不完整或格式不同'],
      [
        'the file was saved with line ends or spaces in the base64',
        '保存时 base64 中混入了空格或换行',
      ],
    ],
    fix: [
      ['use the platform certificate or pub_key.pem', '使用平台证书或 pub_key.pem'],
      [
        'with a public key set the id beside it: WX_PAY_PLATFORM_KEY_ID',
        '使用公钥时还要设置其 ID：WX_PAY_PLATFORM_KEY_ID',
      ],
    ],
  },
  WXD1130: {
    title: 'v2 支付通知的 sign 不符',
    about: [
      'sign is made of all filled fields but itself, sorted, and the API key: MD5 or HMAC-SHA256, in capitals.',
      'sign 由除自身外的非空字段排序后加 API 密钥计算：MD5 或 HMAC-SHA256，大写。',
    ],
    see: [
      'send one signed by the key in the settings: wx-dev send pay.v2.success',
      '用当前密钥发一条：wx-dev send pay.v2.success',
    ],
    causes: [
      ['another API key', 'API 密钥不同'],
      ['empty fields were included', '包含了空字段'],
      ['sign_type was ignored', '没有看 sign_type'],
      [
        'the body was parsed and written again, and a field lost its zeros or spaces',
        '请求体被解析后重写，字段丢了零或空格',
      ],
    ],
    fix: [
      ['set the v2 API key of this merchant', '填写该商户的 v2 API 密钥'],
      ['hash with HMAC-SHA256 where sign_type says so', 'sign_type 要求时改用 HMAC-SHA256'],
    ],
  },
  WXD1131: {
    title: 'v2 的 API 密钥不是 32 位字母或数字',
    about: ['The v2 API key is 32 letters and digits.', 'v2 API 密钥是 32 位字母和数字。'],
    see: ['the error names file and line of the value', '报错给出该值的文件和行号'],
    causes: [
      ['a space or a line end was copied with it', '复制时带上了空格或换行'],
      ['the APIv3 key was set for a v2 merchant', '把 APIv3 密钥填给了 v2 商户'],
      ['it was cut off by a shell or an editor', '被终端或编辑器截断'],
    ],
    fix: [
      ['copy it again, without anything around it', '重新复制，前后不加任何东西'],
      [
        'v2 and v3 keys are two settings: payV2Key and apiV3Key',
        'v2 与 v3 密钥是两个设置：payV2Key 和 apiV3Key',
      ],
    ],
  },
  WXD1132: {
    title: '退款通知的 req_info 解密失败',
    about: [
      'req_info is AES-256-ECB; its key is the lower-case hex MD5 of the v2 API key.',
      'req_info 用 AES-256-ECB 加密；密钥是 v2 API 密钥的小写十六进制 MD5。',
    ],
    see: [
      'send one made with the key in the settings: wx-dev send pay.v2.refund',
      '用当前密钥发一条：wx-dev send pay.v2.refund',
    ],
    causes: [
      ['another API key', 'API 密钥不同'],
      ['the MD5 was taken as bytes, or in capitals', '把 MD5 当作字节，或用了大写'],
      [
        'req_info was decoded as a form, so that + became a space',
        '把 req_info 当表单解码，+ 变成了空格',
      ],
    ],
    fix: [
      ['use the 32 characters of the MD5 as the key', '以 MD5 的 32 个字符作为密钥'],
      [
        'take base64 as it came and PKCS#7 padding of 16 bytes',
        '原样做 base64 解码，填充为 16 字节 PKCS#7',
      ],
    ],
  },
  WXD1133: {
    title: '支付通知属于另一个商户',
    about: [
      'Signature and key are right, but the merchant number or AppId inside is another one.',
      '签名和密钥都对，但里面的商户号或 AppID 是另一个。',
    ],
    see: ['wx-dev logs last shows mchid of the resource', 'wx-dev logs last 显示内容里的 mchid'],
    causes: [
      ['several merchants share one notify_url', '多个商户共用一个 notify_url'],
      ['partner mode: the sub-merchant is looked at', '服务商模式：看的是子商户号'],
      ['several merchants of one company share the key', '同一公司多个商户共用了密钥'],
    ],
    fix: [
      ['choose the account by mchid, or with --account', '按商户号或 --account 选择账号'],
      [
        'set mchId of the account, or take it out to accept every merchant',
        '设置账号的 mchId；去掉它则接受任何商户',
      ],
    ],
  },
  WXD1220: {
    title: '内容不是支付通知',
    about: [
      'A v3 notification is JSON with id, event_type and resource. For a notify_url to get any: https, public, no port, no query string, no login.',
      'v3 通知是含 id、event_type、resource 的 JSON。notify_url 要能收到：https、公网、不带端口和查询串、没有登录检查。',
    ],
    causes: [
      ['another service calls this path', '别的服务在调用这个路径'],
      ['it is a v2 notice, which is XML', '这是 v2 通知，格式为 XML'],
    ],
    fix: [['choose the kind of account that the notices are for', '选择与通知相符的账号类型']],
    source: '微信支付：回调通知注意事项',
  },
  WXD1221: {
    title: 'v2 支付通知的字段缺失、重复或未知',
    about: ['The error names the field.', '报错指出了字段。'],
    see: ['wx-dev logs last -v prints the XML as it came', 'wx-dev logs last -v 打印收到的 XML'],
    causes: [
      ['the XML was changed or written by hand', 'XML 被改动或手写'],
      [
        'a field stands twice, so that what is signed is not what is read',
        '字段重复，签名的内容与读到的不是一回事',
      ],
      ['the notice is of v3, which is JSON', '这是 v3 通知，格式是 JSON'],
    ],
    fix: [
      ['compare with the document of the notice', '与该通知的文档比较'],
      ['set kind pay for v3, pay-v2 for v2', 'v3 的账号类型为 pay，v2 为 pay-v2'],
    ],
  },
  WXD1231: {
    title: '对 v2 支付通知的应答不是要求的 XML',
    about: [
      'v2 wants <xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>; success or JSON count as failure.',
      'v2 要求返回 <xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>；success 或 JSON 都算失败。',
    ],
    see: [
      'wx-dev send pay.v2.success prints what your app answers',
      'wx-dev send pay.v2.success 打印应用的应答',
    ],
    causes: [
      ['the answer of v3 was given', '返回了 v3 的应答'],
      ['JSON of v3 is answered to a notice of v2', '对 v2 通知返回了 v3 的 JSON'],
      ['a framework wraps the answer in a page or quotes', '框架给应答加了网页外壳或引号'],
    ],
    fix: [
      ['answer with exactly this XML', '原样返回这段 XML'],
      [
        'answer also when the order was booked before: it is no error',
        '订单已处理过时同样要这样应答，那不是错误',
      ],
    ],
  },
  WXD1240: {
    title: '企业微信 AI 机器人用了此处不接受的回复类型',
    about: [
      'Which types a bot may answer with depends on what it was sent; the error lists them.',
      '机器人能用哪些类型回复，取决于收到的是什么；报错列出了可用的。',
    ],
    see: [
      'wx-dev send bot.text -v prints the decrypted answer',
      'wx-dev send bot.text -v 打印解密后的应答',
    ],
    causes: [
      ['the answer of an Official Account was given', '用了公众号的回复'],
      ['a text is answered where a stream is expected', '应回 stream 的地方回了 text'],
      ['an answer for enter_chat is used for every message', '把 enter_chat 的应答用于所有消息'],
    ],
    fix: [
      ['answer with one of the types listed, or nothing', '使用列出的类型，或不回复'],
      ['write it with formatBotReply of wx-dev/wechat', '用 wx-dev/wechat 的 formatBotReply 生成'],
    ],
  },
  WXD1134: {
    title: '小程序的 encryptedData 解密失败',
    about: [
      'encryptedData is AES-128-CBC with the session_key of the login it was made in.',
      'encryptedData 用产生它时那次登录的 session_key 以 AES-128-CBC 加密。',
    ],
    causes: [
      [
        'the user has logged in again: the session_key is an old one',
        '用户重新登录过，session_key 已过期',
      ],
      ['+ in the data became a space', '数据里的 + 变成了空格'],
    ],
    fix: [
      [
        'call wx.login only once before, and decrypt with the session_key of that login',
        '事先只调用一次 wx.login，用那次的 session_key 解密',
      ],
    ],
  },
  WXD1135: {
    title: 'encryptedData 属于另一个小程序',
    about: [
      'The watermark inside names the mini program that the data was made for.',
      '里面的 watermark 写明数据属于哪个小程序。',
    ],
    causes: [
      ['the AppId of another mini program is configured', '配置了另一个小程序的 AppID'],
      ['somebody sent data of another mini program', '有人发送了别的小程序的数据'],
    ],
    fix: [['compare the AppId; refuse data of others', '核对 AppID，拒绝别人的数据']],
  },
};
