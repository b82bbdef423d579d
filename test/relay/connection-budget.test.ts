import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { Relay } from '../../src/relay/relay.ts';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import {
  eventually,
  ownerOf,
  portOf,
  RawClient,
  startApp,
  useRelay,
  useTunnel,
} from '../helpers/tunnel.ts';

const GET = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: app.localhost\r\n\r\n`;

/** An app that answers `/slow` only when told to. */
async function slowApp(): Promise<{ url: string; slow: ServerResponse[] }> {
  const slow: ServerResponse[] = [];
  const { url } = await startApp((request, response) => {
    if (request.url === '/slow') slow.push(response);
    else response.end('ok');
  });
  return { url, slow };
}

async function statusAt(relay: Relay, path = '/'): Promise<number> {
  return (await new RawClient(portOf(relay)).send(GET(path)).response()).status;
}

test('clients that take all their connections leave visitors theirs', async () => {
  const relay = await useRelay({ limits: { connections: { dials: 1, visitors: 2 } } });
  const { url } = await slowApp();
  // Its first link; the second one finds no room, and goes on trying.
  await useTunnel(relay, { target: url, subdomain: 'app' });
  const other = { relay: relay.httpUrl ?? '', target: url, owner: ownerOf('other') };
  await expect(openTunnel(other)).rejects.toMatchObject({ code: 'WXD4011' });
  expect(await statusAt(relay)).toBe(200);
  const dial = 'GET /_wx-dev/tunnel HTTP/1.1\r\nHost: a.b\r\nUpgrade: websocket\r\n';
  const refused = await new RawClient(portOf(relay))
    .send(`${dial}Connection: Upgrade\r\n\r\n`)
    .untilClosed();
  expect(refused).toMatch(/^HTTP\/1\.1 503 [^]*x-wx-dev-error: WXD4011[^]*connections of clients/);
});

test('visitors that take all their connections leave clients theirs, and get one back for each that ends', async () => {
  const relay = await useRelay({ limits: { connections: { visitors: 2, newcomers: 8 } } });
  const { url, slow } = await slowApp();
  await useTunnel(relay, { target: url, subdomain: 'app' });
  const [first] = [1, 2].map(() => new RawClient(portOf(relay)).send(GET('/slow')));
  await eventually(() => slow.length === 2);
  const refused = await new RawClient(portOf(relay)).send(GET('/')).untilClosed();
  expect(refused).toMatch(/^HTTP\/1\.1 503 [^]*x-wx-dev-error: WXD4011[^]*connections of visitors/);
  expect(refused).toContain('\r\nRetry-After: ');
  await useTunnel(relay, { target: url, subdomain: 'more', owner: ownerOf('other') });
  // A mere end might be one of who still waits for the answer.
  first?.socket.resetAndDestroy();
  for (;;) if ((await statusAt(relay)) === 200) break;
});

test('an idle visitor is hung up on for one that asks', async () => {
  const relay = await useRelay({ limits: { connections: { visitors: 2 } } });
  const { url, slow } = await slowApp();
  await useTunnel(relay, { target: url, subdomain: 'app' });
  const busy = new RawClient(portOf(relay)).send(GET('/slow'));
  await eventually(() => slow.length === 1);
  const idle = new RawClient(portOf(relay)).send(GET('/'));
  await idle.response();
  for (let i = 0; i < 5; i++) expect(await statusAt(relay)).toBe(200);
  expect(await idle.untilClosed()).toBe('');
  slow[0]?.end('done');
  expect((await busy.response()).body).toBe('done');
});

test.each([false, true])(
  'who says nothing, over TLS: %s, is cut for one that does, and keeps out neither visitors nor clients',
  async (isTls) => {
    const { certPem: cert, keyPem: key } = selfSigned(['localhost', '127.0.0.1']);
    const relay = await useRelay({
      httpsPort: 0,
      tls: { cert, key },
      limits: { connections: { visitors: 1, newcomers: 4 } },
    });
    const port = isTls ? Number(new URL(relay.httpsUrl ?? '').port) : portOf(relay);
    const silent: RawClient[] = [];
    const more = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) {
        const client = new RawClient(port);
        silent.push(client);
        await once(client.socket, 'connect');
      }
    };
    await more();
    await silent[0]?.untilClosed();
    const { url } = await slowApp();
    const link = { relay: (isTls ? relay.httpsUrl : relay.httpUrl) ?? '', ca: [cert] };
    await useTunnel(relay, { target: url, subdomain: 'app', ...link });
    await more();
    if (isTls) {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
      onTestFinished(() => {
        socket.destroy();
      });
      socket.write(GET('/').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      expect(text).toMatch(/^HTTP\/1\.1 200 /);
    } else expect(await statusAt(relay)).toBe(200);
    // Five places in all for those who have not asked.
    await eventually(() => silent.filter(({ socket }) => !socket.destroyed).length <= 5);
  },
);

test('a place is free again however its connection ends', async () => {
  const relay = await useRelay({
    limits: { connections: { visitors: 1, newcomers: 4, dials: 2 } },
  });
  const { url } = await slowApp();
  for (let i = 0; i < 5; i++) {
    const gone = new RawClient(portOf(relay));
    await once(gone.socket, 'connect');
    gone.socket.resetAndDestroy();
    await new RawClient(portOf(relay)).send('nonsense\r\n\r\n').untilClosed();
    const mine = { relay: relay.httpUrl ?? '', target: url, owner: ownerOf('a') };
    const tunnel = await openTunnel({ ...mine, subdomain: 'app' });
    for (;;) if ((await statusAt(relay)) === 200) break;
    await tunnel.close();
  }
});
