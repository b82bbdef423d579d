import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gate, startApp, textMessage, until, withBody } from '../callback/support.ts';
import { createWorkspace, runCli, startCli, type RunningCli } from '../helpers/cli.ts';
import { apiAccount, startWechatApi, type WechatApi } from '../helpers/wechat-api.ts';
import { createAccount } from '../../src/wechat/account.ts';
import { sealPush, signEchostr } from '../../src/wechat/envelope.ts';
import { formatPushQuery } from '../../src/wechat/query.ts';
import { openHistory } from '../../src/inspector/history.ts';
import { sampleErrors } from '../core/sample-errors.ts';
import { exchange } from '../inspector/support.ts';

const token = 'lateReplyToken';

/** The variables that a project with an AppSecret has. */
function variables(api: WechatApi): Record<string, string> {
  return {
    WX_TOKEN: token,
    WX_APPID: apiAccount.appId,
    WX_SECRET: apiAccount.secret,
    WX_API_BASE: api.base,
  };
}

describe('serve --late-reply customer', () => {
  test('makes a slow app work: success in time, the reply by message, each told', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const api = await startWechatApi();
    const release = gate();
    let asked = 0;
    const app = await startApp(
      withBody((request, response, body) => {
        if (request.method === 'GET') {
          const { searchParams } = new URL(request.url ?? '/', 'http://app');
          response.end(searchParams.get('echostr'));
          return;
        }
        asked += 1;
        const field = (name: string): string =>
          new RegExp(`<${name}><!\\[CDATA\\[(.*?)\\]`).exec(body.toString())?.[1] ?? '';
        void release.opened.then(() =>
          response.end(
            `<xml><ToUserName>${field('FromUserName')}</ToUserName><FromUserName>${field('ToUserName')}</FromUserName><CreateTime>1767225602</CreateTime><MsgType>text</MsgType><Content>thought about ${field('Content')}</Content></xml>`,
          ),
        );
      }),
    );
    const options = ['--late-reply', 'customer', '-f', String(app.port), '-p', '0', '--json'];
    await using serve = startCli(['serve', ...options], {
      cwd: dir,
      env: { ...env, ...variables(api) },
    });
    const { local, path } = await serve.waitFor(({ event }) => event === 'ready');
    const url = `${String(local)}${String(path)}`;
    const answers = await Promise.all([push(url), push(url)]);
    expect(answers).toEqual(['success', 'success']);
    expect(asked).toBe(1);
    const exchange = await serve.waitFor(({ event }) => event === 'exchange');
    expect(exchange).toMatchObject({ verdict: 'ok', status: 200, deferred: true });
    expect(exchange['ms']).toBeGreaterThan(4000);
    release.open();
    const told = await serve.waitFor(({ event }) => event === 'late-reply');
    expect(told).toMatchObject({ id: exchange['id'], end: 'delivered', messages: 1 });
    expect(api.sent).toMatchObject([{ msgtype: 'text', text: { content: 'thought about slow' } }]);
    expectNoSecret(serve);
    serve.kill('SIGINT');
    expect(await serve.exited).toBe(0);
    expect(serve.events().at(-1)).toMatchObject({ event: 'closed', exchanges: 2, retries: 1 });
    const recorded = async (...args: string[]): Promise<Record<string, unknown>[]> => {
      const { stdout } = await runCli(['logs', ...args, '--json'], { cwd: dir, env });
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    const [first, second, late, ...others] = await recorded();
    expect([first?.['event'], second?.['event']]).toEqual(['exchange', 'exchange']);
    const { at, ...listed } = late ?? {};
    expect(listed).toEqual(told);
    expect(at).toBe(first?.['at']);
    expect(others).toEqual([]);
    const shown = await recorded('last');
    expect(shown.at(-1)).toMatchObject({
      deferred: true,
      late: { end: 'delivered', messages: 1, reply: 'text "thought about slow"' },
    });
    const { stdout } = await runCli(['logs', '1'], { cwd: dir, env });
    expect(stdout).toMatch(/#1 success at .* reply delivered after .*"thought about slow"/);
    expect(await recorded('--verdict', 'ok')).toHaveLength(3);
  });

  test('keeps in the history why WeChat did not take the message', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const history = await openHistory({
      folder: join(dir, '.wx-dev', 'history'),
      secrets: ['theSecretOfAnotherAccount'],
      pid: process.pid,
      isAlive: () => true,
      onProblem: (error) => {
        throw error;
      },
    });
    history.record(exchange({ id: 1, deferred: true }));
    history.recordLate({
      id: 1,
      type: 'text',
      startedAt: Date.now(),
      ms: 7200,
      answeredMs: 4500,
      end: 'failed',
      messages: 0,
      reply: 'text "theSecretOfAnotherAccount"',
      error: sampleErrors('WXD2012')[0],
    });
    await history.close();
    const { stdout } = await runCli(['logs', 'last'], { cwd: dir, env });
    expect(stdout).toContain('WXD2012');
    expect(stdout).not.toContain('theSecret');
    const listed = await runCli(['logs', '--verdict', 'failed', '--json'], { cwd: dir, env });
    expect(JSON.parse(listed.stdout)).toMatchObject({
      event: 'late-reply',
      end: 'failed',
      error: { code: 'WXD2012' },
    });
  });

  test('works for a handler module, and the log says what happened', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const api = await startWechatApi();
    const release = gate();
    const brake = await startApp((_request, response) => {
      void release.opened.then(() => response.end());
    });
    await writeFile(
      join(dir, 'bot.mjs'),
      `export default async ({ type, content }) => {
        await fetch('http://127.0.0.1:${brake.port}');
        return type === 'text' ? 'about ' + content : undefined;
      };\n`,
    );
    const ready = join(dir, 'ready.json');
    await using serve = startCli(
      ['serve', 'bot.mjs', '--late-reply', 'customer', '-p', '0', '--ready-file', ready],
      { cwd: dir, env: { ...env, ...variables(api) } },
    );
    const { local, path } = await untilReady(serve, dir);
    for (const echostr of ['5833258814929173841', '5833258814929173842'])
      expect(await verify(`${local}${path}`, echostr)).toBe(echostr);
    expect(await push(`${local}${path}`)).toBe('success');
    release.open();
    await api.untilSent(1);
    serve.kill('SIGINT');
    expect(await serve.exited).toBe(0);
    expect(serve.stdout()).toMatch(/^\d{4}-\S+ #3 text \S+ "slow" -> reply later \d+ms 200 ok$/m);
    expect(serve.stdout()).toMatch(
      /#3 success at \d\.\d s, reply delivered after \d+\.\d s by customer message: text "about slow"/,
    );
    expect(serve.stderr()).toMatch(
      /ran \d+ s · 3 exchanges · 0 late · 0 retries · slowest \d\.\d s/,
    );
    expectNoSecret(serve);
  });
});

describe('what is missing shows at the start', () => {
  test.each([
    { command: 'serve', missing: 'WX_SECRET', given: { WX_APPID: apiAccount.appId } },
    { command: 'dev', missing: 'WX_APPID', given: { WX_SECRET: apiAccount.secret } },
  ])('$missing', async ({ command, missing, given }) => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const ended = await runCli([command, '--late-reply', 'customer', '-p', '0'], {
      cwd: dir,
      env: { ...env, ...given, WX_TOKEN: token },
    });
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('WXD6002');
    expect(ended.stderr).toContain(missing);
  });

  test('an account that has no such API, with the line that asked for it', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
    const config = { lateReply: 'customer', kind: 'work', corpId: 'ww1', token, aesKey };
    await writeFile(join(dir, 'wx-dev.config.json'), JSON.stringify(config));
    const ended = await runCli(['serve', '-p', '0'], { cwd: dir, env });
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('WXD2014');
    expect(ended.stderr).toContain('wx-dev.config.json:1');
  });

  test('another word than customer or off is a mistake of usage, in a file one of settings', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const typed = await runCli(['serve', '--late-reply', 'email'], { cwd: dir, env });
    expect(typed.code).toBe(2);
    await writeFile(join(dir, 'wx-dev.config.json'), '{ "lateReply": "email" }');
    const written = await runCli(['serve', '-p', '0'], { cwd: dir, env });
    expect(written.code).toBe(3);
    expect(written.stderr).toContain('customer');
  });
});

async function verify(url: string, echostr: string): Promise<string> {
  const query = signEchostr(createAccount({ token }), {
    timestamp: '1767225601',
    nonce: '1',
    echostr,
  });
  const answer = await fetch(`${url}?${formatPushQuery(query)}`);
  return answer.text();
}

async function push(url: string): Promise<string> {
  const account = createAccount({ token });
  const fields = textMessage({ Content: 'slow', MsgId: '25000000000000099' });
  const { query, body } = sealPush(fields, account, {
    mode: 'plain',
    format: 'xml',
    timestamp: String(Math.floor(Date.now() / 1000)),
    nonce: '415670741',
    random16: Buffer.alloc(16),
  });
  const answer = await fetch(`${url}?${formatPushQuery(query)}`, { method: 'POST', body });
  return answer.text();
}

async function untilReady(
  serve: RunningCli,
  dir: string,
): Promise<{ readonly local: string; readonly path: string }> {
  const file = join(dir, 'ready.json');
  let ended = false;
  void serve.exited.then(() => (ended = true));
  await until(() => ended || (existsSync(file) && readFileSync(file, 'utf8').endsWith('}\n')));
  return JSON.parse(readFileSync(file, 'utf8')) as { local: string; path: string };
}

function expectNoSecret(serve: RunningCli): void {
  const printed = serve.stdout() + serve.stderr();
  expect(printed).not.toContain(apiAccount.secret);
  expect(printed).not.toContain('99_token');
}
