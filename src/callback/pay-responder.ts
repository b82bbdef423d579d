import { isWxDevError, WxDevError } from '../core/errors.ts';
import type { AnyPayAccount } from '../wechat/pay/account.ts';
import { asPayment } from '../wechat/pay/as-payment.ts';
import { judgePayAnswer, judgePayV2Answer } from '../wechat/pay/judge-pay.ts';
import { describePayMessage, openPayMessage, type PayMessage } from '../wechat/pay/message.ts';
import { payV2Success } from '../wechat/pay/v2-notification.ts';
import { Deliveries, share, type Delivery } from './deliveries.ts';
import { departed, untilDeparture } from './departure.ts';
import { forward, type ForwardResult } from './forward.ts';
import type { ForwardTarget } from './forward-target.ts';
import type { Handler } from './handler.ts';
import { maxKeptPaymentAnswerBytes, rememberPaymentMs } from './limits.ts';
import type { Checked } from './open-push.ts';
import {
  createAnswer,
  lateOutcome,
  refusal,
  rejected,
  type Answer,
  type Arrival,
  type Outcome,
  type Responder,
} from './responder.ts';
import { callHandler } from './run-handler.ts';
import { limitWork } from './work-limit.ts';

/** What every answer to WeChat Pay needs. */
interface PayOptions {
  readonly account: AnyPayAccount;
  readonly deadlineMs: number;
  /** Fires when the server closes. */
  readonly closing: AbortSignal;
  /** Numbers the exchanges. */
  readonly nextId: () => number;
}

/** What a handler of notifications needs. */
export interface PayHandlerOptions extends PayOptions {
  readonly handler: Handler;
}

/** How notifications are passed on. */
export interface PayForwardOptions extends PayOptions {
  readonly target: ForwardTarget;
  readonly strict: boolean;
  /** What the app has received once is not passed on again. */
  readonly dedupe: boolean;
}

/**
 * Answers notifications of WeChat Pay with a handler. What fails verification never reaches it. Deliveries of one notification share one
 * run of the handler; when it fails, the next delivery tries again, as WeChat Pay asks.
 */
export function createPayHandlerResponder(options: PayHandlerOptions): Responder {
  const deliveries = new Deliveries<void>(options.nextId, rememberPaymentMs);
  return async (arrival) => {
    const opened = openPay(arrival, options);
    if (!opened.ok) return rejected(opened.error, { id: options.nextId(), type: 'pay' });
    return answer(opened.value, arrival, options, deliveries);
  };
}

/**
 * Passes notifications of WeChat Pay on to the app, byte for byte, and judges a copy of its answer as WeChat Pay would. The app is the
 * judge of what fails verification, unless `strict`.
 */
export function createPayForwardResponder(options: PayForwardOptions): Responder {
  const deliveries = new Deliveries<ForwardResult>(options.nextId, rememberPaymentMs);
  return async (arrival) => {
    const checked = openPay(arrival, options);
    if (!checked.ok && options.strict) {
      return rejected(checked.error, { id: options.nextId(), type: 'pay' });
    }
    const delivery = checked.ok
      ? deliveries.arrive(checked.value.id, Date.now())
      : deliveries.arriveUnnamed();
    const passed = await untilDeparture(passOn(arrival, delivery, options), arrival.departure);
    const summary = checked.ok ? summarize(checked.value) : { type: 'pay' };
    const { warnings = [], ...verdict } = verdictOf(passed, checked, arrival, options);
    return {
      id: delivery.id,
      attempt: delivery.attempts,
      ...summary,
      ...verdict,
      warnings: [...repeatWarning(delivery, checked), ...warnings],
    };
  };
}

/** With `dedupe` the first answer that WeChat Pay would take is for every delivery; the app gets its time even when one is over. */
function passOn(
  arrival: Arrival,
  delivery: Delivery<ForwardResult>,
  options: PayForwardOptions,
): Promise<ForwardResult> {
  const onConnect = (): void => {
    delivery.handled += 1;
  };
  if (!options.dedupe) {
    return forward(arrival, { ...options, signal: arrival.departure, onConnect });
  }
  return share(
    delivery,
    () => {
      const limit = limitWork(options.closing, payPatienceMs);
      const work = forward(arrival, { ...options, signal: limit.signal, onConnect });
      return work.finally(limit.release);
    },
    (result) => isTaken(result, options),
  );
}

/** How long the app may take for an answer that its repetitions share, in milliseconds: the first comes 15 s after a deadline. */
const payPatienceMs = 20_000;

function isTaken(result: ForwardResult, { account }: PayOptions): boolean {
  if (result.type === 'failed') return false;
  const { answer: given } = result;
  return given.body.length <= maxKeptPaymentAnswerBytes && judge(given, account).accepted;
}

function repeatWarning(
  { handled }: Delivery<ForwardResult>,
  checked: Checked<PayMessage>,
): WxDevError[] {
  if (handled < 2 || !checked.ok) return [];
  const { id: msgId } = checked.value;
  return [new WxDevError('WXD2005', { msgId, count: handled, isPayment: true })];
}

function openPay({ headers, body }: Arrival, { account }: PayOptions): Checked<PayMessage> {
  try {
    return { ok: true, value: openPayMessage({ headers, body }, account, Date.now()) };
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    return { ok: false, error };
  }
}

async function answer(
  message: PayMessage,
  arrival: Arrival,
  { account, handler, closing, deadlineMs }: PayHandlerOptions,
  deliveries: Deliveries<void>,
): Promise<Outcome> {
  const delivery = deliveries.arrive(message.id, Date.now());
  const context = {
    signal: closing,
    attempt: delivery.attempts,
    account: { mchId: account.mchId },
    exchangeId: delivery.id,
    deadline: arrival.startedAt + deadlineMs,
  };
  const known = { id: delivery.id, attempt: delivery.attempts, ...summarize(message) };
  try {
    // WeChat Pay takes no reply: whatever the handler gives back only means that it is done.
    const run = share(delivery, async () => void (await callHandler(handler, message, context)));
    const done = await untilDeparture(run, arrival.departure);
    if (done === departed) return { ...known, ...latePayment(arrival, deadlineMs) };
    const taken = acceptance(account);
    return { ...known, verdict: 'ok', answer: taken, reply: judge(taken, account).summary };
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    const failed = failure(account, error);
    return { ...known, verdict: 'failed', answer: failed, reply: `${failed.status} FAIL`, error };
  }
}

function summarize(
  message: PayMessage,
): Pick<Outcome, 'type' | 'content' | 'msgId' | 'openid' | 'push'> {
  const { content, openid } = describePayMessage(message);
  const format = message.event.startsWith('pay.v2.') ? 'xml' : 'json';
  const push = { mode: 'safe', format, text: message.text } as const;
  return { type: message.event, content, openid, msgId: message.id, push };
}

/** That the notification was received: 回调通知注意事项. */
function acceptance({ kind }: AnyPayAccount): Answer {
  return kind === 'pay-v2'
    ? createAnswer(200, 'text/xml', payV2Success)
    : { status: 204, headers: [], body: Buffer.alloc(0) };
}

/** That it is to come again. The reason is for the log; the peer gets the code. */
function failure({ kind }: AnyPayAccount, { code }: WxDevError): Answer {
  return kind === 'pay-v2'
    ? createAnswer(
        200,
        'text/xml',
        payV2Success.replace('SUCCESS', 'FAIL').replace('[OK]', `[${code}]`),
      )
    : createAnswer(500, 'application/json', JSON.stringify({ code: 'FAIL', message: code }));
}

function judge(given: Answer, { kind }: AnyPayAccount): ReturnType<typeof judgePayAnswer> {
  return kind === 'pay-v2' ? judgePayV2Answer(given) : judgePayAnswer(given);
}

function verdictOf(
  passed: ForwardResult | typeof departed,
  checked: Checked<PayMessage>,
  arrival: Arrival,
  { account, deadlineMs }: PayForwardOptions,
): Pick<Outcome, 'verdict' | 'answer' | 'reply' | 'error' | 'warnings'> {
  const doubts = checked.ok ? [] : [checked.error];
  if (passed === departed) return { ...latePayment(arrival, deadlineMs), warnings: doubts };
  if (passed.type === 'failed') {
    const error = asPayment(passed.error);
    return { verdict: 'failed', answer: refusal(error, 502), error, warnings: doubts };
  }
  const given = passed.answer;
  const { accepted, summary, faults, warnings } = judge(given, account);
  if (!checked.ok) {
    return { verdict: 'rejected', answer: given, reply: summary, error: checked.error };
  }
  const [error, ...others] = faults;
  const verdict = accepted ? 'ok' : 'failed';
  return { verdict, answer: given, reply: summary, error, warnings: [...others, ...warnings] };
}

function latePayment(arrival: Arrival, deadlineMs: number): ReturnType<typeof lateOutcome> {
  const late = lateOutcome(arrival, deadlineMs);
  return { ...late, error: late.error && asPayment(late.error) };
}
