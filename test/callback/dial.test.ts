import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { dial } from '../../src/callback/dial.ts';
import { parseForwardTarget, type ForwardOptions } from '../../src/callback/forward-target.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import {
  listenFree,
  nextExchange,
  post,
  sealed,
  send,
  start,
  startApp,
  textMessage,
} from './support.ts';

/** An HTTPS app for `names`, and the certificate that vouches for it. */
async function startHttpsApp(names: string[]): Promise<{ port: number; ca: string[] }> {
  const { certPem, keyPem } = selfSigned(names);
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    response.end(request.headers.host === 'callback.test' ? 'success' : 'wrong host');
  });
  onTestFinished(() => void server.close());
  return { port: await listenFree(server), ca: [certPem] };
}

test.each(['app.localhost', '127.0.0.1'])(
  'forwards to https://%s, verified, with the Host of WeChat untouched',
  async (host) => {
    const { port, ca } = await startHttpsApp([host]);
    const server = await start({ handler: { ca, forwardTo: `https://${host}:${port}` } });
    expect((await post(server, sealed(textMessage()))).text).toBe('success');
    expect((await send(`${server.url}/page`)).text).toBe('success');
  },
);

test('never forwards over TLS that is not verified', async () => {
  const { port } = await startHttpsApp(['app.localhost']);
  const server = await start({ handler: { forwardTo: `https://app.localhost:${port}` } });
  const exchange = nextExchange(server);
  expect((await post(server, sealed(textMessage()))).status).toBe(502);
  expect((await exchange).error?.code).toBe('WXD3004');
});

test('speaks to an app as asked: another Host, by SNI too, for pushes, pages and upgrades', async () => {
  const { certPem: cert, keyPem: key } = selfSigned(['shop.test']);
  const seen: string[] = [];
  const note = ({ headers, socket, url }: IncomingMessage): void => {
    const { servername } = socket as { servername?: string | false };
    seen.push(`${String(url).split('?', 1)[0]} ${headers.host} ${String(servername)}`);
  };
  const app = createServer({ cert, key }, (request, response) => {
    note(request);
    response.end('success');
  });
  app.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    note(request);
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhi');
  });
  onTestFinished(() => void app.close());
  const forwardTo = `https://127.0.0.1:${await listenFree(app)}`;
  const visit = async (handler: Omit<ForwardOptions, 'forwardTo'>): Promise<number[]> => {
    const server = await start({ handler: { forwardTo, ...handler } });
    const upgrade = connect(server.port, '127.0.0.1');
    upgrade.write('GET /hot HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    const [head] = (await once(upgrade, 'data')) as [Buffer];
    upgrade.destroy();
    const statuses = [await post(server, sealed(textMessage())), await send(`${server.url}/page`)];
    return [Number(head.toString().slice(9, 12)), ...statuses.map(({ status }) => status)];
  };
  const expected = (host: string, name: string): string[] =>
    ['/hot', '/wx', '/page'].map((path) => `${path} ${host} ${name}`);
  expect(await visit({ hostHeader: 'shop.test:81', ca: [cert] })).toEqual([101, 200, 200]);
  expect(seen.splice(0)).toEqual(expected('shop.test:81', 'shop.test'));
  expect(await visit({ hostHeader: 'rewrite', insecure: true })).toEqual([101, 200, 200]);
  expect(seen.splice(0)).toEqual(expected(new URL(forwardTo).host, 'false'));
  // A trusted certificate, but not for the name that is asked for; and one that nobody trusts.
  expect(await visit({ ca: [cert] })).toEqual([502, 502, 502]);
  expect(await visit({ hostHeader: 'shop.test' })).toEqual([502, 502, 502]);
  expect(seen).toEqual([]);
});

test('reaches an app although this machine is busy for half a second just then', async () => {
  const app = await startApp((_request, response) => void response.end('success'));
  const request = dial(
    { method: 'GET', path: '/', headers: [['Host', 'app.test']] },
    { target: parseForwardTarget(String(app.port)), onConnect: () => undefined },
  );
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  request.end();
  await once(request, 'socket');
  // Node tries the other loopback address after 250 ms, by a timer that fires before it looks at the connection.
  const end = performance.now() + 600;
  while (performance.now() < end);
  const [response] = await answered;
  expect(response.statusCode).toBe(200);
  response.resume();
});
