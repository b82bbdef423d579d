import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { en } from '../../../src/cli/messages/en.ts';
import { zh } from '../../../src/cli/messages/zh.ts';
import { exchangeJson, renderExchange } from '../../../src/cli/render/exchange.ts';
import { Explained } from '../../../src/cli/render/explained.ts';
import { Summary } from '../../../src/cli/render/summary.ts';
import { renderTunnelExchange, tunnelExchangeJson } from '../../../src/cli/render/tunnel.ts';
import type { Language } from '../../../src/core/errors.ts';
import type { Exchange, Verdict } from '../../../src/core/exchange.ts';
import { sampleCodes, sampleErrors } from '../../core/sample-errors.ts';
import { createFakeOutput, type FakeOutputOptions } from '../fake-output.ts';

const LANGUAGES: readonly Language[] = ['en', 'zh'];
const VERDICTS: readonly Verdict[] = ['ok', 'slow', 'late', 'rejected', 'failed'];
const STARTED_AT = new Date(2026, 10, 21, 14, 32, 7).getTime();

describe.each(LANGUAGES)('the log in %s', (language) => {
  test.each([20, 30, 40, 72, 73, 80, 100, 120, 200])('is never wider than %i cells', (columns) => {
    fc.assert(
      fc.property(exchanges, fc.boolean(), (exchange, verbose) => {
        for (const line of draw(exchange, { language, verbose, columns }))
          expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 200 },
    );
  });

  test('takes two lines in a terminal of 40 cells, and loses nothing of the first', () => {
    const [head, below] = draw(sample({ attempt: 2 }), { language, columns: 40 });
    expect(head).toMatch(/^14:32:07 #3 {3}\S+ +38 ms \S+$/);
    const { attempt, sameMsgId } = (language === 'zh' ? zh : en).exchange;
    expect(below?.startsWith(`    ${attempt(2, 3)} ${sameMsgId} -> text "你好`)).toBe(true);
  });

  test.each(VERDICTS)('names the verdict %s in the last column', (verdict) => {
    const [line = ''] = draw(sample({ verdict }), { language, marked: true });
    const word = (language === 'zh' ? zh : en).exchange.verdicts[verdict];
    const tone = { ok: 'good', slow: 'warn', late: 'bad', rejected: 'bad', failed: 'bad' }[verdict];
    expect(line.endsWith(`<${tone}>${word}</${tone}>`)).toBe(true);
  });

  test('every line starts its columns in the same cell', () => {
    const rows = [
      sample({ content: '你好', ms: 3 }),
      sample({ content: 'hello', type: 'CLICK', ms: 4999 }),
      sample({ content: '', id: 1234, openid: undefined, attempt: 2 }),
    ].map((exchange) => draw(exchange, { language })[0] ?? '');
    const cells = rows.map((row) => stringWidth(row.slice(0, row.indexOf(' ms '))));
    expect(new Set(cells).size).toBe(1);
  });

  test('an error stands below its exchange, with code and command', () => {
    for (const code of sampleCodes) {
      for (const error of sampleErrors(code)) {
        const lines = draw(sample({ error }), { language, columns: 80 });
        expect(lines[1]).toMatch(/^ {4}x /);
        expect(lines.join(' ')).toContain(code);
        for (const line of lines.slice(1)) expect(line).toMatch(/^ {4}/);
        for (const line of lines.slice(1, -1))
          if (!isOneWord(line)) expect(stringWidth(line), line).toBeLessThanOrEqual(80);
      }
    }
  });
});

describe('an exchange as a line', () => {
  test('says when, who, what, how long and how it went', () => {
    const [line] = draw(sample(), { columns: 100 });
    expect(line).toMatch(/^14:32:07 #3 {3}text {6}oABC\.\.x9Kd 你好 +text "你好呀" +38 ms ok$/);
    const [chinese] = draw(sample(), { language: 'zh', columns: 100 });
    expect(chinese).toMatch(
      /^14:32:07 #3 {3}文本 {6}oABC\.\.x9Kd 你好 +text "你好呀" +38 ms 正常$/,
    );
  });

  test('says that it is a retry instead of repeating the message', () => {
    const [line] = draw(sample({ attempt: 3 }), {});
    expect(line).toContain('retry 2/3');
    expect(line).toContain('same MsgId');
    expect(line).not.toContain('你好 ');
  });

  test('counts those of a payment against the fifteen of WeChat Pay', () => {
    const [line] = draw(sample({ attempt: 3, type: 'pay.transaction.success' }), {});
    expect(line).toContain('retry 2/15');
    expect(line).toContain('same id');
  });

  test('does not count retries against three that are more', () => {
    expect(draw(sample({ attempt: 4 }), {})[0]).toContain('retry 3/3 ');
    expect(draw(sample({ attempt: 7 }), {})[0]).toContain('retry 6 ');
  });

  test('says the status, or that nothing came, where there was no reply', () => {
    expect(draw(sample({ reply: undefined, status: 502 }), {})[0]).toContain('HTTP 502');
    expect(draw(sample({ reply: undefined, status: 0 }), {})[0]).toContain('no reply');
  });

  test('masks the OpenID, and shows it whole with -v', () => {
    const openid = 'oABC4567890123456789012x9Kd';
    expect(draw(sample({ openid }), {}).join('\n')).not.toContain(openid);
    expect(draw(sample({ openid }), { verbose: true })[1]).toBe(`    ${openid}  MsgId 24357`);
    expect(draw(sample({ openid: undefined, msgId: undefined }), { verbose: true })).toHaveLength(
      1,
    );
  });

  test('shows with -v how the push was opened, and both bodies in the clear', () => {
    const push = {
      mode: 'safe',
      format: 'xml',
      key: 'previous',
      receiveId: 'wx8f0000000021c4',
      text: '<xml>\n<Content>你好</Content>\n</xml>',
    } as const;
    const body = Buffer.from('<xml><Encrypt>c2VjcmV0</Encrypt></xml>');
    const response = { status: 200, headers: [], body, truncated: false };
    const answerText = '<xml><Content>好</Content></xml>';
    const lines = draw(sample({ push, response, answerText }), { verbose: true, isTTY: false });
    expect(lines.slice(2)).toEqual([
      '    > safe, xml: msg_signature matches; decrypted with the previous EncodingAESKey, id wx8f0000000021c4',
      '    > <xml>',
      '    > <Content>你好</Content>',
      '    > </xml>',
      '    < encrypted and signed; in the clear:',
      '    < <xml><Content>好</Content></xml>',
    ]);
    const [plain] = draw(sample({ push: { ...push, mode: 'plain', key: undefined } }), {
      verbose: true,
    }).slice(2);
    expect(plain).toContain('signature matches the Token; read in the clear');
  });

  test('shows the raw body of what could not be opened, the beginning of a long one', () => {
    const request = { method: 'POST', url: '/wx', headers: [], truncated: false };
    const body = Buffer.from(`<xml>${'x'.repeat(100_000)}</xml>`);
    const lines = draw(sample({ request: { ...request, body } }), { verbose: true });
    expect(lines.join('').length).toBeLessThan(6000);
    expect(lines.at(-1)).toBe('    > ..');
  });

  test('hides credentials in bodies', () => {
    const text =
      '<xml><ComponentVerifyTicket><![CDATA[ticket@@@secret1]]></ComponentVerifyTicket><AuthorizationCode>queryauthcode@@@secret2</AuthorizationCode></xml>';
    const answerText = '{"SuiteTicket": "secret3", "a": "b"}';
    const push = { mode: 'plain', format: 'xml', text } as const;
    const drawn = draw(sample({ push, answerText }), { verbose: true, isTTY: false }).join('\n');
    expect(drawn).not.toMatch(/secret/);
    expect(drawn).toContain('****');
  });

  test('nothing of a follower reaches the terminal as a control character', () => {
    const evil = '\u001B[2J\u202E\n\u009B';
    const exchange = sample({ type: evil, openid: evil, content: evil, reply: evil, msgId: evil });
    for (const line of draw(exchange, { verbose: true }))
      expect(line).not.toMatch(/[\p{Cc}\u202E]/u);
  });
});

describe('in a file or pipe', () => {
  test('a line has the whole time, nothing cut, and the same words in every language', () => {
    const content = '你好，'.repeat(20);
    for (const language of LANGUAGES) {
      const [line] = draw(sample({ content }), { language, isTTY: false, columns: 80 });
      expect(line).toMatch(
        /^2026-11-21T14:32:07\.000[+-]\d\d:\d\d #3 text oABC\.\.x9Kd "(你好，){20}" -> text "你好呀" 38ms 200 ok$/,
      );
    }
  });

  test('a line is one line, whatever a follower sends', () => {
    fc.assert(
      fc.property(exchanges, (exchange) => {
        const [line = ''] = draw(exchange, { isTTY: false });
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202E]/u);
        expect(line.endsWith(` ${exchange.status} ${exchange.verdict}`)).toBe(true);
      }),
    );
  });
});

describe('an exchange as JSON', () => {
  test('has the keys that are documented, in a stable order, and no others', () => {
    const json = exchangeJson(sample({ ms: 37.6 }));
    expect(JSON.parse(JSON.stringify(json))).toEqual({
      event: 'exchange',
      id: 3,
      type: 'text',
      attempt: 1,
      status: 200,
      ms: 38,
      verdict: 'ok',
      msgId: '24357',
      openid: 'oABC4567890123456789012x9Kd',
    });
    expect(Object.keys(json).slice(0, 7)).toEqual([
      'event',
      'id',
      'type',
      'attempt',
      'status',
      'ms',
      'verdict',
    ]);
  });

  test('leaves out what is not known', () => {
    const text = JSON.stringify(exchangeJson(sample({ msgId: undefined, openid: undefined })));
    expect(Object.keys(JSON.parse(text) as object)).toEqual([
      'event',
      'id',
      'type',
      'attempt',
      'status',
      'ms',
      'verdict',
    ]);
  });

  test('carries code and message of the error, and the codes of the warnings', () => {
    const [error] = sampleErrors('WXD3001');
    const warnings = sampleErrors('WXD2002').slice(0, 1);
    const json = exchangeJson(sample({ error, warnings, verdict: 'failed' }));
    expect(json['error']).toEqual({ code: 'WXD3001', message: error?.message });
    expect(json['warnings']).toEqual(['WXD2002']);
  });

  test('is one line, whatever a follower sends', () => {
    fc.assert(
      fc.property(exchanges, (exchange) => {
        expect(JSON.stringify(exchangeJson(exchange))).not.toMatch(/[\n\r]/);
      }),
    );
  });
});

describe('a request through a tunnel', () => {
  const exchange = {
    id: 12,
    method: 'POST',
    target: `/wx?signature=${'f'.repeat(40)}&nonce=你`,
    status: 200,
    ms: 12.4,
    startedAt: STARTED_AT,
  };

  test.each([80, 120])('is exactly as wide as a terminal of %i cells', (columns) => {
    for (const language of LANGUAGES) {
      const [line = ''] = renderTunnelExchange(exchange, createFakeOutput({ columns }), {
        language,
      });
      expect(stringWidth(line)).toBe(columns);
      expect(line).toMatch(/^14:32:07 #12 {3}POST {4}\/wx\?.* 200 {5}12 ms$/);
    }
  });

  test.each([
    [200, 'good', 'ok'],
    [404, 'warn', 'ok'],
    [502, 'bad', 'failed'],
    [0, 'bad', 'failed'],
  ])('status %i is %s', (status, tone, verdict) => {
    const [line] = renderTunnelExchange(
      { ...exchange, status },
      createFakeOutput({ marked: true }),
      {
        language: 'en',
      },
    );
    expect(line).toContain(`<${tone}>${status} `);
    expect(tunnelExchangeJson({ ...exchange, status })).toMatchObject({ verdict, type: 'http' });
  });

  test('says why it failed', () => {
    const [error] = sampleErrors('WXD4008');
    if (!error) throw new Error('a sample exists');
    const lines = renderTunnelExchange({ ...exchange, status: 502, error }, createFakeOutput(), {
      language: 'en',
    });
    expect(lines[1]).toContain('WXD4008');
    expect(tunnelExchangeJson({ ...exchange, error })['error']).toMatchObject({ code: 'WXD4008' });
  });
});

describe('the retries of a push', () => {
  test('explain an error once; after that its title is enough', () => {
    const explained = new Explained();
    const [late] = sampleErrors('WXD2001');
    const twice = sampleErrors('WXD2005').slice(0, 1);
    const first = draw(sample({ error: late }), { explained });
    const second = draw(sample({ attempt: 2, error: late, warnings: twice }), { explained });
    const third = draw(sample({ attempt: 3, error: late, warnings: twice }), { explained });
    expect(first.join('\n')).toContain('send the result later');
    expect(second.filter((line) => line.includes('WXD2001'))).toHaveLength(1);
    expect(second.join('\n')).toContain('remember each');
    expect(third).toHaveLength(3);
    expect(third[2]).toMatch(/^ {4}x The app handled one push 3 times {2}WXD2005$/);
    expect(draw(sample({ id: 4, error: late }), { explained }).length).toBe(first.length);
  });

  test('are remembered for the last pushes only', () => {
    const explained = new Explained();
    const [error] = sampleErrors('WXD2001');
    const { length } = draw(sample({ id: 0, error }), { explained });
    for (let id = 1; id <= 200; id += 1) draw(sample({ id, error }), { explained });
    expect(draw(sample({ id: 0, error }), { explained })).toHaveLength(length);
    expect(draw(sample({ id: 200, error }), { explained })).toHaveLength(2);
  });
});

describe('the summary', () => {
  test('is told as fields too', () => {
    const summary = new Summary(1000);
    expect(JSON.parse(JSON.stringify(summary.json(1500)))).toEqual({
      ranMs: 500,
      exchanges: 0,
      late: 0,
      retries: 0,
    });
    summary.add(sample({ id: 17, ms: 4800.4, attempt: 2, verdict: 'late' }));
    expect(summary.json(2000)).toEqual({
      ranMs: 1000,
      exchanges: 1,
      late: 1,
      retries: 1,
      slowestMs: 4800,
      slowestId: 17,
    });
  });

  test('counts what was late, repeated and slowest', () => {
    const summary = new Summary(0);
    summary.add(sample({ ms: 20 }));
    summary.add(sample({ id: 7, ms: 5000, verdict: 'late' }));
    summary.add(sample({ id: 7, ms: 900, attempt: 2 }));
    expect(summary.render(59_000, en)).toBe(
      'ran 59 s · 3 exchanges · 1 late · 1 retry · slowest 5.0 s (#7)',
    );
    expect(summary.render(12 * 60_000, zh)).toContain('12 min · 3 条 · 超时 1 · 重试 1');
  });

  test('has something to say when nothing came', () => {
    expect(new Summary(0).render(0, en)).toBe(
      'ran 0 s · 0 exchanges · 0 late · 0 retries · slowest -',
    );
  });
});

interface View extends FakeOutputOptions {
  readonly language?: Language;
  readonly verbose?: boolean;
  readonly explained?: Explained;
}

function draw(
  exchange: Exchange,
  { language = 'en', verbose = false, explained, ...options }: View,
): string[] {
  const messages = language === 'zh' ? zh : en;
  return renderExchange(exchange, {
    output: createFakeOutput(options),
    messages,
    language,
    verbose,
    explained,
  });
}

function isOneWord(line: string): boolean {
  return !/\S\s\S/.test(line);
}

function sample(changes: Partial<Exchange> = {}): Exchange {
  return {
    id: 3,
    startedAt: STARTED_AT,
    ms: 38,
    type: 'text',
    attempt: 1,
    status: 200,
    verdict: 'ok',
    msgId: '24357',
    openid: 'oABC4567890123456789012x9Kd',
    content: '你好',
    reply: 'text "你好呀"',
    warnings: [],
    request: { method: 'POST', url: '/wx', headers: [], body: Buffer.alloc(0), truncated: false },
    ...changes,
  };
}

const words = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));

const exchanges: fc.Arbitrary<Exchange> = fc
  .record({
    id: fc.nat(9999),
    startedAt: fc.nat(4_000_000_000_000),
    ms: fc.double({ min: 0, max: 99_999, noNaN: true }),
    type: words,
    attempt: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom(0, 200, 500),
    verdict: fc.constantFrom(...VERDICTS),
    // WeChat's own are at most 64 bits and 28 characters.
    msgId: fc.option(fc.stringMatching(/^\d{1,20}$/), { nil: undefined }),
    openid: fc.option(fc.stringMatching(/^[\w-]{1,28}$/), { nil: undefined }),
    content: fc.option(words, { nil: undefined }),
    reply: fc.option(words, { nil: undefined }),
    deferred: fc.boolean(),
    answerText: fc.option(words, { nil: undefined }),
    push: fc.option(
      fc.record({
        mode: fc.constantFrom('plain' as const, 'compat' as const, 'safe' as const),
        format: fc.constantFrom('xml' as const, 'json' as const),
        text: words,
        key: fc.constantFrom('current' as const, 'previous' as const, undefined),
        receiveId: fc.option(words, { nil: undefined }),
      }),
      { nil: undefined },
    ),
  })
  .map((changes) => sample(changes));
