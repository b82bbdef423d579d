import { WxDevError } from '../../core/errors.ts';
import { fieldsOf, textOf, type Fields } from '../fields.ts';
import type { Findings } from '../judge-shape.ts';
import type { BotMessage } from './bot.ts';

/** What may answer what: 企业微信 101031, 被动回复消息. */
const typesForEvent: Readonly<Record<string, readonly string[]>> = {
  enter_chat: ['text', 'template_card'],
  template_card_event: ['update_template_card'],
};
const typesForMessage = ['stream', 'template_card', 'stream_with_template_card'];

/**
 * Judges a bot's decrypted answer: its type must suit what it answers, and what the type names must be there. Faults: WXD1240, WXD2113.
 *
 * @returns the answer in one line
 */
export function judgeBotReply(
  fields: Fields,
  { event }: Pick<BotMessage, 'event'>,
  { faults }: Findings,
): string {
  const type = textOf(fields, 'msgtype') ?? '';
  const takes = event === undefined ? typesForMessage : (typesForEvent[event] ?? typesForMessage);
  if (!takes.includes(type)) {
    faults.push(new WxDevError('WXD1240', { received: type, expected: takes, event }));
    return type;
  }
  const parts = type === 'stream_with_template_card' ? ['stream'] : [partOf(type)];
  for (const part of parts) {
    const own = fieldsOf(fields, part);
    const field = part === 'stream' ? 'id' : part === 'text' ? 'content' : undefined;
    if (own === undefined || (field !== undefined && !textOf(own, field))) {
      const missing = own === undefined || field === undefined ? part : `${part}.${field}`;
      faults.push(new WxDevError('WXD2113', { type, field: missing }));
    }
  }
  const content = textOf(fieldsOf(fields, partOf(type)) ?? {}, 'content');
  return content === undefined ? type : `${type} ${JSON.stringify(content)}`;
}

function partOf(type: string): string {
  return type === 'update_template_card' ? 'template_card' : type;
}
