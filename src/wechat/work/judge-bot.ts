import { WxDevError } from '../../core/errors.ts';
import { fieldsOf, textOf, type Fields } from '../fields.ts';
import type { Findings } from '../judge-shape.ts';
import type { BotMessage } from './bot.ts';

/** What may answer what: 企业微信 101031, 被动回复消息. */
const typesForEvent: Readonly<Record<string, readonly string[]>> = {
  enter_chat: ['text', 'template_card'],
  template_card_event: ['update_template_card'],
};
/** The whole text of a stream, in bytes of UTF-8: 企业微信 101031, stream.content. */
const maxStreamBytes = 20_480;

const typesForMessage = ['stream', 'template_card', 'stream_with_template_card'];

/**
 * Judges a bot's decrypted answer: its type must suit what it answers, and what the type names must be there. Faults: WXD1154,
 * WXD1155, WXD1240, WXD2113.
 *
 * @returns the answer in one line
 */
export function judgeBotReply(
  fields: Fields,
  { event, streamId }: Pick<BotMessage, 'event' | 'streamId'>,
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
  judgeStream(fieldsOf(fields, 'stream') ?? {}, streamId, faults);
  const content = textOf(fieldsOf(fields, partOf(type)) ?? {}, 'content');
  return content === undefined ? type : `${type} ${JSON.stringify(content)}`;
}

/** @param asked the stream that a refresh asks for */
function judgeStream(stream: Fields, asked: string | undefined, faults: Findings['faults']): void {
  const received = textOf(stream, 'id');
  if (asked !== undefined && received && received !== asked) {
    faults.push(new WxDevError('WXD1154', { asked, received }));
  }
  const bytes = Buffer.byteLength(textOf(stream, 'content') ?? '');
  if (bytes > maxStreamBytes) {
    faults.push(new WxDevError('WXD1155', { bytes, max: maxStreamBytes }));
  }
}

function partOf(type: string): string {
  return type === 'update_template_card' ? 'template_card' : type;
}
