import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createEntropy } from '../../src/simulator/entropy.ts';
import { sendPush, type SendPushOptions } from '../../src/simulator/send.ts';
import type { SendOutcome } from '../../src/simulator/outcome.ts';
import { createAccount } from '../../src/wechat/account.ts';
import { seal, unseal } from '../../src/wechat/envelope.ts';
import { fieldsOf, textOf, type Fields } from '../../src/wechat/fields.ts';
import { parsePushQuery } from '../../src/wechat/query.ts';
import { makePush } from '../../src/wechat/samples.ts';
import { startHttp, textMessage, withBody } from './support.ts';

const account = createAccount({
  kind: 'work-bot',
  token: 'botToken123',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
});

/** A bot that answers each push as `answer` says; `asked` are the pushes, opened. */
async function startBot(
  answer: (push: Fields, count: number) => string | object,
): Promise<{ url: string; asked: Fields[] }> {
  const asked: Fields[] = [];
  const url = await startHttp(
    withBody((request, response, body) => {
      const query = parsePushQuery(request.url?.split('?')[1] ?? '');
      const { fields } = unseal({ query, body }, account);
      const said = answer(fields, asked.push(fields));
      if (said === '') return response.end();
      if (said === 'broken') return response.writeHead(500).end();
      const text = typeof said === 'string' ? said : JSON.stringify(said);
      const timestamp = String(Math.floor(Date.now() / 1000));
      const made = { format: 'json', timestamp, nonce: '1', random16: randomBytes(16) } as const;
      return response.end(seal(text, account, made));
    }),
  );
  return { url, asked };
}

const piece = (content: string, finish: unknown, id = 's1'): object => ({
  msgtype: 'stream',
  stream: { id, finish, content },
});

function say(url: string, options: Partial<SendPushOptions> = {}): Promise<SendOutcome> {
  const stream = { everyMs: 1 };
  return sendPush({ url, account, mode: 'safe', fields: textMessage(), stream, ...options });
}

test('asks for the rest of a stream until it is finished, as WeCom does', async () => {
  const bot = await startBot((_push, count) => piece('你好呀'.slice(0, count), count === 3));
  const refreshes: number[] = [];
  const outcome = await say(bot.url, {
    stream: { everyMs: 1, onRefresh: (refresh) => refreshes.push(refresh) },
  });
  expect(outcome).toMatchObject({
    accepted: true,
    verdict: 'ok',
    visible: 'reply',
    summary: 'stream "你好呀"',
    stream: { id: 's1', refreshes: 2, finished: true },
  });
  expect(outcome.attempts).toHaveLength(1);
  expect(refreshes).toEqual([1, 2]);
  const [message = {}, first = {}, second = {}] = bot.asked;
  expect(textOf(fieldsOf(message, 'text') ?? {}, 'content')).toBe('hello 你好');
  for (const refresh of [first, second]) {
    expect(refresh).toMatchObject({ msgtype: 'stream', stream: { id: 's1' }, chattype: 'single' });
    expect(refresh['from']).toEqual(message['from']);
    expect(refresh['aibotid']).toBe(message['aibotid']);
  }
  expect(new Set(bot.asked.map((push) => textOf(push, 'msgid'))).size).toBe(3);
});

test('a message in a group is asked for in the group', async () => {
  const bot = await startBot((_push, count) => piece('a', count > 1));
  const asked = makePush(
    'bot.text',
    { chatid: 'CHAT1', chattype: 'group' },
    { from: 'zhangsan', to: 'bot', createTime: 1767225600, msgId: '1' },
  );
  await say(bot.url, { fields: asked });
  expect(bot.asked[1]).toMatchObject({ chatid: 'CHAT1', chattype: 'group' });
});

test('an empty answer to a refresh is no end', async () => {
  const bot = await startBot((_push, count) => (count === 2 ? '' : piece('a', count === 3)));
  const outcome = await say(bot.url);
  expect(outcome).toMatchObject({ accepted: true, stream: { refreshes: 2, finished: true } });
});

test('a seed makes the same refreshes', async () => {
  const ids = async (): Promise<(string | undefined)[]> => {
    const bot = await startBot((_push, count) => piece('a', count === 3));
    await say(bot.url, { entropy: createEntropy('seed') });
    return bot.asked.map((push) => textOf(push, 'msgid'));
  };
  expect(await ids()).toEqual(await ids());
});

describe('is not followed', () => {
  test.each<[string, object | string, Partial<SendPushOptions>]>([
    ['a finished stream', piece('a', true), {}],
    ['a card', { msgtype: 'template_card', template_card: { card_type: 'a' } }, {}],
    ['nothing', '', {}],
    ['a stream that nobody wants to follow', piece('a', false), { stream: { forMs: 0 } }],
  ])('%s', async (_name, answer, options) => {
    const bot = await startBot(() => answer);
    const outcome = await say(bot.url, options);
    expect(outcome.stream).toBeUndefined();
    expect(bot.asked).toHaveLength(1);
  });
});

describe('is not accepted', () => {
  const codes = ({ faults }: SendOutcome): string[] => faults.map(({ code }) => code);

  test.each([
    ['is never finished', false],
    ['says "true" in quotes', 'true'],
  ])('a stream that %s', async (_name, finish) => {
    const bot = await startBot((_push, count) => piece('a'.repeat(count), finish));
    const outcome = await say(bot.url, { stream: { everyMs: 1, forMs: 40 } });
    expect(codes(outcome)).toEqual(['WXD1153']);
    expect(outcome).toMatchObject({ accepted: false, verdict: 'failed', visible: 'reply' });
    expect(outcome.stream?.finished).toBe(false);
    expect(bot.asked.length).toBe((outcome.stream?.refreshes ?? 0) + 1);
  });

  test('a refresh that is answered with another stream', async () => {
    const bot = await startBot((_push, count) => piece('a', count > 1, `s${count}`));
    const outcome = await say(bot.url);
    expect(codes(outcome)).toEqual(['WXD1154']);
    expect(outcome.stream).toMatchObject({ id: 's1', refreshes: 1, finished: false });
  });

  test('a refresh that is answered with a text', async () => {
    const bot = await startBot((_push, count) =>
      count === 1 ? piece('a', false) : { msgtype: 'text', text: { content: 'a' } },
    );
    expect(codes(await say(bot.url))).toEqual(['WXD1240']);
  });

  test('a piece of more than 20480 bytes', async () => {
    const bot = await startBot((_push, count) =>
      piece(count === 1 ? '' : '好'.repeat(6827), count > 1),
    );
    expect(codes(await say(bot.url))).toEqual(['WXD1155']);
    const fits = await startBot((_push, count) => piece('a'.repeat(20_480), count > 1));
    expect((await say(fits.url)).accepted).toBe(true);
  });

  test('an app that fails between two pieces', async () => {
    const bot = await startBot((_push, count) => (count > 1 ? 'broken' : piece('a', false)));
    const outcome = await say(bot.url);
    expect(outcome).toMatchObject({ accepted: false, stream: { refreshes: 1, finished: false } });
    expect(codes(outcome)).toEqual(['WXD2101']);
  });
});

test('an interruption ends it at once', async () => {
  const controller = new AbortController();
  const bot = await startBot(() => piece('a', false));
  const interrupted = say(bot.url, {
    stream: { everyMs: 60_000 },
    signal: controller.signal,
    onAttempt: () => setImmediate(() => controller.abort(new Error('Ctrl-C'))),
  });
  await expect(interrupted).rejects.toThrow('Ctrl-C');
  expect(bot.asked).toHaveLength(1);
});
