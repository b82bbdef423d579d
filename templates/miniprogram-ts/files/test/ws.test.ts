import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatEvent, ChatStatus } from '../miniprogram/utils/ws';
import { freshModules, installWx } from './wx';

/** The other end of one connection. */
class Task {
  readonly sent: string[] = [];
  isClosed = false;
  #listeners: Record<string, (value?: unknown) => void> = {};

  onOpen = (listener: () => void): void => this.#on('open', listener);
  onMessage = (listener: (value: unknown) => void): void => this.#on('message', listener);
  onError = (listener: () => void): void => this.#on('error', listener);
  onClose = (listener: () => void): void => this.#on('close', listener);

  send({ data }: { data: string }): void {
    this.sent.push(data);
  }

  close(): void {
    this.isClosed = true;
  }

  fire(name: string, value?: unknown): void {
    this.#listeners[name]?.(value);
  }

  #on(name: string, listener: (value?: unknown) => void): void {
    this.#listeners[name] = listener;
  }
}

const times = { heartbeat: 5, silence: 100_000, shortest: 1, longest: 5 };

async function setUp(own: Partial<typeof times> = {}) {
  const tasks: Task[] = [];
  const events: ChatEvent[] = [];
  const statuses: ChatStatus[] = [];
  let logins = 0;
  const fake = installWx({
    respond: () => {
      logins += 1;
      const data = { token: `token-${logins}`, expires_in: 3600, sign_key: 'k' };
      return Promise.resolve({ status: 200, data: { code: 0, msg: 'ok', data } });
    },
    connect: (url, header) => {
      assert.equal(url, 'ws://127.0.0.1:3000/ws');
      assert.equal(header.Authorization, `Bearer token-${logins}`);
      tasks.push(new Task());
      return tasks.at(-1);
    },
  });
  const { ws } = freshModules();
  const heard = { onStatus: (_status: ChatStatus): void => undefined };
  const listener = {
    onEvent: (event: ChatEvent) => void events.push(event),
    onStatus: (status: ChatStatus) => {
      statuses.push(status);
      heard.onStatus(status);
    },
  };
  const chat = new ws.Chat(listener, { ...times, ...own });
  const task = async (index: number): Promise<Task> => {
    for (;;) {
      const found = tasks[index];
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return { chat, task, tasks, events, statuses, fake, heard };
}

test('hears, says, and beats', { timeout: 20_000 }, async () => {
  const { chat, task, events } = await setUp();
  assert.equal(chat.send({ type: 'text' }), false);
  chat.open();
  chat.open();
  const first = await task(0);
  first.fire('open');
  assert.equal(chat.send({ type: 'text', text: '你好' }), true);
  for (const data of ['{"type":"text","text":"hi"}', '{"type":"pong"}', 'nonsense', '[]']) {
    first.fire('message', { data });
  }
  assert.deepEqual(events, [{ type: 'text', text: 'hi' }]);
  while (!first.sent.includes('{"type":"ping"}'))
    await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(first.sent[0], '{"type":"text","text":"你好"}');
  chat.close();
  assert.ok(first.isClosed);
});

test('comes back after a loss, with the session it has', { timeout: 20_000 }, async () => {
  const { chat, task, tasks, statuses, fake } = await setUp();
  chat.open();
  (await task(0)).fire('open');
  (await task(0)).fire('close');
  (await task(1)).fire('open');
  // What the lost one still says does not count.
  (await task(0)).fire('error');
  assert.deepEqual(statuses, ['connecting', 'open', 'waiting', 'connecting', 'open']);
  assert.equal(fake.logins, 1);
  assert.equal(tasks.length, 2);
  chat.close();
});

test('logs in again when it was not let in', { timeout: 20_000 }, async () => {
  const { chat, task, fake } = await setUp();
  chat.open();
  (await task(0)).fire('error');
  (await task(1)).fire('open');
  assert.equal(fake.logins, 2);
  chat.close();
});

test('gives up a connection that is silent', { timeout: 20_000 }, async () => {
  const { chat, task } = await setUp({ silence: 1 });
  chat.open();
  (await task(0)).fire('open');
  await task(1);
  assert.ok((await task(0)).isClosed);
  chat.close();
});

test('stays closed once it is closed', { timeout: 20_000 }, async () => {
  const { chat, task, tasks, statuses } = await setUp();
  chat.open();
  const first = await task(0);
  chat.close();
  first.fire('close');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(tasks.length, 1);
  assert.equal(statuses.at(-1), 'closed');
});

test('stays closed when it is closed by whoever hears of a loss', { timeout: 20_000 }, async () => {
  const { chat, task, tasks, statuses, heard } = await setUp();
  heard.onStatus = (status) => {
    if (status === 'waiting') chat.close();
  };
  chat.open();
  (await task(0)).fire('error');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(tasks.length, 1);
  assert.equal(statuses.at(-1), 'closed');
});
