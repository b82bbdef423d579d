import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PARK_MS } from '../../src/relay/limits.ts';
import { QUIET_LINK_MS } from '../../src/tunnel/limits.ts';
import { accessFeature } from '../../src/wire/access-policy.ts';
import {
  encodeFrame,
  endFlag,
  firstSkippableType,
  frameRules,
  frameTypes,
} from '../../src/wire/frame.ts';
import {
  closeCodes,
  decodeAnswer,
  decodeHello,
  encodeHello,
  encodeRefused,
  encodeWelcome,
  formatVersionRefusal,
  isLoss,
  linksFeature,
  resumeFeature,
  spoolFeature,
  subprotocol,
  type Hello,
  type Refused,
  type Welcome,
} from '../../src/wire/handshake.ts';
import { TUNNEL_PATH } from '../../src/wire/link.ts';
import { frameHeaderBytes } from '../../src/wire/limits.ts';
import * as limits from '../../src/wire/limits.ts';
import { everyStream, resetCodes } from '../../src/wire/payloads.ts';
import { Session } from '../../src/wire/session.ts';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

/** Rows of the table whose header begins with `header`, cell by cell. */
function table(header: string): string[][] {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  if (from < 0) throw new Error(`no table ${header}`);
  const rows = lines.slice(from + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const hex = (type: number) => `0x${type.toString(16).padStart(2, '0')}`;

test('lists every frame with its number, place, flags and size', () => {
  const documented = table('frame').map(([name, type, , on, flags, size]) => ({
    name,
    type,
    on,
    flags,
    size,
  }));
  const real = [...frameRules].map(([type, rule]) => ({
    name: rule.name,
    type: hex(type),
    on: rule.onStream ? 'a stream' : 'stream 0',
    flags: rule.flags === endFlag ? 'END' : '-',
    size: `${rule.minBytes} to ${rule.maxBytes}`,
  }));
  expect(documented).toEqual(real);
});

test('says who sends each frame, and the other end takes it from nobody else', () => {
  const from = Object.fromEntries(table('frame').map(([name, , sender]) => [name, sender]));
  const { HELLO, WELCOME, REFUSED, OPEN, INFO, HEAD, ...both } = from;
  expect([HELLO, WELCOME, REFUSED, OPEN, INFO, HEAD]).toEqual([
    'client',
    'relay',
    'relay',
    'relay',
    'client',
    'client',
  ]);
  expect(new Set(Object.values(both))).toEqual(new Set(['both']));
  for (const [name = '', , sender] of table('frame')) {
    if (sender === 'both' || name === 'HELLO') continue;
    const receiver = new Session({ role: sender === 'relay' ? 'relay' : 'client', now: 0 });
    if (name !== 'OPEN' && sender === 'client') {
      const { OPEN: open } = frameTypes;
      receiver.receive(encodeFrame({ type: open, flags: 0, stream: 1, payload: Buffer.of(65) }), 0);
    }
    const rule = [...frameRules].find(([, each]) => each.name === name);
    if (!rule) throw new Error(`no frame ${name}`);
    const [type, { onStream, minBytes }] = rule;
    const frame = { type, flags: 0, stream: onStream ? 1 : 0, payload: Buffer.alloc(minBytes) };
    expect(() => receiver.receive(encodeFrame(frame), 0), name).toThrow(
      /broke the tunnel protocol/,
    );
  }
});

test('names every type, also those that are reserved', () => {
  for (const [name, type] of Object.entries(frameTypes)) {
    const rule = frameRules.get(type);
    if (rule === undefined) expect(page).toContain(`${name} (${hex(type)},`);
    else expect(rule.name).toBe(name);
  }
  expect(page).toContain(`Types from ${hex(firstSkippableType)} on are skipped`);
  expect(page).toContain(`The END flag is bit 0 (${hex(endFlag)})`);
});

test('lists every limit with its value', () => {
  const { sessionLimits, idleFrames, frameHeaderBytes, ...named } = limits;
  const documented = new Map(table('name').map(([name, value]) => [name, Number(value)]));
  // How this program sends, which is no rule for others.
  const own = ['minDataBytes', 'maxMessageBytes', 'smallChunkBytes', 'tickIntervalMs', 'bulkBytes'];
  const rules = Object.entries({ ...named, ...sessionLimits }).filter(
    ([name]) => !own.includes(name),
  );
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(rules));
  const { burst, perSecond, perStream } = idleFrames;
  expect(page).toContain(
    `are allowed ${burst} at once, ${perSecond} more per second and ${perStream} more per stream`,
  );
  expect(
    page
      .split('\n')
      .find((line) => line.includes('byte  0'))
      ?.trim(),
  ).toMatch(new RegExp(`${frameHeaderBytes}$`));
});

test('says in its text what the limits say', () => {
  const { windowBytes, pingIntervalMs, probeAfterMs, busySilenceMs, idleSilenceMs } =
    limits.sessionLimits;
  const text = page.replaceAll(/\s+/g, ' ');
  expect(text).toContain(`a credit of ${windowBytes} bytes`);
  expect(text).toContain(`at most ${limits.maxDataBytes} bytes each`);
  expect(text).toContain(`Up to ${limits.maxInfoHeads} INFO`);
  expect(text).toContain(
    `PING every ${pingIntervalMs / 1000} s, and when streams are open and nothing came for ${probeAfterMs / 1000} s`,
  );
  expect(text).toContain(
    `asked at least ${(busySilenceMs - probeAfterMs) / 1000} s ago and nothing came for ${busySilenceMs / 1000} s while streams were open, or for ${idleSilenceMs / 1000} s`,
  );
});

test('lists every reset code and every close code', () => {
  const codes = table('code').map(([code, name]) => [name, Number(code)]);
  expect(Object.fromEntries(codes)).toEqual(closeCodes);
  const section = page.slice(page.indexOf('### RESET'), page.indexOf('### WINDOW'));
  const resets = [...section.matchAll(/^\| (\d+) \| ([a-z-]+) \|/gm)].map(([, code, name]) => [
    name,
    Number(code),
  ]);
  expect(Object.fromEntries(resets)).toEqual(resetCodes);
});

test('shows the version and its refusal as they are', () => {
  expect(page).toContain(`Sec-WebSocket-Protocol: ${subprotocol}\n`);
  expect(page).toContain(formatVersionRefusal());
});

test('lists every feature', () => {
  const features = table('feature').map(([feature]) => feature);
  expect(features).toEqual(
    [resumeFeature, linksFeature, accessFeature, spoolFeature].map((feature) => `\`${feature}\``),
  );
});

test('lists every field that a hello may have', () => {
  const every = {
    protocol: 1,
    agent: 'x',
    name: 'app',
    owner: 'o'.repeat(16),
    token: 't',
    features: [],
    tunnel: 't',
    spool: '/wx',
    resume: { session: 's', received: 0 },
    access: { basicAuth: [], allowIp: [], openPaths: [] },
  } as const satisfies Required<Hello>;
  const sent = JSON.parse(Buffer.from(encodeHello(every)).toString('latin1', frameHeaderBytes));
  const documented = table('HELLO | |').map(([field]) => field?.replaceAll('`', ''));
  expect(documented).toEqual(Object.keys(sent as object));
});

const someWelcome = {
  protocol: 1,
  session: 's',
  name: 'app',
  url: 'https://a',
  features: [],
  graceMs: 0,
  received: 0,
  waiting: 0,
} as const satisfies Required<Welcome>;

const someRefused = {
  code: 'WXD4003',
  message: 'm',
  retryAfterMs: 0,
} as const satisfies Required<Refused>;

test('lists every field that a welcome and a refusal may have', () => {
  const fields = (name: string): (string | undefined)[] =>
    table(`${name} | |`).map(([field]) => field?.replaceAll('`', ''));
  expect(fields('WELCOME')).toEqual(Object.keys(someWelcome));
  expect(fields('REFUSED')).toEqual(Object.keys(someRefused));
});

const someHello: Hello = {
  protocol: 1,
  agent: 'x',
  owner: 'o'.repeat(16),
  features: [accessFeature],
};

type Fields = Record<string, unknown>;

/** Whether the end that gets it takes a handshake with these fields in place of usual ones. */
const takes = {
  HELLO: (fields: Fields): boolean => {
    const hello = { ...someHello, ...fields } as unknown as Hello;
    return isTaken(() => decodeHello(encodeHello(hello)));
  },
  WELCOME: (fields: Fields): boolean => {
    const welcome = { ...someWelcome, ...fields } as unknown as Welcome;
    return isTaken(() => decodeAnswer(encodeWelcome(welcome)));
  },
  REFUSED: (fields: Fields): boolean => {
    const refused = { ...someRefused, ...fields } as unknown as Refused;
    return isTaken(() => decodeAnswer(encodeRefused(refused)));
  },
};

function isTaken(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch {
    return false;
  }
}

const chars = (count: number): string => 'a'.repeat(count);
const items = (count: number, item: string): string[] => Array.from({ length: count }, () => item);
const ofChars = (least: number, most: number): { good: unknown[]; bad: unknown[] } => ({
  good: [chars(least), chars(most)],
  bad: [chars(least - 1), chars(most + 1), `${chars(least)}\n`, `${chars(least)}\u00e9`, 1],
});
const ofNumbers = (most: number): { good: unknown[]; bad: unknown[] } => ({
  good: [0, most],
  bad: [-1, 0.5, most * 2 + 2, '1'],
});
const login = `${'0'.repeat(32)}:${'0'.repeat(64)}`;

/** What the page says of each field, and values at both sides of that. */
const bounds: readonly (readonly [
  frame: keyof typeof takes,
  field: string,
  said: string,
  values: { good: unknown[]; bad: unknown[] },
])[] = [
  ['HELLO', 'agent', '1 to 128 printable ASCII', ofChars(1, 128)],
  [
    'HELLO',
    'name',
    'a DNS label in lower case',
    { good: [chars(1), chars(63), 'a-1'], bad: ['', chars(64), 'A', '-a', 'a-', 'a.b'] },
  ],
  ['HELLO', 'owner', '16 to 128 visible ASCII', ofChars(16, 128)],
  ['HELLO', 'token', '1 to 512 visible ASCII', ofChars(1, 512)],
  [
    'HELLO',
    'features',
    'up to 32 of `[a-z0-9][a-z0-9-]{0,31}`',
    { good: [items(32, chars(32))], bad: [items(33, 'a'), [chars(33)], ['A'], ['-']] },
  ],
  ['HELLO', 'tunnel', '1 to 128 visible ASCII', ofChars(1, 128)],
  [
    'HELLO',
    'spool',
    'a path, up to 128 visible ASCII',
    { good: ['/', `/${chars(127)}`], bad: ['', 'a', `/${chars(128)}`, '/a?b', '/a b'] },
  ],
  ['HELLO', 'session', '1 to 128 visible ASCII', ofChars(1, 128)],
  [
    'HELLO',
    'basicAuth',
    'up to 32 of salt `:` hash in hex, 32 and 64 digits',
    { good: [items(32, login)], bad: [items(33, login), [`0${login}`], [`${login}0`], ['a:b']] },
  ],
  [
    'HELLO',
    'allowIp',
    'up to 32 addresses or ranges',
    { good: [items(32, '10.0.0.0/8')], bad: [items(33, '::1'), ['host'], ['10.0.0.0/8/8']] },
  ],
  [
    'HELLO',
    'openPaths',
    'up to 32 paths of 128',
    {
      good: [items(32, `/${chars(127)}`), ['/a*']],
      bad: [items(33, '/'), [`/${chars(128)}`], ['a']],
    },
  ],
  ['WELCOME', 'session', '1 to 128 visible ASCII', ofChars(1, 128)],
  [
    'WELCOME',
    'name',
    'a DNS label in lower case',
    { good: [chars(63)], bad: ['', chars(64), 'A', 'a.b'] },
  ],
  [
    'WELCOME',
    'url',
    'http or https, visible ASCII, no credentials, up to 2048',
    {
      good: ['http://a', `https://a/${chars(2_038)}`],
      bad: ['ws://a', 'https://a:b@c', `https://a/${chars(2_039)}`, 'https://a/\n'],
    },
  ],
  ['WELCOME', 'features', 'some of those in HELLO', { good: [[]], bad: [['resume']] }],
  ['WELCOME', 'graceMs', '0 to 86400000', ofNumbers(86_400_000)],
  ['WELCOME', 'received', '0 to 2^53', ofNumbers(2 ** 53 - 1)],
  ['WELCOME', 'waiting', '0 to 2^53', ofNumbers(2 ** 53 - 1)],
  [
    'REFUSED',
    'code',
    '`WXD40` and two digits',
    { good: ['WXD4000', 'WXD4099'], bad: ['WXD4100', 'WXD400', 'x'] },
  ],
  [
    'REFUSED',
    'message',
    '1 to 512 characters, no control or formatting characters',
    { good: ['\u4e2d', chars(512)], bad: ['', chars(513), '\x1b', '\u202e', '\u2028'] },
  ],
  ['REFUSED', 'retryAfterMs', '0 to 86400000', ofNumbers(86_400_000)],
];

test.each(bounds)('%s %s is %s', (frame, field, said, { good, bad }) => {
  const row = table(`${frame} | |`).find(([name]) => name?.replaceAll('`', '') === field);
  expect(row?.[1]).toContain(said);
  const withResume = (value: unknown): Fields => {
    if (frame === 'HELLO' && field === 'session')
      return { resume: { session: value, received: 0 } };
    return { [field]: value };
  };
  for (const value of good) expect([value, takes[frame](withResume(value))]).toEqual([value, true]);
  for (const value of bad) expect([value, takes[frame](withResume(value))]).toEqual([value, false]);
});

test('every field of every handshake has its bounds tested', () => {
  const tested = new Set(bounds.map(([frame, field]) => `${frame} ${field}`));
  const documented = (['HELLO', 'WELCOME', 'REFUSED'] as const).flatMap((frame) =>
    table(`${frame} | |`).map(([field]) => `${frame} ${field?.replaceAll('`', '')}`),
  );
  // `protocol` has one value, and `received` of HELLO is that of WELCOME.
  expect(documented.filter((each) => !tested.has(each))).toEqual([
    'HELLO protocol',
    'HELLO received',
    'WELCOME protocol',
  ]);
  for (const frame of ['HELLO', 'WELCOME'] as const)
    for (const protocol of [0, 2, '1', undefined]) expect(takes[frame]({ protocol })).toBe(false);
});

test('says the path, the other numbers of its text, and what is a loss', () => {
  const text = page.replaceAll(/\s+/g, ' ');
  expect(page).toContain(`GET ${TUNNEL_PATH} HTTP/1.1\n`);
  expect(text).toContain(`the last stream ${everyStream} to clients`);
  expect(text).toContain(`up to ${limits.maxDataBytes} bytes each. All other unknown types`);
  expect(text).toContain(`of more than ${limits.bulkBytes / 1024 / 1024} MB (\`bulkBytes\``);
  expect(text).toContain(`when the client has been away for ${PARK_MS / 1_000} s`);
  expect(QUIET_LINK_MS).toBe(5 * 60_000);
  expect(text).toContain('gives it up after five minutes without one');
  expect(text).toContain('(close code 1006 or 4001)');
  const codes = [...Object.values(closeCodes), 1006];
  expect(codes.filter((code) => isLoss(code))).toEqual([4001, 1006]);
});
