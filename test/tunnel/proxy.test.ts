import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkTunnel } from '../../src/dev/check-tunnel.ts';
import { openProxy } from '../../src/tunnel/proxy.ts';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { freePort } from '../helpers/free-port.ts';
import { needProgram } from '../helpers/programs.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import { listenOn, ownerOf, portOf, RawClient, startApp, useRelay } from '../helpers/tunnel.ts';

const testHttp = needProgram('tinyproxy', ['-v']);
const testSocks = needProgram('microsocks', ['-h']);
const GET = 'GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n';

/** A proxy that wants the user `wx` with the password `s3cret`. Gives its port. */
async function startHttpProxy(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'wx-dev-proxy-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const config = `Port ${port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nLogFile "${folder}/log"\nBasicAuth wx s3cret\n`;
  await writeFile(join(folder, 'tinyproxy.conf'), config);
  return startProgram('tinyproxy', ['-d', '-c', join(folder, 'tinyproxy.conf')], port);
}

async function startSocksProxy(): Promise<number> {
  const port = await freePort();
  const args = ['-i', '127.0.0.1', '-p', String(port), '-u', 'wx', '-P', 's3cret'];
  return startProgram('microsocks', args, port);
}

async function startProgram(program: string, args: string[], port: number): Promise<number> {
  const child = spawn(program, args, { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return port;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Opens a tunnel through `proxy` and asks the app behind it. */
async function askThrough(proxyUrl: string): Promise<string> {
  const app = await startApp((_request, response) => response.end('through'));
  const { certPem: cert, keyPem: key } = selfSigned(['localhost', 'app.localhost']);
  const relay = await useRelay({ httpsPort: 0, tls: { cert, key } });
  const proxy = await openProxy(proxyUrl);
  const tunnel = await openTunnel({
    relay: `https://localhost:${new URL(relay.httpsUrl ?? '').port}`,
    target: app.url,
    subdomain: 'app',
    owner: ownerOf('a'),
    ca: [cert],
    proxy,
  });
  onTestFinished(() => tunnel.close());
  await checkTunnel({
    url: relay.httpsUrl?.replace('127.0.0.1', 'localhost') ?? '',
    host: 'app.localhost',
    ca: [cert],
    proxy,
  });
  return (await new RawClient(portOf(relay)).send(GET).response()).body;
}

testHttp(
  'goes through an HTTP proxy that wants a password, with TLS to the relay inside',
  async () => {
    const port = await startHttpProxy();
    expect(await askThrough(`http://wx:s3%63ret@127.0.0.1:${port}`)).toBe('through');
  },
);

testSocks('goes through a SOCKS5 proxy that wants a password', async () => {
  const port = await startSocksProxy();
  for (const scheme of ['socks5', 'socks5h'])
    expect(await askThrough(`${scheme}://wx:s3%63ret@127.0.0.1:${port}`)).toBe('through');
});

/** What the dial says when `proxyUrl` is in its way. */
async function failure(proxyUrl: string, relay = 'https://localhost:9'): Promise<unknown> {
  const opening = openTunnel({
    relay,
    target: 'http://127.0.0.1:1',
    owner: ownerOf('a'),
    proxy: await openProxy(proxyUrl),
  });
  return opening.then(
    (tunnel) => tunnel.close(),
    (error: unknown) => error,
  );
}

testHttp('says that the proxy wants a password, or does not know the relay', async () => {
  const port = await startHttpProxy();
  for (const login of ['', 'wx:wrong@']) {
    const error = await failure(`http://${login}127.0.0.1:${port}`);
    expect(error).toMatchObject({
      code: 'WXD4030',
      details: { proxy: `http://127.0.0.1:${port}`, isLogin: true },
    });
    expect(String(error)).not.toContain('wrong');
  }
  const unknown = await failure(`http://wx:s3%63ret@127.0.0.1:${port}`, 'https://nobody.invalid');
  expect(unknown).toMatchObject({ code: 'WXD4030', details: { isLogin: false } });
});

testSocks('says that the SOCKS proxy wants a password', async () => {
  const port = await startSocksProxy();
  expect(await failure(`socks5://wx:wrong@127.0.0.1:${port}`)).toMatchObject({
    code: 'WXD4030',
    details: { isLogin: true },
  });
});

test.each(['http', 'socks5'])('says that no %s proxy is there', async (scheme) => {
  expect(await failure(`${scheme}://127.0.0.1:1`)).toMatchObject({ code: 'WXD4030' });
});

test('an aborted dial leaves no connection to a proxy that says nothing', async () => {
  const server = createServer();
  const url = await listenOn(server);
  const abort = new AbortController();
  const opening = openTunnel({
    relay: 'https://relay.example.com',
    target: 'http://127.0.0.1:1',
    owner: ownerOf('a'),
    proxy: await openProxy(url),
    signal: abort.signal,
  });
  const [socket] = (await once(server, 'connection')) as [Socket];
  socket.resume();
  const gone = once(socket, 'close');
  abort.abort(new Error('enough'));
  await expect(opening).rejects.toThrow('enough');
  await gone;
});
