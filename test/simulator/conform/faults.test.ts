import { expect, test } from 'vitest';
import { runConform, type ConformReport } from '../../../src/simulator/conform/run.ts';
import { account, startApp } from './app.ts';

const everyEncrypted = /^(compat|safe|reply|content|dedupe)\./;

/** Each fault of the fixture with exactly the rules that it breaks, and the codes that say why. */
const faults: readonly (readonly [
  fault: string,
  rules: readonly string[] | RegExp,
  codes: readonly string[],
])[] = [
  [
    'no-signature-check',
    [
      'signature.verify-wrong',
      'signature.verify-missing',
      'signature.empty-token',
      'signature.push-wrong',
      'signature.push-missing',
      'signature.msg-signature',
    ],
    ['WXD2151', 'WXD2152'],
  ],
  ['trusts-signature', ['signature.msg-signature'], ['WXD2151']],
  ['16-byte-padding', ['safe.padding', 'safe.reply-padding'], ['WXD2123', 'WXD2156']],
  [
    'no-dedupe',
    ['dedupe.counted-once', 'dedupe.counted-once-at-once', 'dedupe.event-counted-once'],
    ['WXD2158'],
  ],
  [
    'echostr-json',
    ['verify.echostr-verbatim', 'verify.leading-zeros', 'verify.text-plain'],
    ['WXD1004', 'WXD2167'],
  ],
  [
    'bom',
    ['verify.echostr-verbatim', 'verify.leading-zeros', 'reply.nothing-before'],
    ['WXD1004', 'WXD2106'],
  ],
  ['swapped-addresses', ['reply.addresses'], ['WXD2109']],
  ['milliseconds', ['reply.seconds'], ['WXD2118']],
  ['raw-cdata', ['reply.special-characters'], ['WXD2119']],
  ['numbers', ['content.leading-zeros'], ['WXD2157']],
  ['empty-content', ['content.empty'], ['WXD2108']],
  ['crash', ['tampered.length', 'tampered.appid'], ['WXD2153']],
];

test('an app that does everything right passes every rule', async () => {
  await using app = await startApp();
  const report = await check(app.url);
  expect(idsOf(report, 'failed')).toEqual([]);
  expect(idsOf(report, 'skipped')).toEqual([]);
});

test.each(faults)('an app with the fault %s fails exactly %j', async (fault, rules, codes) => {
  await using app = await startApp(fault);
  const report = await check(app.url);
  expect(idsOf(report, 'failed')).toEqual(rules);
  expect(codesOf(report)).toEqual(codes);
});

test('an app that compares signature instead of msg_signature is told so, and understands nothing encrypted', async () => {
  await using app = await startApp('signature-for-msg-signature');
  const report = await check(app.url);
  const failed = idsOf(report, 'failed');
  expect(failed[0]).toBe('signature.msg-signature');
  expect(codesOf(report)[1]).toBe('WXD2155');
  expect(failed.slice(1).filter((id) => !everyEncrypted.test(id))).toEqual([]);
  expect(idsOf(report, 'passed').filter((id) => /^(verify|plain)\./.test(id))).toHaveLength(14);
});

function check(url: string): Promise<ConformReport> {
  return runConform({ url, account, countText: '#count' });
}

function idsOf({ results }: ConformReport, type: string): string[] {
  return results.filter(({ finding }) => finding.type === type).map(({ rule }) => rule.id);
}

function codesOf({ results }: ConformReport): string[] {
  const codes = results.flatMap(({ finding }) =>
    finding.type === 'failed' ? [finding.error.code] : [],
  );
  return [...new Set(codes)].toSorted();
}
