import { describe, expect, test } from 'vitest';
import { createWechat } from '../../src/testing/wechat.ts';
import { conform } from '../../src/testing/conform.ts';
import { startApp, texts } from '../simulator/conform/app.ts';

describe('a WeChat that a test plays', () => {
  test('verifies, writes and clicks, and says what the follower would see', async () => {
    await using app = await startApp();
    const wechat = createWechat({ ...texts, url: app.url });
    expect(await wechat.verify()).toMatchObject({ accepted: true, status: 200, faults: [] });
    expect(await wechat.text('你好 ]]> 😀')).toMatchObject({
      accepted: true,
      visible: 'reply',
      reply: { type: 'text', content: '你好 ]]> 😀' },
    });
    expect(await wechat.event('subscribe')).toMatchObject({ reply: { content: 'welcome' } });
    const click = await wechat.event('CLICK', { EventKey: '#count' }, { from: 'oSomebody' });
    expect(click).toMatchObject({ reply: { content: '1' } });
    expect(await wechat.message('image')).toMatchObject({ accepted: true, visible: 'nothing' });
  });

  test.each(['plain', 'compat', 'safe'] as const)('talks %s mode', async (mode) => {
    await using app = await startApp();
    const wechat = createWechat({ ...texts, url: app.url, mode });
    const outcome = await wechat.text('hello');
    expect(outcome).toMatchObject({ accepted: true, reply: { content: 'hello' } });
    const body = Buffer.from(outcome.request.body).toString();
    expect(body.includes('<Encrypt>')).toBe(mode !== 'plain');
    expect(body.includes('<Content>')).toBe(mode !== 'safe');
  });

  test('repeats a push when its MsgId is given again', async () => {
    await using app = await startApp();
    const wechat = createWechat({ ...texts, url: app.url });
    const contents = [];
    for (const msgId of ['1', '1', '2']) {
      const { reply } = await wechat.text('#count', { msgId });
      contents.push(reply?.type === 'text' ? reply.content : undefined);
    }
    expect(contents).toEqual(['1', '1', '2']);
  });

  test('gives a fault, not an exception, for an app that is wrong or not there', async () => {
    await using app = await startApp('swapped-addresses');
    const outcome = await createWechat({ ...texts, url: app.url }).text('hello');
    expect(outcome).toMatchObject({ accepted: false, visible: 'failure' });
    expect(outcome.faults.map(({ code }) => code)).toContain('WXD2109');
    const nobody = createWechat({ ...texts, url: 'http://127.0.0.1:1/wx' });
    expect((await nobody.text('hello')).faults.map(({ code }) => code)).toEqual(['WXD3001']);
  });

  test('refuses an unknown kind, a bad Token and a bad key by code', async () => {
    const url = 'http://127.0.0.1:1/wx';
    await expect(createWechat({ ...texts, url }).message('imgae')).rejects.toMatchObject({
      code: 'WXD1207',
    });
    expect(() => createWechat({ url, token: 'x' })).toThrow(
      expect.objectContaining({ code: 'WXD1003' }),
    );
    expect(() => createWechat({ url, token: 'abc', aesKey: 'short' })).toThrow(
      expect.objectContaining({ code: 'WXD1101' }),
    );
  });

  test('ends what waits with the reason of its signal', async () => {
    const controller = new AbortController();
    const wechat = createWechat({
      ...texts,
      url: 'http://127.0.0.1:1/wx',
      signal: controller.signal,
    });
    controller.abort(new Error('enough'));
    await expect(wechat.text('hello')).rejects.toThrow('enough');
  });
});

describe('the suite as tests', () => {
  test('has a test for every rule, or for those that are chosen', () => {
    const target = { ...texts, url: 'http://127.0.0.1:1/wx' };
    const all = conform(target);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(
      conform(target, { only: ['verify', '12'], skip: ['verify.text-plain'] }).map(({ id }) => id),
    ).toEqual(['verify.echostr-verbatim', 'verify.leading-zeros', 'parallel.fifty']);
    expect(conform(target, { language: 'zh' })[0]?.name).toBe(
      'verify.echostr-verbatim: echostr 逐字节原样返回',
    );
    expect(() => conform(target, { only: ['verfy'] })).toThrow(RangeError);
  });

  test('asks for the target when the first test runs, once', async () => {
    await using app = await startApp();
    let asked = 0;
    const tests = conform(
      () => {
        asked += 1;
        return { ...texts, url: app.url };
      },
      { only: ['verify'] },
    );
    expect(asked).toBe(0);
    for (const { run } of tests) await run();
    expect(asked).toBe(1);
  });

  test('a broken rule rejects with what was sent, what came back and what to do', async () => {
    await using app = await startApp('bom');
    const [rule] = conform({ ...texts, url: app.url }, { language: 'zh' });
    const error: unknown = await rule?.run().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'AssertionError', code: 'ERR_ASSERTION' });
    expect(String(error)).toContain('应用返回的不是 echostr (WXD1004)');
    expect(String(error)).toContain('发出 签名正确的 GET');
    expect(String(error)).toContain('收到 HTTP 200');
    expect(String(error)).toContain('wx-dev send verify');
  });

  test('what cannot be checked is skipped through the context, and without one never passes', async () => {
    await using app = await startApp();
    const [rule] = conform({ ...texts, url: app.url }, { only: ['slow.once'] });
    const reasons: string[] = [];
    await rule?.run({ skip: (reason) => reasons.push(reason) });
    expect(reasons).toEqual([expect.stringContaining('--slow-text')]);
    await expect(rule?.run()).rejects.toThrow('not checked');
  });
});
