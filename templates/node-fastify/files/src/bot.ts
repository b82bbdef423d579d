// Your bot: what your account answers.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from './lib/store.ts';
import { type Message, type Reply, textOf } from './wechat/message.ts';

const DAY_S = 24 * 3600;

/**
 * Returns text, or fields such as `{ MsgType: 'image', Image: { MediaId } }`, or nothing. It may
 * take its time: WeChat is answered after 4.5 s at the latest, and text that comes later goes to
 * the follower as a customer service message (客服消息).
 */
export async function onMessage(message: Message, store: Store): Promise<Reply | undefined> {
  const isText = message.MsgType === 'text';
  const word = textOf(message, isText ? 'Content' : 'EventKey');
  // `#count` and `#slow` let `wx-dev conform` see duplicates and late work. Remove them for
  // production.
  if (word === '#count') return String(await store.count(`count:${message.FromUserName}`, DAY_S));
  if (word === '#slow') return sleep(6000, '做完了。Done.');
  if (isText) return textOf(message, 'Content');
  if (message.Event === 'subscribe') return '欢迎！发什么我就回什么。Welcome! I repeat your words.';
  return undefined;
}
