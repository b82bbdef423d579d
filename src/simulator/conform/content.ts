import { checkText, type DifficultText } from './echo.ts';
import type { Rule } from './rule.ts';

/** 682 Chinese characters of three bytes and two more bytes: the longest text that is known to be shown whole. */
const longest = `${'字'.repeat(682)}ab`;

/** Group 6: texts that apps stumble over. */
export const contentRules: readonly Rule[] = [
  rule({
    id: 'content.leading-zeros',
    name: ['a text of digits stays text: 007', '数字文本仍是文本：007'],
    content: '007',
    what: ['a text "007"', '文本消息 "007"'],
  }),
  rule({
    id: 'content.empty',
    name: [
      'an empty text is answered without an empty Content',
      '空文本得到回应，且回复的 Content 不为空',
    ],
    content: '',
    what: ['a text with empty Content', 'Content 为空的文本消息'],
  }),
  rule({
    id: 'content.2048-bytes',
    name: ['a text of 2048 bytes is read whole', '2048 字节的文本完整读取'],
    content: longest,
    what: ['a text of 2048 bytes, mostly Chinese', '2048 字节的文本消息，多为中文'],
  }),
];

interface Texts {
  readonly id: string;
  readonly name: readonly [en: string, zh: string];
  readonly content: string;
  readonly what: readonly [en: string, zh: string];
}

function rule({ id, name, content, what }: Texts): Rule {
  const text: DifficultText = { rule: id, content, what: { en: what[0], zh: what[1] } };
  return {
    id,
    group: 'content',
    name: { en: name[0], zh: name[1] },
    check: (probe) => checkText(probe, text),
  };
}
