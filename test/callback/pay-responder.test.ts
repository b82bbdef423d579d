import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, describe, expect, test, vi } from 'vitest';
import type { Handler } from '../../src/callback/handler.ts';
import { payDelaysMs } from '../../src/simulator/pay/schedule.ts';
import { payV2Success, sealV2Payment, sealV2Refund } from '../../src/wechat/pay/v2-notification.ts';
import type { PayMessage } from '../../src/wechat/pay/message.ts';
import { account, signed, transaction, transactionBody, v2Account } from '../wechat/pay/support.ts';
import { gate, nextExchange, start } from './support.ts';

const payment = {
  return_code: 'SUCCESS',
  mch_id: '1900000109',
  transaction_id: '42',
  total_fee: '1',
};

/** Sends a v3 notification that is signed now. */
async function notify(
  url: string,
  body = transactionBody(),
  change: (headers: Headers) => void = () => undefined,
): Promise<Response> {
  const raw = signed(body, String(Math.floor(Date.now() / 1000)));
  const headers = new Headers(raw.headers.map(([name, value]): [string, string] => [name, value]));
  headers.set('Content-Type', 'application/json');
  change(headers);
  return fetch(url, { method: 'POST', headers, body });
}

/** An app that keeps what it got. */
async function startApp(
  answer: (attempt: number) => { status: number; body?: string },
): Promise<{ port: number; bodies: Buffer[]; headers: string[][] }> {
  const bodies: Buffer[] = [];
  const headers: string[][] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks));
      headers.push(request.rawHeaders);
      const { status, body } = answer(bodies.length);
      response.writeHead(status).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // A listening TCP server has an address with a port.
  return { port: (server.address() as AddressInfo).port, bodies, headers };
}

describe('a handler of v3 notifications', () => {
  test('gets what was paid, and WeChat Pay an empty 204', async () => {
    const got: PayMessage[] = [];
    const server = await start({
      account,
      handler: (message) => {
        if (message.type === 'pay') got.push(message);
        return undefined;
      },
    });
    const exchange = nextExchange(server);
    const answer = await notify(`${server.url}/wx`);
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(got).toMatchObject([{ event: 'pay.transaction.success', resource: transaction }]);
    expect(await exchange).toMatchObject({
      type: 'pay.transaction.success',
      content: 'order-你好-1 1.00 CNY',
      msgId: '00000000-0000-4000-8000-000000000001',
      verdict: 'ok',
      reply: '204',
      push: { format: 'json', text: expect.stringContaining('"total":100') },
    });
  });

  test('never gets what fails verification', async () => {
    let runs = 0;
    const server = await start({
      account,
      handler: () => {
        runs += 1;
        return undefined;
      },
    });
    const url = `${server.url}/wx`;
    const answers = [
      await notify(url, undefined, (headers) => headers.delete('Wechatpay-Signature')),
      await notify(url, undefined, (headers) => headers.set('Wechatpay-Serial', 'AB')),
      await notify(url, undefined, (headers) => headers.set('Wechatpay-Nonce', 'other')),
      await notify(url, undefined, (headers) =>
        headers.set(
          'Wechatpay-Signature',
          `WECHATPAY/SIGNTEST/${headers.get('Wechatpay-Signature')}`,
        ),
      ),
      await fetch(url, { method: 'POST', body: '' }),
      await fetch(url),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(texts.map((text) => /WXD\d{4}/.exec(text)?.[0])).toEqual([
      'WXD1120',
      'WXD1123',
      'WXD1121',
      'WXD1122',
      'WXD1120',
      'WXD1120',
    ]);
    expect(runs).toBe(0);
  });

  test('runs once for a notification that comes twice, also at one time', async () => {
    let runs = 0;
    const server = await start({
      account,
      handler: () => {
        runs += 1;
        return undefined;
      },
    });
    const url = `${server.url}/wx`;
    const answers = await Promise.all([notify(url), notify(url)]);
    answers.push(await notify(url));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(runs).toBe(1);
  });

  test('that throws lets it come again, and is then run again', async () => {
    let runs = 0;
    const handler: Handler = () => {
      runs += 1;
      if (runs === 1) throw new Error('database is away');
      return undefined;
    };
    const server = await start({ account, handler });
    const exchange = nextExchange(server);
    const first = await notify(`${server.url}/wx`);
    expect([first.status, await first.json()]).toEqual([500, { code: 'FAIL', message: 'WXD3003' }]);
    expect(await exchange).toMatchObject({ verdict: 'failed', error: { code: 'WXD3003' } });
    expect((await notify(`${server.url}/wx`)).status).toBe(204);
  });
});

describe('a handler of v2 notices', () => {
  const post = (url: string, body: string): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { 'Content-Type': 'text/xml' }, body });

  test('gets a payment, and WeChat Pay the XML it expects', async () => {
    const server = await start({ account: v2Account, handler: () => undefined });
    const exchange = nextExchange(server);
    const answer = await post(`${server.url}/wx`, sealV2Payment(payment, v2Account.key));
    expect(await answer.text()).toBe(payV2Success);
    expect(await exchange).toMatchObject({ type: 'pay.v2.payment', verdict: 'ok', msgId: '42' });
  });

  test('gets what req_info of a refund holds', async () => {
    const got: unknown[] = [];
    const server = await start({
      account: v2Account,
      handler: (message) => {
        if (message.type === 'pay') got.push(message.resource['refund_id']);
        return undefined;
      },
    });
    const clear = { return_code: 'SUCCESS', mch_id: '1900000109' };
    const body = sealV2Refund(clear, { refund_id: '7', refund_fee: '100' }, v2Account.key);
    expect(await (await post(`${server.url}/wx`, body)).text()).toBe(payV2Success);
    expect(got).toEqual(['7']);
  });

  test('that throws answers FAIL; a wrong sign is refused', async () => {
    const handler: Handler = () => {
      throw new Error('x');
    };
    const server = await start({ account: v2Account, handler });
    const failed = await post(`${server.url}/wx`, sealV2Payment(payment, v2Account.key));
    expect(await failed.text()).toContain('<return_code><![CDATA[FAIL]]></return_code>');
    const refused = await post(`${server.url}/wx`, sealV2Payment(payment, 'x'));
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('WXD1130'),
    ]);
  });
});

describe('forwarding of notifications', () => {
  test('passes the bytes and the signature on, and the answer back', async () => {
    const app = await startApp(() => ({ status: 200, body: '{"code":"SUCCESS"}' }));
    const server = await start({ account, handler: { forwardTo: String(app.port) } });
    const exchange = nextExchange(server);
    const body = transactionBody();
    const answer = await notify(`${server.url}/wx`, body);
    expect([answer.status, await answer.text()]).toEqual([200, '{"code":"SUCCESS"}']);
    expect(app.bodies[0]?.toString()).toBe(body);
    expect(app.headers[0]?.map((name) => name.toLowerCase())).toContain('wechatpay-signature');
    expect(await exchange).toMatchObject({
      type: 'pay.transaction.success',
      verdict: 'ok',
      reply: '200 SUCCESS',
    });
  });

  test.each([
    [500, '{"code":"FAIL"}', 'WXD1230'],
    [302, '', 'WXD1230'],
  ])('says that %i lets it come again', async (status, body, code) => {
    const app = await startApp(() => ({ status, body }));
    const server = await start({ account, handler: { forwardTo: String(app.port) } });
    const exchange = nextExchange(server);
    const raw = signed(transactionBody(), String(Math.floor(Date.now() / 1000)));
    await fetch(`${server.url}/wx`, {
      method: 'POST',
      redirect: 'manual',
      headers: raw.headers.map(([name, value]): [string, string] => [name, value]),
      body: raw.body,
    });
    expect(await exchange).toMatchObject({ verdict: 'failed', status, error: { code } });
  });

  test('counts the deliveries of one notification', async () => {
    const app = await startApp((attempt) => ({ status: attempt === 1 ? 500 : 204 }));
    const server = await start({ account, handler: { forwardTo: String(app.port) } });
    const first = nextExchange(server);
    await notify(`${server.url}/wx`);
    await first;
    const exchange = nextExchange(server);
    await notify(`${server.url}/wx`);
    expect(await exchange).toMatchObject({ id: 1, attempt: 2, verdict: 'ok', reply: '204' });
  });

  test('folds all sixteen deliveries of a day under one number', async () => {
    const app = await startApp(() => ({ status: 500 }));
    const server = await start({ account, handler: { forwardTo: String(app.port) } });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    for (const delay of [0, ...payDelaysMs]) {
      vi.setSystemTime(Date.now() + delay);
      const exchange = nextExchange(server);
      await notify(`${server.url}/wx`);
      await exchange;
    }
    const { exchanges } = server;
    expect(exchanges.map(({ id }) => id)).toEqual(payDelaysMs.map(() => 1).concat(1));
    expect(exchanges.at(-1)).toMatchObject({ attempt: 16 });
    const told = exchanges.at(-1)?.warnings[0];
    expect(told).toMatchObject({ code: 'WXD2005', details: { count: 16, isPayment: true } });
    expect(exchanges[0]?.warnings).toEqual([]);
  });

  test('passes a notification on once with dedupe, when the app has received it', async () => {
    const app = await startApp((attempt) => ({ status: attempt === 1 ? 500 : 204 }));
    const forward = { forwardTo: String(app.port), dedupe: true };
    const server = await start({ account, handler: forward });
    const url = `${server.url}/wx`;
    expect((await notify(url)).status).toBe(500);
    const answers = await Promise.all([notify(url), notify(url)]);
    answers.push(await notify(url));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(app.bodies).toHaveLength(2);
  });

  test('does not keep a large answer for repetitions', async () => {
    const app = await startApp(() => ({ status: 200, body: 'x'.repeat(5000) }));
    const forward = { forwardTo: String(app.port), dedupe: true };
    const server = await start({ account, handler: forward });
    for (let turn = 0; turn < 2; turn += 1) await (await notify(`${server.url}/wx`)).text();
    expect(app.bodies).toHaveLength(2);
  });

  test('tells the app that is late what WeChat Pay does, and nothing of followers', async () => {
    const gone = gate();
    const app = createServer((_request, response) => {
      void gone.opened.then(() => response.end());
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      gone.open();
      app.close();
    });
    const { port } = app.address() as AddressInfo; // It listens.
    const server = await start({
      account,
      handler: { forwardTo: String(port) },
      deadlineMs: 100,
    });
    const exchange = nextExchange(server);
    await expect(notify(`${server.url}/wx`)).rejects.toThrow();
    const { error, verdict } = await exchange;
    expect(verdict).toBe('late');
    expect(error).toMatchObject({ code: 'WXD2001', details: { isPayment: true } });
  });

  test('lets the app judge what fails verification, unless strict', async () => {
    const app = await startApp(() => ({ status: 401 }));
    const forge = (headers: Headers): void => headers.set('Wechatpay-Nonce', 'other');
    const open = await start({ account, handler: { forwardTo: String(app.port) } });
    const exchange = nextExchange(open);
    expect((await notify(`${open.url}/wx`, undefined, forge)).status).toBe(401);
    expect(await exchange).toMatchObject({ verdict: 'rejected', error: { code: 'WXD1121' } });
    const strict = await start({ account, handler: { forwardTo: String(app.port), strict: true } });
    expect((await notify(`${strict.url}/wx`, undefined, forge)).status).toBe(403);
    expect(app.bodies).toHaveLength(1);
  });

  test('says that the app is not there', async () => {
    const app = await startApp(() => ({ status: 200 }));
    const closed = await start({ account, handler: { forwardTo: '1' } });
    const exchange = nextExchange(closed);
    expect((await notify(`${closed.url}/wx`)).status).toBe(502);
    expect(await exchange).toMatchObject({ verdict: 'failed', error: { code: 'WXD3001' } });
    expect(app.bodies).toHaveLength(0);
  });

  test('judges v2 by its XML', async () => {
    const app = await startApp(() => ({ status: 200, body: 'success' }));
    const server = await start({ account: v2Account, handler: { forwardTo: String(app.port) } });
    const exchange = nextExchange(server);
    const body = sealV2Payment(payment, v2Account.key);
    await fetch(`${server.url}/wx`, { method: 'POST', body });
    expect(await exchange).toMatchObject({ verdict: 'failed', error: { code: 'WXD1231' } });
  });
});
