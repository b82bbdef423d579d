import { createServer } from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../helpers/self-signed.ts';
import { listenFree, nextExchange, post, sealed, send, start, textMessage } from './support.ts';

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
