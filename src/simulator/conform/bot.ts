import type { Words } from '../../core/errors.ts';
import type { Rule } from './rule.ts';
import { accepted } from './verdict.ts';

/** What an AI bot of WeCom gets (智能机器人), by the names that `send` knows. */
export const botKinds = [
  { kind: 'bot.text', en: 'a text', zh: '文本消息' },
  { kind: 'bot.image', en: 'an image', zh: '图片消息' },
  { kind: 'bot.mixed', en: 'text and pictures in one message', zh: '图文混排消息' },
  { kind: 'bot.voice', en: 'a voice message', zh: '语音消息' },
  { kind: 'bot.file', en: 'a file', zh: '文件消息' },
  { kind: 'bot.stream', en: 'a question for the rest of a stream', zh: '流式消息刷新' },
  {
    kind: 'bot.enter_chat',
    en: 'a member who enters (enter_chat)',
    zh: '进入会话事件（enter_chat）',
  },
  {
    kind: 'bot.template_card_event',
    en: 'a click on a card (template_card_event)',
    zh: '卡片点击事件（template_card_event）',
  },
  {
    kind: 'bot.feedback_event',
    en: 'feedback (feedback_event)',
    zh: '用户反馈事件（feedback_event）',
  },
] as const;

/** Group 4, for bots: JSON in lower case, always encrypted, a stream or a card as the answer. */
export const botRules: readonly Rule[] = botKinds.map(({ kind, en, zh }) => ({
  id: kind.replaceAll('_', '-'),
  group: 'encrypted',
  who: 'bots',
  name: { en: `${en} is answered as WeCom expects`, zh: `${zh}得到企业微信认可的回应` },
  check: async (probe) => {
    const what: Words = { en, zh };
    return accepted(await probe.push({ what, fields: probe.makePush(kind) }));
  },
}));
