// Both stores keep the same promises. Redis is tested where REDIS_URL says that there is one.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../src/lib/store.ts';
import { MemoryStore } from '../src/lib/store-memory.ts';
import { RedisStore } from '../src/lib/store-redis.ts';
import { push, startApp, textPush } from './support.ts';

const { REDIS_URL = '' } = process.env;
const redis = { skip: REDIS_URL === '' && 'needs REDIS_URL' };

async function checkStore(store: Store): Promise<void> {
  const name = randomUUID();
  await store.check();
  assert.equal(await store.get(name), undefined);
  await store.set(name, '值', 60);
  assert.equal(await store.get(name), '值');
  assert.equal(await store.add(name, 'other', 60), false);
  assert.equal(await store.take(name), '值');
  assert.equal(await store.take(name), undefined);
  const added = await Promise.all([1, 2, 3].map(() => store.add(name, '1', 1)));
  assert.deepEqual(added, [true, false, false]);
  const counts = await Promise.all([1, 2, 3].map(() => store.count(`${name}:n`, 1)));
  assert.deepEqual(counts.sort(), [1, 2, 3]);
  // Redis measures seconds on its own clock: until it says that they are over.
  while ((await store.get(name)) !== undefined) await sleep(50);
  while ((await store.get(`${name}:n`)) !== undefined) await sleep(50);
  assert.equal(await store.add(name, '1', 1), true);
  assert.equal(await store.count(`${name}:n`, 1), 1);
  await store.close();
}

test('keeps values in memory until they expire', () => checkStore(new MemoryStore()));

test('keeps values in Redis until they expire', redis, () =>
  checkStore(new RedisStore(REDIS_URL, () => {})),
);

test('memory stays bounded, and the oldest value goes first', async () => {
  const store = new MemoryStore();
  for (let index = 0; index <= 100_000; index += 1) await store.set(`${index}`, '', 60);
  assert.deepEqual([await store.get('0'), await store.get('1')], [undefined, '']);
});

test('two apps on one Redis handle a push once', redis, async () => {
  await using one = await startApp({ REDIS_URL });
  await using other = await startApp({ REDIS_URL });
  const xml = textPush('#count', `o${randomUUID()}`, String(Date.now()));
  await Promise.all([push(one.app, xml), push(other.app, xml)]);
  const handled = [...one.logs, ...other.logs].filter(({ msg }) => msg === 'handled');
  assert.equal(handled.length, 2);
  const later = await push(other.app, xml.replace(/<MsgId>.*<\/MsgId>/, '<MsgId>1</MsgId>'));
  assert.match(later.body, /\[2\]/);
  assert.equal((await one.app.inject({ url: '/readyz' })).statusCode, 200);
});

test('without its Redis, is alive but not ready, and still answers WeChat', async () => {
  await using started = await startApp({ REDIS_URL: 'redis://127.0.0.1:1' });
  assert.equal((await started.app.inject({ url: '/readyz' })).statusCode, 503);
  assert.equal((await started.app.inject({ url: '/healthz' })).statusCode, 200);
  assert.match((await push(started.app, textPush('hi'))).body, /hi/);
});
