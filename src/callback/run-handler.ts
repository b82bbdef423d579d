import { inspect } from 'node:util';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import { articleLimit } from '../wechat/message.ts';
import { formatReply, type Reply } from '../wechat/reply.ts';
import { formatBotReply, type BotMessage } from '../wechat/work/bot.ts';
import type { Handler, HandlerContext } from './handler.ts';
import type { OpenPush } from './open-push.ts';
import { placeOf } from './place.ts';
import { success } from './responder.ts';

/** What a handler has answered. */
export interface Handled {
  /** The clear text of the reply, or `success`. */
  readonly text: string;
  readonly reply?: Reply | undefined;
}

/**
 * Runs the handler for one push; gives a promise only where the handler does.
 *
 * @throws WXD3003 when the handler throws, WXD3007 when it gives no reply, WXD2113 and others when WeChat would not take the reply.
 */
export function runHandler(
  handler: Handler,
  push: OpenPush,
  context: HandlerContext,
): Handled | Promise<Handled> {
  const result = callHandler(handler, push.message, context);
  return result instanceof Promise
    ? result.then((value: unknown) => toHandled(value, push))
    : toHandled(result, push);
}

function toHandled(result: unknown, push: OpenPush): Handled {
  if (result === undefined || result === null) return { text: success };
  const reply = typeof result === 'string' ? ({ type: 'text', content: result } as const) : result;
  if (!isReply(reply)) throw new WxDevError('WXD3007', { received: describeValue(result) });
  return { text: format(reply, push), reply };
}

function format(reply: Reply, { message, unsealed }: OpenPush): string {
  try {
    if (message.type === 'bot') return formatForBot(reply, message);
    return formatReply(reply, {
      to: message.fromUserName,
      from: message.toUserName,
      createTime: Math.floor(Date.now() / 1000),
      format: unsealed.format,
      articleLimit: articleLimit(message),
    });
  } catch (cause) {
    if (isWxDevError(cause)) throw cause;
    // The module is JavaScript as a rule: an unknown type, or a field that is no text, shows only here.
    throw new WxDevError('WXD3007', { received: describeValue(reply) }, { cause });
  }
}

/** A bot says text only; its stream is named after the message, as each is answered once. */
function formatForBot(reply: Reply, message: BotMessage): string {
  if (reply.type !== 'text') throw new WxDevError('WXD3007', { received: describeValue(reply) });
  const streamId = message.streamId ?? message.msgId ?? message.createTime;
  return formatBotReply(message, { content: reply.content, streamId });
}

/**
 * Runs the handler; gives a promise only where the handler gives one, or what looks like one.
 *
 * @throws WXD3003 when it throws, with the place in the user's code where that is known.
 */
export function callHandler(
  ...[handler, message, context]: [Handler, ...Parameters<Handler>]
): unknown {
  try {
    const result: unknown = handler(message, context);
    return isThenable(result) ? Promise.resolve(result).catch(fail) : result;
  } catch (cause) {
    return fail(cause);
  }
}

function fail(cause: unknown): never {
  const message = cause instanceof Error ? cause.message : describeValue(cause);
  throw new WxDevError('WXD3003', { message, place: placeOf(cause) }, { cause });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

// Which type it is, and its fields, are checked by formatReply.
function isReply(value: unknown): value is Reply {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}

function describeValue(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Infinity, maxStringLength: 60 });
}
