import { expect, test } from 'vitest';
import {
  formatError,
  WxDevError,
  type ErrorCode,
  type ErrorDetails,
} from '../../src/core/errors.ts';
import { differencesEn, signatureHintsEn } from '../../src/core/errors/hints.ts';
import type { wechatErrors } from '../../src/core/errors/wechat.ts';

type WechatCode = keyof typeof wechatErrors;

const source = { name: 'WX_TOKEN', file: '.env.local', line: 3 };
const length = { type: 'length', length: 44 } as const;
const character = { type: 'character', at: 44, character: '\u{200B}' } as const;
const none = {};
const reason = { problem: 'Malformed XML: line 1', problemZh: 'XML 格式错误：第 1 行' };
const signature = { received: 'a'.repeat(40), computed: 'b'.repeat(40) };
const hints = Object.keys(signatureHintsEn) as (keyof typeof signatureHintsEn)[];
const differences = Object.keys(differencesEn) as (keyof typeof differencesEn)[];

/** Details of every error, every variant of its text included. */
const examples: { readonly [C in WechatCode]: readonly ErrorDetails<C>[] } = {
  WXD1001: [
    { kind: 'signature', ...signature, source },
    { kind: 'signature', received: 'short' },
    ...hints.map((hint) => ({ kind: 'msg_signature' as const, ...signature, hint })),
  ],
  WXD1002: [
    { parameter: 'signature', present: [] },
    { parameter: 'nonce', present: ['echostr', 'timestamp'] },
  ],
  WXD1003: [{ problem: length }, { problem: character, source }],
  WXD1004: differences.map((difference) => ({
    expected: '123',
    received: '\u{FEFF}123\r\n',
    receivedBytes: 8,
    difference,
  })),
  WXD1101: [{ problem: length, source }, { problem: character }],
  WXD1102: [
    { received: 'wx1', configured: 'wx2' },
    { received: '', configured: 'wx2', source },
  ],
  WXD1103: [
    { problem: 'base64', length: 7 },
    { problem: 'base64', length: 8, at: 3 },
    { problem: 'length', length: 15 },
  ],
  WXD1104: [
    { problem: 'padding', padByte: 200 },
    { problem: 'length', declared: 9, available: 3 },
    { problem: 'utf8' },
  ],
  WXD1105: [none],
  WXD1106: [{ mode: 'safe' }],
  WXD1107: [{ fields: [] }, { fields: ['ToUserName', 'MsgType'] }],
  WXD1108: [{ received: 'AES' }],
  WXD1201: [{ problem: 'unclosed tag: xml', line: 1, column: 5 }],
  WXD1202: [
    { construct: 'DOCTYPE', line: 1, column: 5 },
    { construct: 'entity', line: 1, column: 5 },
  ],
  WXD1203: [{ problem: 'the JSON is not an object' }],
  WXD1204: [{ sizeBytes: 2_000_000, limitBytes: 1_048_576 }],
  WXD1205: [none],
  WXD1206: [{ problem: 'MsgType is missing', start: 'ToUserName' }],
  WXD1207: [
    { kind: 'tekst', similar: ['text'] },
    { kind: 'q', similar: [] },
  ],
  WXD1208: [{ at: 17 }],
  WXD1209: [{ name: 'a b' }],
  WXD2001: [{ ms: 7200, limitMs: 5000 }],
  WXD2002: [{ ms: 4200, limitMs: 3500 }],
  WXD2005: [{ msgId: '25000000000000017', count: 3 }],
  WXD2101: [400, 401, 403, 404, 419, 500].map((status) => ({ status })),
  WXD2102: [{ status: 301 }, { status: 302, location: 'https://example.com/wx/' }],
  WXD2103: [{ start: '<!DOCTYPE html>' }],
  WXD2104: [{ start: '{"errcode":0}' }],
  WXD2105: [{ received: '"success"' }],
  WXD2106: [
    { before: '\u{FEFF}', bytes: 3 },
    { before: 'debug', bytes: 5 },
  ],
  WXD2107: [none],
  WXD2108: [none],
  WXD2109: [{ field: 'ToUserName', received: 'gh_1', expected: 'oAlice' }],
  WXD2110: [none],
  WXD2111: [{ after: 'success' }],
  WXD2112: [{ received: 'SUCCESS' }],
  WXD2113: [{ type: 'image', field: 'Image.MediaId' }],
  WXD2114: [
    { count: 2, limit: 1 },
    { count: 9, limit: 8 },
  ],
  WXD2115: [{ encoding: 'gzip' }],
  WXD2116: [
    signature,
    { ...signature, hint: 'query-values' },
    ...hints.map((hint) => ({ ...signature, hint })),
  ],
  WXD2117: [reason],
  WXD2118: [{ field: 'TimeStamp', received: '1767225601123' }],
  WXD2119: [reason],
  WXD2120: [{ received: ' text ' }],
  WXD2121: [{ received: '2', count: 1 }],
  WXD2122: [{ sizeBytes: 2049, limitBytes: 2048 }],
  WXD2123: [{ bytes: 48 }],
  WXD2124: [{ field: 'CreateTime', received: '[1]', expected: 'digits' }],
  WXD2125: [none],
  WXD2126: [{ event: 'xpay_coin_pay_notify', expected: '{"ErrCode":0}', received: 'success' }],
  WXD2127: [none],
  WXD2128: [none],
};

/** Terminal columns: wide characters take two. */
function columns(text: string): number {
  return text.replace(/[\u{1100}-\u{115F}\u{2E80}-\u{FF60}]/gu, 'xx').length;
}

const commands =
  /^wx-dev (?:init|dev|serve|tunnel|relay|cert|send)(?: [\w:.-]+)*(?: --mode (?:plain|safe))?$/u;

test.each(Object.keys(examples) as WechatCode[])('%s says in both languages what to do', (code) => {
  for (const details of examples[code]) {
    // Each list belongs to its code, which TypeScript cannot follow through a lookup.
    const error = new WxDevError<ErrorCode>(code, details as ErrorDetails<ErrorCode>);
    for (const language of ['en', 'zh'] as const) {
      const { title, body, run } = formatError(error, language);
      const text = [title, ...body].join('\n');
      expect(text).not.toMatch(/undefined|null|NaN|\[object|[\p{Cf}]/u);
      expect(run).toMatch(commands);
      for (const line of text.split('\n')) {
        expect(line.trim()).toBe(line);
        expect(line).not.toMatch(/^$|[.。]$/u);
        expect(columns(line)).toBeLessThanOrEqual(92);
      }
      expect(columns(title)).toBeLessThanOrEqual(72);
      if (language === 'zh') expect(text).toMatch(/\p{Script=Han}/u);
      else
        expect(
          text
            .replace('「该公众号提供的服务出现故障，请稍后再试」', '')
            .replace(/[\u{4E00}-\u{9FFF}]+模式/gu, ''),
        ).not.toMatch(/\p{Script=Han}/u);
    }
  }
});

test('shows foreign text without letting it command the terminal', () => {
  const received = '\u{1B}[31m\u{202E}x\u{2028}\u{7}';
  const { body } = formatError(new WxDevError('WXD2112', { received }), 'en');
  expect(body[0]).toBe('received "\\u{1b}[31m\\u{202e}x\\u{2028}\\u{7}"');
});

test('cuts long foreign text, not in the middle of an emoji', () => {
  const { body } = formatError(
    new WxDevError('WXD2112', { received: `${'x'.repeat(59)}😀😀` }),
    'en',
  );
  expect(body[0]).toBe(`received "${'x'.repeat(59)}…"`);
});
