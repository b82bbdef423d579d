import type { EchostrDifference } from '../core/errors/hints.ts';
import { WxDevError } from '../core/errors.ts';
import { isWork, type Account } from './account.ts';
import { judgeHttp, type Answer } from './judge-http.ts';
import { isHtml, quote } from './judge-shape.ts';
import { parsePushQuery } from './query.ts';
import { spacesIn } from './spaces.ts';

/** Whether WeChat accepts the URL, and if not, why. */
export interface EchostrJudgement {
  readonly accepted: boolean;
  readonly faults: readonly WxDevError[];
}

/**
 * Judges the answer to a verification: status 200 and the `echostr` byte for byte. Faults: WXD1004 with the exact difference, WXD2101
 * WXD2102 WXD2115 for HTTP.
 */
export function judgeEchostr(answer: Answer & { readonly expected: string }): EchostrJudgement {
  const { body, expected, url = '' } = answer;
  const { echostr: sent } = parsePushQuery(url.slice(url.indexOf('?') + 1));
  const fault = judgeHttp(answer) ?? judgeBody(Buffer.from(body), expected, sent);
  return { accepted: fault === undefined, faults: fault === undefined ? [] : [fault] };
}

/** What 企业微信 waits for the answer to a verification: 接收消息与事件 says within one second. */
const workVerifyMs = 1000;

/** Warns of an answer to a verification that is right, but too late for 企业微信. */
export function judgeVerifyTime(ms: number, account: Pick<Account, 'kind'>): WxDevError[] {
  if (!isWork(account) || ms <= workVerifyMs) return [];
  const details = { ms: Math.round(ms), limitMs: workVerifyMs, isVerification: true };
  return [new WxDevError('WXD2002', details)];
}

function judgeBody(
  body: Buffer,
  expected: string,
  sent: string | undefined,
): WxDevError | undefined {
  if (body.equals(Buffer.from(expected))) return undefined;
  const text = body.toString();
  return new WxDevError('WXD1004', {
    expected,
    received: quote(text),
    receivedBytes: body.length,
    difference: findDifference(text, expected, sent),
    ...findAround(text, expected),
  });
}

/** What stands before and after it, and where spaces took the place of `+` (from 1). */
function findAround(
  text: string,
  expected: string,
): { around?: { before: string; after: string }; spacesAt?: readonly number[] } {
  const at = text.indexOf(expected);
  if (at !== -1) {
    return { around: { before: text.slice(0, at), after: text.slice(at + expected.length) } };
  }
  const spacesAt = spacesIn(text);
  return spacesAt.length > 0 ? { spacesAt } : {};
}

function findDifference(
  text: string,
  expected: string,
  sent: string | undefined,
): EchostrDifference {
  const trimmed = text.trim(); // Removes a byte order mark too.
  if (text === '') return 'empty';
  if (trimmed === expected) return text.startsWith('\u{FEFF}') ? 'bom' : 'whitespace';
  if (trimmed === `"${expected}"` || trimmed === `'${expected}'`) return 'quotes';
  if (isHtml(text)) return 'html';
  if (/^[[{]/u.test(trimmed)) return 'json';
  if (sent !== expected && [sent, `"${sent}"`, sent?.replaceAll('+', ' ')].includes(trimmed)) {
    return 'encrypted';
  }
  if (text === expected.replaceAll('+', ' ')) return 'plus-became-space';
  if (/^[\d.e+]+$/iu.test(trimmed) && Number(trimmed) === Number(expected)) return 'rounded-number';
  return text.includes(expected) ? 'text-around' : 'other';
}
