import type { AnswerCause } from '../core/errors/causes.ts';
import type { SettingSource } from '../core/errors.ts';

/** What is known of an answer that WeChat does not take. */
interface FailedAnswer {
  readonly status: number;
  /** The body as text, or its start. */
  readonly text: string;
  /** Set when the request was signed with this account's Token. */
  readonly sent?:
    | { readonly encrypted: boolean; readonly tokenSource?: SettingSource | undefined }
    | undefined;
}

/** How much of an error page is looked at, in characters: frameworks say what happened near its start. */
const searchedCharacters = 16 * 1024;

/** What frameworks, languages and SDKs write when something known went wrong; the more specific first. */
const phrases: readonly (readonly [RegExp, AnswerCause])[] = [
  [/bad[ _]decrypt|wrong final block length|padding is (?:incorrect|invalid)/iu, badDecrypt()],
  [/invalid padding|BadPaddingException|not properly padded|pkcs ?#?7/iu, badDecrypt()],
  [/csrf|xsrf|page expired|TokenMismatchException/iu, { type: 'csrf' }],
  [/XStream|InaccessibleObjectException|does not "opens/u, { type: 'java-parser' }],
  [/not well-formed|SAXParse|XMLSyntaxError|not allowed in prolog/u, { type: 'xml-parser' }],
  [/Start tag expected|xml\.etree|ExpatError|XML syntax error/u, { type: 'xml-parser' }],
  [/Unexpected token '?</u, { type: 'body-parser' }],
  [/unsupported media type|content[- ]type .{0,60}not supported/iu, { type: 'body-parser' }],
  [
    /(?:undefined|null|KeyError|NoneType).{0,80}\b(?:xml|Encrypt|MsgType|\w+UserName)\b/u,
    { type: 'body-empty' },
  ],
];

function badDecrypt(): AnswerCause {
  return { type: 'bad-decrypt' };
}

/** Names the likeliest cause of an answer with an error: by what its text says, then by its status. */
export function findCause({ status, text: whole, sent }: FailedAnswer): AnswerCause | undefined {
  const text = whole.slice(0, searchedCharacters);
  return (
    findEgress(text) ??
    findBizCode(text) ??
    findPhrase(status, text) ??
    ofStatus(status, text, sent)
  );
}

/** `40164 invalid ip …, not in whitelist` of api.weixin.qq.com, or WeCom's 60020, wherever it is printed: an answer, or a log line. */
export function findEgress(text: string): (AnswerCause & { type: 'egress-ip' }) | undefined {
  const listed = /invalid ip ([\da-f.:]+)/iu.exec(text);
  if (listed !== null && /\b40164\b|not in whitelist/u.test(text)) {
    return { type: 'egress-ip', code: '40164', ip: listed[1] };
  }
  if (!/\b60020\b/u.test(text) || !/not allow to access from your ip/iu.test(text))
    return undefined;
  return { type: 'egress-ip', code: '60020', ip: /from ip: ?([\da-f.:]+)/iu.exec(text)?.[1] };
}

function findBizCode(text: string): AnswerCause | undefined {
  const code = /(?<![\w-])-400(?:0[1-9]|1[01])(?!\d)/u.exec(text)?.[0];
  return code === undefined ? undefined : { type: 'biz-crypt', code };
}

function findPhrase(status: number, text: string): AnswerCause | undefined {
  const isClientError = status === 400 || status === 422;
  if (
    isClientError &&
    /\bopenid\b/iu.test(text) &&
    /requir|missing|not present|缺少|必填/iu.test(text)
  ) {
    return { type: 'openid-required' };
  }
  return phrases.find(([pattern]) => pattern.test(text))?.[1];
}

function ofStatus(
  status: number,
  text: string,
  sent: FailedAnswer['sent'],
): AnswerCause | undefined {
  switch (status) {
    case 200:
      return undefined;
    case 400:
      return { type: 'bad-request' };
    case 401:
    case 403:
      if (/<form|log ?in|sign ?in|登录/iu.test(text)) return { type: 'login' };
      return sent === undefined
        ? { type: 'login' }
        : { type: 'refused', encrypted: sent.encrypted, source: sent.tokenSource };
    case 404:
      return { type: 'no-route' };
    case 405:
      return { type: 'method' };
    case 415:
    case 422:
      return { type: 'body-parser' };
    case 419:
      return { type: 'csrf' };
    case 502:
    case 503:
    case 504:
      return { type: 'gateway' };
    default:
      return { type: 'server-error' };
  }
}
