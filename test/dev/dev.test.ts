import { getEventListeners, once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isWxDevError, type WxDevError } from '../../src/core/errors.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { newAesKey, newOwnerSecret, newSubdomain } from '../../src/core/secrets.ts';
import { startDev, type DevEvent, type DevOptions, type DevServer } from '../../src/dev/dev.ts';
import { startRelay } from '../../src/relay/relay.ts';
import { sendPush, sendVerify } from '../../src/simulator/send.ts';
import { createAccount } from '../../src/wechat/account.ts';
import { makePush } from '../../src/wechat/samples.ts';
import { freePort, isAlive } from '../cli/child.ts';

const account = createAccount({
  token: 'testToken123',
  appId: 'wx0123456789abcdef',
  aesKey: newAesKey(),
});

let dir = '';
let events: DevEvent[] = [];
let running: DevServer[] = [];
let apps: Server[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wx-dev dev '));
  events = [];
});

afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
  for (const app of apps.splice(0)) {
    app.closeAllConnections();
    app.close();
  }
  await rm(dir, { recursive: true, force: true });
});

describe('serve', () => {
  test('echo without a tunnel answers, and shows neither its own check nor a wrong number', async () => {
    const server = await start();
    expect(server.public).toBeUndefined();
    expect(server.app).toBeUndefined();
    expect(server.checkMs).toBeGreaterThanOrEqual(0);
    expect(events.map(({ type }) => type)).toEqual(['check']);
    const outcome = await push(server, '你好');
    expect(outcome.accepted, outcome.summary).toBe(true);
    expect(outcome.summary).toContain('你好');
    expect(exchanges()).toMatchObject([{ id: 1, type: 'text', attempt: 1, verdict: 'ok' }]);
    await server.close();
    expect(await server.closed).toEqual({ type: 'closed' });
    await expect(fetch(server.local)).rejects.toThrow();
  });

  test('says once that WeChat has not called a public URL, where it was asked to, and not on this machine', async () => {
    const address = 'http://127.0.0.1:1';
    await start({ public: { type: 'url', url: address }, remindAfterMs: 1 });
    await expect.poll(() => events.some(({ type }) => type === 'uncalled')).toBe(true);
    const said = events.filter((event) => event.type === 'uncalled');
    expect(said).toMatchObject([{ url: `${address}/wx`, error: { code: 'WXD3014' } }]);
    events = [];
    const server = await start({ public: { type: 'none' }, remindAfterMs: 1 });
    await push(server, 'hello');
    expect(events.some(({ type }) => type === 'uncalled')).toBe(false);
  });

  test('a module answers', async () => {
    const path = join(dir, '处理.mjs');
    await writeFile(path, 'export default (message) => `got ${message.content}`;');
    const server = await start({ answerer: { type: 'module', path } });
    expect((await push(server, 'hi')).summary).toContain('got hi');
  });

  test('a module that cannot be loaded ends the start-up and frees the port', async () => {
    const path = join(dir, 'broken.mjs');
    await writeFile(path, 'export default (');
    const port = await freePort();
    expect((await failure({ port, answerer: { type: 'module', path } })).code).toBe('WXD3005');
    await expectFree(port);
  });

  test('a port that is taken ends the start-up when it was asked for', async () => {
    const first = await start();
    const port = Number(new URL(first.local).port);
    expect((await failure({ port })).code).toBe('WXD6003');
    expect((await push(first, 'still there')).accepted).toBe(true);
  });
});

describe('with a forward target', () => {
  test('what the app says is what WeChat gets', async () => {
    const forwardTo = await listen(echostrApp);
    const server = await start({ answerer: forward(forwardTo) });
    expect(server.checkMs).toBeGreaterThanOrEqual(0);
    const outcome = await push(server, 'hi');
    expect(outcome.accepted, outcome.summary).toBe(true);
    expect(events.some(({ type }) => type === 'check-failed')).toBe(false);
  });

  test.each<[string, RequestListener]>([
    ['answers wrongly', (_request, response) => response.end('<html>')],
    ['fails', (_request, response) => response.writeHead(500).end()],
    ['refuses', (_request, response) => response.writeHead(403).end('no')],
  ])(
    'an app that %s is worth a warning; this runs on and works once it is mended',
    async (_name, app) => {
      let answer: RequestListener = app;
      const forwardTo = await listen((request, response) => {
        answer(request, response);
      });
      const server = await start({ answerer: forward(forwardTo) });
      expect(server.checkMs).toBeUndefined();
      const [problem] = events.filter((event) => event.type === 'check-failed');
      expect(problem?.error.code).toBe('WXD4015');
      answer = echostrApp;
      const url = `${server.local}${server.path}`;
      expect((await sendVerify({ url, account })).accepted).toBe(true);
    },
  );

  test('an app that is not there is worth a warning', async () => {
    const port = await freePort();
    const server = await start({ answerer: forward(`http://127.0.0.1:${port}`) });
    expect(server.checkMs).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(['check', 'check-failed']);
    // What it is, and not what WeChat would be told.
    expect(events.at(-1)).toMatchObject({ error: { code: 'WXD3001' } });
  });
});

describe('with an app of its own', () => {
  test('starts it, tells its lines and its end, and takes it along when it closes', async () => {
    const port = await freePort();
    const server = await start({
      app: await appOptions(port, ''),
      answerer: forward(`http://127.0.0.1:${port}`),
    });
    const pid = server.app?.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    expect(events[0]).toEqual({ type: 'app', command: `${process.execPath} app.mjs` });
    expect(events).toContainEqual({ type: 'app-line', line: '应用已启动', stream: 'stdout' });
    await server.close();
    expect(isAlive(pid)).toBe(false);
    expect(
      events.some(({ type }) => type === 'app-exit'),
      'asked to, it is no news',
    ).toBe(false);
    await expectFree(port);
  });

  test('runs on when the app ends by itself, and says so', async () => {
    const port = await freePort();
    const app = await appOptions(
      port,
      `server.on('request', (request) => request.url.includes('bye') && process.exit(4));`,
    );
    const server = await start({ app, answerer: forward(`http://127.0.0.1:${port}`) });
    await fetch(`http://127.0.0.1:${port}/bye`).catch(() => undefined); // It leaves without an answer.
    await server.app?.exited;
    expect(events.at(-1)).toEqual({ type: 'app-exit', exit: { exitCode: 4, signal: undefined } });
    expect((await push(server, 'anybody?')).accepted).toBe(false);
    expect(exchanges().at(-1)).toMatchObject({ verdict: 'failed' });
  });

  test('a failure after the app has started takes the app along', async () => {
    const port = await freePort();
    const blocker = await start();
    const taken = Number(new URL(blocker.local).port);
    const error = await failure({ port: taken, app: await appOptions(port, '') });
    expect(error.code).toBe('WXD6003');
    await expectFree(port);
  });
});

describe('through a tunnel', () => {
  test('the embedded relay carries pushes over verified HTTPS', async () => {
    const server = await start({ public: { type: 'embedded', httpsPort: 0 } });
    const { public: open } = server;
    expect(open?.url).toMatch(/^https:\/\/[a-z0-9-]+\.localhost:\d+$/);
    expect(events.map(({ type }) => type)).toEqual(['relay', 'tunnel', 'check']);
    const url = `${open?.url}${server.path}`;
    expect((await sendVerify({ url, account, ca: open?.ca ?? [] })).accepted).toBe(true);
    const untrusted = await sendVerify({ url, account });
    expect(untrusted.accepted, 'only who trusts the authority').toBe(false);
    await server.close();
    expect((await sendVerify({ url, account, ca: open?.ca ?? [] })).status).toBe(0);
  });

  test('a relay that cannot be reached ends the start-up and frees the port', async () => {
    const port = await freePort();
    const nobody = await freePort();
    const error = await failure({
      port,
      public: { type: 'relay', url: `http://127.0.0.1:${nobody}` },
    });
    expect(error.code).toBe('WXD4001');
    await expectFree(port);
  });

  test('something that is no relay is told from a relay', async () => {
    const url = await listen((_request, response) => response.end('hello'));
    expect((await failure({ public: { type: 'relay', url } })).code).toBe('WXD4016');
  });

  test('WXD4015 when the announced URL leads nowhere; everything is released', async () => {
    const nobody = await freePort();
    const port = await freePort();
    await using relay = await startRelay({
      httpPort: 0,
      domain: 't.localhost',
      publicUrl: `http://*.t.localhost:${nobody}`,
    });
    const error = await failure({ port, public: { type: 'relay', url: relay.httpUrl ?? '' } });
    expect(isWxDevError(error, 'WXD4015') && error.details.url).toMatch(
      new RegExp(`^http://[a-z0-9]+\\.t\\.localhost:${nobody}/wx$`),
    );
    expect(error.cause).toMatchObject({ code: 'WXD3001' });
    await expectFree(port);
  });

  test('a tunnel of the user is checked; one that does not work is worth a warning', async () => {
    const nobody = await freePort();
    const server = await start({ public: { type: 'url', url: `http://127.0.0.1:${nobody}` } });
    expect(server.public?.url).toBe(`http://127.0.0.1:${nobody}`);
    expect(server.checkMs).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(['notice', 'check', 'check-failed']);
  });

  test('a tunnel of the user that works passes the check', async () => {
    const port = await freePort();
    const server = await start({ port, public: { type: 'url', url: `http://127.0.0.1:${port}` } });
    expect(server.checkMs).toBeGreaterThanOrEqual(0);
  });
});

describe('an abort', () => {
  test('closes everything, and closed says so', async () => {
    const controller = new AbortController();
    const appPort = await freePort();
    const server = await start({
      signal: controller.signal,
      app: await appOptions(appPort, ''),
      public: { type: 'embedded', httpsPort: 0 },
    });
    controller.abort(new Error('Ctrl-C'));
    expect(await server.closed).toEqual({ type: 'closed' });
    await expectFree(Number(new URL(server.local).port));
    await expectFree(Number(new URL(server.public?.url ?? '').port));
    await expectFree(appPort);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('before the start starts nothing', async () => {
    const reason = new Error('Ctrl-C');
    await expect(startDev(options({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    expect(events).toEqual([]);
    expect(await readdir(dir)).toEqual([]);
  });

  test.each(['app', 'relay', 'tunnel', 'check'] as const)(
    'at the step "%s" releases everything and rejects with its reason',
    async (step) => {
      const controller = new AbortController();
      const reason = new Error('Ctrl-C');
      const [port, httpsPort, appPort] = await Promise.all([freePort(), freePort(), freePort()]);
      const starting = startDev({
        ...options({
          port,
          app: await appOptions(appPort, ''),
          public: { type: 'embedded', httpsPort },
          signal: controller.signal,
        }),
        onEvent: ({ type }) => {
          if (type === step) controller.abort(reason);
        },
      });
      await expect(starting).rejects.toBe(reason);
      for (const each of [port, httpsPort, appPort]) await expectFree(each);
    },
  );
});

test('two at once in one project do not disturb each other', async () => {
  const choice = { type: 'embedded', httpsPort: 0 } as const;
  const servers = await Promise.all([start({ public: choice }), start({ public: choice })]);
  for (const server of servers) expect((await push(server, 'hi')).accepted).toBe(true);
});

/** Answers a verification with its echostr and everything else with `success`. */
const echostrApp: RequestListener = (request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://app');
  request.resume().on('end', () => response.end(searchParams.get('echostr') ?? 'success'));
};

function options(changes: Partial<DevOptions> = {}): DevOptions {
  return {
    host: '127.0.0.1',
    port: 0,
    path: '/wx',
    account,
    mode: 'safe',
    answerer: { type: 'echo' },
    public: { type: 'none' },
    subdomain: newSubdomain(),
    owner: newOwnerSecret(),
    dataFolder: join(dir, 'home'),
    stateFolder: join(dir, '.wx-dev'),
    user: 'tester',
    hostname: 'machine',
    logger: silentLogger,
    onEvent: (event) => events.push(event),
    ...changes,
  };
}

async function start(changes: Partial<DevOptions> = {}): Promise<DevServer> {
  const server = await startDev(options(changes));
  running.push(server);
  return server;
}

async function failure(changes: Partial<DevOptions>): Promise<WxDevError> {
  const error = await start(changes).catch((caught: unknown) => caught);
  if (!isWxDevError(error)) throw new Error(`no WxDevError: ${String(error)}`);
  return error;
}

function forward(forwardTo: string): DevOptions['answerer'] {
  return { type: 'forward', forwardTo, strict: false, dedupe: false };
}

async function appOptions(port: number, more: string): Promise<NonNullable<DevOptions['app']>> {
  await writeFile(
    join(dir, 'app.mjs'),
    `import { createServer } from 'node:http';
     const server = createServer((request, response) => {
       const echostr = new URL(request.url, 'http://a').searchParams.get('echostr');
       request.resume().on('end', () => response.end(echostr ?? 'success'));
     });
     ${more}
     console.log('应用已启动');
     server.listen(Number(process.env.PORT), '127.0.0.1');`,
  );
  return {
    command: [process.execPath, 'app.mjs'],
    cwd: dir,
    env: { PORT: String(port) },
    port,
    kill: (pid, signal) => {
      try {
        return process.kill(pid, signal);
      } catch {
        return false;
      }
    },
  };
}

async function push(server: DevServer, content: string) {
  const { url, ca } = server.public ?? { url: server.local, ca: [] };
  const ids = {
    from: 'oFan',
    to: 'gh_1',
    createTime: '1700000000',
    msgId: String(Math.random()).slice(2, 12),
  };
  const fields = makePush('text', { Content: content }, ids);
  return sendPush({ url: `${url}${server.path}`, account, mode: 'safe', fields, ca, attempts: 1 });
}

function exchanges() {
  return events.flatMap((event) => (event.type === 'exchange' ? [event.exchange] : []));
}

async function listen(listener: RequestListener): Promise<string> {
  const app = createServer(listener).listen(0, '127.0.0.1');
  apps.push(app);
  await once(app, 'listening');
  return `http://127.0.0.1:${(app.address() as AddressInfo).port}`; // Of a TCP server that listens.
}

/** Only a free port can be listened on. */
async function expectFree(port: number): Promise<void> {
  const probe = createServer().listen(port, '127.0.0.1');
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}
