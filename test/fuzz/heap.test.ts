import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createHandlerResponder } from '../../src/callback/handler-responder.ts';
import { echoHandler } from '../../src/callback/handler.ts';
import type { Mode } from '../../src/wechat/account.ts';
import { sealPush } from '../../src/wechat/envelope.ts';
import type { Fields } from '../../src/wechat/fields.ts';
import { formatPushQuery } from '../../src/wechat/query.ts';
import { readPushQuery } from '../../src/wechat/query-spelling.ts';
import { sign } from '../../src/wechat/signature.ts';
import { formatXml } from '../../src/wechat/xml.ts';
import { account } from '../wechat/helpers.ts';

/** Few in `npm test`, a million in `npm run fuzz`. */
const pushes = Number(process.env['WX_DEV_HEAP_PUSHES'] ?? 4000);

/**
 * How much the heap may differ between a tenth of the pushes and all of them, in bytes: what V8's code and caches vary by. One byte kept of
 * each push of a million would be a megabyte; the smallest thing that can be kept, a number in a list, is 8.
 */
const slackBytes = 4 * 1024 * 1024;

test('keeps nothing of a push that is over: the heap after a million is that after a hundred thousand', async () => {
  const closing = new AbortController();
  let lastId = 0;
  const respond = createHandlerResponder({
    account,
    handler: echoHandler,
    deadlineMs: 5000,
    slowMs: 3500,
    onSlow: () => undefined,
    closing: closing.signal,
    nextId: () => (lastId += 1),
  });
  const heaps: number[] = [];
  for (let index = 1; index <= pushes; index += 1) {
    const { answer, verdict } = await respond(arrivalOf(index));
    if (verdict !== 'ok' || answer === undefined || answer.body.length < 200) {
      throw new Error(`push ${index}: ${verdict}`);
    }
    if (index === pushes / 10 || index === pushes) heaps.push(heapAfterCollection());
  }
  const [early = 0, late = 0] = heaps;
  expect(lastId).toBe(pushes);
  expect(late - early).toBeLessThan(slackBytes);
});

/** Every second push is encrypted, as is its reply: the way with ciphers, and the one without. A million take about a minute. */
const encryptedEvery = 2;

function arrivalOf(index: number): Parameters<ReturnType<typeof createHandlerResponder>>[0] {
  const fields = {
    ToUserName: 'gh_0f1e2d3c4b5a',
    FromUserName: `oWxDev_Alice_${String(index).padStart(15, '0')}`,
    CreateTime: '1767225600',
    MsgType: 'text',
    Content: `hello 你好 ${index}`,
    MsgId: String(25_000_000_000_000_000n + BigInt(index)),
  };
  const { rawQuery, body } = pushOf(fields, index % encryptedEvery === 0 ? 'safe' : 'plain');
  return {
    method: 'POST',
    target: `/wx?${rawQuery}`,
    ...readPushQuery(rawQuery),
    headers: [],
    body: Buffer.from(body),
    startedAt: Date.now(),
    departure: new AbortController().signal,
  };
}

/** The collector is asked for by a flag, because the tests run without it. */
function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

function pushOf(fields: Fields, mode: Mode): { rawQuery: string; body: string } {
  if (mode === 'plain') return { rawQuery: plainQuery, body: formatXml(fields) };
  const random16 = randomBytes(16);
  const { query, body } = sealPush(fields, account, { mode, format: 'xml', ...times, random16 });
  return { rawQuery: formatPushQuery(query), body };
}

const times = { timestamp: '1767225601', nonce: '415670741' };

/** The same of every plain push: it says nothing about the body. */
const plainQuery = formatPushQuery({
  ...times,
  signature: sign(account.token, times.timestamp, times.nonce),
});
