import { isWxDevError, WxDevError } from '../core/errors.ts';
import type { Account, Mode } from '../wechat/account.ts';
import { unseal, verifyEchostr, type Unsealed } from '../wechat/envelope.ts';
import { describeMessage, parseMessage, type Message } from '../wechat/message.ts';
import type { PushQuery } from '../wechat/query.ts';
import type { Arrival, Outcome } from './responder.ts';

/** What the account is, for checking what arrives. */
export interface Recipient {
  readonly account: Account;
  /** What the account is configured for; undefined takes what the push claims to be. */
  readonly mode?: Mode | undefined;
}

/** A push that passed every check. */
export interface OpenPush {
  readonly unsealed: Unsealed;
  readonly message: Message;
}

/** The result of a check: the value, or what is wrong. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WxDevError };

/** Verifies, decrypts and parses a pushed message. */
export function openPush(arrival: Arrival, { account, mode }: Recipient): Checked<OpenPush> {
  return check(() => {
    const push = { query: readQuery(arrival), body: arrival.body };
    const unsealed = unseal(push, account, { mode });
    return { unsealed, message: parseMessage(unsealed.fields) };
  });
}

/** Verifies the GET that WeChat sends when the server settings are saved, and gives its echostr. */
export function openVerification(arrival: Arrival, { account }: Recipient): Checked<string> {
  return check(() => verifyEchostr(readQuery(arrival), account));
}

/** The app behind may read a repeated parameter otherwise than wx-dev does, so there is nothing to verify then. */
function readQuery({ query, ambiguity }: Arrival): PushQuery {
  if (ambiguity !== undefined) throw new WxDevError('WXD1150', { ...ambiguity });
  return query;
}

/** What the log shows and keeps of a push. */
export function summarize(
  { message, unsealed }: OpenPush,
  { account }: Recipient,
): Pick<Outcome, 'type' | 'content' | 'msgId' | 'openid' | 'push'> {
  const { type, content } = describeMessage(message);
  const { mode, format, text, key, receiveId } = unsealed;
  const isCurrent = key?.text === account.aesKey?.text;
  return {
    type,
    content,
    msgId: message.msgId,
    openid: message.fromUserName,
    push: { mode, format, text, key: key && (isCurrent ? 'current' : 'previous'), receiveId },
  };
}

function check<T>(work: () => T): Checked<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    return { ok: false, error };
  }
}
