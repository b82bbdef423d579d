import type { Message, PayMessage, Reply } from '../wechat/index.ts';

/** What a handler may give back: a reply, a string (a text reply), or nothing, which answers `success`. */
export type HandlerResult = Reply | string | undefined;

/** What a handler may know besides the message. */
export interface HandlerContext {
  /**
   * Fires when the callback server closes, and with late replies when their longer time is over. Not at the deadline of WeChat: a retry
   * still takes a late result.
   */
  readonly signal: AbortSignal;
  /** Which delivery of this push runs the handler: 1, or 2 and 3 when earlier runs failed. */
  readonly attempt: number;
  readonly account: {
    readonly appId?: string | undefined;
    /** Of a merchant. */
    readonly mchId?: string | undefined;
  };
  /** The id under which the exchange is logged. */
  readonly exchangeId: number;
  /** When a result is of no use any more, in milliseconds since the epoch: WeChat's deadline, or that of late replies. */
  readonly deadline: number;
}

/**
 * A handler of messages, events and payment notifications (`type` is `pay`; they take no reply), the default export of a handler
 * module. It sees each push once; WeChat's retries share its result, also a late one.
 */
export type Handler = (
  message: Message | PayMessage,
  context: HandlerContext,
) => HandlerResult | Promise<HandlerResult>;

/** The built-in handler: text is echoed, everything else is answered with `success`. */
export const echoHandler: Handler = (message) => {
  if (message.type === 'text') return message.content || undefined;
  return message.type === 'bot' && message.msgType === 'text' ? message.content : undefined;
};
