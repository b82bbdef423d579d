import { isWxDevError } from '../core/errors.ts';
import { parseBody } from '../wechat/body.ts';
import { createFields } from '../wechat/fields.ts';
import { parseMessage, type Message } from '../wechat/message.ts';

/** The message that a text holds; one of which nothing is known when it holds none. */
export function attemptParse(text: string): Message {
  try {
    return parseMessage(parseBody(text).fields);
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    const raw = createFields();
    const ids = { toUserName: '', fromUserName: '', createTime: '' };
    return { type: 'unknown', msgType: '', ...ids, raw };
  }
}
