import { randomBytes } from 'node:crypto';
import type { AbortableOptions } from '../core/abort.ts';
import type { WxDevError } from '../core/errors.ts';
import type { AnyPayAccount } from '../wechat/pay/account.ts';
import { judgePayAnswer, judgePayV2Answer } from '../wechat/pay/judge-pay.ts';
import { sealNotification } from '../wechat/pay/notification.ts';
import { signatureProbePrefix } from '../wechat/pay/signature.ts';
import { sealV2Payment } from '../wechat/pay/v2-notification.ts';
import type { SentRequest } from './outcome.ts';
import { sendRequest } from './request.ts';

/** How long WeChat Pay waits, in milliseconds. */
const payTimeoutMs = 5000;

/** Bytes of an RSA-2048 signature. */
const signatureBytes = 256;

/** Whom to probe. */
export interface PayProbeOptions extends AbortableOptions {
  /** The notify_url. */
  readonly url: string;
  readonly account: AnyPayAccount;
  /** PEM certificates trusted besides the public roots. */
  readonly ca?: readonly string[] | undefined;
}

/** What came back. */
export interface PayProbeResult {
  /** 0 when no answer came; `error` then says why. */
  readonly status: number;
  readonly ms: number;
  /** The app took it, so it does not verify. */
  readonly accepted: boolean;
  readonly error?: WxDevError | undefined;
}

/** Sends what WeChat Pay sends now and then: a notification whose signature is wrong on purpose (签名探测), to be refused. */
export async function sendPayProbe(options: PayProbeOptions): Promise<PayProbeResult> {
  const { account, ca, signal } = options;
  const end = await sendRequest(probeRequest(options), { timeoutMs: payTimeoutMs, ca, signal });
  const { ms } = end;
  if (end.type !== 'answered') return { status: 0, ms, accepted: false, error: end.error };
  const judge = account.kind === 'pay' ? judgePayAnswer : judgePayV2Answer;
  return { status: end.answer.status, ms, accepted: judge(end.answer).accepted };
}

function probeRequest({ url, account }: PayProbeOptions): SentRequest {
  const text = account.kind === 'pay' ? probeV3(account) : probeV2();
  const body = Buffer.from(text);
  return {
    method: 'POST',
    url,
    headers: [
      ['Host', new URL(url).host],
      ['Content-Type', account.kind === 'pay' ? 'application/json' : 'text/xml'],
      ...(account.kind === 'pay' ? probeHeaders(account) : []),
      ['Content-Length', String(body.length)],
    ],
    body,
  };
}

function probeV3({ apiV3Key }: Extract<AnyPayAccount, { kind: 'pay' }>): string {
  return sealNotification({}, apiV3Key, {
    id: 'wx-dev-signature-probe',
    createTime: new Date().toISOString(),
    eventType: 'TRANSACTION.SUCCESS',
    summary: 'wx-dev',
    originalType: 'transaction',
    associatedData: 'transaction',
    nonce: randomBytes(6).toString('hex'),
  });
}

/** Signed with a key nobody has. */
function probeV2(): string {
  const fields = { return_code: 'SUCCESS', result_code: 'SUCCESS', nonce_str: 'wxdev' };
  return sealV2Payment(fields, randomBytes(16).toString('hex'));
}

function probeHeaders({
  platformKeys,
}: Extract<AnyPayAccount, { kind: 'pay' }>): SentRequest['headers'] {
  const signature = signatureProbePrefix + randomBytes(signatureBytes).toString('base64');
  return [
    ['Wechatpay-Timestamp', String(Math.floor(Date.now() / 1000))],
    ['Wechatpay-Nonce', randomBytes(16).toString('hex')],
    ['Wechatpay-Signature', signature],
    ['Wechatpay-Serial', platformKeys[0]?.serial ?? ''],
    ['Wechatpay-Signature-Type', 'WECHATPAY2-SHA256-RSA2048'],
  ];
}
