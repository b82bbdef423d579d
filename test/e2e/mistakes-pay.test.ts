/**
 * The mistakes that developers of payment notifications and of WeCom callbacks report, and what wx-dev says of each: the rows beside
 * those of mistakes.test.ts.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
});

afterAll(async () => {
  await serving[Symbol.asyncDispose]();
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
  const answer = await fetch(url, { method: 'POST', ...spoil({ body, headers }) });
  await serving.waitFor(() => exchanges().length > before);
  const exchange = exchanges().at(-1) ?? {};
  const error = exchange['error'] as { code?: string } | undefined;
  return { status: answer.status, code: error?.code, log: JSON.stringify(exchange) };
}

const change = (headers: [string, string][], wanted: string, value: string): [string, string][] =>
  headers.map(([name, old]) => [name, name.toLowerCase() === wanted ? value : old]);

describe('Pay: 验签失败', () => {
  test('a serial of a key that is not held is named beside those that are', async () => {
    const { status, code, log } = await notify('n-serial', ({ body, headers }) => ({
      body,
      headers: change(headers, 'wechatpay-serial', '5157F09EFDC096DE15EBE81A47057A72'),
    }));
    expect([status, code]).toEqual([403, 'WXD1123']);
    expect(log).toContain('Wechatpay-Serial 5157F09EFDC096DE15EBE81A47057A72 is unknown');
  });

  test('a body that was parsed and written again is told from a wrong key', async () => {
    const { status, code } = await notify('n-again', ({ body, headers }) => ({
      body: JSON.stringify(JSON.parse(body), undefined, 1),
      headers,
    }));
    expect([status, code]).toEqual([403, 'WXD1121']);
  });

  test('a probe is called one: it starts with WECHATPAY/SIGNTEST/', async () => {
    const { status, code, log } = await notify('n-probe', ({ body, headers }) => ({
      body,
      headers: change(headers, 'wechatpay-signature', 'WECHATPAY/SIGNTEST/abc'),
    }));
    expect([status, code]).toEqual([403, 'WXD1122']);
    expect(log).toContain('Signature probe of WeChat Pay');
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

/** What `send verify` says of a WeCom app that answers with `answer`. */
async function verifyCorp(answer: (echostr: string) => string): Promise<string> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://app.invalid');
    response.end(answer(searchParams.get('echostr') ?? ''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wx`;
    const { code, stdout, stderr } = await runCli(
      ['send', 'verify', '--account', 'corp', '--forward-to', to],
      { cwd: workspace.dir, env },
    );
    expect(code).toBe(4);
    return stdout + stderr;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('WeCom: 回调地址请求不通过', () => {
  test('an echostr that comes back as it was sent, still encrypted', async () => {
    expect(await verifyCorp((echostr) => echostr)).toMatch(/WXD10\d\d/);
  });

  test('an answer that is no echostr at all', async () => {
    expect(await verifyCorp(() => '"ok"')).toMatch(/WXD10\d\d/);
  });
});
