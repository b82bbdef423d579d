import { randomBytes } from 'node:crypto';
import { isWxDevError } from '../core/errors.ts';
import type { Format } from '../wechat/account.ts';
import { seal } from '../wechat/envelope.ts';
import { judgeAnswer, takesSuccess, type Judgement } from '../wechat/judge.ts';
import { dedupeKey } from '../wechat/message.ts';
import { parsePushQuery } from '../wechat/query.ts';
import { conclusionOf, verdictOf } from './conclude.ts';
import { Deliveries, share, type Delivery } from './deliveries.ts';
import { departed } from './departure.ts';
import type { Handler, HandlerContext } from './handler.ts';
import type { Conclusion } from './late-replies.ts';
import {
  openPush,
  openVerification,
  summarize,
  type OpenPush,
  type Recipient,
} from './open-push.ts';
import {
  createAnswer,
  deferredOutcome,
  lateOutcome,
  plainAnswer,
  rejected,
  success,
  type Answer,
  type Arrival,
  type Outcome,
  type Responder,
} from './responder.ts';
import { runHandler } from './run-handler.ts';
import { deferred, waitForApp, type Patience } from './wait-for-app.ts';
import { limitWork } from './work-limit.ts';

/** What a handler needs to answer. */
export interface HandlerResponderOptions extends Recipient, Patience {
  readonly handler: Handler;
  /** Fires when the server closes. */
  readonly closing: AbortSignal;
  /** Numbers the exchanges. */
  readonly nextId: () => number;
}

/**
 * Answers pushes with a handler. What fails verification never reaches it. Deliveries of one push share one run of the handler,
 * also one that ends after the deadline.
 */
export function createHandlerResponder(options: HandlerResponderOptions): Responder {
  const deliveries = new Deliveries<string>(options.nextId);
  return (arrival) =>
    arrival.method === 'GET'
      ? Promise.resolve(verify(arrival, options, options.nextId()))
      : answerPush(arrival, options, deliveries);
}

function verify(arrival: Arrival, recipient: Recipient, id: number): Outcome {
  const checked = openVerification(arrival, recipient);
  if (!checked.ok) return rejected(checked.error, { id, type: 'verify' });
  return {
    id,
    type: 'verify',
    attempt: 1,
    verdict: 'ok',
    answer: createAnswer(200, 'text/plain', checked.value),
    reply: 'echostr',
  };
}

async function answerPush(
  arrival: Arrival,
  options: HandlerResponderOptions,
  deliveries: Deliveries<string>,
): Promise<Outcome> {
  const opened = openPush(arrival, options);
  if (!opened.ok) return rejected(opened.error, { id: options.nextId(), type: 'unknown' });
  const push = opened.value;
  const delivery = deliveries.arrive(dedupeKey(push.message), Date.now());
  const known = { id: delivery.id, attempt: delivery.attempts, ...summarize(push, options) };
  if (delivery.deferred) return { ...known, ...deferredOutcome() };
  try {
    const run = share(delivery, () => startHandler(arrival, push, delivery, options));
    const conclude = (text: string): Conclusion => conclusionOf(judgeText(push, text, options));
    const patience = takesSuccess(push.message) ? options : { ...options, late: undefined };
    const text = await waitForApp(run, { arrival, known, delivery, conclude }, patience);
    if (text === departed) return { ...known, ...lateOutcome(arrival, options.deadlineMs) };
    if (text === deferred) return { ...known, ...deferredOutcome() };
    return {
      ...known,
      ...verdictOf(judgeText(push, text, options)),
      answer: replyAnswer(push, text, options, arrival),
    };
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    return { ...known, verdict: 'failed', answer: plainAnswer(500, error.code), error };
  }
}

/** Runs the handler; with late replies it gets the longer time, and is told when that is over. */
function startHandler(
  arrival: Arrival,
  push: OpenPush,
  delivery: Delivery<string>,
  { account, closing, deadlineMs, handler, late }: HandlerResponderOptions,
): Promise<string> {
  const limit = late && limitWork(closing, late.waitMs);
  delivery.limit = limit;
  const context: HandlerContext = {
    signal: limit?.signal ?? closing,
    attempt: delivery.attempts,
    account: { appId: account.appId },
    exchangeId: delivery.id,
    deadline: arrival.startedAt + (late?.waitMs ?? deadlineMs),
  };
  return runHandler(handler, push, context).finally(limit?.release);
}

/** The follower's view of a reply in clear text. */
function judgeText(
  { message, unsealed }: OpenPush,
  text: string,
  { account }: Recipient,
): Judgement {
  return judgeAnswer({
    ...createAnswer(200, contentTypeOf(text, unsealed.format), text),
    format: unsealed.format,
    encrypted: false,
    mode: 'plain',
    push: message,
    account,
  });
}

/** The reply as it goes back: sealed like the push, anew for each delivery. */
function replyAnswer(
  { unsealed }: OpenPush,
  text: string,
  { account }: Recipient,
  arrival: Arrival,
): Answer {
  const { format, key, receiveId, lowerCase } = unsealed;
  const contentType = contentTypeOf(text, format);
  if (text === success || key === undefined) return createAnswer(200, contentType, text);
  const body = seal(text, account, {
    format,
    key,
    receiveId,
    lowerCase,
    timestamp: String(Math.floor(arrival.startedAt / 1000)),
    nonce: parsePushQuery(arrival.rawQuery).nonce ?? '',
    random16: randomBytes(16),
  });
  return createAnswer(200, contentType, body);
}

function contentTypeOf(text: string, format: Format): string {
  if (text === success) return 'text/plain';
  return format === 'json' ? 'application/json' : 'text/xml';
}
