import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { echoHandler } from '../../../src/callback/handler.ts';
import { createAccount } from '../../../src/wechat/account.ts';
import { seal, sealPush, unseal } from '../../../src/wechat/envelope.ts';
import { judgeAnswer } from '../../../src/wechat/judge.ts';
import { parseJson } from '../../../src/wechat/json.ts';
import { dedupeKey, describeMessage, parseMessage } from '../../../src/wechat/message.ts';
import { formatPushQuery } from '../../../src/wechat/query.ts';
import { formatBotReply } from '../../../src/wechat/work/bot.ts';
import { nextExchange, start } from '../../callback/support.ts';
import { codeOf } from '../helpers.ts';

const account = createAccount({
  kind: 'work-bot',
  token: 'wxdevtoken',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
});
const said = {
  msgid: 'CAIQ16HMjQYY',
  aibotid: 'AIBOTID',
  chatid: 'CHATID',
  chattype: 'group',
  from: { userid: 'zhangsan' },
  response_url: 'https://example.com/response',
  msgtype: 'text',
  text: { content: '@RobotA 你好' },
};
const entered = {
  msgid: 'm2',
  aibotid: 'AIBOTID',
  create_time: '1767225600',
  chattype: 'single',
  from: { userid: 'zhangsan' },
  msgtype: 'event',
  event: { eventtype: 'enter_chat' },
};

const made = (): { format: 'json'; timestamp: string; nonce: string; random16: Buffer } => ({
  format: 'json',
  timestamp: '1767225600',
  nonce: '41567',
  random16: randomBytes(16),
});

test('reads what a member says', () => {
  const message = parseMessage(said);
  expect(message).toMatchObject({
    type: 'bot',
    msgType: 'text',
    content: '@RobotA 你好',
    toUserName: 'AIBOTID',
    fromUserName: 'zhangsan',
    chatType: 'group',
    chatId: 'CHATID',
    responseUrl: 'https://example.com/response',
  });
  expect(describeMessage(message)).toEqual({ type: 'text', content: '@RobotA 你好' });
  expect(dedupeKey(message)).toBe('AIBOTID CAIQ16HMjQYY');
});

test('reads events and streams', () => {
  expect(describeMessage(parseMessage(entered))).toEqual({ type: 'enter_chat' });
  const stream = { ...said, msgtype: 'stream', stream: { id: 's1' } };
  expect(parseMessage(stream)).toMatchObject({ msgType: 'stream', streamId: 's1' });
});

test.each([
  [{ ...said, text: 'no object' }],
  [{ msgtype: 'text', aibotid: '' }],
  [{ msgtype: '__proto__', aibotid: 'a' }],
  [{ ...said, from: [] }],
])('reads what lacks something: %j', (fields) => {
  expect(parseMessage(fields).type).toBe('bot');
});

test('is no bot without its id', () => {
  expect(codeOf(() => parseMessage({ msgtype: 'text' }))).toBe('WXD1206');
});

test('its envelope is in lower case, there and back', () => {
  const { query, body } = sealPush(said, account, { mode: 'safe', ...made() });
  expect(Object.keys(parseJson(body))).toEqual(['encrypt']);
  const unsealed = unseal({ query, body: Buffer.from(body) }, account);
  expect(unsealed).toMatchObject({ lowerCase: true, receiveId: '', format: 'json', fields: said });
  const answer = seal('{}', account, { ...made(), key: unsealed.key, lowerCase: true });
  expect(answer).toMatch(
    /^\{"encrypt":"[^"]+","msgsignature":"[0-9a-f]{40}","timestamp":1767225600,"nonce":"41567"\}$/,
  );
});

describe('an answer', () => {
  const judge = (text: string, fields: Parameters<typeof parseMessage>[0] = said) =>
    judgeAnswer({
      status: 200,
      headers: [],
      body: Buffer.from(seal(text, account, made())),
      format: 'json',
      encrypted: true,
      mode: 'safe',
      push: parseMessage(fields),
      account,
    });

  test('to a message is a stream, to an entry a text', () => {
    const content = '**好**';
    const stream = formatBotReply({}, { content, streamId: 's' });
    expect(judge(stream)).toMatchObject({ accepted: true, summary: 'stream "**好**"' });
    const text = formatBotReply({ event: 'enter_chat' }, { content, streamId: 's' });
    expect(judge(text, entered)).toMatchObject({ accepted: true, summary: 'text "**好**"' });
    expect(judge(text).faults.map(({ code }) => code)).toEqual(['WXD1240']);
    expect(judge(stream, entered).faults.map(({ code }) => code)).toEqual(['WXD1240']);
  });

  test.each([
    ['{"msgtype":"stream"}', 'WXD2113'],
    ['{"msgtype":"stream","stream":{"finish":true}}', 'WXD2113'],
    ['{"msgtype":"markdown"}', 'WXD1240'],
    ['{}', 'WXD1240'],
  ])('%s is refused', (text, code) => {
    expect(judge(text).faults.map((fault) => fault.code)).toEqual([code]);
  });

  test('in clear is refused', () => {
    const answer = judgeAnswer({
      status: 200,
      headers: [],
      body: Buffer.from(formatBotReply({}, { content: 'x', streamId: 's' })),
      format: 'json',
      encrypted: true,
      mode: 'safe',
      push: parseMessage(said),
      account,
    });
    expect(answer.faults.map(({ code }) => code)).toContain('WXD2110');
  });

  test('of nothing is not made', () => {
    expect(codeOf(() => formatBotReply({}, { content: '', streamId: 's' }))).toBe('WXD2113');
  });
});

test('a callback server answers a bot, encrypted', async () => {
  const server = await start({ account, handler: echoHandler });
  const { query, body } = sealPush(said, account, { mode: 'safe', ...made() });
  const exchange = nextExchange(server);
  const url = `${server.url}/wx?${formatPushQuery(query)}`;
  const answer = await fetch(url, { method: 'POST', body });
  const sealed = await answer.text();
  expect(await exchange).toMatchObject({
    type: 'text',
    openid: 'zhangsan',
    verdict: 'ok',
    content: '@RobotA 你好',
  });
  const judged = judgeAnswer({
    status: answer.status,
    headers: [],
    body: Buffer.from(sealed),
    format: 'json',
    encrypted: true,
    mode: 'safe',
    push: parseMessage(said),
    account,
  });
  expect(judged).toMatchObject({ accepted: true, summary: 'stream "@RobotA 你好"' });
});
