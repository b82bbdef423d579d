import { WxDevError } from '../core/errors.ts';
import type { Judgement } from './judge.ts';
import { maxContentBytes } from './judge-reply.ts';
import type { Message } from './message.ts';
import type { Reply } from './reply.ts';
import { isLegal } from './xml.ts';

/**
 * The judgement of a text reply that `formatReply` has just written for `push` as `text`, found without reading it again; `undefined` where
 * only `judgeAnswer` can tell. It is the same as that of `judgeAnswer`.
 */
export function judgeOwnText(reply: Reply, text: string, push: Message): Judgement | undefined {
  if (reply.type !== 'text' || !isLegal(reply.content)) return undefined;
  // Both addresses are there, and the push is a follower's: events and bots have answers of their own.
  if (push.type === 'event' || push.type === 'bot' || push.type === 'unknown') return undefined;
  if (!isLegal(push.fromUserName) || !isLegal(push.toUserName)) return undefined;
  if (push.fromUserName === '' || push.toUserName === '' || 'Event' in push.raw) return undefined;
  // A character takes three bytes at most.
  const sizeBytes =
    reply.content.length * 3 > maxContentBytes ? Buffer.byteLength(reply.content) : 0;
  return {
    accepted: true,
    visible: 'reply',
    reply: { type: 'text', content: reply.content },
    text,
    summary: `text "${reply.content}"`,
    faults: [],
    warnings:
      sizeBytes > maxContentBytes
        ? [new WxDevError('WXD2122', { sizeBytes, limitBytes: maxContentBytes })]
        : [],
  };
}
