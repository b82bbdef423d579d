import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AbortableOptions } from '../core/abort.ts';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import { toCustomMessages, type CustomMessage } from '../wechat/custom-message.ts';
import type { Reply } from '../wechat/reply.ts';
import { createAccessTokens, type AccessTokens, type ApiAccount } from './access-token.ts';
import { postJson } from './post-json.ts';

export type { ApiAccount } from './access-token.ts';

/**
 * Sends a passive reply to `openid` as customer-service messages, and gives their number.
 *
 * @throws WXD2011 when it has no such form, WXD2012 when the API refuses it, WXD3030 WXD3031 when the API does not answer
 */
export type DeliverReply = (
  reply: Reply,
  openid: string,
  options?: AbortableOptions,
) => Promise<number>;

/** Where WeChat's API is when nothing else is configured. */
export const wechatApiBase = 'https://api.weixin.qq.com';

const path = '/cgi-bin/message/custom/send';

/** Calls at one time; further ones wait. A burst of late replies must not open a thousand connections. */
const maxConnections = 8;

/** What a token is answered with that is no longer valid: then a fresh one is asked for, once. */
const expiredCodes = [40001, 40014, 42001];

/** Creates what delivers late replies for one account. It holds a token, but no connection. */
export function createReplyCourier(account: ApiAccount): DeliverReply {
  const { base } = account;
  // A kept connection can meet its end just when a message is sent, and a message must not be sent again on a guess.
  const limits = { keepAlive: false, maxSockets: maxConnections };
  const agent = base.startsWith('https:') ? new HttpsAgent(limits) : new HttpAgent(limits);
  const tokens = createAccessTokens(account, { agent });
  return async (reply, openid, { signal } = {}) => {
    const { messages, problem } = toCustomMessages(reply, openid);
    if (messages === undefined) throw new WxDevError('WXD2011', { type: reply.type, problem });
    let sent = 0;
    for (const body of messages) {
      try {
        await sendOne({ base, agent, body, signal }, tokens);
      } catch (error) {
        throw withProgress(error, sent, messages.length);
      }
      sent += 1;
    }
    return sent;
  };
}

interface Call extends AbortableOptions {
  readonly base: string;
  readonly agent: HttpAgent;
  readonly body: CustomMessage;
}

async function sendOne(call: Call, tokens: AccessTokens): Promise<void> {
  const accessToken = await tokens.get(call);
  try {
    await postJson({ ...call, path, accessToken });
  } catch (error) {
    if (!isWxDevError(error, 'WXD2012') || !expiredCodes.includes(error.details.errcode))
      throw error;
    tokens.forget(accessToken);
    await postJson({ ...call, path, accessToken: await tokens.get(call) });
  }
}

function withProgress(error: unknown, sent: number, total: number): unknown {
  if (sent === 0 || !isWxDevError(error, 'WXD2012')) return error;
  return new WxDevError('WXD2012', { ...error.details, sent, total }, { cause: error });
}
