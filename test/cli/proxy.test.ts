import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { proxyFor } from '../../src/cli/proxy.ts';
import { loadSettings } from '../../src/config/resolve.ts';

const RELAY = 'https://relay.example.com';

afterEach(() => vi.unstubAllEnvs());

async function choose(
  from: { flag?: string; own?: string; environment?: Record<string, string> },
  relay = RELAY,
): Promise<string | undefined> {
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'])
    for (const each of [name, name.toLowerCase()]) vi.stubEnv(each, '');
  for (const [name, value] of Object.entries(from.environment ?? {})) vi.stubEnv(name, value);
  const cwd = await mkdtemp(join(tmpdir(), 'wx-dev-proxy-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  const settings = await loadSettings({
    cwd,
    flags: from.flag === undefined ? {} : { proxy: from.flag },
    env: from.own === undefined ? {} : { WX_DEV_PROXY: from.own },
    home: join(cwd, 'home'),
  });
  return proxyFor(relay, settings);
}

test('takes the setting, else what curl would take', async () => {
  const environment = { HTTPS_PROXY: 'http://env.example:3128' };
  expect(await choose({})).toBeUndefined();
  expect(await choose({ environment })).toBe('http://env.example:3128');
  expect(await choose({ environment: { all_proxy: 'socks5://env.example:1080' } })).toBe(
    'socks5://env.example:1080',
  );
  expect(await choose({ environment, own: 'http://own.example:1' })).toBe('http://own.example:1');
  expect(await choose({ environment, flag: 'none' })).toBeUndefined();
  expect(
    await choose({ environment: { ...environment, NO_PROXY: '.example.com' } }),
  ).toBeUndefined();
});

test('this machine is not behind a proxy, unless the setting says so', async () => {
  const environment = { ALL_PROXY: 'http://env.example:3128' };
  for (const relay of ['http://127.0.0.1:8787', 'https://localhost:8443', 'http://[::1]:1'])
    expect(await choose({ environment }, relay)).toBeUndefined();
  expect(await choose({ flag: 'http://own.example:1' }, 'http://127.0.0.1:8787')).toBe(
    'http://own.example:1',
  );
});

test('refuses what is no proxy, and a password where others see it', async () => {
  for (const bad of ['ftp://x', 'http://', 'proxy.example:3128', 'http://x/path', ''])
    await expect(choose({ flag: bad })).rejects.toMatchObject({ code: 'WXD6001' });
  await expect(choose({ environment: { HTTPS_PROXY: 'ftp://a:secret@b' } })).rejects.toMatchObject({
    code: 'WXD6001',
    details: { received: { en: 'something else' } },
  });
  await expect(choose({ flag: 'http://a:secret@b:1' })).rejects.toMatchObject({ code: 'WXD6001' });
  expect(await choose({ own: 'http://a:secret@b:1' })).toBe('http://a:secret@b:1');
});
