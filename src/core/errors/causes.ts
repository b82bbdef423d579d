import { formatSource, type SettingSource } from './define.ts';
import { escapeText } from './text.ts';

/** Why an app answered with an error, as far as its status and its error page tell. */
export type AnswerCause =
  /** No route at this path; `likely` is one that does answer a verification. */
  | { readonly type: 'no-route'; readonly likely?: string | undefined }
  /** There is a route, but not for this method. */
  | { readonly type: 'method' }
  | { readonly type: 'csrf' }
  | { readonly type: 'login' }
  /** 401 or 403 for a push whose signatures are right. */
  | {
      readonly type: 'refused';
      readonly encrypted: boolean;
      readonly source?: SettingSource | undefined;
    }
  | { readonly type: 'openid-required' }
  | { readonly type: 'bad-request' }
  /** A parser for JSON or forms was given `text/xml`. */
  | { readonly type: 'body-parser' }
  /** The handler found an empty body: a parser had taken it, or ignored it. */
  | { readonly type: 'body-empty' }
  | { readonly type: 'java-parser' }
  | { readonly type: 'xml-parser' }
  | { readonly type: 'bad-decrypt' }
  /** A return code of WXBizMsgCrypt, `-40001` to `-40011`. */
  | { readonly type: 'biz-crypt'; readonly code: string }
  /** The error of WeChat's server API about the address of the app. */
  | {
      readonly type: 'egress-ip';
      readonly code: '40164' | '60020';
      readonly ip?: string | undefined;
    }
  | { readonly type: 'gateway' }
  | { readonly type: 'server-error' };

/** What `cause` is and what helps, in English. */
export function causeEn(cause: AnswerCause): string[] {
  switch (cause.type) {
    case 'no-route':
      return cause.likely === undefined
        ? ['the path differs from the route in the app; mind its prefix and the last "/"']
        : [`did you mean ${escapeText(cause.likely)}? That path answers the verification`];
    case 'method':
      return ['the route takes another method: GET verifies the URL, POST brings messages'];
    case 'csrf':
      return ['a CSRF filter rejected the POST before your handler: exempt this route'];
    case 'login':
      return ['a login check answered before your handler: exempt this route'];
    case 'refused':
      return refusedEn(cause.encrypted, cause.source);
    case 'openid-required':
      return ['the app requires openid: WeChat does not always send it, make it optional'];
    case 'bad-request':
      return ['rejected before your handler: a required parameter or a body parser'];
    case 'body-parser':
      return ['a body parser expects JSON or a form: read raw text for text/xml'];
    case 'body-empty':
      return ['the body parser returned {} or nothing: read raw text for text/xml'];
    case 'java-parser':
      return [
        'the XML parser failed before your code: XStream needs reflection that JDK 17 closed',
      ];
    case 'xml-parser':
      return ['the XML parser failed before your code: give it the raw body, as UTF-8'];
    case 'bad-decrypt':
      return ['unpad with block size 32, without auto-padding: WeChat pads with 1 to 32 bytes'];
    case 'biz-crypt':
      return [`${cause.code}: ${bizCodes[cause.code]?.en ?? 'an error of WXBizMsgCrypt'}`];
    case 'egress-ip':
      return egressEn(cause.code, cause.ip);
    case 'gateway':
      return ['a proxy answered for the app: it is down, restarting or too slow'];
    case 'server-error':
      return ['see the log of the app'];
    default:
      return cause satisfies never;
  }
}

/** What `cause` is and what helps, in Chinese. */
export function causeZh(cause: AnswerCause): string[] {
  switch (cause.type) {
    case 'no-route':
      return cause.likely === undefined
        ? ['路径与应用里的路由不一致；注意前缀和末尾的 "/"']
        : [`是不是 ${escapeText(cause.likely)}？这个路径能通过验证`];
    case 'method':
      return ['路由只接受别的方法：GET 用于验证 URL，POST 用于接收消息'];
    case 'csrf':
      return ['CSRF 过滤在处理函数之前拦下了 POST：请放行这个路由'];
    case 'login':
      return ['登录检查在处理函数之前就应答了：请放行这个路由'];
    case 'refused':
      return refusedZh(cause.encrypted, cause.source);
    case 'openid-required':
      return ['应用把 openid 设成了必填：微信不一定带它，请改为可选'];
    case 'bad-request':
      return ['还没到处理函数就被拒绝：必填参数，或请求体解析器'];
    case 'body-parser':
      return ['请求体解析器只认 JSON 或表单：text/xml 请读取原始文本'];
    case 'body-empty':
      return ['请求体解析器返回了 {} 或空：text/xml 请读取原始文本'];
    case 'java-parser':
      return ['XML 解析器在你的代码之前就失败了：XStream 用到的反射被 JDK 17 禁止'];
    case 'xml-parser':
      return ['XML 解析器在你的代码之前就失败了：请交给它 UTF-8 的原始内容'];
    case 'bad-decrypt':
      return ['请关闭自动去填充，按 32 字节块去填充：微信的填充是 1 到 32 字节'];
    case 'biz-crypt':
      return [`${cause.code}：${bizCodes[cause.code]?.zh ?? 'WXBizMsgCrypt 的错误'}`];
    case 'egress-ip':
      return egressZh(cause.code, cause.ip);
    case 'gateway':
      return ['代理替应用应答了：应用没运行、正在重启或太慢'];
    case 'server-error':
      return ['请看应用的日志'];
    default:
      return cause satisfies never;
  }
}

function refusedEn(encrypted: boolean, source: SettingSource | undefined): string[] {
  const token = `the request is genuine by the Token here, ${nameOf(source)}; has the app another?`;
  return encrypted
    ? [token, 'or it compares signature: check msg_signature, which covers Encrypt too']
    : [token, 'or a login check or a filter stands before the handler'];
}

function refusedZh(encrypted: boolean, source: SettingSource | undefined): string[] {
  const token = `按这里的 Token（${nameOf(source)}）请求是真的；应用里的 Token 是否不同？`;
  return encrypted
    ? [token, '或者它校验的是 signature：应校验 msg_signature，它还包含 Encrypt']
    : [token, '或者处理函数之前有登录检查或过滤器'];
}

function nameOf(source: SettingSource | undefined): string {
  return source === undefined ? 'WX_TOKEN' : formatSource(source);
}

function egressEn(code: '40164' | '60020', ip: string | undefined): string[] {
  const address = ip === undefined ? 'your egress IP' : `your egress IP ${escapeText(ip)}`;
  return [
    `${code} is about ${address}, not the tunnel: the app called WeChat's API from it`,
    code === '40164'
      ? 'add it to IP白名单 of the account (not needed for mini programs)'
      : 'add it to 企业可信IP of the WeCom app; the address of a home line changes',
  ];
}

function egressZh(code: '40164' | '60020', ip: string | undefined): string[] {
  const address = ip === undefined ? '你的出口 IP' : `你的出口 IP ${escapeText(ip)}`;
  return [
    `${code} 说的是${address}，不是隧道：应用用它调用了微信的接口`,
    code === '40164'
      ? '请把它加入公众平台的 IP白名单（小程序不需要）'
      : '请把它加入企业微信应用的「企业可信IP」；家庭宽带的地址会变',
  ];
}

/** The return codes of WXBizMsgCrypt (消息加解密说明), with their likeliest causes. */
const bizCodes: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  '-40001': {
    en: 'signature mismatch: another Token, signature used for msg_signature, Encrypt altered',
    zh: '签名不符：Token 不同、把 signature 当作 msg_signature，或 Encrypt 被改动',
  },
  '-40002': {
    en: 'XML not parsed: JSON is set in the console, or the body was consumed or form-decoded',
    zh: 'XML 解析失败：后台选了 JSON，或请求体已被读走、被表单解码',
  },
  '-40003': { en: 'sha1 failed: one of the arguments is missing', zh: 'sha1 失败：某个参数为空' },
  '-40004': {
    en: 'EncodingAESKey invalid: not 43 characters (a space, "=" or a cut)',
    zh: 'EncodingAESKey 无效：不是 43 位（多了空格、"=" 或被截断）',
  },
  '-40005': {
    en: 'AppId differs: AppId, component AppId, CorpId or SuiteId mixed up',
    zh: 'AppID 不符：AppID、component AppID、CorpID、SuiteID 混用',
  },
  '-40006': { en: 'encryption failed', zh: '加密失败' },
  '-40007': {
    en: 'decryption failed: EncodingAESKey of another account or an old one',
    zh: '解密失败：EncodingAESKey 属于别的账号或是旧的',
  },
  '-40008': {
    en: 'illegal buffer: wrong key, or 16-byte unpadding (WeChat pads to 32)',
    zh: '解密后内容非法：密钥错误，或按 16 字节去填充（微信按 32）',
  },
  '-40009': { en: 'base64 encoding failed', zh: 'base64 编码失败' },
  '-40010': {
    en: 'base64 decoding failed: Encrypt was cut or form-decoded',
    zh: 'base64 解码失败：Encrypt 被截断或表单解码',
  },
  '-40011': { en: 'the reply XML could not be built', zh: '生成回复 XML 失败' },
};
