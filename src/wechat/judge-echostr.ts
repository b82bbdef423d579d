import type { EchostrDifference } from '../core/errors/hints.ts';
import { WxDevError } from '../core/errors.ts';
import { judgeHttp, type Answer } from './judge-http.ts';
import { isHtml, quote } from './judge-shape.ts';
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
  const { body, expected } = answer;
  const fault = judgeHttp(answer) ?? judgeBody(Buffer.from(body), expected);
  return { accepted: fault === undefined, faults: fault === undefined ? [] : [fault] };
}

function judgeBody(body: Buffer, expected: string): WxDevError | undefined {
  if (body.equals(Buffer.from(expected))) return undefined;
  const text = body.toString();
  return new WxDevError('WXD1004', {
    expected,
    received: quote(text),
    receivedBytes: body.length,
    difference: findDifference(text, expected),
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

function findDifference(text: string, expected: string): EchostrDifference {
  const trimmed = text.trim(); // Removes a byte order mark too.
  if (text === '') return 'empty';
  if (trimmed === expected) return text.startsWith('\u{FEFF}') ? 'bom' : 'whitespace';
  if (trimmed === `"${expected}"` || trimmed === `'${expected}'`) return 'quotes';
  if (isHtml(text)) return 'html';
  if (/^[[{]/u.test(trimmed)) return 'json';
  if (text === expected.replaceAll('+', ' ')) return 'plus-became-space';
  if (/^[\d.e+]+$/iu.test(trimmed) && Number(trimmed) === Number(expected)) return 'rounded-number';
  return text.includes(expected) ? 'text-around' : 'other';
}
