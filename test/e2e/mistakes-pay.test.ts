/**
 * The mistakes that developers of payment notifications and of WeCom callbacks report, and what wx-dev says of each: the rows beside
 * those of mistakes.test.ts.
 */
import { createSign, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createAccount } from '../../src/wechat/account.ts';
import { signEchostr, verifyEchostr } from '../../src/wechat/envelope.ts';
import { formatPushQuery, parsePushQuery, type PushQuery } from '../../src/wechat/query.ts';
import { parseApiV3Key } from '../../src/wechat/pay/api-v3-key.ts';
import { sealNotification } from '../../src/wechat/pay/notification.ts';
import { signNotification } from '../../src/wechat/pay/signature.ts';
import { openPlatformKey } from '../../src/config/platform-key.ts';
import {
  createWorkspace,
  isReady,
  runCli,
  startCli,
  type RunningCli,
  type Workspace,
} from '../helpers/cli.ts';

const API_V3_KEY = 'wxdevApiV3Key0123456789abcdefghi';
const AES_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const config = {
  accounts: { pay: { kind: 'pay', mchId: '1900000109' }, corp: { kind: 'work', corpId: 'wwcorp' } },
};

let workspace: Workspace;
let env: Record<string, string>;
let serving: RunningCli;
let url = '';
/** Another one, that prints for people. */
let printing: RunningCli;
let printsTo = '';

beforeAll(async () => {
  workspace = await createWorkspace();
  await writeFile(join(workspace.dir, 'wx-dev.config.json'), JSON.stringify(config));
  env = {
    ...workspace.env,
    WX_PAY_API_V3_KEY_PAY: API_V3_KEY,
    WX_TOKEN_CORP: 'corpToken1',
    WX_AES_KEY_CORP: AES_KEY,
  };
  serving = startCli(['serve', '-p', '0', '--account', 'pay', '--json'], {
    cwd: workspace.dir,
    env,
  });
  url = `${String((await serving.waitFor(isReady))['local'])}/wx`;
  const ready = join(workspace.dir, 'ready-pay.json');
  const args = ['serve', '-p', '0', '--account', 'pay', '--lang', 'en', '--ready-file', ready];
  printing = startCli([...args, '--no-history'], { cwd: workspace.dir, env });
  printsTo = `${(await readReady(ready, printing)).local}/wx`;
});

afterAll(async () => {
  await serving[Symbol.asyncDispose]();
  await printing[Symbol.asyncDispose]();
  await workspace[Symbol.asyncDispose]();
});

/** One notification, signed as WeChat Pay does, then spoiled. Gives the status and what `serve` recorded. */
async function notify(
  id: string,
  spoil: (sent: { body: string; headers: [string, string][] }) => {
    body: string;
    headers: [string, string][];
  },
): Promise<{ status: number; code: unknown; log: string }> {
  const { serial, privateKey } = await openPlatformKey(join(workspace.dir, '.wx-dev'));
  const body = sealNotification(
    { mchid: '1900000109', out_trade_no: id, amount: { total: '1' } },
    parseApiV3Key(API_V3_KEY),
    {
      id,
      createTime: '2026-01-01T08:00:00+08:00',
      eventType: 'TRANSACTION.SUCCESS',
      summary: '支付成功',
      nonce: '12charNonce0',
    },
  );
  const headers = signNotification(body, {
    timestamp: String(Math.floor(Date.now() / 1000)),
    nonce: id,
    serial,
    privateKey,
  }).map(([name, value]): [string, string] => [name, value]);
  const exchanges = (): Record<string, unknown>[] =>
    serving.events().filter(({ event }) => event === 'exchange');
  const before = exchanges().length;
  const sent = { method: 'POST', ...spoil({ body, headers }) };
  await fetch(printsTo, sent);
  const answer = await fetch(url, sent);
  await serving.waitFor(() => exchanges().length > before);
  const exchange = exchanges().at(-1) ?? {};
  const error = exchange['error'] as { code?: string } | undefined;
  return { status: answer.status, code: error?.code, log: JSON.stringify(exchange) };
}

const change = (headers: [string, string][], wanted: string, value: string): [string, string][] =>
  headers.map(([name, old]) => [name, name.toLowerCase() === wanted ? value : old]);

/** Waits until the log that people read says it. */
async function says(sentence: RegExp): Promise<void> {
  const said = (): string => printing.stdout().replaceAll(/\s+/gu, ' ');
  await expect.poll(said, { timeout: 20_000 }).toMatch(sentence);
}

describe('Pay: 验签失败', () => {
  test('a serial of a key that is not held is named beside those that are', async () => {
    const { status, code, log } = await notify('n-serial', ({ body, headers }) => ({
      body,
      headers: change(headers, 'wechatpay-serial', '5157F09EFDC096DE15EBE81A47057A72'),
    }));
    expect([status, code]).toEqual([403, 'WXD1123']);
    expect(log).toContain('Wechatpay-Serial 5157F09EFDC096DE15EBE81A47057A72 is unknown');
    await says(/known: (?:PUB_KEY_ID_)?\w+/u);
    await says(/most likely your own merchant certificate is configured instead/u);
  });

  test('a body that was parsed and written again is told from a wrong key', async () => {
    const { status, code } = await notify('n-again', ({ body, headers }) => ({
      body: JSON.stringify(JSON.parse(body), undefined, 1),
      headers,
    }));
    expect([status, code]).toEqual([403, 'WXD1121']);
    await says(/it matches the JSON without white space: verify the raw bytes, before parsing/u);
  });

  test('a signature over a body without the last line feed', async () => {
    const { privateKey } = await openPlatformKey(join(workspace.dir, '.wx-dev'));
    const { status, code } = await notify('n-feed', ({ body, headers }) => {
      const timestamp = new Headers(headers).get('wechatpay-timestamp') ?? '';
      const signature = createSign('sha256')
        .update(`${timestamp}\nn-feed\n${body}`)
        .sign(privateKey, 'base64');
      return { body, headers: change(headers, 'wechatpay-signature', signature) };
    });
    expect([status, code]).toEqual([403, 'WXD1121']);
    await says(/signed are timestamp, nonce and the raw body, each followed by a line feed/u);
  });

  test('a probe is called one: it starts with WECHATPAY/SIGNTEST/', async () => {
    const { status, code, log } = await notify('n-probe', ({ body, headers }) => ({
      body,
      headers: change(headers, 'wechatpay-signature', 'WECHATPAY/SIGNTEST/abc'),
    }));
    expect([status, code]).toEqual([403, 'WXD1122']);
    expect(log).toContain('Signature probe of WeChat Pay');
    await says(/starts with WECHATPAY\/SIGNTEST\/, which is wrong on purpose/u);
    await says(/an app that verifies answers 4xx or 5xx/u);
  });

  test('what is genuine is taken', async () => {
    const { status, code } = await notify('n-good', (sent) => sent);
    expect([status, code]).toEqual([204, undefined]);
  });
});

test.each([
  ['en', ['https', 'query', 'port', 'login']],
  ['zh', ['https', '查询串', '端口', '登录']],
])(
  'Pay: no notification: the rules of notify_url can be read offline (%s)',
  async (lang, words) => {
    const { code, stdout } = await runCli(['explain', 'WXD1220', '--lang', lang], {
      cwd: workspace.dir,
      env,
    });
    expect(code).toBe(0);
    for (const word of words) expect(stdout).toContain(word);
  },
);

type CorpApp = (
  response: ServerResponse,
  asked: { readonly sent: string; readonly wanted: string; readonly method: string },
) => void;

const corp = createAccount({
  kind: 'work',
  token: 'corpToken1',
  aesKey: AES_KEY,
  corpId: 'wwcorp',
});

/** What `send` says of a WeCom app, with its exit code; verifies the URL unless told otherwise. */
async function askCorp(
  app: CorpApp,
  { lang = 'en', what = ['verify'] }: { lang?: string; what?: readonly string[] } = {},
): Promise<string> {
  const server = createServer((request, response) => {
    const query = parsePushQuery((request.url ?? '').split('?')[1] ?? '');
    const { echostr: sent = '' } = query;
    const wanted = sent === '' ? '' : verifyEchostr(query, corp);
    request.resume().on('end', () => app(response, { sent, wanted, method: request.method ?? '' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wx`;
    const args = ['send', ...what, '--account', 'corp', '--forward-to', to, '--lang', lang];
    const { code, stdout, stderr } = await runCli(args, { cwd: workspace.dir, env });
    return `exit ${code}\n${stdout}${stderr}`;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('WeCom: 回调地址请求不通过', () => {
  test.each([
    ['en', 'it came back as it was sent, encrypted: WeCom wants the text inside, decrypted'],
    ['zh', '原样返回了密文：企业微信要求返回解密后的明文'],
  ])('an echostr that comes back still encrypted (%s)', async (lang, sentence) => {
    const said = await askCorp((response, { sent }) => response.end(sent), { lang });
    expect(said).toMatch(/^exit 4\n/);
    expect(said).toContain(sentence);
  });

  test('quotes around it', async () => {
    const said = await askCorp((response, { wanted }) => response.end(`"${wanted}"`));
    expect(said).toMatch(/^exit 4\n/);
    expect(said).toContain('there are quotes around it: send text/plain, not JSON');
  });

  test('an answer that is no echostr at all', async () => {
    const said = await askCorp((response) => response.end('"ok"'));
    expect(said).toMatch(/^exit 4\n/);
    expect(said).toContain('the handler answered something else');
  });

  test.each([
    ['en', 'WeCom waits 1000 ms for the echostr, then says 回调地址请求不通过'],
    ['zh', '企业微信只等 echostr 1000 ms，超过就提示「回调地址请求不通过」'],
  ])('a cold start: the right answer after more than a second (%s)', async (lang, sentence) => {
    const slow: CorpApp = (response, { wanted }) => {
      setTimeout(() => response.end(wanted), 1100);
    };
    const said = await askCorp(slow, { lang });
    expect(said).toMatch(/^exit 0\n/);
    expect(said).toContain('WXD2002');
    expect(said).toContain(sentence);
  });

  test.each([
    ['GET', ['verify']],
    ['POST', ['text', 'hello']],
  ])('GET and POST mixed up: %s is refused', async (refused, what) => {
    const app: CorpApp = (response, { wanted, method }) =>
      response.writeHead(method === refused ? 405 : 200).end(wanted);
    expect(await askCorp(app, { what })).toContain(
      'the route takes another method: GET verifies the URL, POST brings messages',
    );
  });

  test('serve says where + of the echostr became a space', async () => {
    let query: PushQuery = {};
    while (query.echostr?.includes('+') !== true) {
      query = signEchostr(corp, {
        timestamp: '1767225600',
        nonce: '415670741',
        echostr: '7123456789012345678',
        random16: randomBytes(16),
      });
    }
    const echostr = query.echostr.replaceAll('+', ' ');
    const ready = join(workspace.dir, 'ready-corp.json');
    const args = ['serve', '-p', '0', '--account', 'corp', '--ready-file', ready, '--lang', 'en'];
    await using running = startCli(args, { cwd: workspace.dir, env });
    const { local } = await readReady(ready, running);
    await fetch(`${local}/wx?${formatPushQuery({ ...query, echostr })}`);
    await expect
      .poll(() => running.stdout(), { timeout: 20_000 })
      .toContain(`echostr contains spaces at ${echostr.indexOf(' ') + 1}`);
  });

  test.each([
    ['en', 'the domain is not of the enterprise'],
    ['zh', '域名主体不是本企业'],
  ])(
    'a domain of somebody else: decided before any request, told offline (%s)',
    async (lang, said) => {
      const { code, stdout } = await runCli(['explain', '40057', '--lang', lang], {
        cwd: workspace.dir,
        env,
      });
      expect(code).toBe(0);
      expect(stdout.replaceAll(/\s+/gu, ' ')).toContain(said);
    },
  );
});

/** Waits for the file that says where a serve listens, in a hook too. */
function readReady(path: string, running: RunningCli): Promise<{ local: string }> {
  const read = async (): Promise<{ local: string }> => {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (!text.includes('"local"')) throw new Error(`not ready: ${running.stderr()}`);
    return JSON.parse(text) as { local: string };
  };
  return vi.waitFor(read, { timeout: 20_000 });
}
