import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RelayGrants } from '../../src/config/relay-grants.ts';
import { grantedName, parseGrantNames } from '../../src/relay/access.ts';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { ownerOf, portOf, RawClient, startApp, useRelay, useTunnel } from '../helpers/tunnel.ts';

async function makeGrants(): Promise<RelayGrants> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-grants-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return new RelayGrants(dir);
}

test('a grant covers its names and prefixes, and gives one to who asks for none', () => {
  const grant = { names: ['a-*', 'shop'] };
  expect(grantedName('shop', grant)).toBe('shop');
  expect(grantedName('a-1', grant)).toBe('a-1');
  expect(grantedName(undefined, grant)).toBe('shop');
  expect(grantedName(undefined, {})).toBeUndefined();
  expect(grantedName('x', {})).toBe('x');
  for (const wanted of ['shop2', 'b', 'a'])
    expect(() => grantedName(wanted, grant)).toThrow(expect.objectContaining({ code: 'WXD4031' }));
  expect(() => grantedName(undefined, { names: ['a-*'] })).toThrow(
    expect.objectContaining({ code: 'WXD4031' }),
  );
});

test('names of a grant are checked as those of tunnels', () => {
  expect(parseGrantNames('Shop, alice-*,*')).toEqual(['shop', 'alice-*', '*']);
  for (const bad of ['', 'a,,b', 'a b', '*-a', 'a.b', '-*', 'ü'])
    expect(() => parseGrantNames(bad)).toThrow(expect.objectContaining({ code: 'WXD4005' }));
});

test('created tokens open tunnels under their names, beside those of the file', async () => {
  const grants = await makeGrants();
  const { token } = await grants.create({ now: Date.now(), names: ['shop'] });
  const listed = 'a-token-of-the-file';
  const relay = await useRelay({ grants, tokens: [listed] });
  const app = await startApp((_request, response) => response.end('ok'));
  const open = (more: object): Promise<unknown> =>
    openTunnel({ relay: relay.httpUrl ?? '', target: app.url, owner: ownerOf('a'), ...more });
  await expect(open({})).rejects.toMatchObject({ code: 'WXD4003', details: { sent: false } });
  await expect(open({ token: 'wrong-token-of-nobody' })).rejects.toMatchObject({
    code: 'WXD4003',
    details: { sent: true },
  });
  await expect(open({ token, subdomain: 'other' })).rejects.toMatchObject({ code: 'WXD4031' });
  const tunnel = await useTunnel(relay, { target: app.url, token });
  expect(tunnel.subdomain).toBe('shop');
  const free = await useTunnel(relay, { target: app.url, token: listed, subdomain: 'other' });
  expect(free.subdomain).toBe('other');
});

test('who uses a token that is revoked is sent away, and does not come back', async () => {
  const grants = await makeGrants();
  const { token, grant } = await grants.create({ now: Date.now() });
  const relay = await useRelay({ grants });
  const app = await startApp((_request, response) => response.end('ok'));
  const tunnel = await useTunnel(relay, { target: app.url, subdomain: 'app', token });
  const lost = once(tunnel.events, 'reconnecting');
  await grants.revoke(grant.id);
  const [state] = (await lost) as [{ reason: string }];
  expect(state.reason).toContain('4000');
  expect(await tunnel.closed).toMatchObject({ type: 'failed', error: { code: 'WXD4003' } });
  const GET = 'GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n';
  expect((await new RawClient(portOf(relay)).send(GET).response()).status).toBe(503);
});
