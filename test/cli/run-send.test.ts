import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../../src/wechat/account.ts';
import { seal } from '../../src/wechat/envelope.ts';
import { formatReply } from '../../src/wechat/reply.ts';
import { widthOf } from '../../src/cli/render/columns.ts';
import { createWorkspace, startCli, type RunResult, type Workspace } from '../helpers/cli.ts';
import { runInProcess } from './in-process.ts';

const botKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const alice = 'oWxDev_Alice_000000000000001';
const hello = formatReply(
  { type: 'text', content: '你好呀' },
  { to: alice, from: 'gh_0f1e2d3c4b5a', createTime: 1767225601 },
);

interface App extends AsyncDisposable {
  readonly port: number;
  readonly requests: readonly { readonly url: string; readonly body: string }[];
}

/** A callback that keeps what it gets and answers with a text, or as `answer` says. */
async function startApp(answer: string | RequestListener = hello): Promise<App> {
  const requests: { url: string; body: string }[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      requests.push({ url: request.url ?? '', body });
      if (typeof answer === 'string') response.end(answer);
      else answer(request, response);
    });
  });
  return { port: await listen(server), requests, [Symbol.asyncDispose]: () => close(server) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
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

interface Bench extends AsyncDisposable {
  readonly app: App;
  readonly workspace: Workspace;
  readonly send: (
    args: readonly string[],
    input?: string,
    env?: Record<string, string>,
  ) => Promise<RunResult>;
}

async function setUp(answer?: string | RequestListener): Promise<Bench> {
  const [workspace, app] = [await createWorkspace(), await startApp(answer)];
  return {
    app,
    workspace,
    send: (args, input, env) =>
      runInProcess(['send', ...args, '-f', String(app.port)], {
        cwd: workspace.dir,
        env: { ...workspace.env, WX_TOKEN: 'sendToken1', ...env },
        ...(input === undefined ? {} : { input }),
      }),
    [Symbol.asyncDispose]: async () => {
      await app[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
    },
  };
}

test('sends what the words say, and prints what came as the reference shows it', async () => {
  await using bench = await setUp();
  const text = await bench.send(['text', '你好', '--lang', 'zh']);
  expect(text.code, text.stderr).toBe(0);
  const lines = text.stdout.split('\n');
  expect(lines[0]).toMatch(
    /^ {2}-> POST http:\/\/127\.0\.0\.1:\d+\/wx {2}明文模式 {2}MsgId \d{19}$/,
  );
  expect(lines[1]).toMatch(/^ {2}<- 200 {2}\d+ ms {2}文本 "你好呀" +应答合法$/);
  const cases: readonly (readonly [string[], string])[] = [
    [['image', 'https://example.com/a.jpg'], '<PicUrl><![CDATA[https://example.com/a.jpg]]>'],
    [['location', '39.9,116.4'], '<Location_X>39.9</Location_X><Location_Y>116.4</Location_Y>'],
    [['link', 'https://example.com/b'], '<Url><![CDATA[https://example.com/b]]>'],
    [['scan', '--scene', '123'], '<Event><![CDATA[SCAN]]></Event><EventKey><![CDATA[123]]>'],
    [['subscribe', '--scene', '9'], '<EventKey><![CDATA[qrscene_9]]>'],
    [['Click', 'KEY_A'], '<Event><![CDATA[CLICK]]></Event><EventKey><![CDATA[KEY_A]]>'],
    [['view', 'https://example.com/c'], '<EventKey><![CDATA[https://example.com/c]]>'],
    [['component_verify_ticket', 't@@1'], '<ComponentVerifyTicket><![CDATA[t@@1]]>'],
    [['text', '--set', 'A.B=1', '--unset', 'Content'], '<A><B><![CDATA[1]]></B></A></xml>'],
    [['event:poi', '--set', 'PoiId=7'], '<Event><![CDATA[poi]]></Event><PoiId><![CDATA[7]]>'],
  ];
  for (const [args, expected] of cases) {
    const { stdout, stderr, code } = await bench.send([...args, '--dry-run', '--print', 'xml']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(expected);
  }
  expect(bench.app.requests).toHaveLength(1);
});

test('answers to the name trigger too', async () => {
  await using bench = await setUp();
  const { dir, env } = bench.workspace;
  const args = ['trigger', 'text', 'hi', '-f', String(bench.app.port)];
  const own = { ...env, WX_TOKEN: 'sendToken1' };
  expect((await runInProcess(args, { cwd: dir, env: own })).code).toBe(0);
  expect(bench.app.requests).toHaveLength(1);
});

test('takes data from a file, from standard input, raw, and from an editor', async () => {
  await using bench = await setUp('success');
  const { workspace, app, send } = bench;
  await mkdir(join(workspace.dir, '消息'));
  await writeFile(
    join(workspace.dir, '消息', 'm.xml'),
    '<xml><MsgType>text</MsgType><MsgId>7</MsgId></xml>',
  );
  const script = `const f=require('fs');f.writeFileSync(process.argv[2],f.readFileSync(process.argv[2],'utf8').replace('hello','edited'))`;
  await writeFile(join(workspace.dir, 'edit.cjs'), script);
  const runs = [
    await send(['./消息/m.xml', '--set', 'Content=x']),
    await send(['-'], '{"MsgType":"text","Content":"stdin","MsgId":25000000000000017}'),
    await send(['--data', '@-', '--msg-id', '8'], '<xml><MsgType>text</MsgType></xml>'),
    await send(['--raw', 'no xml <at all>', '--mode', 'plain']),
    await send(['text', '--edit'], undefined, {
      VISUAL: '',
      EDITOR: `${process.execPath} edit.cjs`,
    }),
  ];
  expect(
    runs.map(({ code, stdout, stderr }) => `${code} ${code === 0 ? '' : stdout + stderr}`),
  ).toEqual(Array.from({ length: 5 }, () => '0 '));
  const bodies = app.requests.map(({ body }) => body);
  expect(bodies[0]).toContain('<MsgId>7</MsgId><Content><![CDATA[x]]></Content>');
  expect(bodies[1]).toContain('<MsgId>25000000000000017</MsgId>');
  expect(bodies[2]).toContain('<MsgId>8</MsgId>');
  expect(bodies[3]).toBe('no xml <at all>');
  expect(bodies[4]).toContain('<![CDATA[edited 你好]]>');
});

test('serves a picture of this machine as long as the push lasts', async () => {
  let picture = '';
  await using bench = await setUp((_request, response) => {
    const url = /http:\/\/127\.0\.0\.1:\d+\/mmbiz[^\]]*/.exec(
      bench.app.requests[0]?.body ?? '',
    )?.[0];
    void fetch(url ?? '')
      .then((answer) => answer.text())
      .then((text) => {
        picture = text;
        response.end('success');
      });
  });
  await writeFile(join(bench.workspace.dir, 'a.png'), 'not really a picture');
  expect((await bench.send(['image', 'a.png'])).code).toBe(0);
  expect(picture).toBe('not really a picture');
});

test('the same seed gives the same bytes, and another seed others', async () => {
  await using bench = await setUp();
  const aesKey = { WX_AES_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', WX_APPID: 'wx1' };
  const print = async (seed: string, ...more: string[]): Promise<string> =>
    (await bench.send(['text', '--seed', seed, '--dry-run', ...more], undefined, aesKey)).stdout;
  const first = await print('a');
  expect(first).toContain('encrypt_type=aes');
  expect(await print('a')).toBe(first);
  expect(await print('b')).not.toBe(first);
  expect(await print('a', '--timestamp', '1700000000', '--nonce', 'n')).toContain(
    'timestamp=1700000000&nonce=n&',
  );
});

test('prints a request as http, curl, xml and har, alone on stdout', async () => {
  await using bench = await setUp();
  const print = async (form: string): Promise<string> =>
    (await bench.send(['text', "it's", '--print', form])).stdout;
  expect(await print('http')).toMatch(
    /^POST \/wx\?signature=\w{40}&.* HTTP\/1\.1\r\nUser-Agent: Mozilla\/4\.0\r\n/,
  );
  const curl = await print('curl');
  expect(curl).toContain(String.raw`it'\''s`);
  expect(curl).not.toContain('Content-Length');
  expect(await print('xml')).toMatch(/^<xml><ToUserName>.*<\/xml>\n$/);
  const har = JSON.parse(await print('har')) as {
    log: { entries: { response: { status: number } }[] };
  };
  expect(har.log.entries[0]?.response.status).toBe(200);
});

describe('--expect', () => {
  test('is met, or says what there was instead and gives 7', async () => {
    await using bench = await setUp();
    const good = [
      'status=200',
      'reply.type=text',
      'reply.Content~=你好',
      'ms<60000',
      'reply.Content~=/^你.呀$/',
    ];
    const met = await bench.send(['text', ...good.flatMap((one) => ['--expect', one])]);
    expect(met.code, met.stdout + met.stderr).toBe(0);
    const missed = await bench.send([
      'text',
      '--expect',
      'reply.Content=再见',
      '--expect',
      'status=200',
      '--json',
    ]);
    expect(missed.code).toBe(7);
    expect(JSON.parse(missed.stdout)).toMatchObject({
      expectations: [
        { expectation: 'reply.Content=再见', met: false, seen: '你好呀' },
        { expectation: 'status=200', met: true },
      ],
    });
    expect((await bench.send(['text', '--expect', 'header.nothing=1'])).stdout).toContain(
      'seen nothing',
    );
  });

  test.each(['status', '=200', 'ms<soon', 'reply.Content~=/(/'])('refuses %j', async (check) => {
    await using bench = await setUp();
    const { code, stderr } = await bench.send(['text', '--expect', check]);
    expect(code).toBe(2);
    expect(stderr).toContain('WXD6043');
    expect(bench.app.requests).toHaveLength(0);
  });

  test('who expects a refusal is content with it', async () => {
    await using bench = await setUp((_request, response) => response.writeHead(403).end());
    expect((await bench.send(['text'])).code).toBe(4);
    expect((await bench.send(['text', '--expect', 'status=403'])).code).toBe(0);
  });
});

describe('--tamper', () => {
  const safe = ['--mode', 'safe'];
  const aesKey = { WX_AES_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', WX_APPID: 'wx1' };
  const kinds = ['signature', 'timestamp', 'cipher', 'appid', 'padding'];

  test.each(kinds)(
    'a callback of ours refuses a wrong %s, one that checks nothing is told',
    async (kind) => {
      await using bench = await setUp('success');
      const env = { ...bench.workspace.env, WX_TOKEN: 'sendToken1', ...aesKey };
      await using serve = startCli(['serve', '--port', '0', '--strict', '--json'], {
        cwd: bench.workspace.dir,
        env,
      });
      const ready = await serve.waitFor(({ event }) => event === 'ready');
      const target = ['-f', `${String(ready['local'])}/wx`];
      const args = ['send', 'text', 'hi', ...safe, '--tamper', kind];
      const refused = await runInProcess([...args, ...target], { cwd: bench.workspace.dir, env });
      expect(refused.code, refused.stdout + refused.stderr).toBe(0);
      expect(refused.stdout).toContain('refused, as it should be');
      const taken = await bench.send(['text', 'hi', ...safe, '--tamper', kind], undefined, aesKey);
      expect(taken.code).toBe(7);
      expect(taken.stdout).toContain('WXD6049');
    },
  );

  test('needs encryption where encryption is broken', async () => {
    await using bench = await setUp();
    const { code, stderr } = await bench.send(['text', '--mode', 'plain', '--tamper', 'padding']);
    expect(code).toBe(2);
    expect(stderr).toContain('WXD6048');
  });
});

describe('many', () => {
  test('sums up how many were sent, how they were judged and how long they took', async () => {
    await using bench = await setUp('success');
    const { code, stdout } = await bench.send([
      'text',
      '--times',
      '30',
      '--concurrency',
      '4',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      count: 30,
      accepted: 30,
      requests: 30,
      firstFailure: null,
      interrupted: false,
    });
    const ids = bench.app.requests.map(({ body }) => /<MsgId>(\d+)/.exec(body)?.[1]);
    const followers = bench.app.requests.map(({ url }) => /openid=([^&]+)/.exec(url)?.[1]);
    expect(new Set(ids).size).toBe(30);
    expect(new Set(followers).size).toBe(30);
  });

  test('explains the first that failed', async () => {
    let count = 0;
    await using bench = await setUp((_request, response) => {
      count += 1;
      response.end(count > 2 ? 'nonsense' : 'success');
    });
    const { code, stdout } = await bench.send(['text', '--times', '5']);
    expect(code).toBe(7);
    expect(stdout).toContain('accepted 2');
    expect(stdout).toContain('WXD2112');
  });

  test('Ctrl-C ends a million at once, with the summary of what had ended', async () => {
    await using bench = await setUp('success');
    await using sending = startCli(
      [
        'send',
        'text',
        '--times',
        '1000000',
        '--concurrency',
        '8',
        '--json',
        '-f',
        String(bench.app.port),
      ],
      { cwd: bench.workspace.dir, env: bench.workspace.env },
    );
    while (bench.app.requests.length < 50) await new Promise((resolve) => setImmediate(resolve));
    sending.kill('SIGINT');
    expect(await sending.exited).toBe(130);
    const summary = JSON.parse(sending.stdout()) as { count: number; interrupted: boolean };
    expect(summary.interrupted).toBe(true);
    expect(summary.count).toBeGreaterThan(0);
    expect(summary.count).toBeLessThan(1_000_000);
  });
});

test('--retry keeps the MsgId over three requests, --retry-delays sets how many', async () => {
  await using bench = await setUp((_request, response) => response.writeHead(500).end());
  const failed = await bench.send(['text', '--retry', '--timeout', '50ms']);
  expect(failed.code).toBe(7);
  expect(bench.app.requests).toHaveLength(3);
  expect(new Set(bench.app.requests.map(({ body }) => body)).size).toBe(1);
  await bench.send(['text', '--retry-delays', '1ms,1ms,1ms']);
  expect(bench.app.requests).toHaveLength(7);
  await bench.send(['text']);
  expect(bench.app.requests).toHaveLength(8);
});

test('--duplicate sends the same push twice, with a fresh nonce', async () => {
  await using bench = await setUp();
  const { code, stdout } = await bench.send(['text', '--duplicate']);
  expect(code).toBe(0);
  expect(stdout).toContain('both were answered alike');
  const [one, two] = bench.app.requests;
  expect(one?.body).toBe(two?.body);
  expect(one?.url).not.toBe(two?.url);
});

test('-v shows how it was signed, without the Token', async () => {
  await using bench = await setUp();
  const { stdout } = await bench.send(['text', '-v', '--seed', 's']);
  expect(stdout).toMatch(/sha1 {9}[0-9a-f]{40}/);
  expect(stdout).toContain('<Token>');
  expect(stdout).not.toContain('sendToken1');
});

test('lists the names by kind of account, also as JSON', async () => {
  await using bench = await setUp();
  const { stdout } = await bench.send(['--list']);
  expect(stdout).toContain('Official Account');
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  const names = JSON.parse((await bench.send(['--list', '--json'])).stdout) as object[];
  expect(names).toContainEqual({ name: 'authorized', group: 'notice', products: ['open'] });
});

describe('what cannot be sent', () => {
  test.each([
    [['tekst'], 2, 'send --list'],
    [['location', 'here'], 2, 'WXD6041'],
    [['enter', 'x'], 2, 'WXD6041'],
    [['text', '--scene', '1'], 2, 'WXD6041'],
    [['text', '--set', 'Content'], 2, 'Name=value'],
    [['text', '--set', `${'a.'.repeat(40_000)}b=1`], 2, 'WXD6040'],
    [['text', '--set', 'a b=1'], 2, 'WXD1209'],
    [['text', '--times', '0'], 2, '--times'],
    [['text', '--times', '1e9'], 2, '--times'],
    [['text', '--concurrency', '100000'], 2, '--concurrency'],
    [['text', '--timeout', 'soon'], 2, '--timeout'],
    [['text', '--retry-delays', '1s,,2s'], 2, '--retry-delays'],
    [['text', '--msg-id', '-1'], 2, '--msg-id'],
    [['image', 'nothing.png'], 3, 'WXD6006'],
    [['./nothing.json'], 3, 'WXD6006'],
    [['--data', '@gbk.xml'], 3, 'WXD6004'],
    [['--data', '@-'], 2, 'empty'],
    [[], 2, '<what>'],
    [['text', '--edit'], 3, 'WXD6042'],
    [['text', '--client-cert', 'c.pem'], 2, '--client-key'],
  ])('%j', async (args, code, said) => {
    await using bench = await setUp();
    await writeFile(
      join(bench.workspace.dir, 'gbk.xml'),
      Buffer.from([0x3c, 0x78, 0xc4, 0xe3, 0x3e]),
    );
    const result = await bench.send(args, '', { EDITOR: '', VISUAL: '' });
    expect(result.stderr.slice(0, 4000)).toContain(said);
    expect(result.code).toBe(code);
    expect(bench.app.requests).toHaveLength(0);
  });

  test.each(['exit 3', 'definitely-no-such-editor', 'rm', ': >'])(
    'an editor that fails: %s',
    async (editor) => {
      await using bench = await setUp();
      const result = await bench.send(['text', '--edit'], undefined, { VISUAL: editor });
      expect(result.stderr).toContain('WXD6042');
      expect(result.code).toBe(3);
      expect(bench.app.requests).toHaveLength(0);
    },
  );
});

test('a value of 100 KB arrives whole', async () => {
  await using bench = await setUp();
  const long = '好'.repeat(33_000);
  expect((await bench.send(['text', '--set', `Content=${long}`])).code).toBe(0);
  expect(bench.app.requests[0]?.body).toContain(long);
});

test('an app of 企业微信 gets its envelope, its ids and an encrypted echostr', async () => {
  await using bench = await setUp((_request, response) => response.end('success'));
  const work = {
    WX_DEV_KIND: 'work',
    WX_CORP_ID: 'ww1234567890abcdef',
    WX_AES_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  };
  expect((await bench.send(['text', 'hi'], undefined, work)).code).toBe(0);
  const [request] = bench.app.requests;
  expect(request?.url).toMatch(/^\/wx\?timestamp=\d+&nonce=\d+&msg_signature=[0-9a-f]{40}$/);
  expect(request?.body).toMatch(
    /^<xml><ToUserName><!\[CDATA\[ww1234567890abcdef\]\]><\/ToUserName><AgentID>1000002<\/AgentID><Encrypt>/,
  );
  const inner = await bench.send(['text', '--dry-run', '--print', 'xml'], undefined, work);
  expect(inner.stdout).toContain('<AgentID>1000002</AgentID></xml>');
  await bench.send(['verify'], undefined, work);
  expect(bench.app.requests.at(-1)?.url).toMatch(/echostr=[A-Za-z0-9%]{60,}/);
});

test('shows its certificate to a server that asks clients for one', async () => {
  await using workspace = await createWorkspace();
  const { dir, env } = workspace;
  const run = async (...args: string[]): Promise<Record<string, string>> => {
    const { stdout, stderr, code } = await runInProcess([...args, '--json'], { cwd: dir, env });
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as Record<string, string>;
  };
  const leaf = await run('cert', 'localhost', '127.0.0.1');
  const client = await run('cert', 'client', 'alice');
  const server = createHttpsServer(
    {
      cert: await readFile(leaf['cert'] ?? ''),
      key: await readFile(leaf['key'] ?? ''),
      ca: await readFile(client['ca'] ?? ''),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (_request, response) => response.end('success'),
  );
  const port = await listen(server);
  try {
    const send = ['send', 'text', 'hi', '-f', `https://127.0.0.1:${port}/wx`];
    const shown = ['--client-cert', client['cert'] ?? '', '--client-key', client['key'] ?? ''];
    const taken = await runInProcess([...send, ...shown], { cwd: dir, env });
    expect(taken.code, taken.stdout + taken.stderr).toBe(0);
    expect((await runInProcess(send, { cwd: dir, env })).code).toBe(5);
  } finally {
    await close(server);
  }
});

test('follows the stream of an AI bot, and says how long it took', async () => {
  const account = createAccount({ kind: 'work-bot', token: 'sendToken1', aesKey: botKey });
  let pieces = 0;
  await using bench = await setUp((request, response) => {
    pieces += 1;
    const streamed = { id: 's1', finish: pieces % 2 === 0, content: '你好呀'.slice(0, pieces) };
    const text = JSON.stringify({ msgtype: 'stream', stream: streamed });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const made = { format: 'json', timestamp, nonce: '1', random16: randomBytes(16) } as const;
    response.end(request.method === 'POST' ? seal(text, account, made) : '');
  });
  const env = { WX_DEV_KIND: 'work-bot', WX_AES_KEY: botKey };
  const told = await bench.send(['text', '在吗', '--lang', 'zh', '-v'], undefined, env);
  expect(told.code, told.stderr).toBe(0);
  expect(told.stderr).toContain('机器人开始了流式回复');
  expect(told.stdout).toMatch(/^ {2}<- 200 {2}\d+ ms {2}stream "你好" +应答合法$/m);
  expect(told.stdout).toMatch(/^ {2}<- 流式消息已结束：\d+\.\d 秒，刷新 1 次$/m);
  expect(told.stdout).toMatch(/^ {4}推送 +\{"msgid":/m); // A bot's pushes are JSON, also where they are shown.
  const cut = await bench.send(['text', 'a', '--stream', '1ms', '--json'], undefined, env);
  expect(JSON.parse(cut.stdout)).toMatchObject({ accepted: true, stream: { finished: true } });
  const never = await bench.send(['text', 'a', '--stream', '0', '--json'], undefined, env);
  expect(JSON.parse(never.stdout)).not.toHaveProperty('stream');
  const wrong = await bench.send(['text', 'a', '--stream', 'soon'], undefined, env);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('--stream');
});

test('says what is wrong in the language of the user, in no more than 80 columns', async () => {
  await using bench = await setUp('{"a":1}');
  const zh = await bench.send(['text', 'hi', '--lang', 'zh']);
  expect(zh.stdout).toMatch(/^ {2}<- 200 {2}\d+ ms {2}应用返回了 JSON +应答不被接受$/m);
  const quiet = await bench.send(['text', 'hi', '--lang', 'zh', '-q']);
  expect(quiet.stderr.trim()).toBe('应用返回了 JSON');
  const long = await bench.send(['text', 'hi', '--tamper', 'signature', '--lang', 'zh']);
  const [first = '', second] = long.stdout.split('\n');
  expect(widthOf(first)).toBeLessThanOrEqual(80);
  expect(second).toBe('     --tamper signature');
  const keyless = await bench.send(['text', 'hi', '--mode', 'safe', '--lang', 'zh']);
  expect(keyless.stderr).toContain('--mode safe 需要 EncodingAESKey，43 位');
});

test('a notice wants success, and no follower is spoken of', async () => {
  await using bench = await setUp(hello);
  const { stdout, code } = await bench.send(['component_verify_ticket', '--lang', 'en']);
  expect(code).toBe(7);
  expect(stdout).toContain('The event component_verify_ticket asks for another answer');
  expect(stdout).not.toContain('follower');
});

test('names the command that sends the same again, also for one of several accounts', async () => {
  await using bench = await setUp('{"a":1}');
  const { stdout } = await bench.send(['text', '你好 "a"', '--lang', 'en']);
  expect(stdout).toContain(`\n    wx-dev send text '你好 "a"'\n`);
  await writeFile(
    join(bench.workspace.dir, 'wx-dev.config.json'),
    JSON.stringify({ accounts: { corp: { kind: 'work', corpId: 'ww1234567890abcdef' } } }),
  );
  const env = { WX_TOKEN_CORP: 'sendToken1', WX_AES_KEY_CORP: botKey };
  const corp = await bench.send(['text', '--account', 'corp', '--lang', 'en'], undefined, env);
  expect(corp.stdout).toContain('\n    wx-dev send text --account corp\n');
  expect(corp.stdout).not.toContain('该公众号');
});
