import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { LateReply, PushesState, SlowApp } from '../../../src/callback/server.ts';
import { en } from '../../../src/cli/messages/en.ts';
import { zh } from '../../../src/cli/messages/zh.ts';
import {
  lateReplyJson,
  pushesJson,
  renderLateReply,
  renderPushes,
  renderSlow,
  slowJson,
} from '../../../src/cli/render/late.ts';
import { WxDevError, type Language } from '../../../src/core/errors.ts';
import { createFakeOutput } from '../fake-output.ts';

const startedAt = new Date(2026, 10, 21, 14, 33, 2).getTime();
const known = { id: 3, type: 'text', attempt: 1, openid: 'oABC4567890123456789012x9Kd' };
const slow: SlowApp = { ...known, content: '报表', startedAt, ms: 3500, leftMs: 1500 };
const delivered: LateReply = {
  ...known,
  startedAt,
  answeredMs: 4501,
  ms: 9213,
  end: 'delivered',
  messages: 1,
  reply: 'text "好"',
};
const paused: PushesState = {
  type: 'paused',
  error: new WxDevError('WXD2010', { failures: 3, waitSeconds: 60 }),
};

test('a slow app is announced with the time that is left', () => {
  expect(renderSlow(slow, view('en', 100))[0]).toMatch(
    /^14:33:02 #3 {3}text {6}oABC\.\.x9Kd 报表 +1\.5 s left +3500 ms slow$/,
  );
  expect(renderSlow(slow, view('zh', 100))[0]).toMatch(/文本 .*报表 +还剩 1\.5 s +3500 ms 偏慢$/);
  expect(renderSlow({ ...slow, attempt: 2 }, view('en', 100))[0]).toContain(
    'retry 1/3  same MsgId',
  );
});

test('a late reply says when success was answered and when the follower got it', () => {
  expect(renderLateReply(delivered, view('en', 120))).toEqual([
    '    #3 success at 4.5 s, reply delivered after 9.2 s by customer message: text "好"',
  ]);
  expect(renderLateReply({ ...delivered, messages: 3 }, view('en', 120))[0]).toContain(
    'in 3 messages',
  );
  expect(renderLateReply({ ...delivered, answeredMs: undefined }, view('en', 120))[0]).toContain(
    'WeChat had left',
  );
  expect(renderLateReply(delivered, view('zh', 120))[0]).toContain('9.2 s 后用客服消息补发');
});

test('a long late reply is cut in its line', () => {
  const lines = renderLateReply(
    { ...delivered, reply: `text "${'很长'.repeat(900)}"` },
    view('en', 80),
  );
  expect(lines.length).toBeLessThanOrEqual(3);
});

test.each(['silent', 'failed', 'cancelled'] as const)('a late reply that is %s says so', (end) => {
  const error = new WxDevError('WXD2013', { seconds: 60 });
  for (const language of ['en', 'zh'] as const) {
    const lines = renderLateReply(
      { ...delivered, end, messages: 0, ...(end === 'failed' && { error }) },
      view(language, 80),
    );
    expect(lines[0]).toContain('#3 ');
    expect(lines[0]).toContain('9.2 s');
    expect(lines.join('\n').includes('WXD2013')).toBe(end === 'failed');
  }
});

test('a pause of the pushes is explained, and so is its end', () => {
  const lines = renderPushes(paused, view('en', 80)).join('\n');
  expect(lines).toContain('WXD2010');
  expect(lines).toContain('MarkFail');
  expect(renderPushes({ type: 'back', afterMs: 61_000 }, view('en', 80))).toEqual([
    '    pushes are back, 61.0 s after the last failure',
  ]);
});

test('each is one JSON object', () => {
  expect(slowJson(slow)).toMatchObject({ event: 'slow', id: 3, ms: 3500, leftMs: 1500 });
  expect(lateReplyJson(delivered)).toMatchObject({
    event: 'late-reply',
    id: 3,
    end: 'delivered',
    answeredMs: 4501,
    ms: 9213,
    messages: 1,
  });
  expect(pushesJson(paused)).toMatchObject({
    event: 'pushes',
    state: 'paused',
    error: { code: 'WXD2010' },
  });
  expect(pushesJson({ type: 'back', afterMs: 5 })).toEqual({
    event: 'pushes',
    state: 'back',
    afterMs: 5,
  });
});

describe.each<Language>(['en', 'zh'])('in %s', (language) => {
  test.each([40, 80, 120])('no line is wider than %i cells', (columns) => {
    const words = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(words, words, fc.nat(99_999), (content, reply, ms) => {
        const drawn = [
          ...renderSlow({ ...slow, content, type: reply }, view(language, columns)),
          ...renderLateReply({ ...delivered, reply, ms, messages: 3 }, view(language, columns)),
          ...renderPushes({ type: 'back', afterMs: ms }, view(language, columns)),
        ];
        for (const line of drawn) {
          expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });
});

function view(language: Language, columns: number) {
  const messages = language === 'zh' ? zh : en;
  return { output: createFakeOutput({ columns }), messages, language, verbose: false };
}
