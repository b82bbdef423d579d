import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountEnvironment, isMerchant, resolveRecipient } from '../../src/cli/recipient.ts';
import { loadSettings, type Settings } from '../../src/config/resolve.ts';
import { openProjectState, type ProjectState } from '../../src/config/state.ts';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'wx-dev-recipient-'));
  await mkdir(join(cwd, 'home'));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

const v3Key = 'wxdevApiV3Key0123456789abcdefghi';

async function prepare(
  env: Record<string, string>,
): Promise<{ settings: Settings; state: ProjectState }> {
  const settings = await loadSettings({ cwd, home: join(cwd, 'home'), flags: {}, env });
  return { settings, state: await openProjectState(cwd) };
}

test("the app gets the chosen account's values under their usual names", async () => {
  const config = '{"accounts":{"corp":{"kind":"work","corpId":"wwcorp"},"b":{}}}';
  await writeFile(join(cwd, 'wx-dev.config.json'), config);
  const env = { WX_DEV_ACCOUNT: 'corp', WX_TOKEN_CORP: 'corpToken1', WX_TOKEN: 'otherToken1' };
  const { settings, state } = await prepare({
    ...env,
    WX_AES_KEY_CORP: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  });
  const resolved = await resolveRecipient(settings, state);
  expect(accountEnvironment(settings, resolved)).toMatchObject({
    WX_TOKEN: 'corpToken1',
    WX_CORP_ID: 'wwcorp',
    WX_APPID: undefined,
  });
});

test("a merchant's app gets the project's platform key, where none is configured", async () => {
  const env = { WX_DEV_KIND: 'pay', WX_PAY_API_V3_KEY: v3Key };
  const { settings, state } = await prepare(env);
  const resolved = await resolveRecipient(settings, state);
  if (!isMerchant(resolved)) throw new Error('expected a merchant');
  expect(accountEnvironment(settings, resolved)).toMatchObject({
    WX_PAY_API_V3_KEY: v3Key,
    WX_PAY_PLATFORM_KEY: resolved.platformKey.publicPath,
    WX_PAY_PLATFORM_KEY_ID: resolved.platformKey.serial,
  });
});

test("knows WeChat Pay's keys besides its own", async () => {
  const other = await mkdtemp(join(cwd, 'other-'));
  const env = { WX_DEV_KIND: 'pay', WX_PAY_API_V3_KEY: v3Key };
  const elsewhere = await openProjectState(other);
  const settings = await loadSettings({ cwd: other, home: join(cwd, 'home'), flags: {}, env });
  const theirs = await resolveRecipient(settings, elsewhere);
  if (!isMerchant(theirs)) throw new Error('expected a merchant');
  const own = await prepare({
    ...env,
    WX_PAY_PLATFORM_KEY: theirs.platformKey.publicPath,
    WX_PAY_PLATFORM_KEY_ID: theirs.platformKey.serial,
  });
  const { account } = await resolveRecipient(own.settings, own.state);
  if (account.kind !== 'pay') throw new Error('expected a merchant of v3');
  expect(account.platformKeys.map(({ serial }) => serial)).toContain(theirs.platformKey.serial);
  // Theirs, its own, and its own as a certificate.
  expect(account.platformKeys).toHaveLength(3);
});

test.each([
  [{ WX_DEV_KIND: 'pay' }, 'WXD6031'],
  [{ WX_DEV_KIND: 'pay-v2' }, 'WXD6031'],
  [{ WX_DEV_KIND: 'work' }, 'WXD6031'],
  [{ WX_DEV_KIND: 'work-suite' }, 'WXD6031'],
  [{ WX_DEV_KIND: 'component' }, 'WXD6031'],
  [{ WX_DEV_KIND: 'work-bot', WX_TOKEN: 'abc' }, 'WXD6002'],
  [{ WX_DEV_KIND: 'work-bot', WX_DEV_MODE: 'plain' }, 'WXD6032'],
  [{ WX_DEV_KIND: 'pay', WX_PAY_API_V3_KEY: 'short' }, 'WXD1126'],
  [{ WX_DEV_KIND: 'pay-v2', WX_PAY_V2_KEY: 'short' }, 'WXD1131'],
  [{ WX_DEV_KIND: 'pay', WX_PAY_API_V3_KEY: v3Key, WX_PAY_PLATFORM_KEY: 'none.pem' }, 'WXD6006'],
])('%j is refused with %s', async (env, code) => {
  const { settings, state } = await prepare(env);
  await expect(resolveRecipient(settings, state)).rejects.toMatchObject({ code });
});
