import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runConform, type ConformReport } from '../../../src/simulator/conform/run.ts';
import { startWechatApi } from '../../../src/simulator/wechat-api.ts';
import { account, startApp } from './app.ts';

const everyEncrypted = /^(compat|safe|reply|content|dedupe|slow|parallel|shutdown)\./;

/** Each fault of the fixture with exactly the rules that it breaks, and the codes that say why. */
const faults: readonly (readonly [
  fault: string,
  rules: readonly string[],
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
    [
      'dedupe.counted-once',
      'dedupe.counted-once-at-once',
      'dedupe.event-counted-once',
      'slow.once',
    ],
    ['WXD2158', 'WXD2161'],
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
  ['slow', ['slow.answered-in-time', 'slow.customer-message', 'slow.once'], ['WXD2001']],
];

/** More faults, each run against its own group: the field makes them too. */
const more: typeof faults = [
  ['milliseconds', ['reply.seconds'], ['WXD2118']],
  ['raw-cdata', ['reply.special-characters'], ['WXD2132']],
  ['numbers', ['content.leading-zeros'], ['WXD2157']],
  ['empty-content', ['content.empty'], ['WXD2108']],
  ['crash', ['tampered.length', 'tampered.appid'], ['WXD2153']],
  ['no-limit', ['size.refused'], ['WXD2154']],
  [
    'xxe',
    ['xml.doctype', 'xml.entity', 'xml.billion-laughs', 'xml.external-entity'],
    ['WXD2154', 'WXD2169'],
  ],
  ['shared-state', ['parallel.fifty'], ['WXD2162']],
  ['session-key', ['login.session-key'], ['WXD2165']],
  ['alg-none', ['login.alg-none'], ['WXD2165']],
  ['eternal-tokens', ['login.expired-token'], ['WXD2165']],
  ['leaky-log', ['secrets.keys', 'secrets.openids'], ['WXD2166']],
  ['no-drain', ['shutdown.drains'], ['WXD2163']],
];

test.concurrent('an app that does everything right passes every rule', async () => {
  const report = await checkApp('');
  expect(idsOf(report, 'failed')).toEqual([]);
  expect(idsOf(report, 'skipped')).toEqual([]);
});

test.concurrent.each(faults)(
  'an app with the fault %s fails exactly %j',
  async (fault, rules, codes) => {
    const report = await checkApp(fault);
    expect(idsOf(report, 'failed')).toEqual(rules);
    expect(codesOf(report)).toEqual(codes);
  },
);

test.concurrent.each(more)(
  'an app with the fault %s fails %j of its group',
  async (fault, rules, codes) => {
    const report = await checkApp(fault, [
      ...new Set(['verify', 'plain', ...rules.map((id) => id.split('.')[0] ?? id)]),
    ]);
    expect(idsOf(report, 'failed')).toEqual(rules);
    expect(codesOf(report)).toEqual(codes);
  },
);

test.concurrent('an app that compares signature instead of msg_signature is told so, and understands nothing encrypted', async () => {
  const report = await checkApp('signature-for-msg-signature');
  const failed = idsOf(report, 'failed');
  expect(failed[0]).toBe('signature.msg-signature');
  expect(codesOf(report)).toContain('WXD2155');
  expect(failed.slice(1).filter((id) => !everyEncrypted.test(id))).toEqual([]);
  expect(idsOf(report, 'passed').filter((id) => /^(verify|plain)\./.test(id))).toHaveLength(14);
});

/** Starts the app with the fault and everything that the rules want to know, and runs them all. */
async function checkApp(fault: string, only?: readonly string[]): Promise<ConformReport> {
  // Declared first, so removed last: an app that is started anew writes its log until it has ended.
  await using folder = await temporaryFolder();
  const logFile = join(folder.path, 'app.log');
  await using api = await startWechatApi();
  await using app = await startApp(fault, { WX_API_BASE: api.url, LOG_FILE: logFile });
  const target = {
    url: app.url,
    account,
    // A busy machine is not a slow app, unless slowness is the fault.
    timeoutMs: fault === 'slow' ? undefined : 30_000,
    countText: '#count',
    slowText: '#slow',
    api,
    apiUrl: `${app.origin}/api`,
    jwtSecret: 'jwt-secret',
    logFile,
    app,
  };
  return await runConform(target, { only });
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'wx-dev-conform-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
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
