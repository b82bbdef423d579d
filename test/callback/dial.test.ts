import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import { dial } from '../../src/callback/dial.ts';
import { parseForwardTarget } from '../../src/callback/forward-target.ts';
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
    const server = await start({ ca, handler: { forwardTo: `https://${host}:${port}` } });
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
