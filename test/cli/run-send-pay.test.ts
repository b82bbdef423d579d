import {
  createDecipheriv,
  createHash,
  createPublicKey,
  createVerify,
  X509Certificate,
} from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWorkspace, runCli, type RunResult, type Workspace } from '../helpers/cli.ts';
import { runInProcess } from './in-process.ts';

const apiV3Key = 'apiV3KeyOfThirtyTwoCharacters012';
const v2Key = 'v2KeyOfThirtyTwoCharacters123456';
const env = { WX_PAY_API_V3_KEY: apiV3Key, WX_PAY_V2_KEY: v2Key, WX_PAY_MCH_ID: '1900009999' };

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly url: string;
}

interface App extends AsyncDisposable {
  readonly port: number;
  readonly received: readonly Received[];
}

/** A merchant's server that keeps what it gets; `answer` gives the status, and the body when there is one. */
async function startMerchant(
  answer: (received: Received) => readonly [number, string?],
): Promise<App> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const one = { headers: request.headers, body, url: request.url ?? '' };
      received.push(one);
      const [status, text = ''] = answer(one);
      response.writeHead(status).end(text);
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  return {
    port,
    received,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(
  { dir, env: own }: Workspace,
  app: App | undefined,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<RunResult> {
  const target = app === undefined ? [] : ['-f', `http://127.0.0.1:${app.port}/pay/notify`];
  return runInProcess(['send', ...args, ...target], { cwd: dir, env: { ...own, ...env, ...more } });
}

/** What WeChat Pay's documents say, in node:crypto alone: nothing of wx-dev's own code checks wx-dev here. */
function isGenuine({ headers, body }: Received, pem: string): boolean {
  const header = (name: string): string => String(headers[name]);
  return createVerify('RSA-SHA256')
    .update(`${header('wechatpay-timestamp')}\n${header('wechatpay-nonce')}\n${body}\n`)
    .verify(pem, header('wechatpay-signature'), 'base64');
}

function openResource(body: string): Record<string, unknown> {
  const { resource } = JSON.parse(body) as {
    resource: { ciphertext: string; nonce: string; associated_data: string };
  };
  const sealed = Buffer.from(resource.ciphertext, 'base64');
  const decipher = createDecipheriv(
    'aes-256-gcm',
    Buffer.from(apiV3Key),
    Buffer.from(resource.nonce),
  );
  decipher.setAAD(Buffer.from(resource.associated_data)).setAuthTag(sealed.subarray(-16));
  const text = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  return JSON.parse(text.toString()) as Record<string, unknown>;
}

test('a payment notification is signed, encrypted and taken as WeChat Pay would', async () => {
  await using workspace = await createWorkspace();
  const key = JSON.parse((await send(workspace, undefined, ['pay.key', '--json'])).stdout) as {
    serial: string;
    publicKey: string;
  };
  await using app = await startMerchant((one) => [isGenuine(one, key.publicKey) ? 204 : 401]);
  const sent = await send(workspace, app, [
    'pay.success',
    '--out-trade-no',
    'ORDER订单1',
    '--set',
    'amount.total=1',
    '--json',
  ]);
  expect(sent.code, sent.stdout + sent.stderr).toBe(0);
  expect(JSON.parse(sent.stdout)).toMatchObject({ status: 204, accepted: true, verdict: 'ok' });
  const [one] = app.received;
  expect(one?.url).toBe('/pay/notify');
  expect(one?.headers['wechatpay-serial']).toBe(key.serial);
  expect(one?.headers['content-type']).toBe('application/json');
  const { id, event_type: eventType } = JSON.parse(one?.body ?? '') as Record<string, unknown>;
  expect(id).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  expect(eventType).toBe('TRANSACTION.SUCCESS');
  expect(openResource(one?.body ?? '')).toMatchObject({
    out_trade_no: 'ORDER订单1',
    mchid: '1900009999',
    amount: { total: 1, payer_total: 100 },
    payer: { openid: 'oWxDev_Alice_000000000000001' },
  });
});

test('every payment notification of the list can be sent and opened', async () => {
  await using workspace = await createWorkspace();
  await using app = await startMerchant(({ body }) =>
    body.startsWith('<') ? [200, '<xml><return_code>SUCCESS</return_code></xml>'] : [200],
  );
  const listed = (await send(workspace, undefined, ['--list', '--json'])).stdout;
  const names = (JSON.parse(listed) as { name: string; group: string }[])
    .filter(({ group, name }) => group === 'pay' && !/key|cert|probe/.test(name))
    .map(({ name }) => name);
  expect(names.length).toBeGreaterThan(12);
  for (const name of [...names, 'pay:entrust.pay']) {
    const { code, stdout, stderr } = await send(workspace, app, [name]);
    expect(code, name + stdout + stderr).toBe(0);
    const { body = '' } = app.received.at(-1) ?? {};
    if (!body.startsWith('<')) openResource(body);
  }
});

test('v2 notices have the sign and req_info that v2 asks for', async () => {
  await using workspace = await createWorkspace();
  const good = '<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>';
  await using app = await startMerchant(() => [200, good]);
  expect((await send(workspace, app, ['pay.v2.success', 'O1'])).code).toBe(0);
  const pairs = [...(app.received[0]?.body ?? '').matchAll(/<(\w+)><!\[CDATA\[([^\]]*)\]\]>/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  const signed = pairs
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const sign = createHash('md5')
    .update([...signed, `key=${v2Key}`].join('&'))
    .digest('hex');
  expect(Object.fromEntries(pairs)).toMatchObject({ sign: sign.toUpperCase(), out_trade_no: 'O1' });
  expect((await send(workspace, app, ['pay.v2.refund', 'O1'])).code).toBe(0);
  const reqInfo = /<req_info><!\[CDATA\[([^\]]*)/.exec(app.received[1]?.body ?? '')?.[1] ?? '';
  const hex = createHash('md5').update(v2Key).digest('hex');
  const decipher = createDecipheriv('aes-256-ecb', Buffer.from(hex), null);
  const text = Buffer.concat([decipher.update(reqInfo, 'base64'), decipher.final()]).toString();
  expect(text).toMatch(
    /^<root>.*<out_trade_no><!\[CDATA\[O1\]\]>.*<refund_recv_accout>.*<\/root>$/,
  );
});

test('the probe and what is broken must be refused; who takes it is told', async () => {
  await using workspace = await createWorkspace();
  const { publicKey } = JSON.parse(
    (await send(workspace, undefined, ['pay.key', '--json'])).stdout,
  ) as { publicKey: string };
  await using careful = await startMerchant((one) => [isGenuine(one, publicKey) ? 200 : 500]);
  await using careless = await startMerchant(() => [200]);
  for (const args of [
    ['pay.probe'],
    ['pay.success', '--tamper', 'signature'],
    ['pay.success', '--tamper', 'timestamp'],
  ]) {
    const refused = await send(workspace, careful, args);
    expect(refused.code, refused.stdout).toBe(0);
    const taken = await send(workspace, careless, args);
    expect(taken.code, taken.stdout).toBe(7);
    expect(taken.stdout).toContain('WXD6049');
  }
  expect(String(careful.received[0]?.headers['wechatpay-signature'])).toMatch(
    /^WECHATPAY\/SIGNTEST\//,
  );
  expect((await send(workspace, careful, ['pay.v2.success', '--tamper', 'padding'])).code).toBe(2);
});

test('what is not taken is sent again with the same id and a fresh signature, by a schedule', async () => {
  await using workspace = await createWorkspace();
  let left = 2;
  await using app = await startMerchant(() => {
    left -= 1;
    return left >= 0 ? [500, '{"code":"FAIL"}'] : [200];
  });
  const args = ['pay.refund', '--retry-delays', '0s,0s,0s', '--json'];
  const { code, stdout } = await send(workspace, app, args);
  expect(code, stdout).toBe(0);
  expect(app.received).toHaveLength(3);
  expect(new Set(app.received.map(({ body }) => body)).size).toBe(1);
  expect(new Set(app.received.map(({ headers }) => headers['wechatpay-signature'])).size).toBe(3);
  left = 9;
  const once = await send(workspace, app, ['pay.refund']);
  expect(once.code).toBe(7);
  expect(once.stdout).toContain('WXD1230');
});

test('the same seed gives the same bytes for one key', async () => {
  await using workspace = await createWorkspace();
  const print = async (): Promise<string> =>
    (await send(workspace, undefined, ['pay.success', '--seed', 'x', '--dry-run'])).stdout;
  const first = await print();
  expect(first).toContain('Wechatpay-Signature: ');
  expect(await print()).toBe(first);
});

test('the key and the certificate are exported with their serials, made once by two at once', async () => {
  await using workspace = await createWorkspace();
  const { dir, env: own } = workspace;
  const run = (): Promise<RunResult> =>
    runCli(['send', 'pay.cert', '--json'], { cwd: dir, env: { ...own, ...env } });
  const [one, two] = await Promise.all([run(), run()]);
  expect(one.code, one.stderr).toBe(0);
  expect(two.stdout).toBe(one.stdout);
  const { publicKey, certificate } = JSON.parse(one.stdout) as {
    publicKey: string;
    certificate: { serial: string; pem: string };
  };
  const parsed = new X509Certificate(certificate.pem);
  expect(parsed.serialNumber).toBe(certificate.serial);
  expect(parsed.publicKey.export({ type: 'spki', format: 'pem' })).toBe(publicKey);
  expect(createPublicKey(publicKey).asymmetricKeyDetails?.modulusLength).toBe(2048);
  const file = await stat(join(dir, '.wx-dev', 'pay-platform-key.pem'));
  expect(file.mode & 0o777).toBe(0o600);
  const pem = await send(workspace, undefined, ['pay.cert']);
  expect(pem.stdout).toBe(certificate.pem);
  expect(pem.stderr).toContain(certificate.serial);
  await using app = await startMerchant((received) => [isGenuine(received, publicKey) ? 200 : 401]);
  expect((await send(workspace, app, ['pay.success', '--platform-cert'])).code).toBe(0);
  expect(app.received[0]?.headers['wechatpay-serial']).toBe(certificate.serial);
});

test.each([
  [['pay.sucess'], {}, 2, 'pay.success'],
  [['pay.success'], { WX_PAY_API_V3_KEY: '' }, 3, 'WXD6031'],
  [['pay.success'], { WX_PAY_API_V3_KEY: 'short' }, 3, 'WXD1126'],
  [['pay.success', '--data', '{}'], {}, 2, '--set'],
  [['pay.success', '--set', 'a..b=1'], {}, 2, 'WXD6040'],
])('refuses %j with %j', async (args, more, code, said) => {
  await using workspace = await createWorkspace();
  await using app = await startMerchant(() => [200]);
  const result = await send(workspace, app, args, more);
  expect(result.stderr).toContain(said);
  expect(result.code).toBe(code);
  expect(app.received).toHaveLength(0);
});

test('an app that does not know the key of wx-dev is told where to get it', async () => {
  await using workspace = await createWorkspace();
  await using app = await startMerchant(() => [401, '{"code":"FAIL"}']);
  const { code, stdout } = await send(workspace, app, ['pay.success']);
  expect(code).toBe(4);
  expect(stdout).toContain('wx-dev send pay.key');
  expect(stdout).toContain('WeChat Pay would send it again');
  expect(stdout).not.toContain('follower');
});

test('of several accounts the only one with the key of a merchant is paid', async () => {
  await using workspace = await createWorkspace();
  await using app = await startMerchant(() => [204]);
  const accounts = { mp: { kind: 'official' }, shop: { kind: 'pay', mchId: '1900001111' } };
  await writeFile(join(workspace.dir, 'wx-dev.config.json'), JSON.stringify({ accounts }));
  const keys = { WX_PAY_API_V3_KEY: '', WX_PAY_V2_KEY: '', WX_PAY_MCH_ID: '' };
  const own = { ...keys, WX_PAY_API_V3_KEY_SHOP: apiV3Key };
  const { code, stderr } = await send(workspace, app, ['pay.success'], own);
  expect(code, stderr).toBe(0);
  expect(openResource(app.received[0]?.body ?? '')).toMatchObject({ mchid: '1900001111' });
  const chosen = await send(workspace, app, ['pay.success', '--account', 'mp'], own);
  expect(chosen.stderr).toContain('WXD6031');
  const two = { ...own, WX_PAY_API_V3_KEY_MP: apiV3Key };
  expect((await send(workspace, app, ['pay.success'], two)).stderr).toContain('WXD6030');
});
