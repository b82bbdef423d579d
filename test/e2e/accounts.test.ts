import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openPlatformKey } from '../../src/config/platform-key.ts';
import { createAccount } from '../../src/wechat/account.ts';
import { sealPush } from '../../src/wechat/envelope.ts';
import { parseApiV3Key } from '../../src/wechat/pay/api-v3-key.ts';
import { sealNotification } from '../../src/wechat/pay/notification.ts';
import { signNotification } from '../../src/wechat/pay/signature.ts';
import { formatPushQuery } from '../../src/wechat/query.ts';
import { createWorkspace, isReady, runCli, startCli, type Workspace } from '../helpers/cli.ts';

const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const config = `{
  "accounts": {
    "shop": { "kind": "official", "appId": "wx1234567890abcdef" },
    "corp": {
      "kind": "work"
    },
    "pay": { "kind": "pay", "mchId": "1900000109" }
  }
}`;

async function prepare({ dir }: Workspace): Promise<void> {
  await writeFile(join(dir, 'wx-dev.config.json'), config);
  await writeFile(
    join(dir, '.env'),
    `WX_TOKEN=otherToken1\nWX_TOKEN_SHOP=shopToken1\nWX_AES_KEY_SHOP=${aesKey}\n`,
  );
}

describe('wx-dev serve --account', () => {
  test('answers the pushes of the chosen account with its own Token', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await prepare(workspace);
    const args = ['serve', '-p', '0', '--account', 'wx1234567890abcdef', '--json'];
    await using serve = startCli(args, { cwd: dir, env });
    const ready = await serve.waitFor(isReady);
    expect(ready).toMatchObject({ kind: 'official', token: 'shopToken1', mode: 'safe' });
    const sent = await runCli(['send', 'text', '你好', '--account', 'shop', '--json'], {
      cwd: dir,
      env,
    });
    expect(sent.code, sent.stdout + sent.stderr).toBe(0);
    expect(JSON.parse(sent.stdout)).toMatchObject({ accepted: true });
  });

  test('serves WeCom: verification and push', async () => {
    await using workspace = await createWorkspace();
    const { dir } = workspace;
    await prepare(workspace);
    const env = { ...workspace.env, WX_CORP_ID_CORP: 'wwcorp', WX_TOKEN_CORP: 'corpToken1' };
    const args = ['serve', '-p', '0', '--account', 'corp', '--json'];
    await using serve = startCli(args, { cwd: dir, env: { ...env, WX_AES_KEY_CORP: aesKey } });
    // Its self-check is the encrypted verification, without which it would not be ready.
    const ready = await serve.waitFor(isReady);
    expect(ready).toMatchObject({ kind: 'work', mode: 'safe' });
    const corp = createAccount({ kind: 'work', token: 'corpToken1', aesKey, corpId: 'wwcorp' });
    const { query, body } = sealPush(
      {
        ToUserName: 'wwcorp',
        FromUserName: 'a',
        CreateTime: '1',
        MsgType: 'text',
        Content: 'x',
        MsgId: '9',
      },
      corp,
      { mode: 'safe', format: 'xml', timestamp: '1', nonce: '1', random16: randomBytes(16) },
    );
    const url = `${String(ready['local'])}/wx?${formatPushQuery(query)}`;
    const answer = await fetch(url, { method: 'POST', body });
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringMatching(/^<xml><Encrypt>/),
    ]);
  });

  test('serves WeChat Pay, and keeps its own platform key closed to others', async () => {
    await using workspace = await createWorkspace();
    const { dir } = workspace;
    await prepare(workspace);
    const env = { ...workspace.env, WX_PAY_API_V3_KEY_PAY: 'wxdevApiV3Key0123456789abcdefghi' };
    await using serve = startCli(['serve', '-p', '0', '--account', 'pay', '--json'], {
      cwd: dir,
      env,
    });
    const ready = await serve.waitFor(isReady);
    expect(ready).toMatchObject({ kind: 'pay', token: null });
    const keyFile = join(dir, '.wx-dev', 'pay-platform-key.pem');
    if (process.platform !== 'win32') expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    const { serial } = await openPlatformKey(join(dir, '.wx-dev'));
    const body = sealNotification(
      { mchid: '1900000109', out_trade_no: 'o1', amount: { total: '1' } },
      parseApiV3Key('wxdevApiV3Key0123456789abcdefghi'),
      {
        id: 'n1',
        createTime: '2026-01-01T08:00:00+08:00',
        eventType: 'TRANSACTION.SUCCESS',
        summary: '支付成功',
        nonce: '12charNonce0',
      },
    );
    const headers = signNotification(body, {
      timestamp: String(Math.floor(Date.now() / 1000)),
      nonce: 'n',
      serial,
      privateKey: await readFile(keyFile, 'utf8'),
    });
    const answer = await fetch(`${String(ready['local'])}/wx`, {
      method: 'POST',
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      body,
    });
    expect(answer.status).toBe(204);
    const isExchange = (event: Record<string, unknown>): boolean => event['event'] === 'exchange';
    expect(await serve.waitFor(isExchange)).toMatchObject({
      type: 'pay.transaction.success',
      verdict: 'ok',
      msgId: 'n1',
    });
  });

  test.each([
    [
      ['--account', 'corp'],
      'WXD6031',
      ['WX_CORP_ID_CORP', 'accounts.corp.corpId', 'wx-dev.config.json:5'],
    ],
    [['--account', 'pay'], 'WXD6031', ['WX_PAY_API_V3_KEY_PAY', 'wx-dev.config.json:7']],
    [['--account', 'shpo'], 'WXD6030', ['shop, corp, pay', '--account']],
  ])('%j without what it needs says so: %s', async (flags, code, words) => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await prepare(workspace);
    const { code: exit, stderr } = await runCli(['serve', '-p', '0', '--lang', 'en', ...flags], {
      cwd: dir,
      env,
    });
    expect(exit).toBe(3);
    for (const word of [code, ...words]) expect(stderr).toContain(word);
  });

  test('keeps no secret of any account in the history, chosen or not', async () => {
    await using workspace = await createWorkspace();
    const { dir } = workspace;
    const secrets = {
      WX_TOKEN_CORP: 'corpToken4567890',
      WX_AES_KEY_CORP: 'C'.repeat(42) + 'A',
      WX_PAY_API_V3_KEY_PAY: 'payApiV3KeyPayApiV3KeyPayApiV3Ke',
      WX_TOKEN_SHOP: 'shopToken4567890',
    };
    const env = { ...workspace.env, ...secrets };
    await writeFile(join(dir, 'wx-dev.config.json'), config);
    await using serve = startCli(['serve', '-p', '0', '--account', 'shop', '--json'], {
      cwd: dir,
      env,
    });
    await serve.waitFor(({ event }) => event === 'ready');
    const said = Object.values(secrets).join(' ');
    await runCli(['send', 'text', said, '--account', 'shop'], { cwd: dir, env });
    await serve.waitFor(({ event }) => event === 'exchange');
    serve.kill('SIGTERM');
    await serve.exited;
    const { stdout } = await runCli(['logs', 'last', '-v'], { cwd: dir, env });
    expect(stdout).toContain('***');
    for (const secret of Object.values(secrets)) expect(stdout).not.toContain(secret);
  });

  test('asks for a choice where there are several accounts and nothing else', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await writeFile(join(dir, 'wx-dev.config.json'), config);
    const { code, stderr } = await runCli(['serve', '-p', '0'], { cwd: dir, env });
    expect(code).toBe(3);
    expect(stderr).toContain('WXD6030');
    expect(stderr).toContain('--account shop');
  });
});
