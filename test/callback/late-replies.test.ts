import { once, setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createReplyCourier } from '../../src/api/reply-courier.ts';
import type { Handler } from '../../src/callback/handler.ts';
import { LateReplies } from '../../src/callback/late-replies.ts';
import { lateAnswerMs, wechatDeadlineMs } from '../../src/callback/limits.ts';
import type { CallbackServer, LateReply } from '../../src/callback/server.ts';
import { limitWork } from '../../src/callback/work-limit.ts';
import { silentLogger } from '../../src/core/logger.ts';
import type { Mode } from '../../src/wechat/account.ts';
import { seal } from '../../src/wechat/envelope.ts';
import { formatReply } from '../../src/wechat/reply.ts';
import { apiAccount, startWechatApi, type WechatApi } from '../helpers/wechat-api.ts';
import {
  account,
  dialRaw,
  gate,
  nextExchange,
  post,
  rawPost,
  sealed,
  start,
  startApp,
  textMessage,
  until,
} from './support.ts';

/** So that no test waits 4.5 s: the app answers when the test says so, never earlier. */
const answerMs = 20;

/** Longer than any test may take: what must not happen by the clock cannot. */
const never = 600_000;

const openid = 'oWxDev_Alice_000000000000001';

/** A server with late replies, and what became of them. */
async function startLate(
  handler: Parameters<typeof start>[0]['handler'],
  {
    api,
    mode,
    waitMs = never,
    graceMs = never,
  }: { api: WechatApi; mode?: Mode; waitMs?: number; graceMs?: number },
) {
  const deliver = createReplyCourier({ ...apiAccount, base: api.base });
  const lateReply = { deliver, answerMs, waitMs, graceMs };
  const server = await start({ handler, mode, lateReply, deadlineMs: never });
  const ends: LateReply[] = [];
  server.events.on('lateReply', (end) => ends.push(end));
  return Object.assign(server, { ends });
}

async function nextEnd(server: CallbackServer): Promise<LateReply> {
  const [end] = (await once(server.events, 'lateReply')) as [LateReply];
  return end;
}

describe('a handler that is late', () => {
  test.each<Mode>(['plain', 'compat', 'safe'])(
    'is answered for with success, and its reply delivered, in %s mode',
    async (mode) => {
      const api = await startWechatApi();
      const release = gate();
      const server = await startLate(
        async () => {
          await release.opened;
          return 'thought about it';
        },
        { api, mode },
      );
      const end = nextEnd(server);
      expect(await post(server, sealed(textMessage(), mode))).toMatchObject({
        status: 200,
        text: 'success',
      });
      expect(server.exchanges).toMatchObject([
        { id: 1, verdict: 'ok', status: 200, reply: 'success', deferred: true, warnings: [] },
      ]);
      expect(api.calls).toEqual([]);
      release.open();
      const ended = await end;
      expect(ended).toMatchObject({
        id: 1,
        end: 'delivered',
        messages: 1,
        openid,
        reply: 'text "thought about it"',
      });
      expect(ended.ms).toBeGreaterThanOrEqual(ended.answeredMs ?? Infinity);
      expect(api.sent).toEqual([
        { touser: openid, msgtype: 'text', text: { content: 'thought about it' } },
      ]);
    },
  );

  test('one that is in time is answered as ever', async () => {
    const api = await startWechatApi();
    const server = await startLate(() => 'quick', { api });
    expect((await post(server, sealed(textMessage()))).text).toContain('quick');
    expect(server.exchanges[0]?.deferred).toBeUndefined();
    expect(api.calls).toEqual([]);
  });

  test('sees each push once: two at once, a retry meanwhile, and one afterwards', async () => {
    const api = await startWechatApi();
    const release = gate();
    let runs = 0;
    const server = await startLate(
      async () => {
        runs += 1;
        await release.opened;
        return 'once';
      },
      { api },
    );
    const push = sealed(textMessage());
    const end = nextEnd(server);
    const both = await Promise.all([post(server, push), post(server, push)]);
    const meanwhile = await post(server, push);
    release.open();
    await end;
    const afterwards = await post(server, push);
    for (const { text } of [...both, meanwhile, afterwards]) expect(text).toBe('success');
    expect(runs).toBe(1);
    expect(api.sent).toHaveLength(1);
    expect(server.ends).toHaveLength(1);
    expect(new Set(server.exchanges.map(({ id, attempt }) => `${id}/${attempt}`))).toEqual(
      new Set(['1/1', '1/2', '1/3', '1/4']),
    );
  });

  test('a delivery that left before is served by message too, and the retry gets success', async () => {
    const api = await startWechatApi();
    const release = gate();
    const deliver = createReplyCourier({ ...apiAccount, base: api.base });
    let runs = 0;
    const server = await start({
      handler: async () => {
        runs += 1;
        await release.opened;
        return 'for the one who left';
      },
      lateReply: { deliver, answerMs: never, waitMs: never },
      deadlineMs: never,
    });
    const end = nextEnd(server);
    const { query, body } = sealed(textMessage());
    const leaver = dialRaw(server.port);
    leaver.write(rawPost(`/wx?${query}`, body));
    await until(() => runs === 1);
    const left = nextExchange(server);
    leaver.destroy();
    await left;
    expect((await post(server, sealed(textMessage()))).text).toBe('success');
    release.open();
    expect(await end).toMatchObject({ end: 'delivered', answeredMs: undefined });
    expect(server.exchanges.map(({ verdict }) => verdict)).toEqual(['late', 'ok']);
    expect(api.sent).toHaveLength(1);
  });

  test.each<{ name: string; handler: Handler; expected: object }>([
    {
      name: 'nothing',
      handler: () => undefined,
      expected: { end: 'silent', messages: 0, reply: 'success' },
    },
    {
      name: 'an exception',
      handler: () => {
        throw new Error('model is down');
      },
      expected: { end: 'failed', error: { code: 'WXD3003' } },
    },
    {
      name: 'a reply that has no such form',
      handler: () => ({ type: 'transfer_customer_service' }),
      expected: { end: 'failed', error: { code: 'WXD2011' } },
    },
    {
      name: 'an empty text',
      handler: () => '',
      expected: { end: 'failed', error: { code: 'WXD2108' } },
    },
    {
      name: 'three articles to an event',
      handler: () => ({
        type: 'news',
        articles: ['1', '2', '3'].map((title) => ({
          title,
          description: 'd',
          picUrl: 'p',
          url: 'u',
        })),
      }),
      expected: { end: 'delivered', messages: 3 },
    },
  ])('that gives $name says what became of it', async ({ handler, expected }) => {
    const api = await startWechatApi();
    const release = gate();
    const server = await startLate(
      async (...args) => {
        await release.opened;
        return handler(...args);
      },
      { api },
    );
    const end = nextEnd(server);
    const event = textMessage({ MsgType: 'event', Event: 'CLICK', EventKey: 'K' });
    expect((await post(server, sealed(event))).text).toBe('success');
    release.open();
    expect(await end).toMatchObject(expected);
  });

  test('says what the API refused, with the code of WeChat', async () => {
    const api = await startWechatApi();
    api.answerNext('/cgi-bin/message/custom/send', {
      errcode: 45015,
      errmsg: 'response out of time limit or subscription is canceled',
    });
    const release = gate();
    const server = await startLate(() => release.opened.then(() => 'too late'), { api });
    const end = nextEnd(server);
    await post(server, sealed(textMessage()));
    release.open();
    expect(await end).toMatchObject({
      end: 'failed',
      error: { code: 'WXD2012', details: { errcode: 45015 } },
    });
  });

  test('has a longer time, and is told when that is over', async () => {
    const api = await startWechatApi();
    let told: unknown;
    let deadline = 0;
    const server = await startLate(
      (_message, context) => {
        ({ deadline } = context);
        return new Promise((resolve) => {
          context.signal.addEventListener('abort', () => {
            told = context.signal.reason;
            resolve('after its time');
          });
        });
      },
      { api, waitMs: 300 },
    );
    const before = Date.now();
    expect(await nextEndOf(server, post(server, sealed(textMessage())))).toMatchObject({
      end: 'failed',
      error: { code: 'WXD2013', details: { seconds: 0.3 } },
    });
    expect(told).toBeInstanceOf(Error);
    expect(deadline).toBeGreaterThanOrEqual(before + 300);
    expect(api.sent).toEqual([]);
  });
});

describe('many late replies', () => {
  test('are taken on up to a limit; beyond it a push is waited for as ever', async () => {
    const closing = new AbortController();
    setMaxListeners(0, closing.signal);
    const ends: LateReply[] = [];
    const delivered: string[] = [];
    const late = new LateReplies(
      {
        deliver: async (_reply, openid) => {
          delivered.push(openid);
          return 1;
        },
      },
      { closing: closing.signal, logger: silentLogger, onEnd: (end) => ends.push(end) },
    );
    const release = gate();
    const take = (id: number): boolean =>
      late.take({
        known: { id, type: 'text', attempt: 1, openid: `o${id}` },
        startedAt: Date.now(),
        answeredMs: 4500,
        conclusion: release.opened.then(() => ({
          summary: 'text "a"',
          reply: { type: 'text', content: 'a' },
        })),
        limit: limitWork(closing.signal, never),
      });
    const taken = Array.from({ length: 1100 }, (_, id) => take(id));
    expect(taken.filter(Boolean)).toHaveLength(1000);
    expect(taken.lastIndexOf(true)).toBe(999);
    release.open();
    await late.settled();
    expect(delivered).toHaveLength(1000);
    expect(ends.every(({ end }) => end === 'delivered')).toBe(true);
    expect(take(2000)).toBe(true);
    await late.settled();
    closing.abort();
  });
});

describe('the end of the server', () => {
  test('does not wait for an app that still thinks, and says that its reply is lost', async () => {
    const api = await startWechatApi();
    const server = await startLate(() => new Promise(() => undefined), { api });
    await post(server, sealed(textMessage()));
    await server.close();
    expect(server.ends).toMatchObject([{ id: 1, end: 'cancelled', messages: 0 }]);
  });

  test('waits for the message that is on its way', async () => {
    const held = gate();
    const api = await startWechatApi({ hold: held.opened });
    const release = gate();
    const server = await startLate(() => release.opened.then(() => 'just in time'), { api });
    await post(server, sealed(textMessage()));
    release.open();
    await until(() => api.calls.some(({ path }) => path.endsWith('/send')));
    const closed = server.close();
    held.open();
    await closed;
    expect(server.ends).toMatchObject([{ end: 'delivered', messages: 1 }]);
  });

  test('gives up a message that the API does not take', async () => {
    const held = gate();
    onTestFinished(() => held.open());
    const api = await startWechatApi({ hold: held.opened });
    const release = gate();
    const server = await startLate(() => release.opened.then(() => 'never'), { api, graceMs: 20 });
    await post(server, sealed(textMessage()));
    release.open();
    await until(() => api.calls.some(({ path }) => path.endsWith('/send')));
    await server.close();
    expect(server.ends).toMatchObject([{ end: 'cancelled', messages: 0 }]);
  });
});

describe('an app behind --forward-to that is late', () => {
  const replyText = (content: string): string =>
    formatReply(
      { type: 'text', content },
      { to: openid, from: 'gh_0f1e2d3c4b5a', createTime: 1767225602 },
    );

  test.each<Mode>(['plain', 'compat', 'safe'])(
    'gets each push once, and its reply is delivered, in %s mode',
    async (mode) => {
      const api = await startWechatApi();
      const waiting: ServerResponse[] = [];
      const app = await startApp((_request, response) => void waiting.push(response));
      const server = await startLate({ forwardTo: String(app.port) }, { api, mode });
      const push = sealed(textMessage(), mode);
      const end = nextEnd(server);
      expect((await post(server, push)).text).toBe('success');
      expect((await post(server, push)).text).toBe('success');
      await until(() => waiting.length > 0);
      const clear = replyText('后来 想好了');
      const body = mode === 'plain' ? clear : sealReply(clear);
      waiting[0]?.end(body);
      expect(await end).toMatchObject({ end: 'delivered', reply: 'text "后来 想好了"' });
      expect(api.sent).toEqual([
        { touser: openid, msgtype: 'text', text: { content: '后来 想好了' } },
      ]);
      expect((await post(server, push)).text).toBe('success');
      expect(waiting).toHaveLength(1);
      expect(server.exchanges.every(({ deferred }) => deferred === true)).toBe(true);
    },
  );

  test.each([
    { name: 'success', body: 'success', expected: { end: 'silent' } },
    { name: 'nothing', body: '', expected: { end: 'silent' } },
    {
      name: 'HTML',
      body: '<html>oops</html>',
      expected: { end: 'failed', error: { code: 'WXD2103' } },
    },
    {
      name: 'a reply to somebody else',
      body: replyText('hi').replace(openid, 'oSomebodyElse'),
      expected: { end: 'failed', error: { code: 'WXD2109' } },
    },
  ])('that answers $name says what became of it', async ({ body, expected }) => {
    const api = await startWechatApi();
    const waiting: ServerResponse[] = [];
    const app = await startApp((_request, response) => void waiting.push(response));
    const server = await startLate({ forwardTo: String(app.port) }, { api });
    const end = nextEnd(server);
    await post(server, sealed(textMessage()));
    await until(() => waiting.length > 0);
    waiting[0]?.end(body);
    expect(await end).toMatchObject(expected);
    expect(api.sent).toEqual([]);
  });

  test('that hangs up after the success says so', async () => {
    const api = await startWechatApi();
    const waiting: ServerResponse[] = [];
    const app = await startApp((_request, response) => void waiting.push(response));
    const server = await startLate({ forwardTo: String(app.port) }, { api });
    const end = nextEnd(server);
    await post(server, sealed(textMessage()));
    await until(() => waiting.length > 0);
    waiting[0]?.destroy();
    expect(await end).toMatchObject({ end: 'failed', error: { code: 'WXD3002' } });
  });

  test('that never answers is given up after its longer time', async () => {
    const api = await startWechatApi();
    const app = await startApp(() => undefined);
    const server = await startLate({ forwardTo: String(app.port) }, { api, waitMs: 100 });
    expect(await nextEndOf(server, post(server, sealed(textMessage())))).toMatchObject({
      end: 'failed',
      error: { code: 'WXD2013' },
    });
  });

  test('is waited for as ever where nobody can be written to: an unverified push', async () => {
    const api = await startWechatApi();
    const waiting: ServerResponse[] = [];
    const app = await startApp((_request, response) => void waiting.push(response));
    const server = await startLate({ forwardTo: String(app.port) }, { api });
    const push = sealed(textMessage());
    const forged = { ...push, query: push.query.replace('nonce=4', 'nonce=5') };
    const answer = post(server, forged);
    // A push that may wait behind it has passed its own moment for success.
    expect((await post(server, sealed(textMessage({ MsgId: '2' })))).text).toBe('success');
    await until(() => waiting.length === 2);
    for (const response of waiting) response.end('app decides');
    expect((await answer).text).toBe('app decides');
    expect(server.exchanges.at(-1)).toMatchObject({ verdict: 'rejected' });
  });

  test('must answer a virtual payment itself: success would be wrong', async () => {
    const api = await startWechatApi();
    const waiting: ServerResponse[] = [];
    const app = await startApp((_request, response) => void waiting.push(response));
    const server = await startLate({ forwardTo: String(app.port) }, { api });
    const payment = textMessage({ MsgType: 'event', Event: 'xpay_goods_deliver_notify' });
    const answer = post(server, sealed(payment));
    expect((await post(server, sealed(textMessage({ MsgId: '2' })))).text).toBe('success');
    await until(() => waiting.length === 2);
    for (const response of waiting) response.end('{"ErrCode":0,"ErrMsg":"success"}');
    expect((await answer).text).toBe('{"ErrCode":0,"ErrMsg":"success"}');
  });

  function sealReply(text: string): string {
    return seal(text, account, {
      format: 'xml',
      timestamp: '1767225602',
      nonce: '7',
      random16: Buffer.alloc(16, 3),
    });
  }
});

test('by default success goes out half a second before WeChat leaves', () => {
  expect([lateAnswerMs, wechatDeadlineMs]).toEqual([4500, 5000]);
});

async function nextEndOf(server: CallbackServer, sent: Promise<unknown>): Promise<LateReply> {
  const [end] = await Promise.all([nextEnd(server), sent]);
  return end;
}
