import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { PushesState, SlowApp } from '../../src/callback/server.ts';
import {
  gate,
  nextExchange,
  post,
  sealed,
  start,
  startApp,
  textMessage,
  until,
} from './support.ts';

/** Longer than any test may take. */
const never = 600_000;

test('a slow handler is announced while it works, with the time that is left', async () => {
  const release = gate();
  const server = await start({
    handler: () => release.opened.then(() => 'at last'),
    slowMs: 20,
    deadlineMs: never,
  });
  const announced = once(server.events, 'slow') as Promise<[SlowApp]>;
  const answer = post(server, sealed(textMessage()));
  expect((await announced)[0]).toMatchObject({
    id: 1,
    type: 'text',
    attempt: 1,
    content: 'hello 你好',
    openid: 'oWxDev_Alice_000000000000001',
    ms: 20,
    leftMs: never - 20,
  });
  expect(server.exchanges).toEqual([]);
  const exchange = nextExchange(server);
  release.open();
  expect((await answer).text).toContain('at last');
  expect(await exchange).toMatchObject({ id: 1, verdict: 'slow', warnings: [{ code: 'WXD2002' }] });
});

test('a slow app behind --forward-to is announced for each delivery', async () => {
  const waiting: ServerResponse[] = [];
  const app = await startApp((_request, response) => void waiting.push(response));
  const handler = { forwardTo: String(app.port) };
  const server = await start({ handler, slowMs: 20, deadlineMs: never });
  const announced: SlowApp[] = [];
  server.events.on('slow', (slow) => announced.push(slow));
  const answers = [1, 2].map(() => post(server, sealed(textMessage())));
  await until(() => announced.length === 2 && waiting.length === 2);
  expect(announced.map(({ id, attempt }) => `${id}/${attempt}`)).toEqual(['1/1', '1/2']);
  for (const response of waiting) response.end('success');
  await Promise.all(answers);
});

test('a quick app is never announced', async () => {
  const server = await start({ handler: () => 'quick', slowMs: 0, deadlineMs: never });
  const announced: SlowApp[] = [];
  server.events.on('slow', (slow) => announced.push(slow));
  for (const MsgId of ['1', '2', '3']) await post(server, sealed(textMessage({ MsgId })));
  await server.close();
  expect(announced).toEqual([]);
});

test('three failed deliveries are followed by a word about the pause of WeChat', async () => {
  const server = await start({
    handler: () => {
      throw new Error('broken');
    },
  });
  const order: string[] = [];
  server.events.on('exchange', ({ attempt }) => order.push(`exchange ${attempt}`));
  server.events.on('pushes', (state: PushesState) => order.push(state.type));
  for (let attempt = 1; attempt <= 4; attempt += 1) await post(server, sealed(textMessage()));
  await until(() => order.length === 5);
  expect(order).toEqual(['exchange 1', 'exchange 2', 'exchange 3', 'paused', 'exchange 4']);
});
