import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFields } from '../../src/wechat/fields.ts';
import { judgeAnswer } from '../../src/wechat/judge.ts';
import { judgeOwnText } from '../../src/wechat/judge-own.ts';
import { parseMessage, type Message } from '../../src/wechat/message.ts';
import { formatReply, type Reply } from '../../src/wechat/reply.ts';
import { makePush, pushKinds } from '../../src/wechat/samples.ts';
import { account } from './helpers.ts';

const addresses = {
  from: 'oAlice',
  to: 'gh_1',
  createTime: 1767225600,
  msgId: '25000000000000017',
};

function pushOf(kind: string, more: Partial<typeof addresses> = {}): Message {
  return parseMessage(makePush(kind, {}, { ...addresses, ...more }));
}

function judgeWhole(text: string, format: 'xml' | 'json', push: Message): object {
  const body = Buffer.from(text);
  const shared = { format, encrypted: false, mode: 'plain', push, account } as const;
  return judgeAnswer({ ...shared, status: 200, headers: [], body });
}

/** What followers type, and what only attackers do. */
const content = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.constantFrom(
    ']]>',
    '<xml>',
    '</xml>',
    '&amp;',
    ' ',
    '\r\n',
    '\u{FEFF}',
    'success',
    '<html>',
    'ngrok',
  ),
  fc.integer({ min: 600, max: 2100 }).map((length) => '鱼'.repeat(length)),
);

test('judges a text reply as reading it again would', () => {
  fc.assert(
    fc.property(content, fc.constantFrom('xml', 'json'), (text, format) => {
      const push = pushOf('text');
      const reply: Reply = { type: 'text', content: text };
      const to = { to: push.fromUserName, from: push.toUserName, createTime: 1767225601, format };
      const written = formatReply(reply, to);
      const own = judgeOwnText(reply, written, push);
      if (own === undefined) return;
      expect(plain(own)).toEqual(plain(judgeWhole(written, format, push)));
    }),
    { numRuns: 1000 },
  );
});

/** Errors by what they say. */
function plain(judgement: object): unknown {
  return JSON.parse(
    JSON.stringify(judgement, (_key, value: unknown) =>
      value instanceof Error ? value.message : value,
    ),
  );
}

test('finds its own texts in order without reading them', () => {
  const reply: Reply = { type: 'text', content: 'hello 你好 😀' };
  expect(judgeOwnText(reply, '<xml/>', pushOf('text'))).toMatchObject({ accepted: true });
});

test('leaves answers to events and notices to the reader', () => {
  const pushes = pushKinds.map((name) => parseMessage(makePush(name, {}, { ...addresses })));
  const others = pushes.filter(({ type }) => type === 'event' || type === 'unknown');
  expect(others.length).toBeGreaterThan(20);
  for (const push of others)
    expect(judgeOwnText({ type: 'text', content: 'x' }, 'x', push)).toBeUndefined();
});

test('leaves to the reader what is no plain text, or answers nobody', () => {
  const text: Reply = { type: 'text', content: 'x' };
  expect(judgeOwnText({ type: 'image', mediaId: 'm' }, 'x', pushOf('text'))).toBeUndefined();
  expect(judgeOwnText({ ...text, content: '\0' }, 'x', pushOf('text'))).toBeUndefined();
  expect(judgeOwnText({ ...text, content: '\uD800' }, 'x', pushOf('text'))).toBeUndefined();
  expect(judgeOwnText(text, 'x', pushOf('text', { from: '' }))).toBeUndefined();
  expect(judgeOwnText(text, 'x', pushOf('text', { to: '' }))).toBeUndefined();
  const odd = parseMessage(
    createFields([
      ['ToUserName', 'gh_1'],
      ['FromUserName', 'oAlice'],
      ['MsgType', 'text'],
      ['Event', 'xpay_goods_deliver_notify'],
    ]),
  );
  expect(judgeOwnText(text, 'x', odd)).toBeUndefined();
});
