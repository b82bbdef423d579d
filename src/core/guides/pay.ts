import type { BriefGuides } from './brief.ts';

/** 112x to 124x: WeChat Pay, and the answers of WeCom's AI bots. */
export const payGuides: BriefGuides = {
  WXD1120: {
    title: '支付通知的请求头缺失、重复或格式错误',
    about: [
      'Every v3 notification carries Wechatpay-Timestamp, -Nonce, -Signature and -Serial, each once.',
      'v3 通知都带 Wechatpay-Timestamp、-Nonce、-Signature、-Serial，各一个。',
    ],
    causes: [
      ['a proxy drops headers it does not know', '代理丢掉了它不认识的请求头'],
      ['the request does not come from WeChat Pay', '请求不是微信支付发的'],
    ],
    fix: [['let the proxy pass all headers on', '让代理转发所有请求头']],
    source: '微信支付：回调通知注意事项',
  },
  WXD1124: {
    title: '支付通知的签名时间不对',
    about: [
      'The timestamp is more than five minutes away from the clock here, as it would be for a replayed request.',
      '时间戳与本机时钟相差超过五分钟，重放的请求就会这样。',
    ],
    causes: [
      ['the clock of this machine is wrong', '本机时钟不准'],
      ['an old request was sent again', '重发了旧请求'],
    ],
    fix: [['set the clock by NTP', '用 NTP 校准时钟']],
  },
  WXD1125: {
    title: '支付通知的签名方式未知',
    about: [
      'wx-dev knows WECHATPAY2-SHA256-RSA2048; the SM2 method of some merchants is not among them.',
      'wx-dev 支持 WECHATPAY2-SHA256-RSA2048；部分商户使用的国密 SM2 不在其中。',
    ],
    causes: [['the merchant uses SM algorithms', '商户使用国密算法']],
    fix: [
      ['verify these notifications with the SDK of WeChat Pay', '用微信支付的 SDK 校验这类通知'],
    ],
  },
  WXD1126: {
    title: 'APIv3 密钥不是 32 位字母或数字',
    about: [
      'The APIv3 key is 32 letters and digits, used as they are: neither hex nor base64.',
      'APIv3 密钥是 32 位字母和数字，按原文使用，既不是十六进制也不是 base64。',
    ],
    causes: [
      ['a space or a line end was copied with it', '复制时带上了空格或换行'],
      ['it is the v2 key or a certificate serial', '填成了 v2 密钥或证书序列号'],
    ],
    fix: [['copy it from 账户中心 > API安全 again', '从「账户中心 > API安全」重新复制']],
  },
  WXD1128: {
    title: '支付通知的 resource 格式错误',
    about: [
      'A resource has algorithm AEAD_AES_256_GCM, a 12-byte nonce, and ciphertext in base64.',
      'resource 应有算法 AEAD_AES_256_GCM、12 字节的 nonce 和 base64 的 ciphertext。',
    ],
    causes: [['the body was changed on the way', '请求体在途中被改动']],
    fix: [['pass the raw body on', '原样传递请求体']],
  },
  WXD1129: {
    title: '微信支付的平台密钥无法使用',
    about: [
      'The file should hold a public key or a certificate in PEM.',
      '文件应为 PEM 格式的公钥或证书。',
    ],
    causes: [
      ['the private key of the merchant was given', '给的是商户私钥'],
      ['the file is cut or in another format', '文件不完整或格式不同'],
    ],
    fix: [['use the platform certificate or pub_key.pem', '使用平台证书或 pub_key.pem']],
  },
  WXD1130: {
    title: 'v2 支付通知的 sign 不符',
    about: [
      'sign is made of all filled fields but itself, sorted, and the API key: MD5 or HMAC-SHA256, in capitals.',
      'sign 由除自身外的非空字段排序后加 API 密钥计算：MD5 或 HMAC-SHA256，大写。',
    ],
    causes: [
      ['another API key', 'API 密钥不同'],
      ['empty fields were included', '包含了空字段'],
      ['sign_type was ignored', '没有看 sign_type'],
    ],
    fix: [['set the v2 API key of this merchant', '填写该商户的 v2 API 密钥']],
  },
  WXD1131: {
    title: 'v2 的 API 密钥不是 32 位字母或数字',
    about: ['The v2 API key is 32 letters and digits.', 'v2 API 密钥是 32 位字母和数字。'],
    causes: [['a space or a line end was copied with it', '复制时带上了空格或换行']],
    fix: [['copy it again, without anything around it', '重新复制，前后不加任何东西']],
  },
  WXD1132: {
    title: '退款通知的 req_info 解密失败',
    about: [
      'req_info is AES-256-ECB; its key is the lower-case hex MD5 of the v2 API key.',
      'req_info 用 AES-256-ECB 加密；密钥是 v2 API 密钥的小写十六进制 MD5。',
    ],
    causes: [
      ['another API key', 'API 密钥不同'],
      ['the MD5 was taken as bytes, or in capitals', '把 MD5 当作字节，或用了大写'],
    ],
    fix: [['use the 32 characters of the MD5 as the key', '以 MD5 的 32 个字符作为密钥']],
  },
  WXD1133: {
    title: '支付通知属于另一个商户',
    about: [
      'Signature and key are right, but the merchant number or AppId inside is another one.',
      '签名和密钥都对，但里面的商户号或 AppID 是另一个。',
    ],
    causes: [
      ['several merchants share one notify_url', '多个商户共用一个 notify_url'],
      ['partner mode: the sub-merchant is looked at', '服务商模式：看的是子商户号'],
    ],
    fix: [['choose the account by mchid, or with --account', '按商户号或 --account 选择账号']],
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
    causes: [['the XML was changed or written by hand', 'XML 被改动或手写']],
    fix: [['compare with the document of the notice', '与该通知的文档比较']],
  },
  WXD1231: {
    title: '对 v2 支付通知的应答不是要求的 XML',
    about: [
      'v2 wants <xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>; success or JSON count as failure.',
      'v2 要求返回 <xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>；success 或 JSON 都算失败。',
    ],
    causes: [['the answer of v3 was given', '返回了 v3 的应答']],
    fix: [['answer with exactly this XML', '原样返回这段 XML']],
  },
  WXD1240: {
    title: '企业微信 AI 机器人用了此处不接受的回复类型',
    about: [
      'Which types a bot may answer with depends on what it was sent; the error lists them.',
      '机器人能用哪些类型回复，取决于收到的是什么；报错列出了可用的。',
    ],
    causes: [['the answer of an Official Account was given', '用了公众号的回复']],
    fix: [['answer with one of the types listed, or nothing', '使用列出的类型，或不回复']],
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
