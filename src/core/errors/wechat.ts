import { answerErrors } from './answers.ts';
import { defineError, type SettingSource } from './define.ts';
import { placesEn, placesZh } from './echostr-places.ts';
import { fromSource, problemEn, problemZh, type TextProblem } from './text-problem.ts';
import { escapeText, mask } from './text.ts';
import {
  differencesEn,
  differencesZh,
  signatureHintsEn,
  signatureHintsZh,
  type EchostrDifference,
  type SignatureHint,
} from './hints.ts';
import { diagnosisErrors } from './diagnosis.ts';
import { messageErrors } from './messages.ts';
import { payErrors } from './pay.ts';
import { replyErrors } from './replies.ts';
import { replyShapeErrors } from './reply-shape.ts';

/** CorpId and SuiteId of WeCom begin so; AppIds begin with `wx`. */
const isWorkId = (id: string): boolean => /^(?:ww|tj|wp)/u.test(id);

const idHintEn = (received: string, configured: string): string[] => {
  if (isWorkId(received) !== isWorkId(configured)) {
    return isWorkId(received)
      ? ['that is a CorpId or SuiteId: the callback is of WeCom, not of an Official Account']
      : ['that is an AppId, and a CorpId or SuiteId is configured: not a callback of WeCom'];
  }
  return [
    'third-party platforms use the component AppId; WeCom the CorpId, suites the SuiteId',
    'or the AppId of another account is configured',
  ];
};

const idHintZh = (received: string, configured: string): string[] => {
  if (isWorkId(received) !== isWorkId(configured)) {
    return isWorkId(received)
      ? ['那是 CorpID 或 SuiteID：这是企业微信的回调，不是公众号的']
      : ['那是 AppID，而配置的是 CorpID 或 SuiteID：这不是企业微信的回调'];
  }
  return [
    '第三方平台应填 component AppID；企业微信填 CorpID，第三方应用填 SuiteID',
    '或者配置了另一个账号的 AppID',
  ];
};

/** 1xxx and 2xxx: WeChat's protocol, timing and replies. */
export const wechatErrors = {
  WXD1001: defineError<{
    kind: 'signature' | 'msg_signature';
    received: string;
    computed?: string | undefined;
    hint?: SignatureHint | undefined;
    source?: SettingSource | undefined;
    /** Where spaces stand for `+`, from 1. */
    spaces?: { readonly name: 'echostr' | 'Encrypt'; readonly at: readonly number[] } | undefined;
  }>({
    meaning: 'a signature does not match the Token',
    en: {
      title: () => 'Signature mismatch',
      body: (d) => [
        d.computed === undefined
          ? `received ${d.kind} ${mask(d.received)}`
          : `received ${d.kind} ${mask(d.received)}, the Token gives ${mask(d.computed)}`,
        d.hint === undefined
          ? `most likely the Token in the console and ${fromSource(d.source, 'WX_TOKEN')} differ`
          : signatureHintsEn[d.hint],
        ...(d.spaces === undefined
          ? []
          : [`${d.spaces.name} contains spaces at ${d.spaces.at.join(', ')}: + was decoded`]),
      ],
      run: () => 'wx-dev explain WXD1001',
    },
    zh: {
      title: () => '签名不匹配',
      body: (d) => [
        d.computed === undefined
          ? `收到 ${d.kind} ${mask(d.received)}`
          : `收到 ${d.kind} ${mask(d.received)}，用当前 Token 算出 ${mask(d.computed)}`,
        d.hint === undefined
          ? `多半是公众平台的 Token 与 ${fromSource(d.source, 'WX_TOKEN')} 不同`
          : signatureHintsZh[d.hint],
        ...(d.spaces === undefined
          ? []
          : [`${d.spaces.name} 的第 ${d.spaces.at.join('、')} 位是空格：+ 被解码了`]),
      ],
      run: () => 'wx-dev explain WXD1001',
    },
  }),
  WXD1002: defineError<{ parameter: string; present: readonly string[] }>({
    meaning: 'a query parameter that WeChat always sends is missing',
    en: {
      title: (d) => `Query parameter ${d.parameter} is missing`,
      body: (d) => [
        d.present.length === 0
          ? 'the request has no parameters of WeChat at all'
          : `received only ${d.present.join(', ')}`,
        'a browser or a health check opened the URL, or a proxy dropped the query',
      ],
      run: () => 'wx-dev send verify',
    },
    zh: {
      title: (d) => `缺少查询参数 ${d.parameter}`,
      body: (d) => [
        d.present.length === 0 ? '请求里没有任何微信参数' : `只收到 ${d.present.join('、')}`,
        '可能是浏览器或健康检查直接访问，或代理丢掉了查询串',
      ],
      run: () => 'wx-dev send verify',
    },
  }),
  WXD1003: defineError<{ problem: TextProblem; source?: SettingSource | undefined }>({
    meaning: 'the Token is not 3 to 32 letters and digits',
    en: {
      title: (d) => `Invalid Token in ${fromSource(d.source, 'WX_TOKEN')}`,
      body: (d) => [problemEn(d.problem), 'expected 3 to 32 letters and digits'],
      run: () => 'wx-dev dev',
    },
    zh: {
      title: (d) => `${fromSource(d.source, 'WX_TOKEN')} 中的 Token 无效`,
      body: (d) => [problemZh(d.problem), '应为 3 到 32 位字母或数字'],
      run: () => 'wx-dev dev',
    },
  }),
  WXD1004: defineError<{
    expected: string;
    received: string;
    receivedBytes: number;
    difference: EchostrDifference;
    around?: { readonly before: string; readonly after: string } | undefined;
    /** Where spaces are, from 1. */
    spacesAt?: readonly number[] | undefined;
  }>({
    meaning: 'the answer to the verification is not the echostr',
    en: {
      title: () => 'The app did not answer with the echostr',
      body: (d) => [
        `expected ${Buffer.byteLength(d.expected)} bytes "${escapeText(d.expected)}"`,
        `received ${d.receivedBytes} bytes "${escapeText(d.received)}"`,
        differencesEn[d.difference],
        ...placesEn(d),
      ],
      run: () => 'wx-dev send verify',
    },
    zh: {
      title: () => '应用返回的不是 echostr',
      body: (d) => [
        `期望 ${Buffer.byteLength(d.expected)} 字节 "${escapeText(d.expected)}"`,
        `收到 ${d.receivedBytes} 字节 "${escapeText(d.received)}"`,
        differencesZh[d.difference],
        ...placesZh(d),
      ],
      run: () => 'wx-dev send verify',
    },
  }),
  WXD1101: defineError<{ problem: TextProblem; source?: SettingSource | undefined }>({
    meaning: 'the EncodingAESKey is not 43 letters and digits',
    en: {
      title: (d) => `Invalid EncodingAESKey in ${fromSource(d.source, 'WX_AES_KEY')}`,
      body: (d) => [
        problemEn(d.problem),
        'expected exactly 43 letters and digits, without "=" or spaces',
      ],
      run: () => 'wx-dev dev',
    },
    zh: {
      title: (d) => `${fromSource(d.source, 'WX_AES_KEY')} 中的 EncodingAESKey 无效`,
      body: (d) => [problemZh(d.problem), '应正好 43 位字母或数字，不含 "=" 和空格'],
      run: () => 'wx-dev dev',
    },
  }),
  WXD1102: defineError<{
    received: string;
    configured: string;
    source?: SettingSource | undefined;
  }>({
    meaning: 'an encrypted body belongs to another AppId',
    en: {
      title: () => 'Decryption failed: the AppId differs',
      body: (d) => [
        `the envelope holds "${escapeText(d.received)}", ${fromSource(d.source, 'WX_APPID')} is "${escapeText(d.configured)}"`,
        ...idHintEn(d.received, d.configured),
      ],
      run: () => 'wx-dev explain WXD1102',
    },
    zh: {
      title: () => '解密失败：AppID 不符',
      body: (d) => [
        `密文里是 "${escapeText(d.received)}"，${fromSource(d.source, 'WX_APPID')} 是 "${escapeText(d.configured)}"`,
        ...idHintZh(d.received, d.configured),
      ],
      run: () => 'wx-dev explain WXD1102',
    },
  }),
  WXD1103: defineError<{
    problem: 'base64' | 'length';
    length: number;
    at?: number | undefined;
    /** Where spaces stand for `+`, from 1. */
    spacesAt?: readonly number[] | undefined;
  }>({
    meaning: 'Encrypt is not AES ciphertext in base64',
    en: {
      title: () => 'Decryption failed: Encrypt is no ciphertext',
      body: (d) => [
        d.problem === 'base64'
          ? `Encrypt has ${d.length} characters and is not base64${d.at === undefined ? '' : ` at ${d.at}`}`
          : `Encrypt holds ${d.length} bytes, expected a positive multiple of 16`,
        d.spacesAt === undefined || d.spacesAt.length === 0
          ? 'most likely it was cut, trimmed or form-decoded (+ became a space)'
          : `it contains spaces at ${d.spacesAt.join(', ')}: + was decoded as in a form`,
      ],
      run: () => 'wx-dev send text --mode safe',
    },
    zh: {
      title: () => '解密失败：Encrypt 不是密文',
      body: (d) => [
        d.problem === 'base64'
          ? `Encrypt 有 ${d.length} 个字符，${d.at === undefined ? '' : `第 ${d.at} 处`}不是 base64`
          : `Encrypt 有 ${d.length} 字节，应为 16 的正整数倍`,
        d.spacesAt === undefined || d.spacesAt.length === 0
          ? '多半是被截断、去了空白或表单解码（+ 变成空格）'
          : `第 ${d.spacesAt.join('、')} 位是空格：+ 被当作表单解码了`,
      ],
      run: () => 'wx-dev send text --mode safe',
    },
  }),
  WXD1104: defineError<
    (
      | { problem: 'padding'; padByte: number }
      | { problem: 'length'; declared: number; available: number }
      | { problem: 'utf8' }
    ) & { source?: SettingSource | undefined }
  >({
    meaning: 'a decrypted body has no valid padding, length or text',
    en: {
      title: () => 'Decryption failed: the decrypted bytes make no sense',
      body: (d) => [
        d.problem === 'padding'
          ? `the padding byte is ${d.padByte}, expected 1 to 32, repeated as often`
          : d.problem === 'length'
            ? `the message claims ${d.declared} bytes, ${d.available} are there`
            : 'the message is not UTF-8',
        `most likely ${fromSource(d.source, 'WX_AES_KEY')} is not the key of the console, or an old one`,
      ],
      run: () => 'wx-dev explain WXD1104',
    },
    zh: {
      title: () => '解密失败：解出的内容无效',
      body: (d) => [
        d.problem === 'padding'
          ? `填充字节是 ${d.padByte}，应为 1 到 32 且重复同样次数`
          : d.problem === 'length'
            ? `消息声明 ${d.declared} 字节，实际只有 ${d.available} 字节`
            : '消息不是 UTF-8',
        `多半是 ${fromSource(d.source, 'WX_AES_KEY')} 与公众平台的不同，或是旧的`,
      ],
      run: () => 'wx-dev explain WXD1104',
    },
  }),
  WXD1105: defineError<Record<string, never>>({
    meaning: 'an encrypted push came, but no EncodingAESKey is set',
    en: {
      title: () => 'Encrypted push, but no EncodingAESKey is set',
      body: () => [
        'the console is set to 安全模式 (safe) or 兼容模式 (compatible)',
        'copy the EncodingAESKey of the console to WX_AES_KEY, or choose 明文模式 there',
      ],
      run: () => 'wx-dev dev',
    },
    zh: {
      title: () => '收到加密推送，但没有设置 EncodingAESKey',
      body: () => [
        '公众平台选择的是安全模式或兼容模式',
        '把那里的 EncodingAESKey 填入 WX_AES_KEY，或改为明文模式',
      ],
      run: () => 'wx-dev dev',
    },
  }),
  WXD1106: defineError<{ mode: string }>({
    meaning: 'a plaintext push came although the account is in safe mode',
    en: {
      title: () => 'Plaintext push refused: the account is in safe mode',
      body: () => [
        'received a body without encryption; in safe mode WeChat encrypts every push',
        'either the console is set to 明文模式 (plaintext), or somebody forged the request',
      ],
      run: () => 'wx-dev dev --mode plain',
    },
    zh: {
      title: () => '拒绝明文推送：账号为安全模式',
      body: () => [
        '收到未加密的内容；安全模式下微信总是加密',
        '要么公众平台设成了明文模式，要么请求是伪造的',
      ],
      run: () => 'wx-dev dev --mode plain',
    },
  }),
  WXD1107: defineError<{ fields: readonly string[] }>({
    meaning: 'the query announces encryption, but the body has no Encrypt',
    en: {
      title: () => 'encrypt_type is aes, but the body has no Encrypt',
      body: (d) => [
        `received the fields ${d.fields.map(escapeText).join(', ') || '(none)'}`,
        'expected <Encrypt> (XML) or "Encrypt" (JSON) with text',
      ],
      run: () => 'wx-dev send text --mode safe',
    },
    zh: {
      title: () => 'encrypt_type 是 aes，但内容里没有 Encrypt',
      body: (d) => [
        `收到的字段：${d.fields.map(escapeText).join('、') || '（无）'}`,
        '应有 <Encrypt>（XML）或 "Encrypt"（JSON）',
      ],
      run: () => 'wx-dev send text --mode safe',
    },
  }),
  WXD1108: defineError<{ received: string }>({
    meaning: 'encrypt_type has a value that is neither raw nor aes',
    en: {
      title: (d) => `Unknown encrypt_type "${escapeText(d.received)}"`,
      body: () => ['expected aes, raw or no encrypt_type at all'],
      run: () => 'wx-dev send text',
    },
    zh: {
      title: (d) => `未知的 encrypt_type "${escapeText(d.received)}"`,
      body: () => ['应为 aes、raw，或没有这个参数'],
      run: () => 'wx-dev send text',
    },
  }),
  ...payErrors,
  ...messageErrors,
  ...diagnosisErrors,
  ...answerErrors,
  ...replyErrors,
  ...replyShapeErrors,
};
