import { WxDevError, type ErrorCode } from '../core/errors.ts';
import {
  judgeAnswer,
  judgeEchostr,
  judgeVerifyTime,
  takesSuccess,
  type Judgement,
} from '../wechat/judge.ts';
import { dedupeKey, describeMessage } from '../wechat/message.ts';
import { conclusionOf, verdictOf } from './conclude.ts';
import { departed, untilDeparture } from './departure.ts';
import { Deliveries, share, type Delivery } from './deliveries.ts';
import { forward, type ForwardResult } from './forward.ts';
import type { ForwardTarget } from './forward-target.ts';
import type { Conclusion } from './late-replies.ts';
import {
  openPush,
  openVerification,
  summarize,
  type Checked,
  type OpenPush,
  type Recipient,
} from './open-push.ts';
import {
  deferredOutcome,
  lateOutcome,
  refusal,
  rejected,
  type Answer,
  type Arrival,
  type Outcome,
  type Responder,
} from './responder.ts';
import { deferred, waitForApp, type Patience } from './wait-for-app.ts';
import { limitWork } from './work-limit.ts';

/** How pushes are passed on. */
export interface ForwardResponderOptions extends Recipient, Patience {
  readonly target: ForwardTarget;
  readonly strict: boolean;
  /** Late replies imply it. */
  readonly dedupe: boolean;
  /** Fires when the server closes. */
  readonly closing: AbortSignal;
  /** Numbers the exchanges. */
  readonly nextId: () => number;
}

/**
 * Passes pushes on to the app, byte for byte, and judges a copy of its answer as WeChat would. The app is the judge of what
 * fails verification, unless `strict`.
 */
export function createForwardResponder(options: ForwardResponderOptions): Responder {
  const deliveries = new Deliveries<ForwardResult>(options.nextId);
  return (arrival) =>
    arrival.method === 'GET'
      ? passVerification(arrival, options, options.nextId())
      : passPush(arrival, options, deliveries);
}

async function passVerification(
  arrival: Arrival,
  options: ForwardResponderOptions,
  id: number,
): Promise<Outcome> {
  const checked = openVerification(arrival, options);
  const known = { id, type: 'verify', attempt: 1 };
  if (!checked.ok && options.strict) return rejected(checked.error, known);
  const result = await untilDeparture(
    forward(arrival, { ...options, signal: arrival.departure, onConnect: () => undefined }),
    arrival.departure,
  );
  const settled = settle(result, arrival, options);
  if (settled.type === 'ended') return { ...known, ...withCheck(settled.outcome, checked) };
  const { answer } = settled;
  if (!checked.ok) return { ...known, ...doubtful(answer, checked.error) };
  const { accepted, faults } = judgeEchostr({
    ...answer,
    expected: checked.value,
    url: arrival.target,
    tokenSource: options.account.sources?.token,
  });
  return {
    ...known,
    answer,
    verdict: accepted ? 'ok' : 'failed',
    error: faults[0],
    ...(accepted && {
      reply: 'echostr',
      warnings: judgeVerifyTime(Date.now() - arrival.startedAt, options.account),
    }),
  };
}

async function passPush(
  arrival: Arrival,
  options: ForwardResponderOptions,
  deliveries: Deliveries<ForwardResult>,
): Promise<Outcome> {
  const checked = openPush(arrival, options);
  if (!checked.ok && options.strict)
    return rejected(checked.error, { id: options.nextId(), type: 'unknown' });
  const delivery = arrive(checked, deliveries);
  const known = {
    id: delivery.id,
    attempt: delivery.attempts,
    ...(checked.ok ? summarize(checked.value, options) : { type: 'unknown' }),
  };
  if (delivery.deferred) return { ...known, ...deferredOutcome() };
  const conclude = (result: ForwardResult): Conclusion =>
    concludeForward(result, checked, options, arrival);
  const waiting = { arrival, known, delivery, conclude };
  const patience = isDeferrable(checked) ? options : { ...options, late: undefined };
  const result = await waitForApp(deliver(arrival, delivery, options), waiting, patience);
  delivery.firstMs ??= Date.now() - arrival.startedAt;
  if (result === deferred) return { ...known, ...deferredOutcome() };
  const settled = settle(result, arrival, options);
  const outcome =
    settled.type === 'ended'
      ? withCheck(settled.outcome, checked)
      : checked.ok
        ? judged(checked.value, settled.answer, options, arrival)
        : doubtful(settled.answer, checked.error);
  const repeated = checked.ok ? repeatWarning(delivery, checked.value) : [];
  return { ...known, ...outcome, warnings: [...repeated, ...(outcome.warnings ?? [])] };
}

/** Only a verified push has a sender to deliver to. */
function isDeferrable(checked: Checked<OpenPush>): boolean {
  return checked.ok && takesSuccess(checked.value.message);
}

/** What an answer that came too late amounts to. */
function concludeForward(
  result: ForwardResult,
  checked: Checked<OpenPush>,
  options: ForwardResponderOptions,
  arrival: Arrival,
): Conclusion {
  if (result.type === 'failed') return { summary: '', error: result.error };
  if (!checked.ok) return { summary: '', error: checked.error };
  return conclusionOf(judge(checked.value, result.answer, options, arrival));
}

/** What can be said of one delivery besides who and what. */
type Verdicts = Pick<Outcome, 'verdict' | 'answer' | 'reply' | 'answerText' | 'error' | 'warnings'>;

/** A push that fails verification has no name to recognise its retries by. */
function arrive(
  checked: Checked<OpenPush>,
  deliveries: Deliveries<ForwardResult>,
): Delivery<ForwardResult> {
  return checked.ok
    ? deliveries.arrive(dedupeKey(checked.value.message), Date.now())
    : deliveries.arriveUnnamed();
}

function deliver(
  arrival: Arrival,
  delivery: Delivery<ForwardResult>,
  options: ForwardResponderOptions,
): Promise<ForwardResult> {
  const onConnect = (): void => {
    delivery.handled += 1;
  };
  if (!options.dedupe)
    return forward(arrival, { ...options, signal: arrival.departure, onConnect });
  return share(
    delivery,
    () => {
      // The answer is for the retries or for a message too, so it is waited for beyond this delivery.
      const ms = options.late?.waitMs ?? options.deadlineMs * sharedDeadlines;
      const limit = limitWork(options.closing, ms);
      delivery.limit = limit;
      return forward(arrival, { ...options, signal: limit.signal, onConnect }).finally(
        limit.release,
      );
    },
    (result) => result.type === 'answered' && result.answer.status === 200,
  );
}

/** WeChat sends a push up to three times, one deadline apart; the fourth is for the way. */
const sharedDeadlines = 4;

/** The app's answer, or an end without one. */
function settle(
  result: ForwardResult | typeof departed,
  arrival: Arrival,
  { deadlineMs }: ForwardResponderOptions,
): { type: 'answer'; answer: Answer } | { type: 'ended'; outcome: Verdicts } {
  if (result === departed) return { type: 'ended', outcome: lateOutcome(arrival, deadlineMs) };
  if (result.type === 'answered') return { type: 'answer', answer: result.answer };
  const { error } = result;
  return { type: 'ended', outcome: { verdict: 'failed', answer: refusal(error, 502), error } };
}

function judge(
  { message, unsealed }: OpenPush,
  answer: Answer,
  { account }: Recipient,
  arrival: Arrival,
): Judgement {
  return judgeAnswer({
    ...answer,
    format: unsealed.format,
    encrypted: unsealed.mode !== 'plain',
    mode: unsealed.mode,
    push: message,
    account,
    padding: unsealed.padding,
    query: arrival.query,
    url: arrival.target,
  });
}

function judged(push: OpenPush, answer: Answer, recipient: Recipient, arrival: Arrival): Verdicts {
  return { answer, ...verdictOf(judge(push, answer, recipient, arrival)) };
}

/** The app answered a request that is not WeChat's as far as wx-dev can tell: said loudly, whatever the answer was. */
function doubtful(answer: Answer, error: WxDevError): Verdicts {
  return { answer, verdict: 'rejected', reply: `HTTP ${answer.status}`, error };
}

function withCheck(outcome: Verdicts, checked: Checked<unknown>): Verdicts {
  return checked.ok ? outcome : { ...outcome, warnings: [checked.error] };
}

function repeatWarning(
  { handled, firstMs }: Delivery<ForwardResult>,
  { message }: OpenPush,
): WxDevError<ErrorCode>[] {
  if (handled < 2) return [];
  const { msgId = `${describeMessage(message).type} ${message.createTime}` } = message;
  return [new WxDevError('WXD2005', { msgId, count: handled, firstMs })];
}
