import { getEventListeners, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { isWxDevError, type WxDevError } from '../../src/core/errors.ts';
import { checkRelay, checkTunnel } from '../../src/dev/check-tunnel.ts';
import { freePort } from '../cli/child.ts';

describe('the check of a tunnel', () => {
  test('asks the end of the tunnel, by a name below localhost', async () => {
    const asked: string[] = [];
    await using server = await listen((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.host}`);
      response.writeHead(204, { 'x-wx-dev-tunnel': 'my-app' }).end();
    });
    const url = `http://my-app.localhost:${server.port}`;
    expect((await checkTunnel({ url })).ms).toBeGreaterThanOrEqual(0);
    expect(asked).toEqual([`GET /_wx-dev/ping my-app.localhost:${server.port}`]);
  });

  test.each<[string, RequestListener]>([
    ['another server', (_request, response) => response.end('hello')],
    [
      'a relay without this tunnel',
      (_request, response) => response.writeHead(404, { 'x-wx-dev-error': 'WXD4006' }).end(),
    ],
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/login' }).end()],
  ])('WXD4015 when %s answers', async (_name, listener) => {
    await using server = await listen(listener);
    const error = await failure(checkTunnel({ url: server.url }));
    expect(isWxDevError(error, 'WXD4015') && error.details.reason).toMatch(/^HTTP \d{3}$/);
  });

  test('WXD4015 when nothing listens, when TLS is expected, and when the answer is not HTTP', async () => {
    const nobody = await freePort();
    await using server = await listen((_request, response) => response.end());
    await using odd = await listen((request) => request.socket.end('not HTTP\r\n\r\n'));
    for (const url of [`http://127.0.0.1:${nobody}`, `https://127.0.0.1:${server.port}`, odd.url])
      expect((await failure(checkTunnel({ url }))).code).toBe('WXD4015');
  });

  test('does not wait for a body that never ends, and keeps no connection', async () => {
    await using server = await listen((request, response) => {
      response.writeHead(200, { 'x-wx-dev-tunnel': 'a' }).write('endless');
      request.socket.once('close', () => server.closed());
    });
    await checkTunnel({ url: server.url });
    await server.untilClosed;
  });

  test('an abort rejects with its reason and leaves no listener', async () => {
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    await using server = await listen(() => controller.abort(reason));
    const checking = checkTunnel({ url: server.url, signal: controller.signal });
    await expect(checking).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

describe('the check of a relay', () => {
  test('takes its own refusal for an answer, and asks for the host it is told', async () => {
    const hosts: (string | undefined)[] = [];
    await using server = await listen((request, response) => {
      hosts.push(request.headers.host);
      response.writeHead(404, { 'x-wx-dev-error': 'WXD4006' }).end('no such tunnel');
    });
    await checkRelay({ url: server.url, host: 'localhost' });
    expect(hosts).toEqual(['localhost']);
  });

  test('WXD4015 when something else answers', async () => {
    await using server = await listen((_request, response) => response.end('nginx'));
    expect((await failure(checkRelay({ url: server.url }))).code).toBe('WXD4015');
  });
});

interface Listening extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Resolves when `closed` was called. */
  readonly untilClosed: Promise<void>;
  readonly closed: () => void;
}

async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // Of a TCP server that listens.
  let closed: () => void = () => undefined;
  const untilClosed = new Promise<void>((resolve) => (closed = resolve));
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    untilClosed,
    closed: () => closed(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function failure(work: Promise<unknown>): Promise<WxDevError> {
  const error = await work.catch((caught: unknown) => caught);
  if (!isWxDevError(error)) throw new Error(`no WxDevError: ${String(error)}`);
  return error;
}
