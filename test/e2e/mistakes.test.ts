/**
 * The mistakes that developers of WeChat callbacks report, made by small broken apps and broken requests, and what wx-dev says of each.
 * One row a mistake. Rows of that list which wx-dev cannot see, and why:
 *
 * - 已停止访问该网页 in WeChat's browser: the follower's phone opens a page of a blocked domain; no request of it reaches wx-dev. What helps
 *   stands in `wx-dev explain WXD1151`.
 * - No payment notification although paid: nothing arrives, so nothing can be judged; the rules of notify_url stand in
 *   `wx-dev explain WXD1220`. The other rows of payments and those of WeCom are in mistakes-pay.test.ts.
 * - 域名主体校验未通过 (WeCom): decided in WeCom's console by who filed the domain, before any request is made: `wx-dev explain 40057`.
 */
import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/wechat/account.ts';
import { sealPush } from '../../src/wechat/seal.ts';
import { formatPushQuery, type PushQuery } from '../../src/wechat/query.ts';
import { makePush } from '../../src/wechat/samples.ts';
import { textOf } from '../../src/wechat/fields.ts';
import { sign } from '../../src/wechat/signature.ts';
import { parseXml } from '../../src/wechat/xml.ts';
import {
  createWorkspace,
  runCli,
  startCli,
  type RunningCli,
  type Workspace,
} from '../helpers/cli.ts';
import { freePort } from '../helpers/free-port.ts';

const TOKEN = 'mistakes2026';
const AES_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const APP_ID = 'wx1234567890abcdef';
const FOLLOWER = 'oWxDev_Alice_000000000000001';
const GH = 'gh_0f1e2d3c4b5a';

/** A request that reached the broken app. */
interface Received {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly body: string;
}

type BrokenApp = (response: ServerResponse, received: Received) => void;

/** Every broken app, by the first part of its path. */
const apps = new Map<string, BrokenApp>();
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://app.invalid');
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    const app = apps.get(pathname);
    if (app === undefined) response.writeHead(404).end('<pre>Cannot GET</pre>');
    else app(response, { request, query: searchParams, body });
  });
});

let workspace: Workspace;
let origin = '';

beforeAll(async () => {
  workspace = await createWorkspace();
  const settings = `WX_TOKEN=${TOKEN}\nWX_AES_KEY=${AES_KEY}\nWX_APPID=${APP_ID}\n`;
  await writeFile(join(workspace.dir, '.env'), settings);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The socket listens, so that the address is one with a port.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await workspace[Symbol.asyncDispose]();
});

const echo = ({ query }: Received): string => query.get('echostr') ?? '';
const end =
  (status: number, text: string, headers: Record<string, string> = {}): BrokenApp =>
  (response) =>
    response.writeHead(status, headers).end(text);

/** A reply to what was pushed in plain mode, with one thing changed. */
function replyWith(change: (reply: string) => string): BrokenApp {
  return (response) => {
    const addresses = `<ToUserName>${FOLLOWER}</ToUserName><FromUserName>${GH}</FromUserName>`;
    const rest = '<CreateTime>1767225600</CreateTime><MsgType>text</MsgType><Content>hi</Content>';
    response.end(change(`<xml>${addresses}${rest}</xml>`));
  };
}

/** Decrypts as most ciphers do by themselves: padding of 16 bytes at most. */
const unpadsSixteen: BrokenApp = (response, { body }) => {
  const key = Buffer.from(`${AES_KEY}=`, 'base64');
  const encrypt = textOf(parseXml(body), 'Encrypt') ?? '';
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16));
    decipher.update(encrypt, 'base64');
    decipher.final();
    response.end('success');
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
};

/** Seals a reply as code does that takes the length of its text for that of its bytes. */
const countsCharacters: BrokenApp = (response) => {
  const key = Buffer.from(`${AES_KEY}=`, 'base64');
  const addresses = `<ToUserName>${FOLLOWER}</ToUserName><FromUserName>${GH}</FromUserName>`;
  const rest = '<CreateTime>1767225600</CreateTime><MsgType>text</MsgType><Content>你好</Content>';
  const text = `<xml>${addresses}${rest}</xml>`;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const full = Buffer.concat([randomBytes(16), length, Buffer.from(text + APP_ID)]);
  const padding = 32 - (full.length % 32);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([full, Buffer.alloc(padding, padding)]);
  const encrypt = cipher.update(padded, undefined, 'base64') + cipher.final('base64');
  const signature = sign(TOKEN, '1767225601', '415670741', encrypt);
  response.end(
    `<xml><Encrypt>${encrypt}</Encrypt><MsgSignature>${signature}</MsgSignature>` +
      '<TimeStamp>1767225601</TimeStamp><Nonce>415670741</Nonce></xml>',
  );
};

interface Row {
  readonly mistake: string;
  readonly app: BrokenApp;
  /** What is sent. @default `send text hello --mode plain` */
  readonly send?: readonly string[];
  /** What `send` says, in English. */
  readonly says: readonly string[];
  /** What it says in Chinese, where that is tried too. */
  readonly saysZh?: readonly string[];
}

const verify = ['verify'];

const rows: readonly Row[] = [
  {
    mistake: 'token验证失败: byte order mark and newline around the echostr',
    app: (response, received) => response.end(`\u{FEFF}${echo(received)}\n`),
    send: verify,
    says: [
      'expected 19 bytes "',
      'received 23 bytes "\\u{feff}',
      'remove 3 bytes "\\u{feff}" before it and 1 byte "\\n" after it',
    ],
    saysZh: ['请去掉前面的 3 字节 "\\u{feff}"和后面的 1 字节 "\\n"'],
  },
  {
    mistake: 'token验证失败: the echostr in quotes',
    app: (response, received) => response.end(JSON.stringify(echo(received))),
    send: verify,
    says: ['there are quotes around it: send text/plain, not JSON'],
    saysZh: ['应返回 text/plain，不是 JSON'],
  },
  {
    mistake: 'token验证失败: the echostr as a number',
    app: (response, received) => response.end(String(Number(echo(received)))),
    send: verify,
    says: ['turned into a number and lost digits: keep it as text'],
  },
  {
    mistake: 'token验证失败: /x answers 301 to /x/',
    app: (response, { request }) =>
      response.writeHead(301, { location: (request.url ?? '').replace('?', '/?') }).end(),
    send: verify,
    says: [
      'answered with a redirect (301)',
      'WeChat does not follow redirects: register the final URL',
      'differs by the last "/" only',
    ],
    saysZh: ['微信不跟随重定向', '只差末尾的 "/"'],
  },
  {
    mistake: '请求URL超时: the response is never ended',
    app: (response, received) => response.write(echo(received)),
    send: [...verify, '--timeout', '2s'],
    says: ['headers came, the body was not finished', 'call res.end or res.send'],
    saysZh: ['请调用 res.end 或 res.send'],
  },
  {
    mistake: 'HTML of a tunnel that shows browsers a page',
    app: end(511, '<!DOCTYPE html><html><body>set bypass-tunnel-reminder</body></html>'),
    send: verify,
    says: [
      'The public URL answered 511 text/html, not your server',
      'inserts a page for browsers: localtunnel',
      'Mozilla/4.0',
    ],
    saysZh: ['公网地址返回了 511 text/html，不是你的服务'],
  },
  {
    mistake: 'CSRF filter (Laravel)',
    app: end(419, '<title>Page Expired</title>'),
    says: ['a CSRF filter rejected the POST before your handler: exempt this route'],
    saysZh: ['CSRF 过滤在处理函数之前拦下了 POST'],
  },
  {
    mistake: 'CSRF filter (Django)',
    app: end(403, '<h1>Forbidden</h1>CSRF verification failed. Request aborted.'),
    says: ['a CSRF filter rejected the POST before your handler: exempt this route'],
  },
  {
    mistake: 'openid as a required parameter (Spring)',
    app: end(
      400,
      "Required request parameter 'openid' for method parameter type String is not present",
    ),
    says: ['the app requires openid: WeChat does not always send it'],
  },
  {
    mistake: 'signature compared where msg_signature belongs',
    app: (response, { query, body }) => {
      const encrypt = textOf(parseXml(body), 'Encrypt') ?? '';
      const parts = [query.get('timestamp') ?? '', query.get('nonce') ?? '', encrypt];
      const isEqual = sign(TOKEN, ...parts) === query.get('signature');
      response.writeHead(isEqual ? 200 : 403).end(isEqual ? 'success' : 'forbidden');
    },
    send: ['text', 'hello', '--mode', 'safe'],
    says: [
      'genuine by the Token here, WX_TOKEN (.env:1)',
      'check msg_signature, which covers Encrypt too',
    ],
    saysZh: ['应校验 msg_signature，它还包含 Encrypt'],
  },
  {
    mistake: 'the return code of WXBizMsgCrypt in the answer',
    app: end(200, '-40001'),
    send: ['text', 'hello', '--mode', 'safe'],
    says: ['-40001: signature mismatch: another Token, signature used for msg_signature'],
  },
  {
    mistake: 'another Token in the app',
    app: (response, { query }) => {
      const parts = [query.get('timestamp') ?? '', query.get('nonce') ?? ''];
      const isEqual = sign('another', ...parts) === query.get('signature');
      response.writeHead(isEqual ? 200 : 401).end();
    },
    send: verify,
    says: ['genuine by the Token here, WX_TOKEN (.env:1); has the app another?'],
  },
  {
    mistake: '该公众号提供的服务出现故障: empty Content',
    app: replyWith((reply) => reply.replace('hi', '')),
    says: ['not an empty Content', '「该公众号提供的服务出现故障，请稍后再试」'],
    saysZh: ['不要返回空的 Content'],
  },
  {
    mistake: 'To and From not swapped',
    app: replyWith((reply) => reply.replace(FOLLOWER, '#').replace(GH, FOLLOWER).replace('#', GH)),
    says: ['the names of the push were not swapped'],
  },
  {
    mistake: 'wx… instead of gh_…',
    app: replyWith((reply) => reply.replace(GH, APP_ID)),
    says: ['this is an AppId: take the gh_… id'],
  },
  {
    mistake: 'CreateTime in brackets',
    app: replyWith((reply) => reply.replace('1767225600', '[1767225600]')),
    says: ['Invalid CreateTime in the reply', 'received "[1767225600]"'],
  },
  {
    mistake: 'an extra <xml>',
    app: replyWith((reply) => `<xml>${reply}</xml>`),
    says: ['The reply has <xml> inside <xml>'],
  },
  {
    mistake: 'MediaId of an image not nested',
    app: replyWith((reply) =>
      reply.replace('>text<', '>image<').replace('<Content>hi</Content>', '<MediaId>m</MediaId>'),
    ),
    says: ['nest it, as <Image><MediaId>'],
  },
  {
    mistake: 'failure line and the reply: success after the XML',
    app: replyWith((reply) => `${reply}success`),
    says: ['the body contains the reply followed by "success": output once'],
    saysZh: ['回复之后还有 "success"：只应输出一次'],
  },
  {
    mistake: 'a body parser for JSON (Express)',
    app: end(500, "TypeError: Cannot read properties of undefined (reading 'MsgType')"),
    says: ['the body parser returned {} or nothing: read raw text for text/xml'],
    saysZh: ['text/xml 请读取原始文本'],
  },
  {
    mistake: 'a body parser for JSON (Spring)',
    app: end(415, "Content-Type 'text/xml' is not supported"),
    says: ['a body parser expects JSON or a form: read raw text for text/xml'],
  },
  {
    mistake: 'XStream on JDK 17',
    app: end(500, 'java.lang.reflect.InaccessibleObjectException: com.thoughtworks.xstream'),
    says: ['the XML parser failed before your code'],
  },
  {
    mistake: '40164 in the answer of the app',
    app: end(200, '{"errcode":40164,"errmsg":"invalid ip 203.0.113.7, not in whitelist"}'),
    says: ['your egress IP 203.0.113.7, not the tunnel', 'IP白名单'],
    saysZh: ['你的出口 IP 203.0.113.7，不是隧道'],
  },
  {
    mistake: '60020 in the answer of the app (WeCom)',
    app: end(
      200,
      '{"errcode":60020,"errmsg":"not allow to access from your ip, from ip: 203.0.113.7"}',
    ),
    says: ['your egress IP 203.0.113.7, not the tunnel', '企业可信IP of the WeCom app'],
  },
  {
    mistake: 'the length of the reply counted in characters',
    app: countsCharacters,
    send: ['text', 'hello', '--mode', 'safe'],
    says: ['count the length of the message in bytes of UTF-8, not in characters'],
    saysZh: ['消息长度应按 UTF-8 字节计算，不是字符数'],
  },
];

async function sendTo(
  path: string,
  args: readonly string[],
  language: 'en' | 'zh',
): Promise<string> {
  const to = ['--forward-to', `${origin}${path}`, '--lang', language];
  const { cwd, env } = { cwd: workspace.dir, env: workspace.env };
  const { stdout, stderr } = await runCli(['send', ...args, ...to], { cwd, env });
  return stdout + stderr;
}

describe('send says of', () => {
  test.concurrent.each(rows.map((row, index) => ({ ...row, path: `/row-${index}` })))(
    '$mistake',
    async ({ app, path, send = ['text', 'hello', '--mode', 'plain'], says, saysZh }) => {
      apps.set(path, app);
      const [english, chinese] = await Promise.all([
        sendTo(path, send, 'en'),
        saysZh === undefined ? undefined : sendTo(path, send, 'zh'),
      ]);
      for (const sentence of says) expect(english).toContain(sentence);
      for (const sentence of saysZh ?? []) expect(chinese).toContain(sentence);
    },
  );

  test('verification passes, but about half of the messages fail: 16-byte unpadding', async () => {
    apps.set('/sixteen', unpadsSixteen);
    const safe = ['--mode', 'safe', '--msg-id', '25000000000000017'];
    // 16 bytes more turn a padding of up to 16 into one above, or the other way round.
    const said = await Promise.all(
      ['x', 'x'.repeat(17)].map((content) => sendTo('/sixteen', ['text', content, ...safe], 'en')),
    );
    const failed = said.filter(
      (text) => text.includes('bad decrypt') || text.includes('unpad with'),
    );
    expect(failed).toHaveLength(1);
    expect(failed[0]).toContain('unpad with block size 32');
    expect(failed[0]).toMatch(/The padding byte of this push is (?:1[7-9]|2\d|3[0-2]) \(> 16\)/);
  });

  test('404: the path that was probably meant', async () => {
    apps.set('/wechat', (response, received) => response.end(echo(received)));
    expect(await sendTo('/nowhere', verify, 'en')).toContain(
      'did you mean /wechat? That path answers the verification',
    );
    expect(await sendTo('/nowhere', verify, 'zh')).toContain('是不是 /wechat？这个路径能通过验证');
  });
});

/** Waits for the file that says where a serve listens. */
async function readReady(path: string, running: RunningCli): Promise<{ local: string }> {
  await expect
    .poll(() => readFile(path, 'utf8').catch(() => running.stderr()), { timeout: 20_000 })
    .toContain('"local"');
  return JSON.parse(await readFile(path, 'utf8')) as { local: string };
}

const account = createAccount({ token: TOKEN, aesKey: AES_KEY, appId: APP_ID });

/** A push in safe mode as WeChat makes it, for `appId`. */
function push(appId = APP_ID): { query: PushQuery; body: string } {
  const ids = { from: FOLLOWER, to: GH, createTime: 1767225600, msgId: '25000000000000017' };
  return sealPush(
    makePush('text', {}, ids),
    { ...account, appId },
    {
      mode: 'safe',
      format: 'xml',
      timestamp: '1767225600',
      nonce: '415670741',
      random16: randomBytes(16),
    },
  );
}

describe('serve says of', () => {
  /** Posts to a serve of its own, and gives what it printed once its log has `sentence`. */
  async function serveSays(
    sentence: string,
    request: { query: string; body?: string; method?: string },
    { args = [], language = 'en' }: { args?: readonly string[]; language?: 'en' | 'zh' } = {},
  ): Promise<string> {
    const options = { cwd: workspace.dir, env: workspace.env };
    const ready = join(workspace.dir, `ready-${randomBytes(4).toString('hex')}.json`);
    const all = ['serve', '--port', '0', '--lang', language, '--ready-file', ready, ...args];
    await using running = startCli(all, options);
    const { local } = await readReady(ready, running);
    const { method = 'POST', body, query } = request;
    await fetch(`${local}/wx?${query}`, { method, ...(method === 'POST' && { body }) });
    await expect.poll(() => running.stdout(), { timeout: 20_000 }).toContain(sentence);
    return running.stdout();
  }

  test('signature in the place of msg_signature', async () => {
    const { query, body } = push();
    const wrong = { ...query, msgSignature: query.signature ?? '' };
    const request = { query: formatPushQuery(wrong), body };
    await serveSays(
      'the Token is right, but this signs 3 values: msg_signature covers Encrypt too',
      request,
    );
    await serveSays('Token 没错，但这是三个值的签名；msg_signature 还要加上 Encrypt', request, {
      language: 'zh',
    });
  });

  test('a browser that opens the callback: no signature', async () => {
    const request = { query: '', method: 'GET' };
    await serveSays('a browser or a health check opened the URL', request);
    await serveSays('可能是浏览器或健康检查直接访问', request, { language: 'zh' });
  });

  test('values that were sorted as numbers', async () => {
    // As text the timestamp comes first, because 1 comes before 4.
    const signature = hash('sha1', `4156707411767225600${TOKEN}`);
    await serveSays('it matches a numeric sort: sort the values as text, by bytes', {
      query: `signature=${signature}&echostr=1&timestamp=1767225600&nonce=415670741`,
      method: 'GET',
    });
  });

  test('the AppId of an account of a platform', async () => {
    const { query, body } = push('wx134000000000000a');
    const text = await serveSays('third-party platforms use the component AppId', {
      query: formatPushQuery(query),
      body,
    });
    expect(text).toContain(
      `the envelope holds "wx134000000000000a", WX_APPID (.env:3) is "${APP_ID}"`,
    );
  });

  test('another EncodingAESKey', async () => {
    const other = createAccount({ token: TOKEN, aesKey: 'z'.repeat(43), appId: APP_ID });
    const ids = { from: FOLLOWER, to: GH, createTime: 1767225600, msgId: '1' };
    const sealed = sealPush(makePush('text', {}, ids), other, {
      mode: 'safe',
      format: 'xml',
      timestamp: '1767225600',
      nonce: '415670741',
      random16: Buffer.alloc(16),
    });
    await serveSays('most likely WX_AES_KEY (.env:2) is not the key of the console', {
      query: formatPushQuery(sealed.query),
      body: sealed.body,
    });
  });

  test('+ in Encrypt that a form decoder made a space', async () => {
    let sealed = push();
    while (!sealed.body.includes('+')) sealed = push();
    const body = sealed.body.replaceAll('+', ' ');
    const encrypt = textOf(parseXml(body), 'Encrypt') ?? '';
    const at = encrypt.indexOf(' ') + 1;
    const text = await serveSays('+ was decoded', { query: formatPushQuery(sealed.query), body });
    expect(text).toContain(`Encrypt contains spaces at ${at}`);
  });

  test('an empty body', async () => {
    await serveSays('most likely a body parser consumed it: read the raw text of text/xml', {
      query: formatPushQuery(push().query),
      body: '',
    });
  });

  test('a parameter that the app may read otherwise, with --strict, and lets nothing through', async () => {
    let reached = 0;
    apps.set('/strict', (response) => {
      reached += 1;
      response.end('success');
    });
    const { query, body } = push();
    const args = ['--strict', '--forward-to', `${origin}/strict`];
    const smuggled = `${formatPushQuery(query)}&encrypt_type=raw`;
    await serveSays(
      'it came as "encrypt_type", "encrypt_type"',
      { query: smuggled, body },
      { args },
    );
    const twice = body.replace('</xml>', '<Encrypt>AAAA</Encrypt></xml>');
    await serveSays(
      'The parameter Encrypt is ambiguous',
      { query: formatPushQuery(query), body: twice },
      { args },
    );
    // The self-check of serve is the only request that may have passed.
    expect(reached).toBeLessThanOrEqual(2);
  });

  test('one push that the app handles again and again', async () => {
    apps.set('/twice', (response) => {
      setTimeout(() => response.writeHead(500).end('boom'), 300);
    });
    const options = { cwd: workspace.dir, env: workspace.env };
    const ready = join(workspace.dir, 'ready-twice.json');
    const args = ['serve', '--port', '0', '--ready-file', ready, '--forward-to', `${origin}/twice`];
    await using running = startCli(args, options);
    const { local } = await readReady(ready, running);
    const { query, body } = push();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await fetch(`${local}/wx?${formatPushQuery(query)}`, { method: 'POST', body });
    }
    await expect
      .poll(() => running.stdout(), { timeout: 20_000 })
      .toContain('The app handled one push 3 times');
    expect(running.stdout()).toMatch(
      /MsgId 25000000000000017 came 2 times \(attempt 1 took \d+\.\d s\)/,
    );
    expect(running.stdout()).toMatch(/WeChat may pause its pushes[^]*MarkFail/);
  });

  test('a public URL with its usual port written out', async () => {
    const options = { cwd: workspace.dir, env: workspace.env };
    // No loopback name, as below.
    const url = 'http://[::ffff:127.0.0.1]:80';
    for (const [language, sentence] of [
      ['en', 'the console was seen to refuse :80 and :443 written out: leave the port away'],
      ['zh', '有人填写带 :80 或 :443 的地址时没能通过：请去掉端口'],
    ] as const) {
      const args = ['serve', '--port', '0', '--lang', language, '--tunnel-url', url];
      await using running = startCli(args, options);
      await expect.poll(() => running.stderr(), { timeout: 20_000 }).toContain(sentence);
    }
  });

  test('a public URL that only this machine reaches, with a port, and that nothing answers', async () => {
    const options = { cwd: workspace.dir, env: workspace.env };
    // An IPv4-mapped address is no loopback name, and is refused at once.
    const args = ['serve', '--port', '0', '--tunnel-url', 'http://[::ffff:127.0.0.1]:1'];
    await using running = startCli(args, options);
    await expect
      .poll(() => running.stderr(), { timeout: 20_000 })
      .toContain('check A record (IPv4), port 80/443, ICP filing and IP allowlist');
    expect(running.stderr()).toContain(
      'WeChat connects to 80 and 443 only: use the tunnel URL without port',
    );
  });
});

test('dev says whose address WeChat refused, when the app prints it', async () => {
  const app = join(workspace.dir, 'app.mjs');
  await writeFile(
    app,
    `import { createServer } from 'node:http';
    createServer((request, response) => response.end(new URL(request.url, 'http://x').searchParams.get('echostr')))
      .listen(Number(process.env.PORT), () =>
        console.error('{"errcode":40164,"errmsg":"invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1"}'));`,
  );
  const options = { cwd: workspace.dir, env: { ...workspace.env, PORT: String(await freePort()) } };
  const args = ['dev', '--no-tunnel', '--port', '0', '--', process.execPath, app];
  await using running = startCli(args, options);
  await expect
    .poll(() => running.stderr(), { timeout: 30_000 })
    .toContain('40164 is about your egress IP 203.0.113.7, not the tunnel');
});

test.each([
  ['en', '已停止访问该网页', 'use your own filed domain; push callbacks are unaffected'],
  ['zh', '已停止访问该网页', '请用自己备案的域名；消息推送不受影响'],
])('pages in WeChat that are blocked can be read about offline (%s)', async (lang, ...words) => {
  const { cwd, env } = { cwd: workspace.dir, env: workspace.env };
  const { code, stdout } = await runCli(['explain', 'WXD1151', '--lang', lang], { cwd, env });
  expect(code).toBe(0);
  for (const word of words) expect(stdout.replaceAll(/\s+/gu, ' ')).toContain(word);
});
