import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { formatError, WxDevError } from '../../src/core/errors.ts';
import type { Exchange } from '../../src/core/exchange.ts';
import { openHistory, type HistoryOptions } from '../../src/inspector/history.ts';
import { createAccount, type Account } from '../../src/wechat/account.ts';
import { sealPush, unseal, verifyEchostr } from '../../src/wechat/envelope.ts';
import { textOf, type Fields } from '../../src/wechat/fields.ts';
import { formatPushQuery, parsePushQuery } from '../../src/wechat/query.ts';
import { makePush } from '../../src/wechat/samples.ts';
import { createWorkspace, isReady, runCli, startCli, type Workspace } from '../helpers/cli.ts';
import { exchange } from '../inspector/support.ts';

const oldAccount = createAccount({
  token: 'oldToken123',
  aesKey: 'o'.repeat(42) + 'A',
  appId: 'wx01',
});
const account = createAccount({
  token: 'newToken456',
  aesKey: 'n'.repeat(42) + 'A',
  appId: 'wx01',
});
const openid = 'oWxDev_Alice_000000000000001';

test('signs and encrypts anew with the keys of today, and gives it a new MsgId', async () => {
  await using project = await createProject();
  await project.record(sealed(1, textPush('你好 ]]> & <b>')));
  const { code, stdout } = await project.replay('last', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ id: 1, status: 200, accepted: true });
  const [push] = project.app.pushes;
  expect(push?.mode).toBe('safe');
  expect(textOf(push?.fields ?? {}, 'Content')).toBe('你好 ]]> & <b>');
  expect(textOf(push?.fields ?? {}, 'FromUserName')).toBe(openid);
  expect(textOf(push?.fields ?? {}, 'MsgId')).toMatch(/^\d{19}$/);
  expect(textOf(push?.fields ?? {}, 'MsgId')).not.toBe('25000000000000017');
  expect(Number(textOf(push?.fields ?? {}, 'CreateTime'))).toBeGreaterThan(1_767_225_600);
});

test('keeps the id with --same-id, edits fields with --set, sends --times, in the order of a range', async () => {
  await using project = await createProject();
  await project.record(
    sealed(3, textPush('one')),
    sealed(4, makePush('CLICK', { EventKey: 'A' }, ids)),
    sealed(5, textPush('three')),
  );
  const range = [
    '3..4',
    '--same-id',
    '--times',
    '2',
    '--set',
    'Extra.Deep=x=y',
    '--set',
    'Content=hi',
  ];
  expect((await project.replay(...range)).code).toBe(0);
  const seen = project.app.pushes.map(({ fields }) => fields);
  expect(seen.map((fields) => textOf(fields, 'MsgType'))).toEqual([
    'text',
    'text',
    'event',
    'event',
  ]);
  expect(new Set(seen.slice(0, 2).map((fields) => textOf(fields, 'MsgId')))).toEqual(
    new Set(['25000000000000017']),
  );
  expect(seen.map((fields) => textOf(fields, 'CreateTime'))).toEqual(Array(4).fill('1767225600'));
  expect(seen.every((fields) => textOf(fields, 'Content') === 'hi')).toBe(true);
  expect(seen[0]?.['Extra']).toMatchObject({ Deep: 'x=y' });
});

test('repeats a JSON push as JSON, and a verification with a fresh echostr', async () => {
  await using project = await createProject();
  const json = sealed(1, textPush('x'), 'json');
  const verify = exchange({ id: 2, type: 'verify', push: undefined, answerText: undefined });
  await project.record(json, verify);
  const { code } = await project.replay('1..2');
  expect(code).toBe(0);
  expect(project.app.pushes).toMatchObject([{ format: 'json' }]);
  expect(project.app.verifications).toBe(1);
});

test('of a verification the echostr, new each time, is no difference', async () => {
  await using project = await createProject();
  const response = { status: 200, headers: [], body: Buffer.from('5833'), truncated: false };
  const verify = { type: 'verify', push: undefined, answerText: undefined, reply: 'echostr' };
  await project.record(exchange({ id: 1, ...verify, response }));
  const { stdout } = await project.replay('1', '--diff');
  expect(stdout).not.toContain('  - ');
  expect(stdout).toContain('same');
});

test('shows line by line how the answer differs from the recorded one', async () => {
  await using project = await createProject();
  const old = '<xml><MsgType>text</MsgType><CreateTime>1</CreateTime><Content>old</Content></xml>';
  await project.record(exchange({ ...sealed(1, textPush('x')), answerText: old }));
  project.app.answer = (fields) =>
    `<xml><ToUserName>${openid}</ToUserName><FromUserName>${textOf(fields, 'ToUserName')}</FromUserName>` +
    '<CreateTime>1767225999</CreateTime><MsgType>text</MsgType><Content>new</Content></xml>';
  const { stdout } = await project.replay('1', '--diff', '--mode', 'plain');
  expect(stdout).toContain('  -   <Content>old</Content>');
  expect(stdout).toContain('  +   <Content>new</Content>');
  expect(stdout).toContain('      <CreateTime>*</CreateTime>');
});

test('exits as send does: for an answer that WeChat would not take, and for no app', async () => {
  await using project = await createProject();
  await project.record(sealed(1, textPush('x')));
  project.app.answer = () => '<html>oops</html>';
  const wrong = await project.replay('1', '-q');
  expect(wrong.code).toBe(7);
  expect(wrong.stderr).toContain('#1');
  await project.app.close();
  expect((await project.replay('1')).code).toBe(5);
});

test('refuses what is no whole push, and says why', async () => {
  await using project = await createProject();
  const cutOff = new WxDevError('WXD3012', { receivedBytes: 5 });
  const refused = [
    [{ type: 'http' }, 'page'],
    [{ type: 'pay', verdict: 'rejected' }, 'unopened'],
    [{ type: 'unknown', verdict: 'rejected' }, 'unopened'],
    [{ request: { ...exchange().request, truncated: true } }, 'cut'],
    [{ type: 'unknown', error: cutOff }, 'cut'],
  ] as const;
  await project.record(
    ...refused.map(([changes], index) => exchange({ id: index + 1, push: undefined, ...changes })),
  );
  const { code, stderr } = await project.replay('1..5');
  expect(code).toBe(3);
  for (const [index, [, why]] of refused.entries()) {
    const { title, body } = formatError(new WxDevError('WXD6062', { id: index + 1, why }), 'en');
    for (const line of [title, ...body]) expect(stderr).toContain(line);
  }
  const one = await project.replay('1', '--json');
  expect(one.code).toBe(3);
  expect(JSON.parse(one.stdout)).toMatchObject({ event: 'error', code: 'WXD6062' });
  expect(project.app.pushes).toEqual([]);
});

test('refuses a push out of which a secret was taken', async () => {
  await using project = await createProject();
  const history = await openHistory({ ...place(project.dir), secrets: [account.token] });
  history.record(sealed(1, textPush(`is it ${account.token}?`)));
  await history.close();
  const { code, stderr } = await project.replay('1');
  expect(code).toBe(3);
  expect(stderr).toContain('***');
  expect(project.app.pushes).toEqual([]);
});

test('in a range it goes on after one that cannot be repeated, and refuses more than 1000', async () => {
  await using project = await createProject();
  const many = Array.from({ length: 1500 }, (_, index) => exchange({ id: index + 10 }));
  await project.record(
    exchange({ id: 1, push: undefined, type: 'http' }),
    sealed(2, textPush('x')),
    ...many,
  );
  const { code, stdout, stderr } = await project.replay('1..2', '--json');
  expect(code).toBe(3);
  expect(stderr).toContain('WXD6062');
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: number }).id),
  ).toEqual([1, 2]);
  const bounded = await project.replay('1..10000', '--json');
  expect(bounded.code).toBe(2);
  expect(JSON.parse(bounded.stdout)).toMatchObject({ code: 'WXD6065' });
  expect(project.app.pushes).toHaveLength(1);
});

test('without a forward target it goes to what runs in the project, else it says what to do', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: workspace.env };
  const nowhere = async (): Promise<unknown> =>
    JSON.parse((await runCli(['replay', '1', '--json'], options)).stdout);
  await recordAll(workspace, [sealed(1, textPush('again'))]);
  expect(await nowhere()).toMatchObject({ code: 'WXD6063' });
  await using serve = startCli(['serve', '--port', '0', '--json', '--path', '/callback'], options);
  await serve.waitFor(isReady);
  const { code, stdout } = await runCli(['replay', 'last'], options);
  expect(code).toBe(0);
  expect(stdout).toContain('again');
  expect(await serve.waitFor((event) => event['event'] === 'exchange')).toMatchObject({ id: 2 });
});

const ids = {
  from: openid,
  to: 'gh_0f1e2d3c4b5a',
  createTime: '1767225600',
  msgId: '25000000000000017',
};

function textPush(content: string): Fields {
  return makePush('text', { Content: content }, ids);
}

/** A push as it was recorded when the account still had other keys. */
function sealed(id: number, fields: Fields, format: 'xml' | 'json' = 'xml'): Exchange {
  const options = { format, timestamp: '1767225600', nonce: '42', random16: randomBytes(16) };
  const { query, body } = sealPush(fields, oldAccount, { mode: 'safe', ...options });
  const { body: text } = sealPush(fields, oldAccount, { mode: 'plain', ...options });
  return exchange({
    id,
    push: { mode: 'safe', format, text },
    request: {
      ...exchange().request,
      url: `/wx?${formatPushQuery(query)}`,
      body: Buffer.from(body),
    },
  });
}

interface SeenPush {
  readonly mode: string;
  readonly format: string;
  readonly fields: Fields;
}

/** An app on this machine that verifies with the keys of today. */
interface TestApp {
  readonly pushes: SeenPush[];
  verifications: number;
  answer: (fields: Fields) => string;
  readonly port: number;
  close(): Promise<void>;
}

const successOf: TestApp['answer'] = () => 'success';

async function startTestApp(recipient: Account): Promise<TestApp> {
  const app = {
    pushes: [] as SeenPush[],
    verifications: 0,
    answer: successOf,
  };
  const server: Server = createServer((request, response) => {
    void (async () => {
      const query = parsePushQuery(request.url?.split('?')[1] ?? '');
      if (request.method === 'GET') {
        app.verifications += 1;
        response.end(verifyEchostr(query, recipient));
        return;
      }
      const { mode, format, fields } = unseal({ query, body: await buffer(request) }, recipient);
      app.pushes.push({ mode, format, fields });
      response.end(app.answer(fields));
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // Of a TCP server that listens.
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return Object.assign(app, { port, close });
}

interface Project extends AsyncDisposable {
  readonly app: TestApp;
  readonly dir: string;
  record(...exchanges: Exchange[]): Promise<void>;
  replay(...args: string[]): ReturnType<typeof runCli>;
}

/** A project with keys of its own and an app that runs. */
async function createProject(): Promise<Project> {
  const workspace = await createWorkspace();
  const app = await startTestApp(account);
  const lines = [
    `WX_TOKEN=${account.token}`,
    `WX_AES_KEY=${account.aesKey?.text}`,
    `WX_APPID=${account.appId}`,
    `WX_DEV_FORWARD_TO=${app.port}`,
  ];
  await writeFile(join(workspace.dir, '.env'), `${lines.join('\n')}\n`);
  return {
    app,
    dir: workspace.dir,
    record: (...exchanges) => recordAll(workspace, exchanges),
    replay: (...args) => runCli(['replay', ...args], { cwd: workspace.dir, env: workspace.env }),
    [Symbol.asyncDispose]: async () => {
      await app.close().catch(() => undefined);
      await workspace[Symbol.asyncDispose]();
    },
  };
}

function place(dir: string): HistoryOptions {
  return {
    folder: join(dir, '.wx-dev', 'history'),
    pid: process.pid,
    isAlive: () => true,
    secrets: [],
    onProblem: (error) => {
      throw error;
    },
  };
}

async function recordAll({ dir }: Workspace, exchanges: readonly Exchange[]): Promise<void> {
  const history = await openHistory(place(dir));
  for (const one of exchanges) history.record(one);
  await history.close();
}
