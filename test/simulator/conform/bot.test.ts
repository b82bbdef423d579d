import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { runConform } from '../../../src/simulator/conform/run.ts';
import type { ConformReport } from '../../../src/simulator/conform/run.ts';
import { createAccount } from '../../../src/wechat/account.ts';
import { seal, unseal, verifyEchostr } from '../../../src/wechat/envelope.ts';
import { parseMessage } from '../../../src/wechat/message.ts';
import { parsePushQuery, type PushQuery } from '../../../src/wechat/query.ts';
import { sign } from '../../../src/wechat/signature.ts';
import { formatBotReply } from '../../../src/wechat/work/bot.ts';
import { start } from '../../callback/support.ts';
import { startHttp, withBody } from '../support.ts';

const account = createAccount({
  kind: 'work-bot',
  token: 'botToken123',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
});

/** What a bot's app may do wrong. */
type Fault =
  | 'none'
  | 'no-signature-check'
  | 'plain-reply'
  | 'text-reply'
  | 'loses-text'
  | 'milliseconds'
  | 'fails-on-files';

/** A bot on `wx-dev/wechat` that repeats what it is told. */
function startBot(fault: Fault): Promise<string> {
  return startHttp(
    withBody((request, response, body) => {
      const asked = parsePushQuery(request.url?.split('?')[1] ?? '');
      const query = fault === 'no-signature-check' ? resigned(asked, body) : asked;
      try {
        if (request.method === 'GET') {
          response.setHeader('Content-Type', 'text/plain');
          return response.end(verifyEchostr(query, account));
        }
        if (body.length > 1_000_000) return response.writeHead(413).end();
        const { fields } = unseal({ query, body }, account);
        return response.end(answer(fields, fault));
      } catch {
        return response.writeHead(403).end();
      }
    }),
  );
}

/** Signed by the app itself, so that no check can fail. */
function resigned(query: PushQuery, body: Buffer): PushQuery {
  const { timestamp = '', nonce = '', echostr } = query;
  const encrypt = echostr ?? /"encrypt":"([^"]*)"/.exec(body.toString())?.[1] ?? '';
  return { ...query, msgSignature: sign(account.token, timestamp, nonce, encrypt) };
}

function answer(fields: Parameters<typeof parseMessage>[0], fault: Fault): string {
  const message = parseMessage(fields);
  if (message.type !== 'bot') throw new Error('not a bot’s');
  if (fault === 'fails-on-files' && message.msgType === 'file') throw new Error('no files');
  const said = message.content ?? '';
  const content =
    fault === 'loses-text' ? said.replaceAll(/\p{Emoji_Presentation}/gu, '').slice(0, 500) : said;
  if (message.event === 'template_card_event' || message.event === 'feedback_event') return '';
  const shown = content === '' ? 'ok' : content;
  const reply =
    fault === 'text-reply'
      ? JSON.stringify({ msgtype: 'text', text: { content: shown } })
      : formatBotReply(message, {
          content: shown,
          streamId: message.streamId ?? message.msgId ?? '1',
        });
  if (fault === 'plain-reply') return reply;
  const now = fault === 'milliseconds' ? Date.now() : Math.floor(Date.now() / 1000);
  const sealed = seal(reply, account, {
    format: 'json',
    timestamp: String(now),
    nonce: '1',
    random16: randomBytes(16),
  });
  return sealed;
}

async function runAgainst(fault: Fault): Promise<ConformReport> {
  return runConform({ url: await startBot(fault), account });
}

function failures({ results }: ConformReport): string[] {
  return results.filter(({ finding }) => finding.type === 'failed').map(({ rule }) => rule.id);
}

test('a bot that does everything right breaks no rule, and is asked all that bots get', async () => {
  const report = await runAgainst('none');
  expect(failures(report)).toEqual([]);
  const ids = report.results.map(({ rule }) => rule.id);
  expect(ids.filter((id) => id.startsWith('bot.'))).toHaveLength(9);
  expect(ids.some((id) => /^(plain|compat|xml|login)\./.test(id))).toBe(false);
  const passed = report.results.filter(({ finding }) => finding.type === 'passed');
  expect(passed.map(({ rule }) => rule.id)).toEqual(
    expect.arrayContaining([
      'safe.padding',
      'reply.special-characters',
      'tampered.appid',
      'parallel.fifty',
      'dedupe.same-answer',
    ]),
  );
});

test('serve itself keeps the rules of bots', async () => {
  const server = await start({ account, handler: () => undefined });
  const report = await runConform({ url: `${server.url}/wx`, account });
  expect(failures(report)).toEqual([]);
});

test.each([
  ['no-signature-check', ['signature.verify-wrong', 'signature.push-wrong']],
  ['plain-reply', ['bot.text', 'bot.image']],
  ['text-reply', ['bot.text', 'bot.stream']],
  ['loses-text', ['reply.special-characters', 'content.2048-bytes']],
  ['milliseconds', ['reply.seconds']],
  ['fails-on-files', ['bot.file']],
] as const)('a bot with the fault %s is caught', async (fault, rules) => {
  expect(failures(await runAgainst(fault))).toEqual(expect.arrayContaining([...rules]));
});

test('other accounts are not asked what bots are asked', async () => {
  const official = createAccount({ token: 'botToken123', appId: 'wx1' });
  const server = await start({ account: official, handler: () => 'hello' });
  const { results } = await runConform({ url: `${server.url}/wx`, account: official });
  expect(results.some(({ rule }) => rule.id.startsWith('bot.'))).toBe(false);
  expect(results.some(({ rule }) => rule.id === 'plain.text')).toBe(true);
});
