import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startRelay } from '../../src/relay/relay.ts';
import { portOf, RawClient, startApp, startPair, useRelay } from '../helpers/tunnel.ts';

async function ask(url: string | undefined, path: string, method = 'GET'): Promise<string> {
  const response = await fetch(`${url}${path}`, { method, redirect: 'manual' });
  return `${response.status} ${(await response.text()).trim()}`;
}

test('says that it lives and that it is ready, and nothing else', async () => {
  const relay = await useRelay({ healthPort: 0 });
  expect(relay.healthUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await ask(relay.healthUrl, '/healthz')).toBe('200 ok');
  expect(await ask(relay.healthUrl, '/readyz?from=k8s')).toBe('200 ready');
  expect(await ask(relay.healthUrl, '/')).toMatch(/^404 /);
  expect(await ask(relay.healthUrl, '/healthz', 'POST')).toMatch(/^405 /);
});

test('is not on the public port, where the name of a tunnel could be in the way', async () => {
  const relay = await useRelay({ healthPort: 0 });
  const GET = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
  expect((await new RawClient(portOf(relay)).send(GET).response()).status).toBe(404);
  expect((await useRelay()).healthUrl).toBeUndefined();
});

test('is not ready any more while requests in work come to their end', async () => {
  let finish: () => void = () => undefined;
  const app = await startApp((_request, response) => {
    finish = () => response.end('late');
  });
  const { relay, port } = await startPair(app.url, { relay: { healthPort: 0 } });
  const running = new RawClient(port).send('GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
  await once(app.server, 'request');
  const closing = relay.close();
  expect(await ask(relay.healthUrl, '/readyz')).toBe('503 not ready');
  expect(await ask(relay.healthUrl, '/healthz')).toBe('200 ok');
  finish();
  expect((await running.response()).body).toBe('late');
  await closing;
  await expect(ask(relay.healthUrl, '/healthz')).rejects.toThrow();
});

test('names a port that is taken, and leaves nothing open', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => {
    other.close();
  });
  const { port } = other.address() as AddressInfo;
  await expect(startRelay({ httpPort: 0, healthPort: port })).rejects.toMatchObject({
    code: 'WXD6003',
    details: { port },
  });
});
