import { isWxDevError } from '../core/errors.ts';
import type { Format } from '../wechat/account.ts';
import { seal } from '../wechat/envelope.ts';
import { judgeOwnText } from '../wechat/judge-own.ts';
import { judgeAnswer, takesSuccess, type Judgement } from '../wechat/judge.ts';
import { dedupeKey } from '../wechat/message.ts';
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
  type Known,
  type Outcome,
  type Responder,
} from './responder.ts';
import { createRandomBytes } from './random-bytes.ts';
import { runHandler, type Handled } from './run-handler.ts';
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

/** What is made once for all pushes, too. */
interface RunningOptions extends HandlerResponderOptions {
  readonly random16: () => Buffer;
}

/**
 * Answers pushes with a handler. What fails verification never reaches it. Deliveries of one push share one run of the handler,
 * also one that ends after the deadline. A handler that answers at once costs no promise, timer or signal.
 */
export function createHandlerResponder(options: HandlerResponderOptions): Responder {
  const running = { ...options, random16: createRandomBytes(16) };
  const deliveries = new Deliveries<Handled>(options.nextId);
  return (arrival) =>
    arrival.method === 'GET'
      ? verify(arrival, options, options.nextId())
      : answerPush(arrival, running, deliveries);
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

function answerPush(
  arrival: Arrival,
  options: RunningOptions,
  deliveries: Deliveries<Handled>,
): Outcome | Promise<Outcome> {
  const opened = openPush(arrival, options);
  if (!opened.ok) return rejected(opened.error, { id: options.nextId(), type: 'unknown' });
  const push = opened.value;
  const delivery = deliveries.arrive(dedupeKey(push.message), Date.now());
  const known = { id: delivery.id, attempt: delivery.attempts, ...summarize(push, options) };
  if (delivery.deferred) return { ...known, ...deferredOutcome() };
  const exchange = { arrival, push, delivery, known };
  try {
    const run = delivery.done ?? delivery.shared ?? startHandler(exchange, options);
    return run instanceof Promise
      ? awaitHandler(run, exchange, options).catch((error: unknown) => failed(error, known))
      : concluded(run, exchange, options);
  } catch (error) {
    return failed(error, known);
  }
}

/** One delivery of a push that passed every check. */
interface HandlerExchange {
  readonly arrival: Arrival;
  readonly push: OpenPush;
  readonly delivery: Delivery<Handled>;
  readonly known: Known;
}

/** Waits for a handler that takes its time. */
async function awaitHandler(
  run: Promise<Handled>,
  exchange: HandlerExchange,
  options: RunningOptions,
): Promise<Outcome> {
  const { arrival, push, known } = exchange;
  const conclude = (handled: Handled): Conclusion => conclusionOf(judge(push, handled, options));
  const patience = takesSuccess(push.message) ? options : { ...options, late: undefined };
  const handled = await waitForApp(run, { ...exchange, conclude }, patience);
  if (handled === departed) return { ...known, ...lateOutcome(arrival, options.deadlineMs) };
  if (handled === deferred) return { ...known, ...deferredOutcome() };
  return concluded(handled, exchange, options);
}

function concluded(
  handled: Handled,
  { arrival, push, known }: HandlerExchange,
  recipient: RunningOptions,
): Outcome {
  return {
    answer: replyAnswer(push, handled.text, recipient, arrival),
    ...known,
    ...verdictOf(judge(push, handled, recipient)),
  };
}

function failed(error: unknown, known: Known): Outcome {
  if (!isWxDevError(error)) throw error;
  return { ...known, verdict: 'failed', answer: plainAnswer(500, error.code), error };
}

/** Runs the handler; with late replies it gets the longer time, and is told when that is over. */
function startHandler(
  { arrival, push, delivery }: HandlerExchange,
  { account, closing, deadlineMs, handler, late }: HandlerResponderOptions,
): Handled | Promise<Handled> {
  const limit = late && limitWork(closing, late.waitMs);
  delivery.limit = limit;
  const context: HandlerContext = {
    signal: limit?.signal ?? closing,
    attempt: delivery.attempts,
    account: { appId: account.appId },
    exchangeId: delivery.id,
    deadline: arrival.startedAt + (late?.waitMs ?? deadlineMs),
  };
  let run: Handled | Promise<Handled> | undefined;
  try {
    run = runHandler(handler, push, context);
  } finally {
    if (!(run instanceof Promise)) limit?.release();
  }
  if (run instanceof Promise) {
    const started = run;
    return share(delivery, () => started.finally(limit?.release));
  }
  // For retries the text will do. The reply's content is a part of the push, and would keep the whole of it in memory.
  delivery.done = { text: run.text };
  return run;
}

/** The follower's view of a reply. */
function judge(
  { message, unsealed }: OpenPush,
  { text, reply }: Handled,
  { account }: Recipient,
): Judgement {
  return (
    (reply && judgeOwnText(reply, text, message)) ??
    judgeAnswer({
      ...createAnswer(200, contentTypeOf(text, unsealed.format), text),
      format: unsealed.format,
      encrypted: false,
      mode: 'plain',
      push: message,
      account,
    })
  );
}

/** The reply as it goes back: sealed like the push, anew for each delivery. */
function replyAnswer(
  { unsealed }: OpenPush,
  text: string,
  { account, random16 }: RunningOptions,
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
    nonce: arrival.query.nonce ?? '',
    random16: random16(),
  });
  return createAnswer(200, contentType, body);
}

function contentTypeOf(text: string, format: Format): string {
  if (text === success) return 'text/plain';
  return format === 'json' ? 'application/json' : 'text/xml';
}
