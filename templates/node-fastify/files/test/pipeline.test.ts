// The deadline, duplicates and late results, on a clock of the tests' own.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Store } from '../src/lib/store.ts';
import { MemoryStore } from '../src/lib/store-memory.ts';
import type { Message } from '../src/wechat/message.ts';
import { type Handler, Pipeline } from '../src/wechat/pipeline.ts';

const log = { info: () => {}, error: () => {} };

function message(MsgId: string): Message {
  return { ToUserName: 'gh_1', FromUserName: 'oAlice', CreateTime: '1', MsgType: 'text', MsgId };
}

function make(handler: Handler, store: Store = new MemoryStore()) {
  const sent: [string, string][] = [];
  const sendLate = async (openid: string, text: string) => void sent.push([openid, text]);
  return { pipeline: new Pipeline({ handler, store, sendLate }), sent };
}

/** Lets all that is ready run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('answers slow work in time, and sends its result once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const handler = () => new Promise<string>((resolve) => setTimeout(() => resolve('done'), 6000));
  const { pipeline, sent } = make(handler);
  const both = Promise.all([
    pipeline.answer(message('1'), log),
    pipeline.answer(message('1'), log),
  ]);
  await settle();
  t.mock.timers.tick(4600);
  const answers = await Promise.race([both, settle().then(() => 'still waiting')]);
  assert.deepEqual(answers, [
    { reply: undefined, isLate: true, attempt: 1 },
    { reply: undefined, isLate: true, attempt: 2 },
  ]);
  assert.equal(pipeline.late, 1);
  t.mock.timers.tick(2000);
  await settle();
  assert.deepEqual(sent, [['oAlice', 'done']]);
  // A repetition that comes now must not bring the result a second time.
  assert.equal((await pipeline.answer(message('1'), log)).isLate, true);
  assert.equal(pipeline.late, 0);
});

test('two processes with one store handle a push once', async () => {
  const store = new MemoryStore();
  const handler = mock.fn(async () => 'done');
  const [one, other] = [make(handler, store), make(handler, store)];
  const answers = await Promise.all([
    one.pipeline.answer(message('2'), log),
    other.pipeline.answer(message('2'), log),
  ]);
  assert.equal(handler.mock.callCount(), 1);
  assert.deepEqual(
    answers.map(({ reply }) => reply),
    ['done', 'done'],
  );
});

test('without its store, works on', async () => {
  const store = new MemoryStore();
  store.add = () => Promise.reject(new Error('connection lost'));
  const { pipeline } = make(async () => 'done', store);
  assert.equal((await pipeline.answer(message('3'), log)).reply, 'done');
});

test('works on 100 pushes at once, lets 1000 wait, and refuses more', async () => {
  const turns: (() => void)[] = [];
  const { pipeline } = make(() => new Promise((resolve) => turns.push(() => resolve('done'))));
  const answers = Array.from({ length: 1100 }, (_, index) =>
    pipeline.answer(message(`4${index}`), log),
  );
  await settle();
  assert.equal(turns.length, 100);
  await assert.rejects(pipeline.answer(message('5'), log), { statusCode: 503 });
  while (turns.length > 0) {
    turns.shift()?.();
    await settle();
  }
  assert.equal((await Promise.all(answers)).filter(({ reply }) => reply === 'done').length, 1100);
});

test('sends all that wait to the next process when this one ends', async () => {
  const store = new MemoryStore();
  const { pipeline } = make(() => new Promise(() => {}), store);
  const answers = [1, 2].map(() => pipeline.answer(message('6'), log));
  await settle();
  pipeline.release();
  for (const answer of answers) await assert.rejects(answer, { statusCode: 503 });
  await assert.rejects(pipeline.answer(message('7'), log), { statusCode: 503 });
  const successor = make(async () => 'done', store);
  assert.equal((await successor.pipeline.answer(message('6'), log)).reply, 'done');
});

test('leaves a push of another process to that one when it ends', async () => {
  const store = new MemoryStore();
  const handler = mock.fn(async () => 'done');
  const { pipeline } = make(handler, store);
  await store.add('push:8', '', 60);
  const answer = pipeline.answer(message('8'), log);
  await settle();
  pipeline.release();
  await assert.rejects(answer, { statusCode: 503 });
  assert.equal(await store.get('push:8'), '');
  assert.equal(handler.mock.callCount(), 0);
});

test('takes a push over that another process has given up', async () => {
  const store = new MemoryStore();
  const { pipeline } = make(async () => 'done', store);
  await store.add('push:9', '', 60);
  const answer = pipeline.answer(message('9'), log);
  await settle();
  await store.take('push:9');
  assert.equal((await answer).reply, 'done');
});

test('remembers a push for as long as a recording of it is taken', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const handler = mock.fn(async () => 'done');
  const { pipeline } = make(handler);
  const attempt = async () => (await pipeline.answer(message('10'), log)).attempt;
  assert.equal(await attempt(), 1);
  t.mock.timers.tick(599_000);
  assert.equal(await attempt(), 2);
  t.mock.timers.tick(2000);
  assert.equal(await attempt(), 1);
  assert.equal(handler.mock.callCount(), 2);
});
