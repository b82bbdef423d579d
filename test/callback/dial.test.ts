import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openAuthority } from '../../src/certs/store.ts';
import { listenFree, nextExchange, post, sealed, send, start, textMessage } from './support.ts';

/** An HTTPS app for `names`, and the authority that vouches for it. */
async function startHttpsApp(names: string[]): Promise<{ port: number; ca: string[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-https-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const authority = await openAuthority({ dir: join(dir, 'ca'), user: 'tester', host: 'host' });
  const { certPem, keyPem } = await authority.issue({ names });
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    response.end(request.headers.host === 'callback.test' ? 'success' : 'wrong host');
  });
  onTestFinished(() => void server.close());
  return { port: await listenFree(server), ca: [authority.certPem] };
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
