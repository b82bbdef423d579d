import { createServer } from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import { sendPush } from '../../src/simulator/send.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import { account, listen, startHttp, textMessage } from './support.ts';

/** An HTTPS callback for `names`, and the certificate that vouches for it. */
async function startHttps(names: string[]): Promise<{ port: number; ca: string[] }> {
  const { certPem, keyPem } = selfSigned(names);
  const server = createServer({ cert: certPem, key: keyPem }, (_request, response) =>
    response.end('success'),
  );
  onTestFinished(() => void server.close());
  return { port: await listen(server), ca: [certPem] };
}

function push(url: string, ca: string[] = []) {
  return sendPush({ url, account, mode: 'plain', fields: textMessage(), attempts: 1, ca });
}

test('takes a certificate that it is told to trust, for names and addresses', async () => {
  const { port, ca } = await startHttps(['demo.localhost', '127.0.0.1']);
  for (const host of ['demo.localhost', '127.0.0.1'])
    expect(await push(`https://${host}:${port}/wx`, ca)).toMatchObject({ accepted: true });
});

test('refuses a certificate it does not know, and another name', async () => {
  const { port, ca } = await startHttps(['demo.localhost']);
  const refused = (reason: string) => ({
    accepted: false,
    status: 0,
    faults: [{ code: 'WXD3004', details: { reason } }],
  });
  expect(await push(`https://demo.localhost:${port}/wx`)).toMatchObject(
    refused('DEPTH_ZERO_SELF_SIGNED_CERT'),
  );
  expect(await push(`https://other.localhost:${port}/wx`, ca)).toMatchObject(
    refused('ERR_TLS_CERT_ALTNAME_INVALID'),
  );
});

test('tells TLS from plain HTTP on the wrong port', async () => {
  const url = await startHttp((_request, response) => response.end('success'));
  const outcome = await push(url.replace('http:', 'https:'));
  expect(outcome.faults[0]?.code).toBe('WXD3004');
});
