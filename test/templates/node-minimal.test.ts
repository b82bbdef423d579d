import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyPlan } from '../../src/scaffold/apply.ts';
import { planProject } from '../../src/scaffold/plan.ts';
import { surveyTarget } from '../../src/scaffold/survey.ts';
import { loadTemplate } from '../../src/scaffold/template.ts';
import { listPushKinds } from '../../src/wechat/samples.ts';
import {
  createAccount,
  formatPushQuery,
  judgeAnswer,
  judgeEchostr,
  makePush,
  parseMessage,
  sealPush,
  signEchostr,
  type Fields,
  type Judgement,
  type Mode,
} from '../../src/wechat/index.ts';

const run = promisify(execFile);
const secrets = { token: 'testtoken123', aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA' };
const appId = 'wx1234567890abcdef';
const account = createAccount({ token: secrets.token, aesKey: secrets.aesKey, appId });

let root: string;
let project: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wx-dev-template-'));
  project = join(root, '我的 bot');
  await makeProject(project);
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function makeProject(dir: string): Promise<void> {
  const template = await loadTemplate('node-minimal');
  const existing = await surveyTarget(dir, [template]);
  await applyPlan(planProject({ template, dir, existing, answers: { appId, secrets: { WX_TOKEN: secrets.token, WX_AES_KEY: secrets.aesKey } } }));
}

interface App extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly exited: Promise<number | null>;
  /** Log lines so far, parsed. */
  readonly logs: Record<string, unknown>[];
  /** Waits until the log holds `count` lines that match. */
  logged(match: (line: Record<string, unknown>) => boolean, count?: number): Promise<void>;
}

/** The environment that the shell of a user has: none of our own variables, and any free port. */
function appEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(WX_|PORT$|HOST$|NODE_OPTIONS$|VITEST|NODE_TEST)/.test(name),
  );
  return { ...Object.fromEntries(clean), PORT: '0', ...extra };
}

async function startApp(dir = project, env: Record<string, string> = {}): Promise<App> {
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: dir,
    env: appEnvironment(env),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const logs: Record<string, unknown>[] = [];
  const lines: Interface = createInterface({ input: child.stdout });
  lines.on('line', (line) => logs.push(JSON.parse(line) as Record<string, unknown>));
  const logged: App['logged'] = async (match, count = 1) => {
    while (logs.filter(match).length < count) await once(lines, 'line');
  };
  await logged(({ msg }) => msg === 'listening');
  const port = Number(logs[0]?.['port']);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    process: child,
    exited,
    logs,
    logged,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

let counter = 0;

/** WeChat's clock, in seconds. */
const now = (): string => String(Math.floor(Date.now() / 1000));

function push(kind: string, overrides: Record<string, string> = {}): Fields {
  counter += 1;
  return makePush(kind, overrides, {
    from: 'oWxDev_Alice_000000000000001',
    to: 'gh_0f1e2d3c4b5a',
    createTime: 1_767_225_600 + counter,
    msgId: String(25_000_000_000_000_000n + BigInt(counter)),
  });
}

interface Answer {
  readonly status: number;
  readonly headers: [string, string][];
  readonly body: Uint8Array;
}

async function read(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, headers: [...headers], body: new Uint8Array(await response.arrayBuffer()) };
}

/** Sends `fields` as WeChat would, and judges the answer as WeChat would. */
async function send(app: App, fields: Fields, mode: Mode = 'plain'): Promise<Judgement & Answer> {
  const nonce = String(counter);
  const options = { mode, format: 'xml', timestamp: now(), nonce, random16: randomBytes(16) } as const;
  const { query, body } = sealPush(fields, account, options);
  const target = `${app.url}/wx?${formatPushQuery(query)}`;
  const answer = await read(await fetch(target, { method: 'POST', body }));
  const encrypted = mode !== 'plain';
  const message = parseMessage(fields);
  return {
    ...answer,
    ...judgeAnswer({ ...answer, format: 'xml', encrypted, mode, push: message, query, account }),
  };
}

test('needs nothing installed', async () => {
  const text = await readFile(join(project, 'package.json'), 'utf8');
  const { name, dependencies, devDependencies } = JSON.parse(text) as Record<string, unknown>;
  expect([name, dependencies, devDependencies]).toEqual(['bot', undefined, undefined]);
});

test('holds its secrets in .env and nowhere else', async () => {
  const env = await readFile(join(project, '.env'), 'utf8');
  expect(env).toMatch(/^WX_TOKEN=testtoken123$/m);
  expect(env).toMatch(/^WX_AES_KEY=abcdefgh/m);
  expect(env).toMatch(new RegExp(`^WX_APPID=${appId}$`, 'm'));
  expect(await readFile(join(project, '.env.example'), 'utf8')).toMatch(/^WX_TOKEN=$/m);
  expect(await readFile(join(project, '.gitignore'), 'utf8')).toMatch(/^\.env$/m);
});

test('its types are right', async () => {
  const repository = join(import.meta.dirname, '../..');
  const checked = join(root, 'checked');
  await makeProject(checked);
  await symlink(join(repository, 'node_modules'), join(checked, 'node_modules'));
  const flags = '--checkJs --noEmit --strict --target es2023 --lib esnext --module nodenext';
  const files = ['api.mjs', 'bot.mjs', 'server.mjs', 'wechat.mjs', 'test/wechat.test.mjs'];
  const compiler = join(repository, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, ...flags.split(' '), '--types', 'node', ...files], {
    cwd: checked,
  });
});

describe('as WeChat sees it', () => {
  let app: App;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(() => app[Symbol.asyncDispose]());

  function verifyUrl(token: string, echostr: string): string {
    const options = { timestamp: now(), nonce: '415670741', echostr };
    const query = signEchostr(createAccount({ token }), options);
    return `${app.url}/wx?${formatPushQuery(query)}`;
  }

  test.each(['4375120948345356249', 'a+b/c==', '你好 %41'])(
    'passes the verification of its URL with echostr %j',
    async (expected) => {
      const answer = await read(await fetch(verifyUrl(secrets.token, expected)));
      expect(judgeEchostr({ ...answer, expected })).toMatchObject({ accepted: true, faults: [] });
    },
  );

  test('refuses a wrong signature, and does not return the echostr', async () => {
    const { status, body } = await read(await fetch(verifyUrl('othertoken', '4375120948345356249')));
    expect(status).toBe(403);
    expect(body.length).toBe(0);
  });

  test.each(['plain', 'compat', 'safe'] as const)('repeats text in %s mode', async (mode) => {
    const content = '你好 ]]> <b>&amp; 007 😀\n"quoted"';
    const result = await send(app, push('text', { Content: content }), mode);
    expect(result).toMatchObject({ accepted: true, visible: 'reply', faults: [], warnings: [] });
    expect(result.reply).toEqual({ type: 'text', content });
  });

  test.each([['007'], ['0'], ['x'.repeat(2048)], ['好'.repeat(600)]])(
    'repeats the text %s',
    async (content) => {
      const result = await send(app, push('text', { Content: content }), 'safe');
      expect(result.reply).toEqual({ type: 'text', content });
    },
  );

  // Virtual payments of mini programs want an answer of their own, in JSON, and notices go to third-party platforms: nothing for a
  // template that repeats text.
  // An AI bot is an account of its own, which speaks JSON only.
  const kinds = listPushKinds()
    .filter(({ name, group }) => group !== 'notice' && !/^(?:xpay_|bot\.)/.test(name))
    .map(({ name }) => name);

  test.each(kinds)('answers %s with what WeChat accepts', async (kind) => {
    expect(kinds.length).toBeGreaterThan(80);
    for (const mode of ['plain', 'safe'] as const) {
      const fields = push(kind);
      const result = await send(app, fields, mode);
      expect(result).toMatchObject({ accepted: true, faults: [] });
      const isAnswered = fields['MsgType'] === 'text' || fields['Event'] === 'subscribe';
      expect(result.visible).toBe(isAnswered ? 'reply' : 'nothing');
    }
  });

  test('answers an empty text with success: an empty reply would be an error', async () => {
    const { body } = await send(app, push('text', { Content: '' }));
    expect(Buffer.from(body).toString()).toBe('success');
  });

  test('handles a push once, however often and however it comes', async () => {
    for (const fields of [push('text'), push('subscribe')]) {
      const results = await Promise.all(
        (['plain', 'safe', 'compat'] as const).map((mode) => send(app, fields, mode)),
      );
      const replies = results.map(({ reply }) => reply);
      expect(replies).toEqual([replies[0], replies[0], replies[0]]);
      expect(replies[0]).toBeDefined();
    }
    await app.logged(({ attempt }) => attempt === 3, 2);
    const retried = app.logs.filter(({ attempt }) => attempt === 3).map((line) => line['msg_id']);
    for (const id of retried) {
      const handled = app.logs.filter((line) => line['msg'] === 'handled' && line['msg_id'] === id);
      expect(handled).toHaveLength(1);
    }
  });

  test('tells events of one second apart', async () => {
    const first = push('CLICK', { EventKey: 'A' });
    await send(app, first);
    await send(app, { ...first, EventKey: 'B' });
    const isHandled = ({ msg, type }: Record<string, unknown>): boolean =>
      msg === 'handled' && type === 'CLICK';
    await app.logged(({ msg, type }) => msg === 'answered' && type === 'CLICK', 2);
    const ids = app.logs.filter(isHandled).map((line) => line['msg_id']);
    expect(new Set(ids.slice(-2)).size).toBe(2);
  });

  test.each([
    ['nothing', '', 400],
    ['JSON', '{"MsgType":"text"}', 400],
    ['a DOCTYPE', '<!DOCTYPE x><xml><MsgType>text</MsgType></xml>', 400],
    ['an entity', '<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>', 400],
    ['XML that is cut off', '<xml><MsgType><![CDATA[te', 400],
    ['bytes that are no text', '\xff\xfe\x00', 400],
    ['a thousand open tags', '<xml>'.repeat(1000), 400],
    ['a body of exactly 1 MB', 'x'.repeat(1024 * 1024), 400],
    ['a body over 1 MB', 'x'.repeat(1024 * 1024 + 1), 413],
  ])('answers %s with an error of the sender, in plain and encrypted', async (_name, text, status) => {
    const options = { format: 'xml', timestamp: now(), nonce: '2', random16: randomBytes(16) } as const;
    const plain = sealPush(push('text'), account, { ...options, mode: 'plain' });
    const post = async (query: string, body: string): Promise<number> =>
      (await fetch(`${app.url}/wx?${query}`, { method: 'POST', body })).status;
    expect(await post(formatPushQuery(plain.query), text)).toBe(status);
    const { query } = sealPush(push('text'), account, { ...options, mode: 'safe' });
    expect(await post(formatPushQuery(query), text)).toBe(status);
  });

  test.each<[string, (cipherText: string) => string]>([
    ['cut off', (text) => text.slice(0, -24)],
    ['changed', (text) => `${text.slice(0, 40)}${text[40] === 'A' ? 'B' : 'A'}${text.slice(41)}`],
    ['empty', () => ''],
    ['not base64', () => '!!!!'],
  ])('refuses ciphertext that is %s', async (_name, damage) => {
    const options = { format: 'xml', timestamp: now(), nonce: '2', random16: randomBytes(16) } as const;
    const { query, body } = sealPush(push('text'), account, { ...options, mode: 'safe' });
    const damaged = body.replace(/(<Encrypt><!\[CDATA\[)([^\]]*)/, (_, tag: string, text: string) => tag + damage(text));
    expect(damaged).not.toBe(body);
    const response = await fetch(`${app.url}/wx?${formatPushQuery(query)}`, { method: 'POST', body: damaged });
    expect(response.status).toBe(403);
  });

  test('refuses what was made with another token, another key or for another account', async () => {
    const others = [
      { ...secrets, token: 'othertoken' },
      { ...secrets, aesKey: `B${secrets.aesKey.slice(1)}` },
      { ...secrets, appId: 'wxffffffffffffffff' },
    ].map((texts) => createAccount({ appId, ...texts }));
    for (const other of others) {
      const options = { format: 'xml', timestamp: now(), nonce: '2', random16: randomBytes(16) } as const;
      const { query, body } = sealPush(push('text'), other, { ...options, mode: 'safe' });
      const response = await fetch(`${app.url}/wx?${formatPushQuery(query)}`, { method: 'POST', body });
      expect([400, 403]).toContain(response.status);
    }
  });

  test.each([
    ['GET', '/healthz', 200, 'ok'],
    ['GET', '/', 404, ''],
    ['GET', '/wx/', 404, ''],
    ['GET', '/wx', 403, ''],
    ['POST', '/wx', 403, ''],
    ['GET', '/wx?signature=%E0%A4', 400, ''],
    ['PUT', '/wx', 405, ''],
  ])('%s %s gives %i', async (method, path, status, expected) => {
    const body = method === 'GET' ? null : '<xml><A>1</A></xml>';
    const response = await fetch(`${app.url}${path}`, { method, body });
    expect([response.status, await response.text()]).toEqual([status, expected]);
  });

  test('serves fifty followers at once', async () => {
    const contents = Array.from({ length: 50 }, (_, index) => `第 ${index} 位`);
    const results = await Promise.all(
      contents.map((content) => send(app, push('text', { Content: content }), 'safe')),
    );
    const replies = results.map(({ reply }) => reply);
    expect(replies).toEqual(contents.map((content) => ({ type: 'text', content })));
  });

  test('survives a sender that leaves half-way', async () => {
    const socket = connect(app.port, '127.0.0.1');
    await once(socket, 'connect');
    const head = 'POST /wx HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<xml>';
    await new Promise((resolve) => socket.write(head, resolve));
    socket.destroy();
    await app.logged(({ error, level }) => level === 'info' && /sender left/.test(String(error)));
    expect((await send(app, push('text'))).accepted).toBe(true);
  });

  test('logs one JSON line per event, and nothing that would harm follower or account', () => {
    const text = JSON.stringify(app.logs);
    for (const secret of [secrets.token, secrets.aesKey, 'oWxDev_Alice', '第 7 位']) {
      expect(text).not.toContain(secret);
    }
    const answered = app.logs.find(({ msg, type }) => msg === 'answered' && type === 'text');
    expect(answered).toMatchObject({
      level: 'info',
      method: 'POST',
      status: 200,
      attempt: 1,
      msg_id: expect.stringMatching(/^\d+$/) as unknown,
      openid_hash: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown,
      cost_ms: expect.any(Number) as unknown,
    });
  });
});

/** A copy of the project whose texts were changed, each change checked to be one. */
async function changedProject(file: string, from: string | RegExp, to: string): Promise<string> {
  const dir = await mkdtemp(join(root, 'changed-'));
  await makeProject(dir);
  const text = await readFile(join(dir, file), 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  await writeFile(join(dir, file), changed);
  return dir;
}

/** A handler that says when it is at work, and is at it for a minute. */
const slowHandler = `{
  console.log('{"msg":"working"}');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
`;

test('answers success in time when the handler is late, and its repetition too', async () => {
  const dir = await changedProject('bot.mjs', /(?<=async function onMessage.*)\{/, slowHandler);
  await using app = await startApp(dir);
  const fields = push('text');
  const startedAt = Date.now();
  const [first, second] = await Promise.all([send(app, fields), send(app, fields, 'safe')]);
  expect(Date.now() - startedAt).toBeLessThan(5000);
  for (const { body } of [first, second]) expect(Buffer.from(body).toString()).toBe('success');
  await app.logged(({ late }) => late === true, 2);
  expect(app.logs.filter(({ msg }) => msg === 'working')).toHaveLength(1);
});

test('answers success when the handler throws, and says in the log where', async () => {
  const dir = await changedProject(
    'bot.mjs',
    /(?<=async function onMessage.*)\{/,
    '{ throw new Error("boom");',
  );
  await using app = await startApp(dir);
  const { body } = await send(app, push('text'));
  expect(Buffer.from(body).toString()).toBe('success');
  await app.logged(({ error }) => /boom[^]*bot\.mjs:/.test(String(error)));
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'on %s, leaves what it cannot finish to its successor and ends',
  async (signal) => {
    const dir = await changedProject('bot.mjs', /(?<=async function onMessage.*)\{/, slowHandler);
    await using app = await startApp(dir);
    const answer = send(app, push('text'));
    await app.logged(({ msg }) => msg === 'working');
    const startedAt = Date.now();
    app.process.kill(signal);
    expect((await answer).status).toBe(503);
    expect(await app.exited).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(3000);
  },
);

test('WX_MODE=safe refuses pushes that are not encrypted', async () => {
  await using app = await startApp(project, { WX_MODE: 'safe' });
  expect((await send(app, push('text'))).status).toBe(403);
  expect((await send(app, push('text'), 'safe')).accepted).toBe(true);
});

test('without an AppID, answers for the one that the push was encrypted for', async () => {
  await using app = await startApp(project, { WX_APPID: '' });
  expect((await send(app, push('text'), 'safe')).visible).toBe('reply');
});

test('without an AES key, works in plain mode and says what the other modes need', async () => {
  await using app = await startApp(project, { WX_AES_KEY: '' });
  expect((await send(app, push('text'))).accepted).toBe(true);
  expect((await send(app, push('text'), 'safe')).status).toBe(400);
  await app.logged(({ error }) => String(error).includes('WX_AES_KEY'));
});

test('settings of .env.local win over .env', async () => {
  const dir = await changedProject('.env', /^WX_TOKEN=.*$/m, 'WX_TOKEN=othertoken');
  await writeFile(join(dir, '.env.local'), `WX_TOKEN=${secrets.token}\n`);
  await using app = await startApp(dir);
  expect((await send(app, push('text'))).accepted).toBe(true);
});

test.each([
  [{ WX_TOKEN: '' }, /WX_TOKEN is not set/],
  [{ WX_AES_KEY: 'short' }, /WX_AES_KEY must have 43[^]*5 characters/],
])('does not start with %j, and says why', async (env, pattern) => {
  const failed = run(process.execPath, ['server.mjs'], { cwd: project, env: appEnvironment(env) });
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(pattern) as unknown,
  });
});

test('says so when its port is taken', async () => {
  await using app = await startApp();
  const env = appEnvironment({ PORT: String(app.port) });
  const failed = run(process.execPath, ['server.mjs'], { cwd: project, env });
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/cannot listen[^]*EADDRINUSE/) as unknown,
  });
});
