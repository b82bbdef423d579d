// @ts-check
// Your bot: what your account answers.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Returns text, or fields such as `{ MsgType: 'image', Image: { MediaId } }`, or nothing. It may
 * take its time: WeChat is answered after 4.5 s at the latest, and text that comes later goes to
 * the follower as a customer service message (客服消息).
 * @param {import('./wechat.mjs').Fields} message
 * @returns {Promise<string | import('./wechat.mjs').Fields | undefined>}
 */
export async function onMessage(message) {
  const word = message.MsgType === 'text' ? message.Content : message.EventKey;
  if (word === '#count') return count(message.FromUserName);
  if (word === '#slow') return sleep(6000, '做完了。Done.');
  if (message.MsgType === 'text') return message.Content;
  if (message.Event === 'subscribe') return '欢迎！发什么我就回什么。Welcome! I repeat your words.';
  return undefined;
}

// `#count` and `#slow` let `wx-dev conform` see duplicates and late work. Remove them for production.
/** @type {Map<string, number>} */
const counts = new Map();
const MOST_FOLLOWERS = 1000;

/** @param {string} follower */
function count(follower) {
  const times = (counts.get(follower) ?? 0) + 1;
  if (counts.size >= MOST_FOLLOWERS) counts.clear();
  counts.set(follower, times);
  return String(times);
}
