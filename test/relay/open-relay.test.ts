import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RelayGrants } from '../../src/config/relay-grants.ts';
import { startRelay } from '../../src/relay/relay.ts';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { ownerOf, startApp, useRelay, useTunnel } from '../helpers/tunnel.ts';

const token = 'a-token-of-the-relay-0001';

/** Tokens of a relay that never had one. */
async function noGrants(): Promise<{ grants: RelayGrants; dir: string }> {
  const home = await mkdtemp(join(tmpdir(), 'wx-dev-grants-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const dir = join(home, 'tokens');
  return { grants: new RelayGrants(dir), dir };
}

test.each([
  ['a public URL', { publicUrl: 'https://*.t.example.com' }, 't.example.com', 'public-url'],
  ['a domain of the public', { domain: 't.example.com' }, 't.example.com', 'domain'],
  ['a proxy that it trusts', { trustProxy: ['127.0.0.1'] }, '127.0.0.1', 'trust-proxy'],
] as const)(
  '%s makes a relay on a loopback address as open as any: it starts with tokens only',
  async (_what, options, host, via) => {
    const { grants } = await noGrants();
    for (const none of [{}, { tokens: [] }, { grants }])
      await expect(startRelay({ httpPort: 0, ...options, ...none })).rejects.toMatchObject({
        code: 'WXD4010',
        details: { host, via },
      });
    await useRelay({ ...options, tokens: [token] });
    await grants.create({ now: Date.now() });
    await useRelay({ ...options, grants });
  },
);

test('a public URL that names this machine only needs no token', async () => {
  await using relay = await startRelay({ httpPort: 0, publicUrl: 'https://*.t.localhost:8443' });
  expect(relay.urlOf('a')).toBe('https://a.t.localhost:8443');
});

test('an open relay asks for a token as soon as there is one, also of who came before', async () => {
  const { grants, dir } = await noGrants();
  const relay = await useRelay({ grants });
  const app = await startApp((_request, response) => response.end('ok'));
  const mine = { relay: relay.httpUrl ?? '', target: app.url, owner: ownerOf('somebody') };
  const before = await useTunnel(relay, mine);
  const { grant, token: made } = await grants.create({ now: Date.now() });
  const refused = { code: 'WXD4003', details: { sent: false } };
  await expect(openTunnel(mine)).rejects.toMatchObject(refused);
  const after = await useTunnel(relay, { ...mine, token: made });
  expect(await before.closed).toMatchObject({ type: 'failed', error: refused });
  expect(after.url).not.toBe('');
  // Whoever takes the last one back, or all at once, does not ask everybody in.
  await grants.revoke(grant.id);
  await expect(openTunnel(mine)).rejects.toMatchObject(refused);
  await rm(dir, { recursive: true });
  await expect(openTunnel(mine)).rejects.toMatchObject(refused);
});

test('where a token once was, a relay asks for one', async () => {
  const { grants } = await noGrants();
  const { grant } = await grants.create({ now: Date.now() });
  await grants.revoke(grant.id);
  const relay = await useRelay({ grants, trustProxy: ['127.0.0.1'] });
  const mine = { relay: relay.httpUrl ?? '', target: 'http://127.0.0.1:1', owner: ownerOf('a') };
  await expect(openTunnel(mine)).rejects.toMatchObject({ code: 'WXD4003' });
  const { token: next } = await grants.create({ now: Date.now() });
  const again = await openTunnel({ ...mine, token: next });
  await again.close();
});
