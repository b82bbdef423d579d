import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSettings, type LoadSettingsOptions, type Settings } from '../../src/config/resolve.ts';
import type { SettingKey } from '../../src/config/schema.ts';
import { formatError, isWxDevError, type WxDevError } from '../../src/core/errors.ts';

let cwd: string;
let home: string;

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'wx-dev-config-'));
  cwd = join(root, '项目 one');
  home = join(root, 'home');
  await mkdir(cwd);
  await mkdir(home);
});

afterEach(() => rm(dirname(cwd), { recursive: true, force: true }));

function load(options: Partial<LoadSettingsOptions> = {}): Promise<Settings> {
  return loadSettings({ cwd, home, flags: {}, env: {}, ...options });
}

async function put(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
}

async function failure(options: Partial<LoadSettingsOptions> = {}): Promise<WxDevError> {
  const error: unknown = await load(options).then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (!isWxDevError(error)) throw error;
  return error;
}

function text(error: WxDevError, language: 'en' | 'zh' = 'en'): string {
  const { title, body } = formatError(error, language);
  return [title, ...body].join('\n');
}

/** One place after the other, highest first; each sets the port to its own number. */
const places: [string, () => Promise<Partial<LoadSettingsOptions>>][] = [
  ['flag', async () => ({ flags: { port: '1' } })],
  ['WX_DEV_*', async () => ({ env: { WX_DEV_PORT: '2' } })],
  ['.env.local', async () => (await put({ '.env.local': 'WX_DEV_PORT=3' }), {})],
  ['.env', async () => (await put({ '.env': 'WX_DEV_PORT=4' }), {})],
  ['project config', async () => (await put({ 'wx-dev.config.json': '{"port":5}' }), {})],
  ["user's config", async () => (await put({ '../home/config.json': '{"port":6}' }), {})],
];

test.each(places.map(([name], index) => [name, index] as const))(
  '%s wins over all below it',
  async (_name, first) => {
    let options: Partial<LoadSettingsOptions> = {};
    for (const [, set] of places.slice(first)) options = { ...(await set()), ...options };
    expect((await load(options)).get('port')).toBe(first + 1);
  },
);

test('has defaults where nothing is set, and says that nobody set them', async () => {
  const settings = await load();
  expect(settings.get('host')).toBe('127.0.0.1');
  expect(settings.get('path')).toBe('/wx');
  expect(settings.get('strict')).toBe(false);
  expect(settings.get('token')).toBeUndefined();
  expect(settings.source('host')).toBeUndefined();
  expect(settings.files).toEqual([]);
  expect(settings.warnings).toEqual([]);
});

test("reads the app's own variables, from the environment before the files", async () => {
  await put({ '.env': 'WX_TOKEN=fromfile\nWX_APPID=wx1\nPORT=4000\n' });
  const settings = await load({ env: { WX_TOKEN: 'fromenv' } });
  expect(settings.get('token')).toBe('fromenv');
  expect(settings.get('appId')).toBe('wx1');
  expect(settings.source('token')).toEqual({ name: 'WX_TOKEN' });
  expect(settings.source('appId')).toEqual({ name: 'WX_APPID', file: '.env', line: 2 });
});

test("PORT is the app's port, never the one wx-dev listens on", async () => {
  const settings = await load({ env: { PORT: '4000' } });
  expect(settings.get('appPort')).toBe(4000);
  expect(settings.get('port')).toBeUndefined();
});

test('WX_DEV_TOKEN wins over WX_TOKEN beside it', async () => {
  const settings = await load({ env: { WX_TOKEN: 'app', WX_DEV_TOKEN: 'own' } });
  expect(settings.get('token')).toBe('own');
});

test('an empty variable is not set', async () => {
  await put({ '.env': 'WX_TOKEN=abc\n', '.env.local': 'WX_TOKEN=\nWX_AES_KEY=""\n' });
  const settings = await load({ env: { WX_TOKEN: '' } });
  expect(settings.get('token')).toBe('abc');
  expect(settings.get('aesKey')).toBeUndefined();
});

test('resolves relative paths from where they are written', async () => {
  await put({ 'conf/dev.json': '{"handler":"bot.js"}' });
  const settings = await load({
    configFile: 'conf/dev.json',
    flags: { readyFile: 'ready.json' },
  });
  expect(settings.get('handler')).toBe(join(cwd, 'conf/bot.js'));
  expect(settings.get('readyFile')).toBe(join(cwd, 'ready.json'));
});

test.each([
  ['js', 'module.exports = { port: 3001, tunnel: false, host: undefined };'],
  ['mjs', 'export default { port: await Promise.resolve(3001), tunnel: false };'],
  ['ts', 'const port: number = 3001;\nexport default { port, tunnel: false } satisfies object;'],
  ['json', '{"$schema":"x","port":3001,"tunnel":false,"host":null}'],
])('loads wx-dev.config.%s', async (kind, content) => {
  await put({ [`wx-dev.config.${kind}`]: content });
  const settings = await load();
  expect(settings.get('port')).toBe(3001);
  expect(settings.get('tunnel')).toBe(false);
  expect(settings.get('host')).toBe('127.0.0.1');
  expect(settings.files).toEqual([join(cwd, `wx-dev.config.${kind}`)]);
});

test('loads the config file that was named instead of the one in the folder', async () => {
  await put({ 'wx-dev.config.json': '{"port":1}', 'other.json': '{"port":2}' });
  expect((await load({ configFile: 'other.json' })).get('port')).toBe(2);
});

const badFiles: [string, Record<string, string | Uint8Array>, string, RegExp][] = [
  ['a port in .env', { '.env': '# x\n\nWX_DEV_PORT=abc' }, 'WXD6001', /WX_DEV_PORT \(\.env:3\)[^]*"abc"[^]*0 to 65535/],
  ['a port in JSON', { 'wx-dev.config.json': '{\n"path": "/wx",\n"port": 70000}' }, 'WXD6001', /port \(wx-dev\.config\.json:3\)/],
  ['a port in JS', { 'wx-dev.config.mjs': '// x\nexport default {\n  port: 70000,\n};' }, 'WXD6001', /wx-dev\.config\.mjs:3/],
  ['a number for a token', { 'wx-dev.config.json': '{"token": 12345}' }, 'WXD6001', /received a number/],
  ['a text for a switch', { 'wx-dev.config.json': '{"strict": "perhaps"}' }, 'WXD6001', /true or false/],
  ['a list', { 'wx-dev.config.json': '{"port": [1]}' }, 'WXD6001', /received a list/],
  ['an object', { 'wx-dev.config.json': '{"relay": {}}' }, 'WXD6001', /received an object/],
  ['a relay token with a space', { '.env': 'WX_DEV_RELAY_TOKEN="abc "' }, 'WXD6001', /4 characters, a trailing space/],
  ['broken JSON', { 'wx-dev.config.json': '{\n  "port": 1,\n}' }, 'WXD6004', /wx-dev\.config\.json:3/],
  ['broken JavaScript', { 'wx-dev.config.mjs': 'export default {\n  port: ,\n};' }, 'WXD6004', /wx-dev\.config\.mjs/],
  ['broken TypeScript', { 'wx-dev.config.ts': 'export default {\n  port: ,\n};' }, 'WXD6004', /wx-dev\.config\.ts/],
  ['a config that throws', { 'wx-dev.config.mjs': '\n\nthrow new Error("boom");' }, 'WXD6004', /wx-dev\.config\.mjs:3[^]*boom/],
  ['a config without default export', { 'wx-dev.config.mjs': 'export const port = 1;' }, 'WXD6004', /export default/],
  ['a function as config', { 'wx-dev.config.mjs': 'export default () => ({});' }, 'WXD6004', /export default/],
  ['an unknown key', { 'wx-dev.config.json': '{\n"prot": 1}' }, 'WXD6005', /"prot" in wx-dev\.config\.json:2[^]*"port"/],
  ['a key of the prototype', { 'wx-dev.config.json': '{"constructor": 1}' }, 'WXD6005', /constructor/],
  ['.env that is GBK', { '.env': new Uint8Array([0x41, 0x3d, 0x31, 0x0a, 0x42, 0x3d, 0xc4, 0xe3]) }, 'WXD6004', /\.env:2[^]*not UTF-8/],
  ['.env that is UTF-16', { '.env': Buffer.from('\ufeffWX_TOKEN=abc', 'utf16le') }, 'WXD6004', /UTF-16/],
  ['an open quote', { '.env': 'A=1\nWX_TOKEN="abc\n' }, 'WXD6004', /\.env:2[^]*WX_TOKEN/],
  ['an enormous .env', { '.env': '#'.repeat(1024 * 1024 + 1) }, 'WXD6006', /1 MB/],
  ['two config files', { 'wx-dev.config.json': '{}', 'wx-dev.config.ts': '' }, 'WXD6010', /json, wx-dev\.config\.ts/],
  ['token and tokenFile', { 'wx-dev.config.json': '{"token":"abc",\n"tokenFile":"t"}' }, 'WXD6007', /json:1[^]*json:2|json:2[^]*json:1/],
  ['a tunnel address without tunnel', { '.env': 'WX_DEV_TUNNEL=false\nWX_DEV_TUNNEL_URL=https://a.example' }, 'WXD6007', /\.env:1[^]*\.env:2/],
  ['certificates without TLS', { 'wx-dev.config.json': '{"tls":"off","tlsCert":"a.pem"}' }, 'WXD6007', /tlsCert/],
]; // prettier-ignore

test.each(badFiles)('refuses %s, and says where', async (_name, files, code, pattern) => {
  await put(files);
  const error = await failure();
  expect(error.code).toBe(code);
  expect(text(error)).toMatch(pattern);
  expect(text(error, 'zh')).toMatch(/[\u4e00-\u9fff]/);
});

test('names the flag for a bad flag, and the variable for a bad variable', async () => {
  expect(text(await failure({ flags: { mode: 'secure' } }))).toMatch(
    /--mode[^]*"secure"[^]*plain, compat, safe/,
  );
  expect(text(await failure({ env: { WX_DEV_HTTPS_PORT: 'x' } }))).toMatch(/WX_DEV_HTTPS_PORT/);
  const both = { flags: { tunnel: 'false', tunnelUrl: 'https://a.example' } };
  expect(text(await failure(both))).toMatch(/--no-tunnel and --tunnel-url/);
});

test('refuses a config file that was named and is not there', async () => {
  const error = await failure({ configFile: 'missing.json' });
  expect(error.code).toBe('WXD6006');
  expect(text(error)).toMatch(/missing\.json[^]*no such file[^]*--config/);
});

test('keeps quiet about a broken value when a higher place has a good one', async () => {
  await put({ '.env': 'WX_DEV_PORT=abc' });
  expect((await load({ flags: { port: '80' } })).get('port')).toBe(80);
});

test('reads .env with byte order mark, Windows line endings and export', async () => {
  await put({ '.env': '\ufeffexport WX_TOKEN=abc\r\nWX_APPID="wx1"\r\n' });
  const settings = await load();
  expect(settings.get('token')).toBe('abc');
  expect(settings.get('appId')).toBe('wx1');
});

test('warns about a name set twice and takes the last', async () => {
  await put({ '.env': 'WX_TOKEN=one\nOTHER=1\nOTHER=2\nWX_TOKEN=two\n' });
  const settings = await load();
  expect(settings.get('token')).toBe('two');
  expect(settings.source('token')?.line).toBe(4);
  expect(settings.warnings.map((warning) => [warning.code, text(warning)])).toEqual([
    ['WXD6009', 'WX_TOKEN is set 2 times in .env\nlines 1, 4; line 4 is used'],
  ]);
});

test('warns about a WX_DEV_ variable that does not exist', async () => {
  await put({ '.env': 'WX_DEV_PROT=1\n' });
  const { warnings } = await load({ env: { WX_DEV_HOME: '/x', WX_DEV_NOTHING_KNOWN: '1' } });
  expect(warnings.map((warning) => text(warning))).toEqual([
    'Unknown setting "WX_DEV_NOTHING_KNOWN" in environment\nno setting has a similar name',
    'Unknown setting "WX_DEV_PROT" in .env:1\ndid you mean "WX_DEV_PORT"?',
  ]);
});

test.each<[string, string, string]>([
  ['a line break at the end', 'abc123\n', 'abc123'],
  ['a Windows line break', 'abc123\r\n', 'abc123'],
  ['none', 'abc123', 'abc123'],
  ['a space, which counts', 'abc123 \n', 'abc123 '],
])('reads a secret from a file with %s', async (_name, content, expected) => {
  await put({ 'secrets/token': content, '.env': 'WX_TOKEN=lower' });
  const settings = await load({ flags: { tokenFile: 'secrets/token' } });
  expect(settings.get('token')).toBe(expected);
  expect(settings.source('token')).toEqual({
    name: '--token-file',
    file: 'secrets/token',
    line: 1,
  });
});

test('a token in a higher place wins over a file in a lower one', async () => {
  await put({ '.env': 'WX_DEV_TOKEN_FILE=missing' });
  expect((await load({ env: { WX_TOKEN: 'abc' } })).get('token')).toBe('abc');
});

test('refuses a secret file that is empty or missing, and says who named it', async () => {
  await put({ empty: '\n', '.env': 'WX_DEV_AES_KEY_FILE=gone' });
  expect(text(await failure({ flags: { tokenFile: 'empty' } }))).toMatch(
    /--token-file \(empty:1\)/,
  );
  expect(text(await failure())).toMatch(/gone[^]*named by WX_DEV_AES_KEY_FILE \(\.env:1\)/);
});

test('reads a secret from standard input, once', async () => {
  let reads = 0;
  const readStdin = (): Promise<string> => {
    reads += 1;
    return Promise.resolve('from-stdin\n');
  };
  const settings = await load({ flags: { relayTokenFile: '-' }, readStdin });
  expect(settings.get('relayToken')).toBe('from-stdin');
  expect(reads).toBe(1);
  expect((await failure({ flags: { relayTokenFile: '-' } })).code).toBe('WXD6006');
  const twice = await failure({ flags: { relayTokenFile: '-', tokenFile: '-' }, readStdin });
  expect(twice.code).toBe('WXD6007');
});

test('shows no secret in any error', async () => {
  const secret = 'sEcReT\u0001value';
  const flags: [SettingKey, string][] = [['relayToken', secret]];
  for (const [key, value] of flags) {
    await put({ 'wx-dev.config.json': JSON.stringify({ [key]: value }) });
    expect(text(await failure())).not.toContain('sEcReT');
  }
});

test('finds .env behind a symbolic link', async () => {
  await put({ 'shared/env': 'WX_TOKEN=linked' });
  await symlink(join(cwd, 'shared/env'), join(cwd, '.env'));
  expect((await load()).get('token')).toBe('linked');
});

test('ignores a folder called .env, as virtual environments of Python are', async () => {
  await put({ '.env/pyvenv.cfg': 'home = /usr' });
  expect((await load()).get('path')).toBe('/wx');
});

test('refuses a folder that is named as a secret file', async () => {
  await put({ 'token/x': '' });
  const error = await failure({ flags: { tokenFile: 'token' } });
  expect(error.code).toBe('WXD6006');
  expect(text(error)).toMatch(/folder, not a file/);
});

test('works in a folder that is not there yet', async () => {
  expect((await load({ cwd: join(cwd, 'new') })).get('path')).toBe('/wx');
});
