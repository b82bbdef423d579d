import { once } from 'node:events';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { CHUNK_BYTES, MIN_LINK_SHARE_BYTES, PRESSED_STALL_MS } from '../../src/relay/limits.ts';
import { RelayMemory, type MemoryShare, type Waiting } from '../../src/relay/memory.ts';
import { PublicExchange, type ExchangeOwner } from '../../src/relay/public-exchange.ts';
import { encodeFrame, frameTypes } from '../../src/wire/frame.ts';
import { resumeFeature } from '../../src/wire/handshake.ts';
import { formatHead, parseRequestHead } from '../../src/wire/head.ts';
import { frameHeaderBytes, maxWindowBytes } from '../../src/wire/limits.ts';
import { Link } from '../../src/wire/link.ts';
import { encodeWindow } from '../../src/wire/payloads.ts';
import { Session } from '../../src/wire/session.ts';
import { EvilClient } from '../helpers/evil-client.ts';
import {
  eventually,
  listenOn,
  ownerOf,
  portOf,
  RawClient,
  startApp,
  useRelay,
  useTunnel,
} from '../helpers/tunnel.ts';

const MB = 1024 * 1024;

function open(memory: RelayMemory): {
  link: Link;
  share: MemoryShare;
  isPaused: () => boolean;
} {
  let isPaused = false;
  const nothing = (): void => undefined;
  const link = new Link({
    session: new Session({ role: 'relay', now: 0 }),
    sink: { bufferedAmount: 0, send: nothing },
    listener: { open: nothing, goAway: nothing, dead: nothing },
    schedule: nothing,
  });
  const share = memory.open(link, {
    pause: () => (isPaused = true),
    resume: () => (isPaused = false),
  });
  expect(memory.of(link)).toBe(share);
  return { link, share, isPaused: () => isPaused };
}

test('one link alone may hold most of the budget, and is stopped before it is used up', () => {
  const memory = new RelayMemory(100 * MB, () => 0);
  const { share, isPaused } = open(memory);
  while (!isPaused()) share.addAnswer(64 * 1024);
  expect(share.heldBytes).toBeGreaterThan(79 * MB);
  expect(share.heldBytes).toBeLessThan(82 * MB);
  share.addAnswer(-MB);
  expect(isPaused()).toBe(false);
});

test('many links hold about the same each, all together never more than the budget', () => {
  const memory = new RelayMemory(100 * MB, () => 0);
  const links = Array.from({ length: 50 }, () => open(memory));
  for (let isMore = true; isMore;) {
    isMore = false;
    for (const { share, isPaused } of links) {
      if (isPaused()) continue;
      share.addAnswer(64 * 1024);
      isMore = true;
    }
  }
  // One step more for each.
  expect(memory.heldBytes).toBeLessThan(100 * MB + 50 * 64 * 1024);
  expect(memory.heldBytes).toBeGreaterThan(90 * MB);
  const held = links.map(({ share }) => share.heldBytes);
  expect(Math.max(...held) / Math.min(...held)).toBeLessThan(1.2);
});

test('a greedy link leaves something for one that comes later, and makes room as it is read', () => {
  const memory = new RelayMemory(100 * MB, () => 0);
  const greedy = open(memory);
  while (!greedy.isPaused()) greedy.share.addAnswer(MB);
  const late = open(memory);
  late.share.addAnswer(10 * MB);
  expect(late.isPaused()).toBe(false);
  // What the late one took counts against both.
  greedy.share.addAnswer(-5 * MB);
  expect(greedy.isPaused()).toBe(true);
  greedy.share.addAnswer(-20 * MB);
  expect(greedy.isPaused()).toBe(false);
});

test('a link may always hold what a small answer needs', () => {
  const memory = new RelayMemory(MB, () => 0);
  const other = open(memory);
  other.share.addAnswer(2 * MB);
  const { share, isPaused } = open(memory);
  share.addAnswer(MIN_LINK_SHARE_BYTES);
  expect(isPaused()).toBe(false);
  share.addAnswer(1);
  expect(isPaused()).toBe(true);
});

test('who takes nothing is given up only where its link stands, and only after its time', () => {
  let now = 0;
  const memory = new RelayMemory(MB, () => now);
  const { share, isPaused } = open(memory);
  const cut: string[] = [];
  const stalled = (name: string, since: number | undefined): Waiting => ({
    since,
    update: () => undefined,
    cut: () => void cut.push(name),
  });
  share.watch(stalled('old', 0));
  share.watch(stalled('new', 1_000));
  share.watch(stalled('flowing', undefined));
  now = PRESSED_STALL_MS + 500;
  memory.sweep();
  expect(cut).toEqual([]);
  share.addAnswer(2 * MB);
  expect(isPaused()).toBe(true);
  memory.sweep();
  expect(cut).toEqual(['old']);
});

test('what a link that is gone has left counts until it is taken', () => {
  const memory = new RelayMemory(10 * MB, () => 0);
  const { share } = open(memory);
  share.addAnswer(5 * MB);
  share.close();
  expect(memory.heldBytes).toBe(5 * MB);
  share.addAnswer(-5 * MB);
  expect(memory.heldBytes).toBe(0);
});

test(
  'readers that stand still fill no more than the budget; another tunnel answers meanwhile, and nothing of them is left at the end',
  { timeout: 60_000 },
  async () => {
    const memoryBytes = 4 * MB;
    const body = Buffer.alloc(10 * MB, 'x');
    const app = await startApp((request, response) =>
      response.end(request.url === '/' ? 'ok' : body),
    );
    const relay = await useRelay({ limits: { memoryBytes } });
    await useTunnel(relay, { target: app.url, subdomain: 'bulk' });
    await useTunnel(relay, { target: app.url, subdomain: 'app', owner: ownerOf('other') });
    const port = portOf(relay);
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, relay.heldBytes)), 1);
    const readers = Array.from({ length: 24 }, () =>
      new RawClient(port).send('GET /big HTTP/1.1\r\nHost: bulk.localhost\r\n\r\n'),
    );
    await Promise.all(
      readers.map(async (reader) => {
        await once(reader.socket, 'data');
        reader.socket.pause();
      }),
    );
    await eventually(() => relay.heldBytes > memoryBytes / 2);
    for (let i = 0; i < 20; i++) {
      const quick = new RawClient(port).send('GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
      expect((await quick.response()).body).toBe('ok');
    }
    // One message more may come on each link before it is stopped.
    expect(most).toBeLessThan(memoryBytes + 2 * MB);
    for (const reader of readers) reader.socket.destroy();
    await eventually(() => relay.heldBytes === 0);
    clearInterval(watch);
    const after = new RawClient(port).send('GET / HTTP/1.1\r\nHost: bulk.localhost\r\n\r\n');
    expect((await after.response()).body).toBe('ok');
  },
);

test('readers that go on after a while get everything', { timeout: 60_000 }, async () => {
  const body = Buffer.alloc(8 * MB, 'x');
  const app = await startApp((_request, response) => response.end(body));
  const relay = await useRelay({ limits: { memoryBytes: MB } });
  await useTunnel(relay, { target: app.url, subdomain: 'app' });
  const readers = Array.from({ length: 6 }, () =>
    new RawClient(portOf(relay)).send('GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n'),
  );
  await once(readers[0]?.socket ?? relay.events, 'data');
  for (const { socket } of readers) socket.pause();
  await eventually(() => relay.heldBytes > MB / 2);
  for (const { socket } of readers) socket.resume();
  for (const reader of readers) expect((await reader.response()).body.length).toBe(body.length);
  await eventually(() => relay.heldBytes === 0);
});

test(
  'uploads that a client does not take are not read into memory beyond the budget',
  { timeout: 60_000 },
  async () => {
    const app = await startApp((request) => {
      request.pause();
    });
    const relay = await useRelay({ limits: { memoryBytes: MB } });
    const tunnel = await useTunnel(relay, { target: app.url, subdomain: 'app' });
    const senders = Array.from({ length: 20 }, () =>
      new RawClient(portOf(relay)).send(
        `POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: ${64 * MB}\r\n\r\n`,
      ),
    );
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, relay.heldBytes)), 1);
    for (const sender of senders) sender.send(Buffer.alloc(8 * MB));
    // All that goes anywhere has gone there when one that only asks is answered.
    const other = await startApp((_request, response) => response.end('ok'));
    await useTunnel(relay, { target: other.url, subdomain: 'quick', owner: ownerOf('other') });
    const quick = new RawClient(portOf(relay)).send(
      'GET / HTTP/1.1\r\nHost: quick.localhost\r\n\r\n',
    );
    expect((await quick.response()).body).toBe('ok');
    expect(most).toBeLessThan(4 * MB);
    for (const sender of senders) sender.socket.destroy();
    await tunnel.close();
    await eventually(() => relay.heldBytes === 0);
    clearInterval(watch);
  },
);

test('requests that wait for their client never keep its answers out', () => {
  const memory = new RelayMemory(MB, () => 0);
  const { share, isPaused } = open(memory);
  share.addRequest(2 * MB);
  expect(share.isFull).toBe(true);
  expect(isPaused()).toBe(false);
});

test('uploads beyond the budget all come to their end', { timeout: 60_000 }, async () => {
  const app = await startApp((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => response.end(String(bytes)));
  });
  const relay = await useRelay({ limits: { memoryBytes: MB } });
  await useTunnel(relay, { target: app.url, subdomain: 'app' });
  const senders = Array.from({ length: 12 }, () =>
    new RawClient(portOf(relay))
      .send(`POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: ${3 * MB}\r\n\r\n`)
      .send(Buffer.alloc(3 * MB)),
  );
  for (const sender of senders) expect((await sender.response()).body).toBe(String(3 * MB));
  await eventually(() => relay.heldBytes === 0);
});

/** Grants every stream as much as may be granted, and acknowledges nothing. Gives how much has come. */
function takeAll(evil: EvilClient): () => number {
  let bytes = 0;
  evil.socket.on('message', (message: Buffer) => {
    bytes += message.length;
    for (let at = 0; at < message.length; at += frameHeaderBytes + message.readUIntBE(at, 3)) {
      if (message[at + 3] !== frameTypes.OPEN) continue;
      const stream = message.readUInt32BE(at + 5);
      const payload = encodeWindow(0, maxWindowBytes);
      evil.socket.send(encodeFrame({ type: frameTypes.WINDOW, stream, flags: 0, payload }));
    }
  });
  return () => bytes;
}

test('what clients take and do not acknowledge is kept for them within the budget of all', async () => {
  const relay = await useRelay({ limits: { memoryBytes: MB } });
  const names = Array.from({ length: 8 }, (_, i) => `evil${i}`);
  const evils: EvilClient[] = [];
  for (const name of names)
    evils.push(await EvilClient.connect(portOf(relay), [resumeFeature], name));
  const taken = evils.map(takeAll);
  const head = `Content-Length: ${8 * MB}\r\n\r\n`;
  for (const name of names)
    new RawClient(portOf(relay))
      .send(`POST / HTTP/1.1\r\nHost: ${name}.localhost\r\n${head}`)
      .send(Buffer.alloc(8 * MB));
  await eventually(() => taken.every((bytes) => bytes() > MIN_LINK_SHARE_BYTES / 2));
  const app = await startApp((_request, response) => response.end('ok'));
  await useTunnel(relay, { target: app.url, subdomain: 'quick' });
  const GET = 'GET / HTTP/1.1\r\nHost: quick.localhost\r\n\r\n';
  for (let i = 0; i < 20; i++)
    expect((await new RawClient(portOf(relay)).send(GET).response()).body).toBe('ok');
  // What nobody holds is shared; beyond it each has the least, and the message that it began. Without the budget it were 4 MB each.
  const all = taken.reduce((sum, bytes) => sum + bytes(), 0);
  expect(all).toBeLessThan(MB + names.length * 2 * MIN_LINK_SHARE_BYTES);
  expect(relay.heldBytes).toBeGreaterThan(all / 2);
  // It is given up with those who could have come back for it.
  for (const evil of evils) evil.socket.close(1000);
  await eventually(() => relay.heldBytes === 0);
});

test('a link goes on with what it may keep as soon as its client acknowledges some of it', async () => {
  const app = await startApp((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => response.end(String(bytes)));
  });
  // Less than the least of one link: so it is never more than that.
  const relay = await useRelay({ limits: { memoryBytes: 1 } });
  await useTunnel(relay, { target: app.url, subdomain: 'app' });
  const upload = new RawClient(portOf(relay))
    .send(`POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: ${4 * MB}\r\n\r\n`)
    .send(Buffer.alloc(4 * MB));
  expect((await upload.response()).body).toBe(String(4 * MB));
  await eventually(() => relay.heldBytes === 0);
});

test('uploads to a client that grants much and acknowledges nothing are not read beyond the budget', async () => {
  const relay = await useRelay({ limits: { memoryBytes: MB } });
  const evil = await EvilClient.connect(portOf(relay), [resumeFeature]);
  takeAll(evil);
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, relay.heldBytes)), 1);
  for (let i = 0; i < 20; i++)
    new RawClient(portOf(relay))
      .send(`POST / HTTP/1.1\r\nHost: evil.localhost\r\nContent-Length: ${8 * MB}\r\n\r\n`)
      .send(Buffer.alloc(8 * MB));
  await eventually(() => relay.heldBytes > MB / 2);
  // All that goes anywhere has gone there when one that only asks is answered.
  const other = await startApp((_request, response) => response.end('ok'));
  await useTunnel(relay, { target: other.url, subdomain: 'quick' });
  const quick = new RawClient(portOf(relay)).send(
    'GET / HTTP/1.1\r\nHost: quick.localhost\r\n\r\n',
  );
  expect((await quick.response()).body).toBe('ok');
  // What each had read before the link was held up, and no more: 160 MB came.
  expect(most).toBeLessThan(8 * MB);
  clearInterval(watch);
});

/** A connection of which only the socket counts. */
function ownerOn(socket: Socket): ExchangeOwner {
  const nothing = (): void => undefined;
  return {
    socket,
    mayKeepAlive: true,
    name: 'app',
    exchangeEnded: nothing,
    refuse: nothing,
    answered: nothing,
    abort: nothing,
    upgraded: nothing,
    setReading: nothing,
    setStalled: nothing,
  };
}

test('a visitor who sends megabytes within one turn of the loop is stopped before it ends', () => {
  const { link, share } = open(new RelayMemory(MB, () => 0));
  const window = encodeWindow(0, maxWindowBytes);
  const reading: boolean[] = [];
  const owner: ExchangeOwner = {
    ...ownerOn(new Socket()),
    setReading: (isReading) => reading.push(isReading),
  };
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${64 * MB}\r\n\r\n`;
  const exchange = new PublicExchange(owner, link, parseRequestHead(Buffer.from(head)), {
    head: Buffer.from(head),
    requestId: 'id',
    maxBodyBytes: undefined,
    share,
    now: 0,
  });
  link.receive(
    Buffer.from(encodeFrame({ type: frameTypes.WINDOW, stream: 1, flags: 0, payload: window })),
    0,
  );
  // As libuv does: up to 32 reads of 64 KB, and nothing else of ours runs in between.
  let reads = 0;
  while (reads < 32 && reading.at(-1) !== false) {
    exchange.feed(Buffer.alloc(64 * 1024));
    reads += 1;
  }
  expect(reads).toBeLessThan(20);
  exchange.cancel();
  expect(share.heldBytes).toBe(0);
});

test('single bytes that wait count for what they cost, until they are taken', async () => {
  const server = createServer((peer) => peer.on('error', () => undefined).resume());
  await listenOn(server);
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const { link, share } = open(new RelayMemory(100 * MB, () => 0));
  const request = parseRequestHead(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
  new PublicExchange(ownerOn(socket), link, request, {
    head: formatHead('GET / HTTP/1.1', []),
    requestId: 'id',
    maxBodyBytes: undefined,
    share,
    now: 0,
  });
  // As a socket whose reader takes nothing.
  socket.cork();
  const frame = (type: number, payload: string): Uint8Array =>
    encodeFrame({ type, stream: 1, flags: 0, payload: Buffer.from(payload) });
  const answer = Array.from({ length: 1_000 }, () => frame(frameTypes.DATA, 'x'));
  answer.unshift(frame(frameTypes.HEAD, 'HTTP/1.1 200 OK\r\n\r\n'));
  // Those of one message are copied together.
  for (const part of answer) link.receive(Buffer.from(part), 0);
  expect(share.heldBytes).toBeGreaterThan(900 * CHUNK_BYTES);
  expect(share.heldBytes).toBeLessThan(1_000 * CHUNK_BYTES * 2);
  socket.uncork();
  // A socket below its own mark says nothing when it is empty: the relay looks now and then.
  await eventually(() => {
    share.sweep(-1);
    return share.heldBytes === 0;
  });
  socket.destroy();
});
