import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAccount } from '../../src/wechat/account.ts';
import { seal, unseal } from '../../src/wechat/envelope.ts';
import { textOf, type Fields } from '../../src/wechat/fields.ts';
import { parsePushQuery } from '../../src/wechat/query.ts';
import { formatReply } from '../../src/wechat/reply.ts';
import { createWorkspace, type RunResult, type Workspace } from '../helpers/cli.ts';
import { runInProcess } from './in-process.ts';

const texts = {
  token: 'scenarioToken1',
  appId: 'wxfedcba0987654321',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
};
const env = { WX_TOKEN: texts.token, WX_APPID: texts.appId, WX_AES_KEY: texts.aesKey };
const account = createAccount(texts);

type Handler = (fields: Fields, path: string) => string | undefined | Promise<string | undefined>;

interface App extends AsyncDisposable {
  readonly port: number;
  readonly seen: { readonly fields: Fields; readonly path: string }[];
}

/** A callback in safe mode; `reply` gives the text to answer, undefined an empty body, `success` itself. */
async function startApp(reply: Handler): Promise<App> {
  const seen: App['seen'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [path = '', query = ''] = (request.url ?? '').split('?');
      const raw = { query: parsePushQuery(query), body: Buffer.concat(chunks) };
      const { fields } = unseal(raw, account);
      seen.push({ fields, path });
      void Promise.resolve(reply(fields, path)).then((content) => {
        if (content === undefined || content === 'success') return response.end(content);
        const addresses = {
          to: textOf(fields, 'FromUserName') ?? '',
          from: textOf(fields, 'ToUserName') ?? '',
          createTime: 1767225601,
        };
        const xml = formatReply({ type: 'text', content }, addresses);
        const fresh = { timestamp: '1767225601', nonce: '1', random16: Buffer.alloc(16) };
        return response.end(seal(xml, account, { format: 'xml', ...fresh }));
      });
    });
  });
  return { port: await listen(server), seen, [Symbol.asyncDispose]: () => close(server) };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function send(
  { dir, env: own }: Workspace,
  app: App,
  args: readonly string[],
  more: Record<string, string> = {},
  input?: string,
): Promise<RunResult> {
  return runInProcess(['send', ...args, '-f', String(app.port)], {
    cwd: dir,
    env: { ...own, ...env, ...more },
    ...(input === undefined ? {} : { input }),
  });
}

const bind = `{ "version": 1, "from": "oFan1", "values": { "word": "绑定 \${env:CODE}" },
  "steps": [
    { "send": "subscribe", "expect": { "reply.type": "text" } },
    { "send": "text", "set": { "Content": "\${word}" }, "save": { "sid": "reply.Content" } },
    { "send": "click", "set": { "EventKey": "ORDER_\${sid}" },
      "expect": { "reply.Content": "ORDER_\${sid}", "ms": "<60000" } } ] }`;

/** Welcomes, gives a number for a code, and says the key of a click. */
const binding: Handler = (fields) => {
  if (textOf(fields, 'Event') === 'subscribe') return '欢迎';
  if (textOf(fields, 'Event') === 'CLICK') return textOf(fields, 'EventKey');
  return textOf(fields, 'Content') === '绑定 7' ? '42' : undefined;
};

test('runs the scenario of the reference, with values from answers and the environment', async () => {
  await using workspace = await createWorkspace();
  await using app = await startApp(binding);
  await writeFile(join(workspace.dir, '绑定.json'), bind);
  const { code, stdout, stderr } = await send(workspace, app, ['./绑定.json'], { CODE: '7' });
  expect(code, stdout + stderr).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('TAP version 14');
  expect(lines[1]).toMatch(/^1\.\.3 # .*绑定\.json$/);
  expect(lines.slice(2, 5)).toEqual([
    expect.stringMatching(/^ok 1 - subscribe \(\d+ ms\)$/),
    expect.stringMatching(/^ok 2 - text \(\d+ ms\)$/),
    expect.stringMatching(/^ok 3 - click \(\d+ ms\)$/),
  ]);
  expect(lines[5]).toBe('# passed 3, failed 0, skipped 0');
  expect(app.seen.map(({ fields }) => textOf(fields, 'FromUserName'))).toEqual(
    Array.from({ length: 3 }, () => 'oFan1'),
  );
});

test('a miss gives 7, with file and line, what was expected and what was seen', async () => {
  await using workspace = await createWorkspace();
  await using app = await startApp((fields) => binding(fields, '') && '再见');
  await writeFile(join(workspace.dir, 'bind.json'), bind);
  const missed = await send(workspace, app, ['bind.json', '--json'], { CODE: '7' });
  expect(missed.code).toBe(7);
  expect(JSON.parse(missed.stdout)).toMatchObject({
    passed: 2,
    failed: 1,
    steps: [
      { result: 'passed' },
      { result: 'passed' },
      {
        result: 'failed',
        line: 5,
        expectations: [
          { expectation: 'reply.Content=ORDER_再见', met: false, seen: '再见' },
          { met: true },
        ],
        errors: [{ code: 'WXD6044' }],
      },
    ],
  });
  const shown = await send(workspace, app, ['bind.json', '--lang', 'zh'], { CODE: '7' });
  expect(shown.stdout).toContain('not ok 3 - click');
  expect(shown.stdout).toContain('at: "bind.json:5"');
});

test('what could not be saved fails its step and those that need it, and the rest goes on', async () => {
  await using workspace = await createWorkspace();
  await using app = await startApp(binding);
  const input = bind
    .replace('"expect": { "reply.type"', '"expect": { "reply.Content~": "欢", "reply.type"')
    .replace('"reply.Content~": "欢"', '"reply.Content": "~=欢"');
  const { code, stdout } = await send(workspace, app, ['-', '--json'], { CODE: 'x' }, input);
  expect(code).toBe(7);
  const { steps } = JSON.parse(stdout) as {
    steps: { result: string; errors: { code: string }[] }[];
  };
  expect(steps.map(({ result, errors }) => [result, errors[0]?.code])).toEqual([
    ['passed', undefined],
    ['failed', 'WXD6044'],
    ['failed', 'WXD6046'],
  ]);
});

test.each([
  ['{ "steps": [\n {"send": "text" ] }', 2, 'bind.json:2', 'WXD6045'],
  ['{ "steps": [\n {"send": "tekst"} ] }', 2, 'bind.json:2', 'similar: text'],
  ['{ "steps": [ {"send": "text", "content": "${nope}"} ] }', 7, 'WXD6046', 'bind.json:1'],
  [
    '{ "values": {"a": "${a}"}, "steps": [ {"send": "text", "content": "${a}"} ] }',
    7,
    'WXD6047',
    'a',
  ],
])('a scenario that cannot be run: %j', async (text, code, ...said) => {
  await using workspace = await createWorkspace();
  await using app = await startApp(() => 'success');
  await writeFile(join(workspace.dir, 'bind.json'), text);
  const result = await send(workspace, app, ['./bind.json']);
  expect(result.code, result.stdout + result.stderr).toBe(code);
  for (const words of said) expect(result.stdout + result.stderr).toContain(words);
  expect(app.seen).toHaveLength(0);
});

test('--dry-run checks the file and sends nothing; flags of one message are refused', async () => {
  await using workspace = await createWorkspace();
  await using app = await startApp(() => 'success');
  await writeFile(join(workspace.dir, 'bind.json'), bind);
  expect((await send(workspace, app, ['bind.json', '--dry-run'])).code).toBe(0);
  const refused = await send(workspace, app, ['bind.json', '--times', '3']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('--times');
  expect(app.seen).toHaveLength(0);
});

test('a verification, a broken push and three requests are steps too', async () => {
  await using workspace = await createWorkspace();
  let failures = 2;
  const server = createServer((request, response) => {
    const { echostr } = parsePushQuery((request.url ?? '').split('?')[1] ?? '');
    request.resume();
    if (echostr !== undefined) return response.end(echostr);
    failures -= 1;
    return response.writeHead(failures >= 0 ? 500 : 403).end();
  });
  await using app: App = {
    port: await listen(server),
    seen: [],
    [Symbol.asyncDispose]: () => close(server),
  };
  const steps = [
    { send: 'verify' },
    { send: 'text', retry: true, expect: { attempts: 3, status: 403 } },
    { send: 'text', tamper: 'signature' },
  ];
  const input = JSON.stringify({ steps });
  const { code, stdout } = await send(workspace, app, ['-', '--timeout', '1s'], {}, input);
  expect(code, stdout).toBe(0);
});

/** A third-party platform that passes WeChat's check, or forgets what `flaw` names. */
function platform(apiBase: string, flaw?: 'callback' | 'api' | 'ticket'): Handler {
  return async (fields) => {
    const event = textOf(fields, 'Event');
    const content = textOf(fields, 'Content') ?? '';
    if (textOf(fields, 'InfoType') !== undefined) return flaw === 'ticket' ? undefined : 'success';
    if (event !== undefined) return `${event}from_callback`;
    const [, code] = /^QUERY_AUTH_CODE:(.*)$/.exec(content) ?? [];
    if (code === undefined) return flaw === 'callback' ? content : `${content}_callback`;
    if (flaw === 'api') return undefined;
    const call = (path: string, body: object): Promise<unknown> =>
      fetch(`${apiBase}${path}?access_token=x`, { method: 'POST', body: JSON.stringify(body) });
    await call('/cgi-bin/component/api_query_auth', { authorization_code: code });
    await call('/cgi-bin/message/custom/send', {
      touser: textOf(fields, 'FromUserName'),
      msgtype: 'text',
      text: { content: `${code}_from_api` },
    });
    return undefined;
  };
}

/** A port for the stand-in API; the app learns it before anybody listens, as it does from WX_API_BASE. */
async function freeBase(): Promise<string> {
  const server = createServer();
  const port = await listen(server);
  await close(server);
  return `http://127.0.0.1:${port}`;
}

test.each([
  [undefined, 0, 0],
  ['callback', 7, 5],
  ['api', 7, 10],
  ['ticket', 7, 1],
] as const)('the release test finds a platform without %s', async (flaw, code, failed) => {
  await using workspace = await createWorkspace();
  const apiBase = await freeBase();
  await using app = await startApp(platform(apiBase, flaw));
  const args = [
    'release-test',
    '--path',
    '/wx/$APPID$/callback',
    '--notice-path',
    '/notice',
    '--json',
  ];
  const timeout = flaw === 'api' ? ['--timeout', '300ms'] : [];
  const result = await send(workspace, app, [...args, ...timeout], { WX_API_BASE: apiBase });
  expect(result.code, result.stdout + result.stderr).toBe(code);
  const report = JSON.parse(result.stdout) as { passed: number; failed: number; skipped: number };
  expect(report).toMatchObject({ passed: 31 - failed, failed, skipped: 0 });
  expect(app.seen[0]?.path).toBe('/notice');
  expect(app.seen[1]?.path).toBe('/wx/wx570bc396a51b8ff8/callback');
  expect(textOf(app.seen[1]?.fields ?? {}, 'ToUserName')).toBe('gh_3c884a361561');
  expect(new Set(app.seen.map(({ path }) => path)).size).toBe(11);
});

test('without a local API the calls are skipped, not passed', async () => {
  await using workspace = await createWorkspace();
  await using app = await startApp(platform('http://127.0.0.1:1', 'api'));
  const { code, stdout } = await send(workspace, app, ['release-test']);
  expect(code, stdout).toBe(0);
  expect(stdout).toContain('# SKIP');
  expect(stdout).toContain('# passed 21, failed 0, skipped 10');
});
