import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Admission } from '../../src/relay/admission.ts';
import {
  ANSWER_TIMEOUT_MS,
  BODY_TIMEOUT_MS,
  HEAD_TIMEOUT_MS,
  KEEP_ALIVE_MS,
} from '../../src/relay/limits.ts';
import { RelayMemory } from '../../src/relay/memory.ts';
import { PublicConnection } from '../../src/relay/public-connection.ts';
import { Router } from '../../src/relay/routing.ts';
import { TraceIds } from '../../src/relay/trace.ts';
import { Visitors } from '../../src/relay/visitors.ts';
import { Link } from '../../src/wire/link.ts';
import { Session } from '../../src/wire/session.ts';
import { eventually, listenOn, RawClient } from '../helpers/tunnel.ts';

interface Stage {
  readonly client: RawClient;
  /** Lets time pass, in ms, and enforces the deadlines. */
  readonly pass: (ms: number) => void;
  /** Sends, and waits until the relay has read it. */
  readonly send: (text: string) => Promise<void>;
}

/** One public connection of a relay whose time stands still, and behind it a client that never answers. */
async function openStage(): Promise<Stage> {
  let now = 0;
  const nothing = (): void => undefined;
  const link = new Link({
    session: new Session({ role: 'relay', now }),
    sink: { bufferedAmount: 0, send: nothing },
    listener: { open: nothing, goAway: nothing, dead: nothing },
    schedule: nothing,
  });
  const router = new Router('localhost', {
    find: () => ({ type: 'up', client: { link } }),
    isStartingUp: () => false,
    wait: () => nothing,
  });
  const visitors = new Visitors({}, false);
  const admission = new Admission({
    domain: 'localhost',
    visitors,
    perName: {},
    maxBodyBytes: undefined,
  });
  const accepted = new Promise<{ socket: Socket; connection: PublicConnection }>((resolve) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const context = {
        router,
        admission,
        memory: new RelayMemory(1e9, () => now),
        scheme: 'http',
        port: 80,
        ids: { newRequestId: () => 'id', traceIds: new TraceIds() },
        proxies: undefined,
        now: () => now,
        onRequest: undefined,
        spool: () => undefined,
        handOver: nothing,
        forget: nothing,
      } as const;
      resolve({ socket, connection: new PublicConnection(socket, context, '127.0.0.1') });
    });
    void listenOn(server).then((url) => {
      opened(new RawClient(Number(new URL(url).port)));
    });
  });
  let opened: (client: RawClient) => void = nothing;
  const client = await new Promise<RawClient>((resolve) => (opened = resolve));
  const { socket, connection } = await accepted;
  return {
    client,
    pass: (ms) => {
      now += ms;
      connection.sweep(now);
    },
    send: async (text) => {
      const before = socket.bytesRead;
      client.send(text);
      await eventually(() => socket.bytesRead >= before + text.length);
    },
  };
}

const HEAD = 'POST /wx HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 100000\r\n\r\n';

test('a head that drips, one byte a second, is over when its time is', async () => {
  const { client, pass, send } = await openStage();
  await send('GET / HTTP/1.1\r\nHost: app.localhost\r\nX-A: ');
  for (let ms = 0; ms < HEAD_TIMEOUT_MS - 1_000; ms += 1_000) {
    await send('b');
    pass(1_000);
  }
  expect(client.text).toBe('');
  pass(1_000);
  expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 408 [^]*x-wx-dev-error: WXD4012/);
});

test('a connection that says nothing is closed without a word', async () => {
  const { client, pass } = await openStage();
  pass(HEAD_TIMEOUT_MS);
  expect(await client.untilClosed()).toBe('');
  expect(KEEP_ALIVE_MS).toBeGreaterThan(60_000);
});

test('a body that drips, one byte a second, is over when its time is', async () => {
  const { client, pass, send } = await openStage();
  await send(HEAD);
  for (let ms = 0; ms < BODY_TIMEOUT_MS; ms += 1_000) {
    expect(client.text).toBe('');
    await send('b');
    pass(1_000);
  }
  pass(2_000);
  expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 408 [^]*request body that does not come/);
});

test('a body that is slow but comes is waited for', async () => {
  const { client, pass, send } = await openStage();
  await send(HEAD);
  for (let i = 0; i < 20; i++) {
    await send('b'.repeat(4_000));
    pass(30_000);
  }
  expect(client.text).toBe('');
});

test('an answer that never begins is told as what it is: 504, the client’s', async () => {
  const { client, pass, send } = await openStage();
  await send('GET /wx HTTP/1.1\r\nHost: app.localhost\r\nAccept: application/json\r\n\r\n');
  pass(ANSWER_TIMEOUT_MS - 1);
  expect(client.text).toBe('');
  pass(1);
  const text = await client.untilClosed();
  expect(text).toMatch(/^HTTP\/1\.1 504 /);
  expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({
    status: 504,
    code: 'WXD4047',
    hop: 'client',
  });
});
