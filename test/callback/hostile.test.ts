import { expect, test } from 'vitest';
import {
  dialRaw,
  sealed,
  send,
  start,
  startApp,
  startRawApp,
  textMessage,
  until,
  withBody,
} from './support.ts';

/** An app that tells which requests reached it. */
async function startListener(): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const app = await startApp(
    withBody((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end('from the app');
    }),
  );
  return { port: app.port, seen };
}

test('a declined upgrade opens no way round the checks', async () => {
  const { port, seen } = await startListener();
  const server = await start({ handler: { forwardTo: `127.0.0.1:${port}`, strict: true } });
  const connection = dialRaw(server.port);
  const forged =
    'POST /wx?signature=x&timestamp=1&nonce=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n<xml/>';
  connection.write(
    'GET /page HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n' + forged,
  );
  await until(() => connection.soFar().includes('from the app'));
  connection.write(forged);
  await connection.received;
  expect(seen).toEqual(['GET /page']);
});

test.each(['GET', 'DELETE', 'POST'])(
  'Connection cannot take the length off a %s, so that its body would be the next request',
  async (method) => {
    const { port, seen } = await startListener();
    const server = await start({ handler: { forwardTo: `127.0.0.1:${port}`, strict: true } });
    const connection = dialRaw(server.port);
    const forged = 'POST /wx HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n';
    connection.write(
      `${method} /page HTTP/1.1\r\nHost: a\r\nConnection: close, content-length, host\r\nContent-Length: ${forged.length}\r\n\r\n${forged}`,
    );
    expect((await connection.received).toString()).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen).toEqual([`${method} /page`]);
  },
);

test.each(['099 Odd', '000 Odd', '101 Odd\r\nConnection: Upgrade\r\nUpgrade: x', '199 Odd'])(
  'an app that answers a page with %s gets a 502 said in its place',
  async (status) => {
    const app = await startRawApp(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
    const server = await start({ handler: { forwardTo: `127.0.0.1:${app.port}` } });
    expect((await send(`${server.url}/page`)).status).toBe(502);
    const push = sealed(textMessage());
    const answer = await send(`${server.url}/wx?${push.query}`, {
      method: 'POST',
      body: push.body,
    });
    expect(answer.status).toBe(502);
  },
);
