import { WxDevError } from '../../core/errors.ts';
import { attempt } from '../attempt.ts';
import { textOf, type Fields } from '../fields.ts';
import { readAnswerText, type Answer } from '../judge-http.ts';
import { parseJson } from '../json.ts';
import { parseXml } from '../xml.ts';

/** What WeChat Pay would make of an answer. */
export interface PayJudgement {
  /** Otherwise it sends the notification again, for up to a day. */
  readonly accepted: boolean;
  /** One line: `204`, `200 SUCCESS`, `500 FAIL`. */
  readonly summary: string;
  readonly faults: readonly WxDevError[];
  readonly warnings: readonly WxDevError[];
}

/** How much of an answer an error quotes, in characters. */
const quotedCharacters = 60;

/**
 * Judges the answer to a v3 notification: status 200 or 204 is received, anything else makes WeChat Pay send it again (WXD1230). A body
 * that says FAIL under such a status does nothing, which is a warning.
 *
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791861 支付成功回调通知
 */
export function judgePayAnswer({ status, body }: Answer): PayJudgement {
  const code = codeOf(body);
  const summary = code === undefined ? String(status) : `${status} ${code}`;
  if (status !== 200 && status !== 204) {
    const start = startOf(body);
    return refused(summary, new WxDevError('WXD1230', { status, start, failed: false }));
  }
  const warnings =
    code === undefined || code === 'SUCCESS'
      ? []
      : [new WxDevError('WXD1230', { status, start: startOf(body), failed: true })];
  return { accepted: true, summary, faults: [], warnings };
}

/**
 * Judges the answer to a v2 notice: status 200 and XML whose `return_code` is `SUCCESS`. `success`, JSON or a page are refused (WXD1231).
 */
export function judgePayV2Answer({ status, body }: Answer): PayJudgement {
  const text = readAnswerText(body);
  const fields = typeof text === 'string' ? attempt(() => parseXml(text.trim())).value : undefined;
  const code = fields && textOf(fields, 'return_code');
  const summary = code === undefined ? String(status) : `${status} ${code}`;
  if (status === 200 && code === 'SUCCESS') {
    return { accepted: true, summary, faults: [], warnings: [] };
  }
  return refused(summary, new WxDevError('WXD1231', { status, start: startOf(body) }));
}

function refused(summary: string, fault: WxDevError): PayJudgement {
  return { accepted: false, summary, faults: [fault], warnings: [] };
}

function codeOf(body: Uint8Array): string | undefined {
  const text = readAnswerText(body);
  if (typeof text !== 'string') return undefined;
  const fields: Fields | undefined = attempt(() => parseJson(text)).value;
  return fields && textOf(fields, 'code');
}

function startOf(body: Uint8Array): string {
  return Buffer.from(body.subarray(0, 4 * quotedCharacters))
    .toString()
    .slice(0, quotedCharacters + 1);
}
