import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openAuthority } from '../../src/certs/store.ts';
import { sendPush } from '../../src/simulator/send.ts';
import { account, listen, startHttp, textMessage } from './support.ts';

/** An HTTPS callback for `names` by an authority of this test's own. */
async function startHttps(names: string[]): Promise<{ port: number; ca: string[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-https-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const authority = await openAuthority({ dir: join(dir, 'ca'), user: 'tester', host: 'host' });
  const { certPem, keyPem } = await authority.issue({ names });
  const server = createServer({ cert: certPem, key: keyPem }, (_request, response) =>
    response.end('success'),
  );
  onTestFinished(() => void server.close());
  return { port: await listen(server), ca: [authority.certPem] };
}

function push(url: string, ca: string[] = []) {
  return sendPush({ url, account, mode: 'plain', fields: textMessage(), attempts: 1, ca });
}

test('takes a certificate of the authorities it is given, for names and addresses', async () => {
  const { port, ca } = await startHttps(['demo.localhost', '127.0.0.1']);
  for (const host of ['demo.localhost', '127.0.0.1'])
    expect(await push(`https://${host}:${port}/wx`, ca)).toMatchObject({ accepted: true });
});

test('refuses an authority it does not know, and another name', async () => {
  const { port, ca } = await startHttps(['demo.localhost']);
  const refused = (reason: string) => ({
    accepted: false,
    status: 0,
    faults: [{ code: 'WXD3004', details: { reason } }],
  });
  expect(await push(`https://demo.localhost:${port}/wx`)).toMatchObject(
    refused('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
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
