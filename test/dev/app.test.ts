import { getEventListeners, once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { startApp, type App, type AppOptions } from '../../src/dev/app.ts';
import { freePort, isAlive } from '../cli/child.ts';

/** Listens on PORT, says so, and leaves its pid in a file. */
const SERVER = `
  import { createServer } from 'node:http';
  import { writeFileSync } from 'node:fs';
  const server = createServer((_request, response) => response.end('ok'));
  server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1', () => {
    writeFileSync('pid', String(process.pid));
    console.log('listening');
  });
`;

const posix = describe.skipIf(process.platform === 'win32');

let dir = '';
let port = 0;
let lines: string[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wx-dev 应用 '));
  port = await freePort();
  lines = [];
});

afterEach(() => rm(dir, { recursive: true, force: true }));

describe('an app', () => {
  test('is ready when its port accepts, and frees it when it is closed', async () => {
    const app = await start(SERVER);
    expect(app.port).toBe(port);
    expect(await answerOf(port)).toBe('ok');
    await app.close();
    expect(await isFree(port)).toBe(true);
    expect(await app.closed).toEqual({ type: 'closed' });
    expect(isAlive(app.pid)).toBe(false);
    await app.close(); // Idempotent.
  });

  test('is ready too when it listens on IPv6 only', async () => {
    if (!(await hasIpv6())) return; // A container may have none.
    await using app = await start(SERVER, { env: { PORT: String(port), HOST: '::1' } });
    expect(app.pid).toBeGreaterThan(0);
  });

  test('sees the environment it is given beside the one that is there', async () => {
    await using _app = await start(
      `${SERVER}; console.log(process.env.WX_TOKEN, 'WX_SECRET' in process.env, !!process.env.PATH)`,
      { env: { PORT: String(port), WX_TOKEN: 'abc', WX_SECRET: undefined } },
    );
    expect(lines).toContain('abc false true');
  });

  test('has no standard input, so that it cannot swallow what the user types', async () => {
    await using _app = await start(
      `process.stdin.on('end', () => console.log('no input')).resume();\n${SERVER}`,
    );
    await until(() => lines.includes('no input'));
  });

  test('runs programs of the project before those of the machine', async () => {
    const bin = join(dir, 'node_modules', '.bin');
    await mkdir(bin, { recursive: true });
    await writeFile(join(dir, 'app.mjs'), SERVER);
    await writeFile(join(bin, 'my-server'), '#!/bin/sh\nexec node app.mjs\n', { mode: 0o755 });
    await using app = await startApp({ ...options(), command: ['my-server'] });
    expect(app.port).toBe(port);
  });

  test('tells when it ends by itself, and how', async () => {
    const app = await start(`${SERVER}; server.once('request', () => process.exit(3));`);
    await fetch(`http://127.0.0.1:${port}`).catch(() => undefined); // It leaves without an answer.
    expect(await app.exited).toEqual({ exitCode: 3, signal: undefined });
    expect(await app.closed).toEqual({ type: 'closed' });
    await app.close();
  });
});

describe('its output', () => {
  test('comes line by line, from both streams, in any language, also without a last line end', async () => {
    const seen: string[] = [];
    const app = await start(
      `console.error('错误：找不到模块 👨‍👩‍👧');
       process.stdout.write('half ');
       process.stdout.write('a line\\r\\n\\ninvalid: ');
       process.stdout.write(Buffer.from([0xff, 0x0a]));
       ${SERVER}
       server.once('request', () => process.stdout.write('最后一行', () => process.exit(0)));`,
      { onLine: (line, stream) => seen.push(`${stream} ${line}`) },
    );
    await fetch(`http://127.0.0.1:${port}`).catch(() => undefined);
    await app.exited;
    await until(() => seen.includes('stdout 最后一行'));
    expect(seen.filter((line) => line.startsWith('stderr'))).toEqual([
      'stderr 错误：找不到模块 👨‍👩‍👧',
    ]);
    expect(seen.filter((line) => line.startsWith('stdout'))).toEqual([
      'stdout half a line',
      'stdout ',
      'stdout invalid: \uFFFD',
      'stdout listening',
      'stdout 最后一行',
    ]);
  });

  test('is not cut where a character is cut in two by the pipe', async () => {
    const app = await start(
      `const bytes = Buffer.from('你好\\n');
       await new Promise((done) => process.stdout.write(bytes.subarray(0, 2), done));
       await new Promise(setImmediate);
       process.stdout.write(bytes.subarray(2));\n${SERVER}`,
    );
    await until(() => lines.includes('你好'));
    await app.close();
  });

  test('a line without end is handed on in pieces instead of being kept', async () => {
    const app = await start(
      `${SERVER}; server.removeAllListeners('request').once('request', (_request, response) => {
         process.stdout.write('x'.repeat(3_000_000), () => response.end('written'));
       });`,
    );
    expect(await answerOf(port)).toBe('written');
    await until(() => lines.join('').length > 1_000_000);
    await app.close();
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(65_536);
  });
});

describe('an app that does not come up', () => {
  test('WXD3008 when it ends before it listens, with its exit code', async () => {
    const error = await failure(start(`console.error('EADDR'); process.exitCode = 7;`));
    expect(isWxDevError(error, 'WXD3008') && error.details).toMatchObject({ exitCode: 7 });
    expect(lines).toEqual(['EADDR']);
  });

  test('WXD3008 with the signal that ended it', async () => {
    const error = await failure(start(`process.kill(process.pid, 'SIGKILL');`));
    expect(isWxDevError(error, 'WXD3008') && error.details).toMatchObject({ signal: 'SIGKILL' });
  });

  test.each([
    ['a program that does not exist', ['no-such-program-anywhere', 'x']],
    ['an empty command', ['']],
    ['a folder', ['/']],
    ['a NUL in the name', ['a\0b']],
    ['a NUL in an argument', [process.execPath, 'a\0b']],
  ])('WXD3009 for %s', async (_name, command) => {
    const error = await failure(startApp({ ...options(), command }));
    expect(isWxDevError(error, 'WXD3009'), String(error)).toBe(true);
  });

  test('WXD3010 when it never listens; it is ended', async () => {
    const error = await failure(
      start(
        `import { writeFileSync } from 'node:fs';
         writeFileSync('pid', String(process.pid)); setInterval(() => undefined, 1000);`,
        { readyMs: 300 },
      ),
    );
    expect(isWxDevError(error, 'WXD3010') && error.details).toEqual({ port, seconds: 0.3 });
    const pid = await readPid().catch(() => undefined); // It may be ended before it wrote that.
    if (pid !== undefined) expect(isAlive(pid)).toBe(false);
  });

  test.each(['127.0.0.1', '::1'])(
    'WXD6003 when %s already listens there; nothing is started',
    async (host) => {
      if (host === '::1' && !(await hasIpv6())) return;
      const other = createServer().listen(port, host);
      await once(other, 'listening');
      const error = await failure(start(SERVER));
      other.close();
      expect(isWxDevError(error, 'WXD6003') && error.details).toMatchObject({ port });
      await expect(readPid()).rejects.toThrow('ENOENT');
    },
  );

  test('an abort ends it, rejects with the reason, and leaves no listener', async () => {
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    const starting = start(
      `import { writeFileSync } from 'node:fs';
       writeFileSync('pid', String(process.pid)); console.log('up'); setInterval(() => undefined, 1000);`,
      { signal: controller.signal },
    );
    starting.catch(() => undefined);
    await until(() => lines.includes('up'));
    controller.abort(reason);
    await expect(starting).rejects.toBe(reason);
    expect(isAlive(await readPid())).toBe(false);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('is not started at all when the abort came before', async () => {
    const reason = new Error('Ctrl-C');
    await expect(start(SERVER, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(readPid()).rejects.toThrow('ENOENT');
  });
});

posix('the whole group', () => {
  test.each([
    ['a shell that waits for it', 'node app.mjs & wait'],
    ['a shell that left', 'node app.mjs &'],
    ['a shell in a shell, as npm runs scripts', 'sh -c "node app.mjs; true"; true'],
    ['one that keeps it in a pipe', 'node app.mjs | cat'],
  ])('ends with %s: no orphan, a free port', async (_name, script) => {
    await writeFile(join(dir, 'app.mjs'), SERVER);
    const app = await startApp({ ...options(), command: ['sh', '-c', script] });
    const pid = await readPid();
    expect(pid).not.toBe(app.pid);
    await app.close();
    expect(isAlive(pid)).toBe(false);
    expect(await isFree(port)).toBe(true);
  });

  test('ends under a real npm', async () => {
    await writeFile(join(dir, 'app.mjs'), SERVER);
    const scripts = { start: 'node app.mjs' };
    await writeFile(join(dir, 'package.json'), JSON.stringify({ name: 'x', scripts }));
    const app = await startApp({ ...options(), command: ['npm', 'start'] });
    const pid = await readPid();
    await app.close();
    expect(isAlive(pid)).toBe(false);
    expect(await isFree(port)).toBe(true);
  });

  test('ends although the server was left by its parent while it started', async () => {
    await writeFile(
      join(dir, 'app.mjs'),
      `setInterval(() => undefined, 1000); console.log(process.pid);`,
    );
    const error = await failure(
      startApp({ ...options(), command: ['sh', '-c', 'node app.mjs >pid & sleep 1; exit 5'] }),
    );
    expect(isWxDevError(error, 'WXD3008') && error.details.exitCode).toBe(5);
    const pid = await readPid().catch(() => undefined);
    if (pid !== undefined) expect(isAlive(pid)).toBe(false);
  });

  test('is killed when it does not listen to SIGTERM', async () => {
    const app = await start(`process.on('SIGTERM', () => console.log('deaf'));\n${SERVER}`);
    await app.close();
    expect(lines).toContain('deaf');
    expect(isAlive(app.pid)).toBe(false);
    expect(await app.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(await isFree(port)).toBe(true);
  });

  test('may finish what it does on SIGTERM', async () => {
    const app = await start(
      `${SERVER}; process.on('SIGTERM', () => server.close(() => { console.log('finished'); process.exit(0); }));`,
    );
    await app.close();
    expect(await app.exited).toEqual({ exitCode: 0, signal: undefined });
    expect(lines).toContain('finished');
  });

  test('what must happen at the end of this process is taken back once it is closed', async () => {
    const actions = new Set<() => void>();
    const app = await start(SERVER, {
      atExit: (action) => {
        actions.add(action);
        return () => actions.delete(action);
      },
    });
    expect(actions.size).toBe(1);
    for (const action of actions) action();
    expect(await app.exited).toMatchObject({ signal: 'SIGKILL' });
    await app.close();
    expect(actions.size).toBe(0);
  });
});

async function start(source: string, changes: Partial<AppOptions> = {}): Promise<App> {
  await writeFile(join(dir, 'app.mjs'), source);
  return startApp({ ...options(), ...changes });
}

function options(): AppOptions {
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
    onLine: (line) => lines.push(line),
  };
}

async function failure(work: Promise<App>): Promise<unknown> {
  const app = await work.catch((error: unknown) => error);
  if (typeof app === 'object' && app !== null && 'close' in app) throw new Error('it started');
  return app;
}

/** For what has no event of its own: looks again each time the event loop turns. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 5));
}

async function answerOf(at: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${at}`)).text();
}

async function readPid(): Promise<number> {
  return Number(await readFile(join(dir, 'pid'), 'utf8'));
}

async function isFree(at: number): Promise<boolean> {
  const server = createServer();
  const [event] = await new Promise<[string]>((done) => {
    server.once('error', () => done(['error'])).once('listening', () => done(['listening']));
    server.listen(at, '127.0.0.1');
  });
  if (event === 'error') return false;
  server.close();
  await once(server, 'close');
  return true;
}

async function hasIpv6(): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once('error', () => done(false));
    server.listen(0, '::1', () => server.close(() => done(true)));
  });
}
