import { WxDevError, type ErrorCode } from '../core/errors.ts';
import { judgeAnswer, judgeEchostr } from '../wechat/judge.ts';
import { dedupeKey } from '../wechat/message.ts';
import { parsePushQuery } from '../wechat/query.ts';
import { departed, untilDeparture } from './departure.ts';
import { Deliveries, share, type Delivery } from './deliveries.ts';
import { forward, type ForwardResult } from './forward.ts';
import type { ForwardTarget } from './forward-target.ts';
import {
  openPush,
  openVerification,
  summarize,
  type Checked,
  type OpenPush,
  type Recipient,
} from './open-push.ts';
import {
  lateOutcome,
  refusal,
  rejected,
  type Answer,
  type Arrival,
  type Outcome,
  type Responder,
} from './responder.ts';

/** How pushes are passed on. */
export interface ForwardResponderOptions extends Recipient {
  readonly target: ForwardTarget;
  readonly strict: boolean;
  readonly dedupe: boolean;
  readonly deadlineMs: number;
  readonly ca: readonly string[] | undefined;
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
    ...verdictOf(accepted, faults),
    ...(accepted && { reply: 'echostr' }),
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
  const result = await untilDeparture(deliver(arrival, delivery, options), arrival.departure);
  const known = {
    id: delivery.id,
    attempt: delivery.attempts,
    ...(checked.ok ? summarize(checked.value) : { type: 'unknown' }),
  };
  const settled = settle(result, arrival, options);
  const outcome =
    settled.type === 'ended'
      ? withCheck(settled.outcome, checked)
      : checked.ok
        ? judge(checked.value, settled.answer, options, arrival)
        : doubtful(settled.answer, checked.error);
  const repeated = checked.ok ? repeatWarning(delivery, checked.value) : [];
  return { ...known, ...outcome, warnings: [...repeated, ...(outcome.warnings ?? [])] };
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
  // The answer is for the retries too, so it is waited for until the last of them has left.
  const lastRetry = AbortSignal.timeout(options.deadlineMs * sharedDeadlines);
  const signal = AbortSignal.any([options.closing, lastRetry]);
  return share(
    delivery,
    () => forward(arrival, { ...options, signal, onConnect }),
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
): Verdicts {
  const { accepted, summary, text, faults, warnings } = judgeAnswer({
    ...answer,
    format: unsealed.format,
    encrypted: unsealed.mode !== 'plain',
    mode: unsealed.mode,
    push: message,
    account,
    padding: unsealed.padding,
    query: parsePushQuery(arrival.rawQuery),
    url: arrival.target,
  });
  return { answer, reply: summary, answerText: text, ...verdictOf(accepted, faults, warnings) };
}

function verdictOf(
  accepted: boolean,
  [error, ...others]: readonly WxDevError[],
  warnings: readonly WxDevError[] = [],
): Pick<Verdicts, 'verdict' | 'error' | 'warnings'> {
  return { verdict: accepted ? 'ok' : 'failed', error, warnings: [...others, ...warnings] };
}

/** The app answered a request that is not WeChat's as far as wx-dev can tell: said loudly, whatever the answer was. */
function doubtful(answer: Answer, error: WxDevError): Verdicts {
  return { answer, verdict: 'rejected', reply: `HTTP ${answer.status}`, error };
}

function withCheck(outcome: Verdicts, checked: Checked<unknown>): Verdicts {
  return checked.ok ? outcome : { ...outcome, warnings: [checked.error] };
}

function repeatWarning(
  { handled }: Delivery<ForwardResult>,
  push: OpenPush,
): WxDevError<ErrorCode>[] {
  if (handled < 2) return [];
  const { msgId = `${summarize(push).type} ${push.message.createTime}` } = push.message;
  return [new WxDevError('WXD2005', { msgId, count: handled })];
}
