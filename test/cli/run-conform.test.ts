import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { conformRules } from '../../src/simulator/conform/rules.ts';
import {
  createWorkspace,
  runCli,
  startCli,
  type RunResult,
  type Workspace,
} from '../helpers/cli.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import { startApp, texts } from '../simulator/conform/app.ts';
import { onTerminal } from './child.ts';

let workspace: Workspace;

beforeAll(async () => {
  workspace = await createWorkspace();
});

afterAll(() => workspace[Symbol.asyncDispose]());

/** Settings of the app under test, in the environment. */
function environment(): Record<string, string> {
  return {
    ...workspace.env,
    WX_TOKEN: texts.token,
    WX_AES_KEY: texts.aesKey,
    WX_APPID: texts.appId,
  };
}

function conform(...args: string[]): Promise<RunResult> {
  return runCli(['conform', ...args], { cwd: workspace.dir, env: environment() });
}

/** Listens on a free port until the test ends. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('the output', () => {
  test('into a pipe is TAP 14, with a plan and a line for every rule', async () => {
    const asked = conformRules.filter(({ who }) => who !== 'bots');
    await using app = await startApp();
    const { code, stdout, stderr } = await conform(
      app.url,
      '--timeout',
      '30s',
      '--count-text',
      '#count',
    );
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['TAP version 14', `1..${asked.length}`]);
    const points = lines.slice(2);
    expect(points.map((line) => line.split(/[ :]/)[3])).toEqual(asked.map(({ id }) => id));
    for (const [index, line] of points.entries())
      expect(line).toMatch(new RegExp(`^ok ${index + 1} - \\S+: .+`));
    const skipped = points.filter((line) => line.includes(' # SKIP needs --'));
    expect(skipped).toHaveLength(Number(/(\d+) skipped/.exec(stderr)?.[1]));
  });

  test('of a broken rule in TAP is a YAML block: code, sent, received, reason, run', async () => {
    await using app = await startApp('swapped-addresses');
    const { code, stdout } = await conform(app.url, '--only', 'reply');
    expect(code).toBe(7);
    const block = /^not ok 1 - reply\.addresses: .*\n  ---\n((?:  .*\n)*?)  \.\.\.$/m.exec(
      stdout,
    )?.[1];
    const yaml = Object.fromEntries(
      (block ?? '')
        .trimEnd()
        .split('\n')
        .map((line) => {
          const at = line.indexOf(': ');
          return [line.slice(2, at), JSON.parse(line.slice(at + 2)) as unknown];
        }),
    );
    expect(yaml).toMatchObject({
      code: 'WXD2109',
      message: 'Wrong ToUserName in the reply',
      sent: 'a text, safe mode',
      run: 'wx-dev send text',
    });
    expect(yaml['received']).toMatch(/^HTTP 200 text\/xml, \d+ bytes "<xml>/);
    expect(String(yaml['reason'])).toContain('names of the push were not swapped');
  });

  test('as JSON is one object, in the language asked for', async () => {
    await using app = await startApp('bom');
    const { code, stdout, stderr } = await conform(
      app.url,
      '--json',
      '--lang',
      'zh',
      '--only',
      '1',
      '--only',
      'slow',
    );
    expect(code).toBe(7);
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as { rules: Record<string, unknown>[] };
    expect(report).toMatchObject({ url: app.url, passed: 1, failed: 2, skipped: 3 });
    expect(report.rules[0]).toMatchObject({
      id: 'verify.echostr-verbatim',
      group: 'verify',
      result: 'failed',
      code: 'WXD1004',
      sent: '签名正确的 GET',
      message: '应用返回的不是 echostr',
    });
    expect(report.rules[3]).toMatchObject({
      result: 'skipped',
      reason: expect.stringContaining('--slow-text') as string,
    });
  });

  test.each(['en', 'zh'])('on a terminal in %s is lines of at most 80 cells', async (lang) => {
    await using app = await startApp('no-dedupe');
    const url = app.url;
    const { output, code } = await onTerminal(
      `conform ${url} --lang ${lang} --only dedupe --only slow --count-text '#count'`,
      {
        cwd: workspace.dir,
        env: environment(),
      },
    );
    expect(code).toBe(7);
    for (const line of output.split(/\r?\n/))
      expect(stringWidth(line), line).toBeLessThanOrEqual(80);
    expect(output).toContain('dedupe.counted-once');
    expect(output).toContain('WXD2158');
    expect(output).toMatch(lang === 'en' ? /\d+ passed · 3 failed · \d+ skipped/ : /3 条失败/);
    expect(output).not.toContain('TAP version');
  });

  test('--list names every rule under its group, as JSON too', async () => {
    const { stdout } = await conform('--list');
    for (const { id } of conformRules) expect(stdout).toContain(`  ${id} `);
    const rules = JSON.parse((await conform('--list', '--json')).stdout) as { id: string }[];
    expect(rules.map(({ id }) => id)).toEqual(conformRules.map(({ id }) => id));
  });
});

describe('the command', () => {
  test.concurrent.each([
    [['ftp://127.0.0.1/wx'], '[url]'],
    [['3000', '--only', 'no-such-rule'], '--only'],
    [['3000', '--skip', '16'], '--skip'],
    [['3000', '--only', 'verify', '--skip', '1'], '--only'],
    [['3000', '--timeout', '0'], '--timeout'],
    [['3000', '--pid', '1'], '--pid'],
    [['3000', '--api', 'api'], '--api'],
    [['3000', '--log', '/no/such/file'], '--log'],
    [['3000', '--customer-base', 'http://example.com:7799'], '--customer-base'],
  ])('refuses %j and names the option', async (args, name) => {
    const { code, stdout, stderr } = await conform(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(name);
    expect(stdout).toBe('');
  });

  test('says when the address for the API is taken', async () => {
    await using app = await startApp();
    const port = await listen(createServer());
    const { code, stderr } = await conform(app.url, '--customer-base', `http://127.0.0.1:${port}`);
    expect(code).toBe(3);
    expect(stderr).toContain('WXD6003');
  });

  test('exits with 7 when every chosen rule had to be skipped: nothing is proven', async () => {
    await using app = await startApp();
    const { code, stdout, stderr } = await conform(app.url, '--only', 'slow');
    expect(code).toBe(7);
    expect(stdout).toContain('# SKIP needs --slow-text');
    expect(stderr).toContain('nothing is proven');
  });

  test('tests slow work, login, log and end of an app that it is told about', async () => {
    const api = createServer();
    const port = await listen(api);
    api.close();
    const base = `http://127.0.0.1:${port}`;
    const logFile = join(workspace.dir, 'app.log');
    await writeFile(logFile, '');
    await writeFile(join(workspace.dir, 'jwt'), 'jwt-secret\n');
    await using app = await startApp('', { WX_API_BASE: base, LOG_FILE: logFile });
    const options = ['--customer-base', base, '--slow-text', '#slow', '--api', `${app.origin}/api`];
    const more = [
      '--timeout',
      '30s',
      '--log',
      'app.log',
      '--jwt-secret-file',
      'jwt',
      '--pid',
      String(app.pid),
    ];
    const { code, stdout } = await conform(
      app.url,
      ...options,
      ...more,
      '--json',
      '--skip',
      'encrypted',
    );
    expect(JSON.parse(stdout)).toMatchObject({ failed: 0, skipped: 3 }); // The counter.
    expect(code).toBe(0);
    expect(app.isRunning()).toBe(false);
  });
});

describe('a URL behind which something is wrong', () => {
  test('nothing listens: exit 5', async () => {
    const server = createServer();
    const port = await listen(server);
    server.close();
    const { code, stdout, stderr } = await conform(`http://127.0.0.1:${port}/wx`);
    expect(code).toBe(5);
    expect(stderr).toContain('WXD3001');
    expect(stdout).not.toContain('ok 1');
  });

  test('nobody answers: exit 5', async () => {
    const port = await listen(createServer());
    const { code, stderr } = await conform(String(port), '--timeout', '0.2');
    expect(code).toBe(5);
    expect(stderr).toContain('WXD2150');
  });

  test('the connection is closed half-way: exit 5', async () => {
    const port = await listen(
      createServer((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf')),
      ),
    );
    const { code, stderr } = await conform(String(port));
    expect(code).toBe(5);
    expect(stderr).toContain('WXD3002');
  });

  test('the answer never ends: read to its limit, exit 5', async () => {
    const chunk = Buffer.alloc(65_536, 'x');
    const port = await listen(
      createHttpServer((_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', more);
        more();
      }),
    );
    const { code, stderr } = await conform(String(port));
    expect(code).toBe(5);
    expect(stderr).toContain('WXD3011');
  });

  test('the certificate is trusted by nobody: exit 5', async () => {
    const { keyPem: key, certPem: cert } = selfSigned(['localhost']);
    const port = await listen(createTlsServer({ key, cert }, (_, response) => response.end('ok')));
    const { code, stderr } = await conform(`https://localhost:${port}/wx`);
    expect(code).toBe(5);
    expect(stderr).toContain('WXD3004');
  });

  test('a redirect breaks the rules and is named', async () => {
    const port = await listen(
      createHttpServer((_, response) => response.writeHead(301, { Location: '/wx/' }).end()),
    );
    const { code, stdout } = await conform(String(port), '--only', 'verify', '--json');
    expect(code).toBe(7);
    const { rules } = JSON.parse(stdout) as { rules: { code: string }[] };
    expect(rules[0]?.code).toBe('WXD2102');
  });

  test('Ctrl-C ends it at once, in the middle of a wait: exit 130', async () => {
    const port = await listen(
      createHttpServer((request, response) => {
        if (request.method === 'GET') response.end('not the echostr');
      }),
    );
    await using running = startCli(
      [
        'conform',
        String(port),
        '--timeout',
        '60',
        '--only',
        'verify',
        '--only',
        'plain',
        '--mode',
        'plain',
      ],
      {
        cwd: workspace.dir,
        env: environment(),
      },
    );
    await until(() => running.stdout().includes('ok 3 - '));
    running.kill('SIGINT');
    expect(await running.exited).toBe(130);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setTimeout(done, 10));
}
