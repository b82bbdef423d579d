import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accessFeature } from '../../src/wire/access-policy.ts';
import { endFlag, firstSkippableType, frameRules, frameTypes } from '../../src/wire/frame.ts';
import {
  closeCodes,
  encodeHello,
  formatVersionRefusal,
  linksFeature,
  resumeFeature,
  subprotocol,
  type Hello,
} from '../../src/wire/handshake.ts';
import { frameHeaderBytes } from '../../src/wire/limits.ts';
import * as limits from '../../src/wire/limits.ts';
import { resetCodes } from '../../src/wire/payloads.ts';

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
    [resumeFeature, linksFeature, accessFeature].map((feature) => `\`${feature}\``),
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
