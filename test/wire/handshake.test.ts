import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { encodeFrame, frameTypes } from '../../src/wire/frame.ts';
import {
  type Answer,
  chooseSubprotocol,
  decodeAnswer,
  decodeHello,
  encodeHello,
  encodeRefused,
  encodeWelcome,
  formatVersionRefusal,
  type Hello,
  parseVersionRefusal,
  type Refused,
  subprotocol,
  type Welcome,
} from '../../src/wire/handshake.ts';
import type { Side } from '../../src/wire/violation.ts';

const hello: Hello = {
  protocol: 1,
  agent: 'wx-dev/0.1.0 node/20.19.0',
  name: 'my-app',
  owner: 'o'.repeat(32),
  token: 'secret token'.replace(' ', '-'),
  features: ['resume'],
};

const welcome: Welcome = {
  protocol: 1,
  session: 's-1',
  name: 'my-app',
  url: 'https://my-app.example.com',
  features: ['resume'],
  graceMs: 30_000,
};

const refused: Refused = { code: 'WXD4003', message: 'token refused 令牌', retryAfterMs: 1_000 };

const asFrame = (type: number, text: string | Uint8Array) =>
  encodeFrame({ type, flags: 0, stream: 0, payload: Buffer.from(text) });

const helloOf = (fields: object) =>
  asFrame(frameTypes.HELLO, JSON.stringify({ ...hello, ...fields }));
const welcomeOf = (fields: object) =>
  asFrame(frameTypes.WELCOME, JSON.stringify({ ...welcome, ...fields }));
const refusedOf = (fields: object) =>
  asFrame(frameTypes.REFUSED, JSON.stringify({ ...refused, ...fields }));

function rule(act: () => unknown, side: Side): string {
  try {
    act();
  } catch (error) {
    if (!isWxDevError(error, 'WXD4009')) throw error;
    expect(error.details.side).toBe(side);
    return error.details.rule;
  }
  throw new Error('no violation');
}

test('carries HELLO, WELCOME and REFUSED', () => {
  expect(decodeHello(encodeHello(hello))).toEqual(hello);
  expect(decodeAnswer(encodeWelcome(welcome), ['other', 'resume'])).toEqual({
    type: 'welcome',
    welcome,
  } satisfies Answer);
  expect(decodeAnswer(encodeRefused(refused))).toEqual({ type: 'refused', refused });
});

test('carries where a session goes on', () => {
  const resume = { session: 's-1', received: 2 ** 40 };
  expect(decodeHello(encodeHello({ ...hello, resume }))).toEqual({ ...hello, resume });
  expect(decodeAnswer(encodeWelcome({ ...welcome, received: 0 }), ['resume'])).toEqual({
    type: 'welcome',
    welcome: { ...welcome, received: 0 },
  });
  for (const received of [-1, 1.5, '1', null, undefined, 2 ** 53])
    expect(rule(() => decodeHello(helloOf({ session: 's-1', received })), 'client')).toContain(
      'received',
    );
  for (const received of [-1, 1.5, '1', null])
    expect(rule(() => decodeAnswer(welcomeOf({ received }), ['resume']), 'relay')).toContain(
      'received',
    );
});

test('leaves out what is optional', () => {
  const least = { protocol: 1, agent: 'x', owner: 'o'.repeat(16), features: [] } as const;
  expect(decodeHello(encodeHello(least))).toEqual({ ...least, name: undefined, token: undefined });
  const short = { code: 'WXD4011', message: 'busy' };
  expect(decodeAnswer(encodeRefused(short))).toEqual({
    type: 'refused',
    refused: { ...short, retryAfterMs: undefined },
  });
});

test('ignores fields it does not know, those of the prototype too', () => {
  const text = `{"__proto__":{"name":"evil"},"constructor":1,"later":[1],${JSON.stringify({ ...hello, name: undefined }).slice(1)}`;
  const decoded = decodeHello(asFrame(frameTypes.HELLO, text));
  expect(decoded).toEqual({ ...hello, name: undefined });
});

test.each([
  ['protocol', [undefined, 0, 2, '1', null, true]],
  ['agent', [undefined, '', 'a\n', '名', 'a'.repeat(129), 7]],
  ['name', ['', 'My', '-a', 'a-', 'a.b', 'ａ', 'a'.repeat(64), null, 5, ['a']]],
  [
    'owner',
    [undefined, 'o'.repeat(15), 'o'.repeat(129), 'o'.repeat(15) + ' ', '主'.repeat(16), {}],
  ],
  ['token', ['', 'a b', 'é', 't'.repeat(513), null]],
  [
    'features',
    [undefined, 'resume', {}, [1], ['Resume'], [''], Array(33).fill('a'), ['a'.repeat(33)]],
  ],
])('refuses HELLO with a wrong %s', (key, values) => {
  for (const value of values)
    expect(rule(() => decodeHello(helloOf({ [key]: value })), 'client')).toContain(
      `HELLO field ${key} is not`,
    );
});

test.each([
  ['protocol', [2]],
  ['session', ['', 'a b', 's'.repeat(129)]],
  ['name', [undefined, 'a.b']],
  [
    'url',
    [
      undefined,
      'ftp://a',
      'https://',
      'javascript:alert(1)',
      'https://u:p@a',
      'https://u@a',
      'https://a b',
      'https://例.cn',
      'http://a\u001b[2J',
      `https://a/${'x'.repeat(2_048)}`,
      'https://a:99999',
    ],
  ],
  ['features', ['x']],
  ['graceMs', [undefined, -1, 1.5, '1', 1e12, Number.NaN]],
])('refuses WELCOME with a wrong %s', (key, values) => {
  for (const value of values)
    expect(rule(() => decodeAnswer(welcomeOf({ [key]: value }), ['resume']), 'relay')).toContain(
      `WELCOME field ${key} is not`,
    );
});

test.each([
  ['code', [undefined, 'WXD3001', 'WXD40011', '', 4003]],
  [
    'message',
    [undefined, '', 'two\nlines', '\u001b[2J', 'right\u202eleft', 'm'.repeat(513), '\ud800'],
  ],
  ['retryAfterMs', [null, -1, '5', 86_400_001]],
])('refuses REFUSED with a wrong %s', (key, values) => {
  for (const value of values)
    expect(rule(() => decodeAnswer(refusedOf({ [key]: value })), 'relay')).toContain(
      `REFUSED field ${key} is not`,
    );
});

test('refuses a feature that was not offered', () => {
  expect(rule(() => decodeAnswer(encodeWelcome(welcome)), 'relay')).toContain('the feature resume');
});

test.each([
  ['text that is not JSON', 'protocol=1'],
  ['text cut off', JSON.stringify(hello).slice(0, -1)],
  ['a byte that is not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['a byte order mark', `\ufeff${JSON.stringify(hello)}`],
])('refuses %s', (_, text) => {
  expect(rule(() => decodeHello(asFrame(frameTypes.HELLO, text)), 'client')).toBe(
    'HELLO is not JSON in UTF-8',
  );
});

test.each(['null', '[1]', '"hello"', '12'])('refuses JSON that is no object: %s', (text) => {
  expect(rule(() => decodeHello(asFrame(frameTypes.HELLO, text)), 'client')).toBe(
    'HELLO is not a JSON object',
  );
});

test('refuses a first message that is not exactly one frame', () => {
  const whole = encodeHello(hello);
  const said = 'the first message is not exactly one frame';
  for (let cut = 0; cut < whole.length; cut += 1)
    expect(rule(() => decodeHello(whole.subarray(0, cut)), 'client')).toBe(said);
  expect(rule(() => decodeHello(Buffer.concat([whole, whole])), 'client')).toBe(said);
  expect(rule(() => decodeHello(Buffer.concat([whole, whole.subarray(0, 3)])), 'client')).toBe(
    said,
  );
});

test('refuses a first message of the wrong kind', () => {
  expect(rule(() => decodeHello(encodeWelcome(welcome)), 'client')).toBe(
    'the first message is not HELLO',
  );
  expect(rule(() => decodeAnswer(encodeHello(hello)), 'relay')).toContain(
    'neither WELCOME nor REFUSED',
  );
});

test('refuses a handshake that is too large by its header, and does not send one', () => {
  const header = Buffer.from('002001010000000000', 'hex');
  expect(rule(() => decodeHello(header), 'client')).toContain('HELLO has 8193 bytes');
  expect(() => encodeHello({ ...hello, agent: 'a'.repeat(9_000) })).toThrow(RangeError);
});

test('chooses a version both sides speak, whatever else is offered', () => {
  expect(chooseSubprotocol(`wx-dev.tunnel.v9, ${subprotocol}`)).toBe(subprotocol);
  expect(chooseSubprotocol(`${subprotocol},x`)).toBe(subprotocol);
  for (const header of [
    undefined,
    '',
    'wx-dev.tunnel.v2',
    subprotocol.toUpperCase(),
    `${subprotocol};q=1`,
  ])
    expect(chooseSubprotocol(header)).toBeUndefined();
});

test('tells a client of another version what the relay speaks', () => {
  expect(parseVersionRefusal(Buffer.from(formatVersionRefusal()))).toEqual([subprotocol]);
});

test.each([
  ['another page', '<html>'],
  ['another code', '{"code":"WXD4003","versions":["wx-dev.tunnel.v1"]}'],
  ['no versions', '{"code":"WXD4002"}'],
  ['versions that are no names', '{"code":"WXD4002","versions":["\u001b[2J"]}'],
  ['a page without end', Buffer.alloc(10_000, ' ')],
])('does not take %s for a version refusal', (_, text) => {
  expect(parseVersionRefusal(Buffer.from(text))).toBeUndefined();
});

test.each(['a', '0', 'a1-b', 'a'.repeat(63)])('lets a client ask for the name %s', (name) => {
  expect(decodeHello(helloOf({ name })).name).toBe(name);
});

test('whatever the first message holds, it is understood or refused as a violation', () => {
  const texts = [hello, welcome, refused].map((content) => JSON.stringify(content));
  const message = fc
    .record({
      type: fc.constantFrom(frameTypes.HELLO, frameTypes.WELCOME, frameTypes.REFUSED),
      text: fc.oneof(fc.constantFrom(...texts), fc.json(), fc.string()),
      at: fc.nat(200),
      bytes: fc.uint8Array({ maxLength: 3 }),
    })
    .map(({ type, text, at, bytes }) => {
      const content = Buffer.from(text.length < 2 ? '{}' : text);
      return asFrame(
        type,
        Buffer.concat([content.subarray(0, at), bytes, content.subarray(at + bytes.length)]),
      );
    });
  fc.assert(
    fc.property(fc.oneof(message, fc.uint8Array()), (bytes) => {
      for (const decode of [decodeHello, decodeAnswer]) {
        try {
          decode(bytes);
        } catch (error) {
          if (!isWxDevError(error, 'WXD4009')) throw error;
        }
      }
    }),
    { numRuns: 2_000 },
  );
});
