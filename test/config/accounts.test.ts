import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSettings, type LoadSettingsOptions, type Settings } from '../../src/config/resolve.ts';
import type { SettingKey } from '../../src/config/schema.ts';
import { formatError, isWxDevError, type WxDevError } from '../../src/core/errors.ts';

let root: string;
let cwd: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wx-dev-accounts-'));
  cwd = join(root, '项目');
  await mkdir(cwd);
  await mkdir(join(root, 'home'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

function load(options: Partial<LoadSettingsOptions> = {}): Promise<Settings> {
  return loadSettings({ cwd, home: join(root, 'home'), flags: {}, env: {}, ...options });
}

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
}

async function failure(options: Partial<LoadSettingsOptions> = {}): Promise<WxDevError> {
  const error: unknown = await load(options).then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (!isWxDevError(error)) throw error;
  return error;
}

const two = `{
  "path": "/all",
  "token": "general",
  "accounts": {
    "shop": {
      "kind": "official",
      "appId": "wxshop",
      "token": "shoptoken"
    },
    "my-corp": { "kind": "work",
      "corpId": "wwcorp", "path": "/corp" }
  }
}`;
const onlyAccounts = two.replace('  "token": "general",\n', '');

describe('a named account', () => {
  test('is chosen by flag, variable, .env or config file, the higher place first', async () => {
    await put({ 'wx-dev.config.json': two.replace('{', '{ "account": "my-corp",') });
    expect((await load()).account).toBe('my-corp');
    await put({ '.env': 'WX_DEV_ACCOUNT=shop' });
    expect((await load()).account).toBe('shop');
    const env = { WX_DEV_ACCOUNT: 'my-corp' };
    expect((await load({ env })).account).toBe('my-corp');
    expect((await load({ env, flags: { account: 'shop' } })).account).toBe('shop');
  });

  test.each([
    ['wxshop', 'shop'],
    ['wwcorp', 'my-corp'],
  ])('is found by its id %s', async (id, name) => {
    await put({ 'wx-dev.config.json': two });
    expect((await load({ flags: { account: id } })).account).toBe(name);
  });

  test('has the values of its entry, with their lines', async () => {
    await put({ 'wx-dev.config.json': two });
    const settings = await load({ flags: { account: 'my-corp' } });
    const read = (key: SettingKey): unknown => [settings.get(key), settings.source(key)?.line];
    expect(read('kind')).toEqual(['work', 10]);
    expect(read('corpId')).toEqual(['wwcorp', 11]);
    expect(read('path')).toEqual(['/corp', 11]);
    expect(settings.source('corpId')?.name).toBe('accounts.my-corp.corpId');
  });

  test('never has the Token of another one, wherever that stands', async () => {
    await put({ 'wx-dev.config.json': two, '.env': 'WX_TOKEN=fromDotEnv\nWX_TOKEN_SHOP=fromShop' });
    const env = { WX_TOKEN: 'fromEnv', WX_DEV_TOKEN: 'fromOwn' };
    const corp = await load({ env, flags: { account: 'my-corp' } });
    expect(corp.source('token')).toBeUndefined();
    const shop = await load({ env, flags: { account: 'shop' } });
    expect(shop.get('token')).toBe('fromShop');
    expect(shop.source('token')).toEqual({ name: 'WX_TOKEN_SHOP', file: '.env', line: 2 });
  });

  test('shares what says nothing about who it is', async () => {
    await put({ 'wx-dev.config.json': two, '.env': 'WX_DEV_STRICT=true' });
    const settings = await load({ flags: { account: 'shop' } });
    expect(settings.get('path')).toBe('/all');
    expect(settings.get('strict')).toBe(true);
  });

  test.each([
    ['WX_TOKEN_MY_CORP', 'token'],
    ['WX_DEV_TOKEN_MY_CORP', 'token'],
    ['WX_AES_KEY_MY_CORP', 'aesKey'],
    ['WX_PAY_API_V3_KEY_MY_CORP', 'apiV3Key'],
    ['WX_DEV_PATH_MY_CORP', 'path'],
  ] as const)('takes the variable %s', async (name, key) => {
    await put({ 'wx-dev.config.json': two });
    const settings = await load({ env: { [name]: '/x' }, flags: { account: 'my-corp' } });
    expect(settings.get(key)).toBe('/x');
    expect(settings.warnings).toEqual([]);
  });

  test('takes its secrets from files that its variables name', async () => {
    await put({ 'wx-dev.config.json': two, 'secret.txt': 'fromFile\n' });
    const env = { WX_DEV_TOKEN_FILE_SHOP: 'secret.txt' };
    expect((await load({ env, flags: { account: 'shop' } })).get('token')).toBe('fromFile');
  });

  test('warns of a variable of an account that does not exist', async () => {
    await put({ 'wx-dev.config.json': two });
    const { warnings } = await load({ env: { WX_DEV_TOKEN_SHPO: 'x', WX_DEV_TOKEN_SHOP: 'y' } });
    expect(warnings.map(({ code, details }) => [code, details])).toMatchObject([
      ['WXD6005', { key: 'WX_DEV_TOKEN_SHPO' }],
    ]);
  });

  test("may stand in the user's config, below the project's of the same name", async () => {
    await put({ 'wx-dev.config.json': two });
    const own = '{"accounts":{"shop":{"token":"user","aesKey":"a"},"mine":{"token":"m"}}}';
    await writeFile(join(root, 'home', 'config.json'), own);
    const shop = await load({ flags: { account: 'shop' } });
    expect([shop.get('token'), shop.get('aesKey')]).toEqual(['shoptoken', 'a']);
    expect(shop.accounts).toEqual(['shop', 'my-corp', 'mine']);
  });

  test('stands in a module too, with lines where they are literal', async () => {
    await put({
      'wx-dev.config.mjs': `const token = 'computed';
export default {
  accounts: {
    one: { token },
    'two-b': {
      kind: 'work',
      corpId: 'ww2',
    },
  },
};
`,
    });
    const settings = await load({ flags: { account: 'two-b' } });
    expect(settings.source('corpId')).toMatchObject({ file: 'wx-dev.config.mjs', line: 7 });
    expect((await load({ flags: { account: 'one' } })).get('token')).toBe('computed');
  });
});

describe('without a choice', () => {
  test('the only account there is counts', async () => {
    await put({ 'wx-dev.config.json': '{"accounts":{"shop":{"token":"abc"}}}' });
    const settings = await load();
    expect([settings.account, settings.get('token')]).toEqual(['shop', 'abc']);
  });

  test('the values outside the table count, where there are any', async () => {
    await put({ 'wx-dev.config.json': two });
    const settings = await load();
    expect([settings.account, settings.get('token')]).toEqual([undefined, 'general']);
    expect(settings.isAccountOpen).toBe(false);
  });

  test('several accounts leave it open', async () => {
    await put({ 'wx-dev.config.json': onlyAccounts });
    const settings = await load();
    expect(settings.account).toBeUndefined();
    expect(settings.isAccountOpen).toBe(true);
    expect(settings.accounts).toEqual(['shop', 'my-corp']);
  });
});

describe('refuses', () => {
  test('an account that does not exist, naming those that do', async () => {
    await put({ 'wx-dev.config.json': two });
    const error = await failure({ env: { WX_DEV_ACCOUNT: 'shpo' } });
    expect(error).toMatchObject({
      code: 'WXD6030',
      details: { received: 'shpo', names: ['shop', 'my-corp'], source: { name: 'WX_DEV_ACCOUNT' } },
    });
    expect(formatError(error, 'en').body).toContain('known: shop, my-corp');
  });

  test('an account where there are none', async () => {
    expect((await failure({ flags: { account: 'x' } })).code).toBe('WXD6030');
  });

  test.each([
    ['a list', '{"accounts": []}', undefined],
    ['a text', '{"accounts": "shop"}', undefined],
    ['an account that is text', '{\n"accounts": {\n"a": "x"}}', 3],
    ['an account that is a list', '{\n"accounts": {\n"a": []}}', 3],
    ['a name with a dot', '{"accounts": {"a.b": {}}}', 1],
    ['an empty name', '{"accounts": {"": {}}}', 1],
    ['a Chinese name', '{"accounts": {"店": {}}}', 1],
    ['two names with the same variables', '{"accounts": {"a-b": {},\n"A_B": {}}}', 2],
    ['a name that makes another variable', '{"accounts": {"file": {}}}', 1],
    ['an account twice', '{"accounts": {"a": {},\n"a": {}}}', 2],
    ['a key twice', '{"accounts": {"a": {"token": "x",\n"token": "y"}}}', 2],
  ])('%s', async (_name, text, line) => {
    await put({ 'wx-dev.config.json': text });
    const { code, details } = await failure();
    expect(code).toBe('WXD6004');
    expect(details).toMatchObject({ path: 'wx-dev.config.json', ...(line ? { line } : {}) });
  });

  test.each([
    ['{\n"accounts": {"a": {\n"tokn": "x"}}}', 'accounts.a.tokn', 'token'],
    ['{\n"accounts": {"a": {\n"account": "b"}}}', 'accounts.a.account', undefined],
    ['{\n"accounts": {"a": {\n"accounts": {}}}}', 'accounts.a.accounts', undefined],
  ])('an unknown key in %j', async (text, key, suggestion) => {
    await put({ 'wx-dev.config.json': text });
    expect(await failure()).toMatchObject({
      code: 'WXD6005',
      details: { key, suggestion, line: 3 },
    });
  });

  test('a kind that does not exist, with its line', async () => {
    await put({ 'wx-dev.config.json': '{\n"accounts": {"a": {\n"kind": "wecom"}}}' });
    expect(await failure()).toMatchObject({
      code: 'WXD6001',
      details: { source: { name: 'accounts.a.kind', line: 3 } },
    });
  });

  test('a value of another type, with its line', async () => {
    await put({ 'wx-dev.config.json': '{\n"accounts": {"a": {\n"token": 12}}}' });
    expect(await failure()).toMatchObject({ code: 'WXD6001', details: { source: { line: 3 } } });
  });

  test('keeps names that JavaScript knows apart from what they mean there', async () => {
    await put({ 'wx-dev.config.json': '{"accounts": {"constructor": {"token": "abc"}}}' });
    expect((await load({ flags: { account: 'constructor' } })).get('token')).toBe('abc');
    expect((await failure({ flags: { account: 'toString' } })).code).toBe('WXD6030');
  });
});
