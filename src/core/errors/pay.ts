import { defineError, type SettingSource } from './define.ts';
import { fromSource, problemEn, problemZh, type TextProblem } from './text-problem.ts';
import { escapeText, mask } from './text.ts';

/** Why the signature of a payment notification that does not match looks the way it does. */
export type PaySignatureHint =
  /** It matches the JSON without the white space that was added. */
  | 'reserialised'
  /** It matches without the white space, or byte order mark, around the body. */
  | 'space-added'
  /** The body is empty, as if somebody had read it before. */
  | 'empty-body'
  /** Another of the known keys made it. */
  | 'other-key';

/** Why the `sign` of a v2 notice that does not match looks the way it does. */
export type PayV2SignHint =
  /** It matches in upper case. */
  | 'lower-case'
  /** It is of the other type than `sign_type` says. */
  | 'other-type';

const signatureHintsEn: Record<PaySignatureHint, string> = {
  reserialised: 'it matches the JSON without white space: verify the raw bytes, before parsing',
  'space-added': 'it matches without the white space around the body: verify the raw bytes',
  'empty-body': 'the body is empty: a body parser consumed it before the check',
  'other-key': 'another known key made it: Wechatpay-Serial names the wrong one',
};

const signatureHintsZh: Record<PaySignatureHint, string> = {
  reserialised: '去掉 JSON 中的空白后签名一致：应在解析前用原始字节验签',
  'space-added': '去掉首尾空白后签名一致：应使用原始字节验签',
  'empty-body': '请求体为空：验签前已被请求体解析器读走',
  'other-key': '是另一把已知公钥的签名：Wechatpay-Serial 写错了',
};

const keyProblemsEn = {
  unreadable: 'it is neither a certificate nor a public key in PEM',
  private: 'it is a private key: WeChat Pay gives out its public key only',
  'not-rsa': 'its type is not RSA',
  'no-id': 'a public key needs its id, PUB_KEY_ID_ and digits',
} as const;

const keyProblemsZh = {
  unreadable: '既不是 PEM 证书，也不是 PEM 公钥',
  private: '这是私钥；微信支付只提供公钥',
  'not-rsa': '密钥类型不是 RSA',
  'no-id': '公钥需要对应的公钥 ID，形如 PUB_KEY_ID_ 加数字',
} as const;

const resourceProblemsEn = {
  algorithm: (received: string) => `algorithm is "${received}", expected AEAD_AES_256_GCM`,
  nonce: (received: string) => `nonce has ${received} bytes, expected 12`,
  base64: (received: string) => `ciphertext "${received}" is not base64`,
  length: (received: string) => `ciphertext holds ${received} bytes, the tag alone has 16`,
} as const;

const resourceProblemsZh = {
  algorithm: (received: string) => `algorithm 是 "${received}"，应为 AEAD_AES_256_GCM`,
  nonce: (received: string) => `nonce 有 ${received} 字节，应为 12`,
  base64: (received: string) => `ciphertext "${received}" 不是 base64`,
  length: (received: string) => `ciphertext 只有 ${received} 字节，仅标签就有 16 字节`,
} as const;

const list = (words: readonly string[]): string => words.map(escapeText).join(', ');

/** 112x, 113x, 122x and 123x: notifications of WeChat Pay. */
export const payErrors = {
  WXD1120: defineError<{
    header: string;
    problem: 'missing' | 'twice' | 'malformed';
    received?: string | undefined;
    present?: readonly string[] | undefined;
  }>({
    meaning: 'a header of a payment notification is missing, doubled or malformed',
    en: {
      title: (d) => {
        if (d.problem === 'missing') return `Header ${d.header} is missing`;
        return d.problem === 'twice'
          ? `Header ${d.header} came with two values`
          : `Header ${d.header} is malformed`;
      },
      body: (d) => [
        d.received === undefined
          ? `received ${list(d.present ?? []) || 'no header of WeChat Pay'}`
          : `received "${escapeText(d.received)}"`,
        'WeChat Pay signs every notification in four Wechatpay headers',
        'most likely a proxy changed them, or WeChat Pay did not send this',
      ],
      run: () => 'wx-dev logs last',
    },
    zh: {
      title: (d) => {
        if (d.problem === 'missing') return `缺少请求头 ${d.header}`;
        return d.problem === 'twice'
          ? `请求头 ${d.header} 有两个不同的值`
          : `请求头 ${d.header} 格式错误`;
      },
      body: (d) => [
        d.received === undefined
          ? `收到 ${list(d.present ?? []) || '的请求没有任何微信支付请求头'}`
          : `收到 "${escapeText(d.received)}"`,
        '微信支付的每个通知都带有四个 Wechatpay 签名请求头',
        '多半是代理改动了请求头，或者这不是微信支付发来的',
      ],
      run: () => 'wx-dev logs last',
    },
  }),
  WXD1121: defineError<{
    received: string;
    serial: string;
    hint?: PaySignatureHint | undefined;
  }>({
    meaning: 'the signature of a payment notification does not match',
    en: {
      title: () => 'Signature of the payment notification mismatch',
      body: (d) => [
        `received ${mask(d.received)}, checked with the key ${escapeText(d.serial)}`,
        d.hint === undefined
          ? 'most likely the body changed on the way, or somebody else sent this'
          : signatureHintsEn[d.hint],
        'signed are timestamp, nonce and the raw body, each followed by a line feed',
      ],
      run: () => 'wx-dev logs last -v',
    },
    zh: {
      title: () => '支付通知验签失败',
      body: (d) => [
        `收到 ${mask(d.received)}，用公钥 ${escapeText(d.serial)} 验签`,
        d.hint === undefined
          ? '多半是内容在途中被改动，或者不是微信支付发来的'
          : signatureHintsZh[d.hint],
        '签名内容为时间戳、随机串、原始请求体，每项后面都有一个换行',
      ],
      run: () => 'wx-dev logs last -v',
    },
  }),
  WXD1122: defineError<Record<string, never>>({
    meaning: 'WeChat Pay probed with a wrong signature whether the app verifies',
    en: {
      title: () => 'Signature probe of WeChat Pay',
      body: () => [
        'the signature starts with WECHATPAY/SIGNTEST/, which is wrong on purpose',
        'an app that verifies answers 4xx or 5xx; the right notification follows',
      ],
      run: () => 'wx-dev send pay.probe',
    },
    zh: {
      title: () => '微信支付的签名探测',
      body: () => [
        '签名以 WECHATPAY/SIGNTEST/ 开头，是故意发来的错误签名',
        '正确验签的应用应返回 4xx 或 5xx，随后会收到正确的通知',
      ],
      run: () => 'wx-dev send pay.probe',
    },
  }),
  WXD1123: defineError<{ received: string; known: readonly string[] }>({
    meaning: 'a payment notification is signed with a key that is not known',
    en: {
      title: (d) => `Wechatpay-Serial ${escapeText(d.received)} is unknown`,
      body: (d) => [
        d.known.length === 0 ? 'no platform key is configured' : `known: ${list(d.known)}`,
        'expected a platform certificate or WeChat Pay public key',
        'most likely your own merchant certificate is configured instead',
      ],
      run: () => 'openssl x509 -noout -serial -in wechatpay.pem',
    },
    zh: {
      title: (d) => `未知的 Wechatpay-Serial ${escapeText(d.received)}`,
      body: (d) => [
        d.known.length === 0 ? '没有配置平台证书或公钥' : `已知：${list(d.known)}`,
        '应为微信支付平台证书或微信支付公钥',
        '多半是误用了自己的商户证书',
      ],
      run: () => 'openssl x509 -noout -serial -in wechatpay.pem',
    },
  }),
  WXD1124: defineError<{ skewSeconds: number; limitSeconds: number }>({
    meaning: 'a payment notification was signed at another time',
    en: {
      title: () => 'The payment notification is too old or from the future',
      body: (d) => [
        `its timestamp is ${Math.abs(d.skewSeconds)} s ${d.skewSeconds < 0 ? 'ahead of' : 'behind'} this clock`,
        `expected at most ${d.limitSeconds} s: it is a replay, or the clock is wrong`,
      ],
      run: () => 'date -u',
    },
    zh: {
      title: () => '支付通知的时间戳超出允许范围',
      body: (d) => [
        `时间戳比本机时钟${d.skewSeconds < 0 ? '快' : '慢'} ${Math.abs(d.skewSeconds)} 秒`,
        `最多允许相差 ${d.limitSeconds} 秒：这是重放的请求，或本机时钟不准`,
      ],
      run: () => 'date -u',
    },
  }),
  WXD1125: defineError<{ received: string }>({
    meaning: 'a payment notification is signed by a method wx-dev does not know',
    en: {
      title: (d) => `Unsupported Wechatpay-Signature-Type "${escapeText(d.received)}"`,
      body: () => [
        'expected WECHATPAY2-SHA256-RSA2048',
        'likely: a merchant with SM2/SM3 keys; wx-dev cannot verify those',
        'let your app verify them with the SDK of WeChat Pay',
      ],
      run: () => 'wx-dev logs last',
    },
    zh: {
      title: (d) => `不支持的 Wechatpay-Signature-Type "${escapeText(d.received)}"`,
      body: () => [
        '应为 WECHATPAY2-SHA256-RSA2048',
        '常见原因：国密（SM2/SM3）商户，wx-dev 无法验签',
        '请在应用中用微信支付的国密 SDK 验签',
      ],
      run: () => 'wx-dev logs last',
    },
  }),
  WXD1126: defineError<{ problem: TextProblem; source?: SettingSource | undefined }>({
    meaning: 'the APIv3 key is not 32 letters and digits',
    en: {
      title: (d) => `Invalid APIv3 key in ${fromSource(d.source, 'WX_PAY_API_V3_KEY')}`,
      body: (d) => [
        problemEn(d.problem),
        'expected 32 letters and digits; a shorter key would be AES-128',
      ],
      run: () => 'wx-dev dev',
    },
    zh: {
      title: (d) => `${fromSource(d.source, 'WX_PAY_API_V3_KEY')} 中的 APIv3 密钥无效`,
      body: (d) => [problemZh(d.problem), '应为 32 位字母或数字；更短的密钥会变成 AES-128'],
      run: () => 'wx-dev dev',
    },
  }),
  WXD1127: defineError<{ problem: 'tag' | 'utf8'; source?: SettingSource | undefined }>({
    meaning: 'the resource of a payment notification does not decrypt',
    en: {
      title: () => 'The payment resource does not decrypt',
      body: (d) => [
        d.problem === 'tag' ? 'the tag of AES-256-GCM does not match' : 'it decrypts to no text',
        `most likely ${fromSource(d.source, 'WX_PAY_API_V3_KEY')} is not the current APIv3 key`,
        'or associated_data was not passed on exactly as it came',
      ],
      run: () => 'wx-dev send pay.success',
    },
    zh: {
      title: () => '支付通知的 resource 解密失败',
      body: (d) => [
        d.problem === 'tag' ? 'AES-256-GCM 校验不通过' : '解密结果不是文本',
        `多半是 ${fromSource(d.source, 'WX_PAY_API_V3_KEY')} 不是当前的 APIv3 密钥`,
        '或者 associated_data 没有原样传入',
      ],
      run: () => 'wx-dev send pay.success',
    },
  }),
  WXD1128: defineError<{ problem: keyof typeof resourceProblemsEn; received: string }>({
    meaning: 'the resource of a payment notification is malformed',
    en: {
      title: () => 'The payment resource is malformed',
      body: (d) => [
        resourceProblemsEn[d.problem](escapeText(d.received)),
        'most likely it was cut or changed on the way',
      ],
      run: () => 'wx-dev logs last -v',
    },
    zh: {
      title: () => '支付通知的 resource 格式错误',
      body: (d) => [
        resourceProblemsZh[d.problem](escapeText(d.received)),
        '多半是在途中被截断或改动',
      ],
      run: () => 'wx-dev logs last -v',
    },
  }),
  WXD1129: defineError<{
    problem: keyof typeof keyProblemsEn;
    received?: string | undefined;
    source?: SettingSource | undefined;
  }>({
    meaning: 'a platform key of WeChat Pay cannot be used',
    en: {
      title: (d) => `No platform key in ${fromSource(d.source, 'WX_PAY_PLATFORM_KEY')}`,
      body: (d) => [
        keyProblemsEn[d.problem],
        ...(d.received === undefined ? [] : [`received "${escapeText(d.received)}"`]),
        'expected a platform certificate, or a WeChat Pay public key and its id',
      ],
      run: () => 'openssl x509 -noout -serial -in wechatpay.pem',
    },
    zh: {
      title: (d) => `${fromSource(d.source, 'WX_PAY_PLATFORM_KEY')} 不是可用的平台公钥`,
      body: (d) => [
        keyProblemsZh[d.problem],
        ...(d.received === undefined ? [] : [`收到 "${escapeText(d.received)}"`]),
        '应为平台证书，或微信支付公钥及其公钥 ID',
      ],
      run: () => 'openssl x509 -noout -serial -in wechatpay.pem',
    },
  }),
  WXD1130: defineError<{
    received: string;
    type: 'MD5' | 'HMAC-SHA256';
    hint?: PayV2SignHint | undefined;
  }>({
    meaning: 'the sign of a v2 payment notice does not match',
    en: {
      title: () => 'The sign of the v2 payment notice does not match',
      body: (d) => [
        `received ${mask(d.received)}, checked as ${d.type}`,
        d.hint === undefined
          ? 'most likely the API key is another one, or a field changed on the way'
          : {
              'lower-case': 'it matches in upper case: write the hex digits in upper case',
              'other-type': 'it is of the other type than sign_type says',
            }[d.hint],
      ],
      run: () => 'wx-dev send pay.v2.success',
    },
    zh: {
      title: () => '支付通知（v2）的 sign 不匹配',
      body: (d) => [
        `收到 ${mask(d.received)}，按 ${d.type} 验签`,
        d.hint === undefined
          ? '多半是 API 密钥不对，或者字段在途中被改动'
          : {
              'lower-case': '换成大写后一致：十六进制应为大写',
              'other-type': '签名类型与 sign_type 不符',
            }[d.hint],
      ],
      run: () => 'wx-dev send pay.v2.success',
    },
  }),
  WXD1131: defineError<{ problem: TextProblem; source?: SettingSource | undefined }>({
    meaning: 'the API key of v2 is not 32 letters and digits',
    en: {
      title: (d) => `Invalid API key in ${fromSource(d.source, 'WX_PAY_V2_KEY')}`,
      body: (d) => [problemEn(d.problem), 'expected 32 letters and digits'],
      run: () => 'wx-dev dev',
    },
    zh: {
      title: (d) => `${fromSource(d.source, 'WX_PAY_V2_KEY')} 中的 API 密钥无效`,
      body: (d) => [problemZh(d.problem), '应为 32 位字母或数字'],
      run: () => 'wx-dev dev',
    },
  }),
  WXD1132: defineError<{
    problem: 'base64' | 'padding' | 'utf8';
    source?: SettingSource | undefined;
  }>({
    meaning: 'the req_info of a refund notice does not decrypt',
    en: {
      title: () => 'The req_info of the refund notice does not decrypt',
      body: (d) => [
        d.problem === 'base64' ? 'it is not base64' : 'AES-256-ECB gives no text',
        `most likely ${fromSource(d.source, 'WX_PAY_V2_KEY')} is not the API key of this merchant`,
        'the cipher key is the lower-case hex MD5 of the API key',
      ],
      run: () => 'wx-dev send pay.v2.refund',
    },
    zh: {
      title: () => '退款通知的 req_info 解密失败',
      body: (d) => [
        d.problem === 'base64' ? 'req_info 不是 base64' : 'AES-256-ECB 解密后不是文本',
        `多半是 ${fromSource(d.source, 'WX_PAY_V2_KEY')} 不是该商户的 API 密钥`,
        '解密密钥是 API 密钥的 MD5（小写十六进制）',
      ],
      run: () => 'wx-dev send pay.v2.refund',
    },
  }),
  WXD1133: defineError<{
    received: string;
    configured: string;
    source?: SettingSource | undefined;
  }>({
    meaning: 'a payment notification is for another merchant',
    en: {
      title: () => 'The payment notification is for another merchant',
      body: (d) => [
        `it names ${escapeText(d.received)}`,
        `${fromSource(d.source, 'WX_PAY_MCH_ID')} is ${escapeText(d.configured)}`,
      ],
      run: () => 'wx-dev logs last',
    },
    zh: {
      title: () => '支付通知属于另一个商户',
      body: (d) => [
        `通知里的商户号是 ${escapeText(d.received)}`,
        `${fromSource(d.source, 'WX_PAY_MCH_ID')} 是 ${escapeText(d.configured)}`,
      ],
      run: () => 'wx-dev logs last',
    },
  }),
  WXD1134: defineError<{ problem: 'session_key' | 'iv' | 'cipher' | 'text' }>({
    meaning: 'the encryptedData of a mini program does not decrypt',
    en: {
      title: () => 'The encryptedData does not decrypt',
      body: (d) => [
        {
          session_key: 'session_key is not base64 of 16 bytes',
          iv: 'iv is not base64 of 16 bytes',
          cipher: 'AES-128-CBC finds no valid padding',
          text: 'it decrypts to no JSON',
        }[d.problem],
        'most likely the user has logged in again, and the session_key is an old one',
      ],
      run: () => 'wx-dev explain WXD1134',
    },
    zh: {
      title: () => 'encryptedData 解密失败',
      body: (d) => [
        {
          session_key: 'session_key 不是 16 字节的 base64',
          iv: 'iv 不是 16 字节的 base64',
          cipher: 'AES-128-CBC 填充无效',
          text: '解密结果不是 JSON',
        }[d.problem],
        '多半是用户重新登录过，session_key 已经换了',
      ],
      run: () => 'wx-dev explain WXD1134',
    },
  }),
  WXD1135: defineError<{ received: string; configured: string }>({
    meaning: 'the encryptedData was made for another mini program',
    en: {
      title: () => 'The encryptedData is for another mini program',
      body: (d) => [
        `its watermark says "${escapeText(d.received)}", expected "${escapeText(d.configured)}"`,
        'somebody may have sent data of another mini program: do not use it',
      ],
      run: () => 'wx-dev explain WXD1135',
    },
    zh: {
      title: () => 'encryptedData 属于另一个小程序',
      body: (d) => [
        `水印中是 "${escapeText(d.received)}"，应为 "${escapeText(d.configured)}"`,
        '可能有人提交了另一个小程序的数据：不要使用',
      ],
      run: () => 'wx-dev explain WXD1135',
    },
  }),
  WXD1220: defineError<{ field: string; present: readonly string[] }>({
    meaning: 'a body is not a payment notification',
    en: {
      title: () => 'Not a payment notification',
      body: (d) => [
        `${d.field} is missing; the fields are ${list(d.present) || '(none)'}`,
        'expected id, event_type and an encrypted resource',
      ],
      run: () => 'wx-dev logs last -v',
    },
    zh: {
      title: () => '不是支付通知',
      body: (d) => [
        `缺少 ${d.field}；收到的字段：${list(d.present) || '（无）'}`,
        '应有 id、event_type 和加密的 resource',
      ],
      run: () => 'wx-dev logs last -v',
    },
  }),
  WXD1221: defineError<{
    field: string;
    problem: 'missing' | 'repeated' | 'unknown';
    received?: string | undefined;
  }>({
    meaning: 'a field of a v2 payment notice is missing, repeated or unknown',
    en: {
      title: (d) =>
        ({
          missing: `The v2 payment notice has no ${escapeText(d.field)}`,
          repeated: `The v2 payment notice has ${escapeText(d.field)} more than once`,
          unknown: `Unknown ${escapeText(d.field)} in the v2 payment notice`,
        })[d.problem],
      body: (d) => [
        ...(d.received === undefined ? [] : [`received "${escapeText(d.received)}"`]),
        'expected flat XML with sign, or req_info where it tells of a refund',
      ],
      run: () => 'wx-dev logs last -v',
    },
    zh: {
      title: (d) =>
        ({
          missing: `支付通知（v2）缺少 ${escapeText(d.field)}`,
          repeated: `支付通知（v2）中 ${escapeText(d.field)} 出现多次`,
          unknown: `支付通知（v2）的 ${escapeText(d.field)} 无法识别`,
        })[d.problem],
      body: (d) => [
        ...(d.received === undefined ? [] : [`收到 "${escapeText(d.received)}"`]),
        '应为带 sign 的扁平 XML；退款通知则带 req_info',
      ],
      run: () => 'wx-dev logs last -v',
    },
  }),
  WXD1230: defineError<{
    status: number;
    start: string;
    failed: boolean;
    /** wx-dev signed it, and the app refused it as forged. */
    isOurs?: boolean | undefined;
  }>({
    meaning: 'the answer to a payment notification is not what WeChat Pay expects',
    en: {
      title: (d) =>
        d.failed
          ? `Status ${d.status} says received, but the body says it failed`
          : `WeChat Pay will send this again: the app answered ${d.status}`,
      body: (d) => [
        d.start === '' ? 'the body is empty' : `the body starts with "${escapeText(d.start)}"`,
        ...(d.isOurs === true
          ? [
              'this is how apps refuse a signature: give yours the key that wx-dev signs with,',
              'beside the one of WeChat Pay; its serial is printed with it',
            ]
          : ['expected 200 or 204 when it was taken, 4xx or 5xx when it is to come again']),
      ],
      run: (d) => (d.isOurs === true ? 'wx-dev send pay.key' : 'wx-dev explain WXD1230'),
    },
    zh: {
      title: (d) =>
        d.failed
          ? `状态码 ${d.status} 表示已收到，但内容说失败`
          : `微信支付会重发这个通知：应用返回了 ${d.status}`,
      body: (d) => [
        d.start === '' ? '响应体为空' : `内容开头是 "${escapeText(d.start)}"`,
        ...(d.isOurs === true
          ? [
              '应用验签失败时多半这样应答：请把 wx-dev 签名用的公钥也配置给应用，',
              '与微信支付的公钥并列；序列号会一并打印',
            ]
          : ['收到后应返回 200 或 204；需要重发时返回 4xx 或 5xx']),
      ],
      run: (d) => (d.isOurs === true ? 'wx-dev send pay.key' : 'wx-dev explain WXD1230'),
    },
  }),
  WXD1231: defineError<{ status: number; start: string }>({
    meaning: 'the answer to a v2 payment notice is not the XML WeChat Pay expects',
    en: {
      title: (d) => `WeChat Pay will send this again: no SUCCESS in the XML (HTTP ${d.status})`,
      body: (d) => [
        d.start === '' ? 'the body is empty' : `the body starts with "${escapeText(d.start)}"`,
        'expected 200 and <xml> with return_code SUCCESS and return_msg OK',
        'the text success, JSON and pages count as failure',
      ],
      run: () => 'wx-dev explain WXD1231',
    },
    zh: {
      title: (d) => `微信支付会重发这个通知：XML 中没有 SUCCESS（HTTP ${d.status}）`,
      body: (d) => [
        d.start === '' ? '响应体为空' : `内容开头是 "${escapeText(d.start)}"`,
        '应返回 200 和 <xml>，return_code 为 SUCCESS，return_msg 为 OK',
        '返回 success、JSON 或网页都算失败',
      ],
      run: () => 'wx-dev explain WXD1231',
    },
  }),
  WXD1240: defineError<{
    received: string;
    expected: readonly string[];
    event?: string | undefined;
  }>({
    meaning: 'an AI bot of WeCom answered with a type that is not taken there',
    en: {
      title: (d) =>
        `A bot may not answer ${escapeText(d.event ?? 'a message')} with "${escapeText(d.received)}"`,
      body: (d) => [`expected msgtype ${d.expected.join(', ')}`, 'WeCom shows nothing of it'],
      run: () => 'wx-dev send bot.text -v',
    },
    zh: {
      title: (d) =>
        `智能机器人不能用 "${escapeText(d.received)}" 回复${escapeText(d.event ?? '消息')}`,
      body: (d) => [`msgtype 应为 ${d.expected.join('、')}`, '企业微信不会显示这条回复'],
      run: () => 'wx-dev send bot.text -v',
    },
  }),
};
