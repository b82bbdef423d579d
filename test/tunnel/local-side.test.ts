import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { LocalOptions } from '../../src/tunnel/local-target.ts';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import { listenOn, ownerOf, RawClient, startApp, startPair } from '../helpers/tunnel.ts';

const request = (lines: readonly string[] = []): string =>
  ['GET / HTTP/1.1', 'Host: app.localhost', ...lines, '', ''].join('\r\n');

/** A tunnel to a server that answers with the head it got, and what that is for some field lines. */
async function echo(
  local: LocalOptions,
): Promise<{ url: string; send: (lines?: readonly string[]) => Promise<string[]> }> {
  const app = await startApp((incoming, response) => {
    const lines: string[] = [];
    for (let i = 0; i < incoming.rawHeaders.length; i += 2)
      lines.push(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}`);
    const text = lines.join('\n');
    response.writeHead(200, { 'content-length': Buffer.byteLength(text) }).end(text);
  });
  const { port } = await startPair(app.url, { tunnel: { local } });
  const client = new RawClient(port);
  return {
    url: app.url,
    send: async (lines) => (await client.send(request(lines)).response()).body.split('\n'),
  };
}

test('Host stays as it was sent, is a fixed one, or that of the local server', async () => {
  expect((await (await echo({})).send())[0]).toBe('Host: app.localhost');
  expect((await (await echo({ hostHeader: 'shop.test:81' })).send())[0]).toBe('Host: shop.test:81');
  const rewriting = await echo({ hostHeader: 'rewrite' });
  const host = `Host: ${new URL(rewriting.url).host}`;
  // Each request on a connection, not only its first.
  expect((await rewriting.send())[0]).toBe(host);
  expect((await rewriting.send(['X-A: 1'])).slice(0, 2)).toEqual([host, 'X-A: 1']);
});

test('adds fields, replaces what comes from outside under their names, takes others away', async () => {
  const { send } = await echo({
    headers: ['X-Key: 1', 'X-Key:2', 'X-Empty:'],
    removeHeaders: ['cookie', 'X-Forwarded-For'],
  });
  const lines = await send([
    'x-key: forged',
    'Cookie: a=1',
    'X-Stays: 1',
    'X-KEY: again',
    'cookie: b=2',
    'X-Stays: 2',
  ]);
  expect(lines.filter((line) => /^x-(key|empty)/i.test(line))).toEqual([
    'X-Key: 1',
    'X-Key: 2',
    'X-Empty: ',
  ]);
  expect(lines.filter((line) => /^(cookie|x-forwarded-for)/i.test(line))).toEqual([]);
  expect(lines.filter((line) => /^x-stays/i.test(line))).toEqual(['X-Stays: 1', 'X-Stays: 2']);
});

test.each([
  ['no colon', 'X-Key'],
  ['a line break', 'X-Key: 1\r\nX-Other: 2'],
  ['a bare line feed', 'X-Key: 1\n2'],
  ['a character that becomes a line break in latin1', 'X-Key: \u010d\u010a'],
  ['a name that is no token', 'X Key: 1'],
  ['an empty name', ': 1'],
  ['Host', 'host: evil'],
  ['a length', 'Content-Length: 5'],
  ['a coding', 'Transfer-Encoding: chunked'],
  ['a hop-by-hop field', 'Connection: close'],
  ['an upgrade', 'Upgrade: h2c'],
  ['our own fields', 'X-Wx-Dev-Tunnel: up'],
  ['our own fields in the spelling of CGI', 'x_wx_dev_tunnel: up'],
])('refuses to set %s', async (_what, line) => {
  await expect(
    openTunnel({
      relay: 'http://127.0.0.1:1',
      target: 'http://127.0.0.1:1',
      owner: ownerOf('a'),
      local: { headers: [line] },
    }),
  ).rejects.toMatchObject({ code: 'WXD6001', details: { source: { name: '--header' } } });
});

test.each(['host', 'Content-Length', 'transfer-encoding', 'Connection', 'x-wx-dev-a', 'a: b', ''])(
  'refuses to take away %j',
  async (name) => {
    await expect(
      openTunnel({
        relay: 'http://127.0.0.1:1',
        target: 'http://127.0.0.1:1',
        owner: ownerOf('a'),
        local: { removeHeaders: [name] },
      }),
    ).rejects.toMatchObject({ code: 'WXD6001', details: { source: { name: '--remove-header' } } });
  },
);

/** An HTTPS server that answers with the name it was asked for by SNI. */
async function startSecure(options: ServerOptions): Promise<{ port: number; server: Server }> {
  const server = createServer(options, (incoming, response) => {
    const { servername } = incoming.socket as { servername?: string | false };
    response.end(`sni ${String(servername)}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, server };
}

async function ask(
  target: string,
  local: LocalOptions,
): Promise<{ status: number; head: string; body: string }> {
  const { port } = await startPair(target, { tunnel: { local } });
  const text = await new RawClient(port).send(request(['Connection: close'])).untilClosed();
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { status: Number(head.slice(9, 12)), head, body };
}

test('checks the certificate of an https server: nobody else reads what is sent to it', async () => {
  const { certPem, keyPem } = selfSigned(['localhost', '127.0.0.1']);
  const { port } = await startSecure({ cert: certPem, key: keyPem });
  const refused = await ask(`https://127.0.0.1:${port}`, {});
  expect(refused.status).toBe(502);
  expect(refused.head).toContain('x-wx-dev-error: WXD4060');
  expect(refused.body).toContain('--local-ca');
  expect((await ask(`https://127.0.0.1:${port}`, { ca: [certPem] })).body).toContain('sni false');
  expect((await ask(`https://localhost:${port}`, { ca: [certPem] })).body).toContain(
    'sni localhost',
  );
});

test('a trusted certificate for another name is refused, and taken when told to take any', async () => {
  const { certPem, keyPem } = selfSigned(['shop.test']);
  const { port } = await startSecure({ cert: certPem, key: keyPem });
  const target = `https://127.0.0.1:${port}`;
  expect((await ask(target, { ca: [certPem] })).head).toContain('WXD4060');
  expect((await ask(target, { ca: [certPem], hostHeader: 'rewrite' })).head).toContain('WXD4060');
  expect((await ask(target, { insecure: true })).status).toBe(200);
});

test('asks for the name that requests are for, so that a server of several names shows the right one', async () => {
  const shop = selfSigned(['shop.test']);
  const other = selfSigned(['other.test']);
  const { port } = await startSecure({
    cert: other.certPem,
    key: other.keyPem,
    SNICallback: (name, done) =>
      done(
        null,
        name === 'shop.test'
          ? createSecureContext({ cert: shop.certPem, key: shop.keyPem })
          : undefined,
      ),
  });
  const answer = await ask(`https://127.0.0.1:${port}`, {
    hostHeader: 'shop.test:8443',
    ca: [shop.certPem],
  });
  expect(answer.body).toContain('sni shop.test');
});

test('a server without TLS behind https is named as what it is, and no certificate is blamed', async () => {
  const plain = await listenOn(createNetServer((socket) => socket.end('hello\r\n\r\n')));
  const { head, status } = await ask(plain.replace('http:', 'https:'), {});
  expect(status).toBe(502);
  expect(head).toContain('x-wx-dev-error: WXD4008');
});
