import { expect, test } from 'vitest';
import { echoHandler } from '../../src/callback/handler.ts';
import {
  dialRaw,
  nextExchange,
  post,
  sealed,
  send,
  start,
  startApp,
  textMessage,
  until,
  verification,
} from './support.ts';

const pathSource = { name: 'WX_DEV_PATH', file: '.env.local', line: 3 };

test('a body that stalls is told from one whose sender left, with what was announced', async () => {
  const stalling = await start({ handler: echoHandler, deadlineMs: 200 });
  const stalled = nextExchange(stalling);
  const connection = dialRaw(stalling.port);
  connection.write('POST /wx?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
  const { error } = await stalled;
  expect(error).toMatchObject({
    code: 'WXD3012',
    details: { receivedBytes: 3, expectedBytes: 10, end: 'stalled' },
  });
  expect(error?.message).toContain('never finished');

  const left = await start({ handler: echoHandler });
  const gone = nextExchange(left);
  const leaver = dialRaw(left.port);
  leaver.write(
    'POST /wx?a=b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
  );
  await until(() => leaver.soFar() !== '');
  leaver.destroy();
  expect(await gone).toMatchObject({
    status: 0,
    error: { code: 'WXD3012', details: { expectedBytes: undefined, end: 'left' } },
  });
});

test.each([
  ['a verification', `/wechat?${verification()}`, 'GET'],
  ['a push', `/wx/?${sealed(textMessage()).query}`, 'POST'],
])('names the setting of the path when %s comes elsewhere', async (_name, target, method) => {
  const server = await start({ handler: echoHandler, pathSource });
  const exchange = nextExchange(server);
  expect((await send(server.url + target, { method })).status).toBe(404);
  const { error } = await exchange;
  expect(error).toMatchObject({ code: 'WXD3013', details: { path: '/wx', source: pathSource } });
});

test('says it too when the app behind does not know the path, and not when it does', async () => {
  const app = await startApp((request, response) => {
    response.statusCode = request.url?.startsWith('/other') ? 200 : 404;
    response.end('x');
  });
  const server = await start({ handler: { forwardTo: String(app.port) }, pathSource });
  const ask = async (target: string): Promise<string | undefined> => {
    const exchange = nextExchange(server);
    await send(server.url + target);
    return (await exchange).error?.code;
  };
  expect(await ask(`/wechat?${verification()}`)).toBe('WXD3013');
  expect(await ask(`/other?${verification()}`)).toBeUndefined();
  expect(await ask('/favicon.ico')).toBeUndefined();
});

test.each(['nonce', 'timestamp'])(
  'refuses a %s that could hold blocks of Encrypt',
  async (name) => {
    const server = await start({ handler: echoHandler });
    const push = sealed(textMessage());
    const lengthened = (length: number): string =>
      push.query.replace(new RegExp(`(^|&)${name}=[^&]*`), `$1${name}=${'1'.repeat(length)}`);
    const codes: (string | undefined)[] = [];
    for (const length of [63, 64, 100_00]) {
      const exchange = nextExchange(server);
      const { status } = await post(server, { ...push, query: lengthened(length) });
      expect(status).toBe(403);
      codes.push((await exchange).error?.code);
    }
    expect(codes).toEqual(['WXD1001', 'WXD1152', 'WXD1152']);
  },
);
