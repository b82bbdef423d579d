import { isWxDevError, WxDevError } from '../../core/errors.ts';
import type { Judgement } from '../../wechat/judge.ts';
import { asPayment } from '../../wechat/pay/as-payment.ts';
import { judgePayAnswer, judgePayV2Answer } from '../../wechat/pay/judge-pay.ts';
import { deliver } from '../delivery.ts';
import type { Entropy } from '../entropy.ts';
import type { Attempt, ReceivedAnswer, SendOutcome, SentRequest } from '../outcome.ts';
import { parseTargetUrl, requestOptionsOf, type TargetOptions } from '../target.ts';
import { payBody, payRequest, type PayContent, type PayTamper } from './pay-request.ts';

/** A payment notification to send. */
export interface SendPayOptions extends TargetOptions {
  readonly content: PayContent;
  readonly entropy: Entropy;
  /** `Wechatpay-Timestamp`, seconds since the epoch. @default now */
  readonly timestamp?: string | undefined;
  /** `Wechatpay-Nonce`. @default random, fresh for each attempt */
  readonly nonce?: string | undefined;
  readonly tamper?: PayTamper | undefined;
  /** Requests in all, while WeChat Pay would not be content. @default 1 */
  readonly attempts?: number | undefined;
  /** How long to wait after an attempt, in milliseconds. @default 0 */
  readonly waitMs?: ((attempt: Attempt) => number) | undefined;
}

/**
 * Sends a payment notification as WeChat Pay does: the same body each time, a fresh signature, until it is answered as received. The
 * signature probe and what is broken on purpose must be refused.
 *
 * @throws WXD6001 for a URL that is not http(s)
 */
export async function sendPay(options: SendPayOptions): Promise<SendOutcome> {
  const { content, attempts = 1, waitMs, tamper } = options;
  const { sample } = content;
  const wrong = sample.version === 'v3' && sample.probe ? 'signature' : tamper;
  const judge = sample.version === 'v3' ? judgePayAnswer : judgePayV2Answer;
  const outcome = await deliver(
    {
      request: preparePay(options),
      judge: (answer) => judgeNotification(answer, judge(answer), wrong),
      ends: ({ status, accepted }) => accepted || (wrong !== undefined && status > 0),
      attempts,
      waitMs,
    },
    requestOptionsOf(options),
  );
  const faults = outcome.faults.map(asPayment);
  return { ...outcome, faults, warnings: outcome.warnings.map(asPayment) };
}

/** The requests of one notification, to look at or to send. @throws WXD6001 for a URL that is not http(s) */
export function preparePay(options: SendPayOptions): () => SentRequest {
  const { content, entropy, timestamp, nonce, tamper } = options;
  const url = parseTargetUrl(options.url);
  const sealed = payBody(content);
  return () => payRequest(url, content, sealed, { entropy, timestamp, nonce, tamper });
}

function judgeNotification(
  answer: ReceivedAnswer,
  { accepted, summary, faults, warnings }: ReturnType<typeof judgePayAnswer>,
  wrong: string | undefined,
): Judgement {
  const text = Buffer.from(answer.body).toString();
  const judged = { visible: 'nothing', summary, text } as const;
  if (wrong === undefined) return { ...judged, accepted, faults: faults.map(ours), warnings };
  if (!accepted) return { ...judged, accepted: true, faults: [], warnings: [] };
  const fault = new WxDevError('WXD6049', {
    tamper: wrong,
    status: answer.status,
    isPayment: true,
  });
  return { ...judged, accepted: false, faults: [fault], warnings: [] };
}

/** What only wx-dev can know: that the signature which was refused is good, by a key that the app must be given. */
function ours(fault: WxDevError): WxDevError {
  if (!isWxDevError(fault, 'WXD1230') || ![401, 403].includes(fault.details.status)) return fault;
  return new WxDevError('WXD1230', { ...fault.details, isOurs: true });
}
