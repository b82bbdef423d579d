import { expect, test } from 'vitest';
import {
  settingKeys,
  settings,
  type SettingDefinition,
  type SettingKey,
} from '../../src/config/schema.ts';
import { suggestKey, suggestVariable } from '../../src/config/suggest.ts';
import { describeText } from '../../src/config/values.ts';

function parse(key: SettingKey, text: string): unknown {
  const { type }: SettingDefinition<unknown> = settings[key];
  return type.parse(text, '/base');
}

test.each<[SettingKey, string, unknown]>([
  ['port', '0', 0],
  ['port', '65535', 65_535],
  ['host', '0.0.0.0', '0.0.0.0'],
  ['host', '[::1]', '::1'],
  ['host', 'fe80::1%eth0', 'fe80::1%eth0'],
  ['host', 'localhost', 'localhost'],
  ['path', '/', '/'],
  ['path', '/api/wx', '/api/wx'],
  ['forwardTo', '3000', 'http://127.0.0.1:3000'],
  ['forwardTo', 'localhost:3000', 'http://localhost:3000'],
  ['forwardTo', 'https://127.0.0.1:3443/', 'https://127.0.0.1:3443'],
  ['forwardTo', 'http://[::1]:3000', 'http://[::1]:3000'],
  ['forwardTo', 'http://127.0.0.1:3000/wx', 'http://127.0.0.1:3000/wx'],
  ['relay', 'HTTPS://Relay.Example.com/', 'https://relay.example.com'],
  ['publicUrl', 'https://*.tunnel.example.com', 'https://*.tunnel.example.com'],
  ['publicUrl', 'https://*.Example.com:8443/', 'https://*.example.com:8443'],
  ['domain', 'Tunnel.Example.com', 'tunnel.example.com'],
  ['domain', 'localhost', 'localhost'],
  ['subdomain', 'my-bot-2', 'my-bot-2'],
  ['handler', 'src/bot.ts', '/base/src/bot.ts'],
  ['tokenFile', '-', '-'],
  ['readyFile', '/tmp/ready.json', '/tmp/ready.json'],
  ['strict', 'yes', true],
  ['tunnel', '0', false],
  ['mode', 'compat', 'compat'],
  ['token', ' any thing ', ' any thing '],
  ['ratePerIp', '0', 0],
  ['ratePerIp', '300', 300],
  ['maxBody', '64MB', 67_108_864],
  ['maxBody', '1 GiB', 1_073_741_824],
  ['maxBody', '500k', 512_000],
  ['maxBody', '10', 10],
  ['allowIp', '203.0.113.7, 10.0.0.0/8,::1', ['203.0.113.7', '10.0.0.0/8', '::1']],
  ['openPath', '/wx,/public/*', ['/wx', '/public/*']],
])('%s takes %j', (key, text, expected) => {
  expect(parse(key, text)).toEqual(expected);
});

test.each<[SettingKey, string]>([
  ['port', ''],
  ['port', '65536'],
  ['port', '-1'],
  ['port', '3000.5'],
  ['port', ' 3000'],
  ['port', '0x10'],
  ['port', '１２'],
  ['host', 'http://localhost'],
  ['host', '127.0.0.1:80'],
  ['host', ''],
  ['ratePerIp', '-1'],
  ['ratePerIp', '1.5'],
  ['maxBody', 'MB'],
  ['maxBody', '1TB'],
  ['maxBody', '-1MB'],
  ['allowIp', ''],
  ['allowIp', 'localhost'],
  ['allowIp', '10.0.0.0/33'],
  ['allowIp', '10.0.0.1,'],
  ['allowIp', Array.from({ length: 17 }, () => '::1').join(',')],
  ['openPath', 'wx'],
  ['openPath', '/wx?a'],
  ['path', 'wx'],
  ['path', '//evil'],
  ['path', '/wx?a=1'],
  ['path', '/w x'],
  ['path', '/微信'],
  ['forwardTo', '0'],
  ['forwardTo', '70000'],
  ['forwardTo', 'ftp://a'],
  ['forwardTo', 'http://user:pass@host'],
  ['forwardTo', 'http://a b'],
  ['forwardTo', 'http://'],
  ['relay', 'relay.example.com'],
  ['relay', 'https://relay.example.com/?x=1'],
  ['relay', 'http:\\\\relay'],
  ['publicUrl', 'https://tunnel.example.com'],
  ['publicUrl', 'https://*.example.com/path'],
  ['publicUrl', 'https://a.*.example.com'],
  ['domain', '*.example.com'],
  ['domain', 'https://example.com'],
  ['domain', 'a..b'],
  ['domain', `${'a'.repeat(64)}.com`],
  ['subdomain', 'My-Bot'],
  ['subdomain', '-bot'],
  ['subdomain', 'a.b'],
  ['subdomain', 'a'.repeat(64)],
  ['handler', ''],
  ['handler', 'a\0b'],
  ['strict', 'maybe'],
  ['mode', 'Safe'],
  ['relayToken', 'secret '],
  ['relayToken', 'a\nb'],
  ['token', ''],
])('%s refuses %j', (key, text) => {
  expect(parse(key, text)).toBeUndefined();
});

test('describes a value by what cannot be seen, and shows no secret', () => {
  expect(describeText('secretsecret \r\n', true)).toEqual({
    en: '15 characters, a line break at the end',
    zh: '15 个字符，末尾有换行',
  });
  expect(describeText(' a ', false)).toMatchObject({
    en: '" a ", a leading space, a trailing space',
  });
  expect(describeText('“abc”', true)).toMatchObject({ en: '5 characters, quotes around it' });
  expect(describeText('x'.repeat(1000), false)).toMatchObject({ en: `"${'x'.repeat(60)}…"` });
});

test.each([
  ['prot', 'port'],
  ['forward-to', 'forwardTo'],
  ['FORWARDTO', 'forwardTo'],
  ['WX_TOKEN', 'token'],
  ['--aes-key-file', 'aesKeyFile'],
  ['forwradTo', 'forwardTo'],
  ['encodingAESKey', undefined],
  ['zzz', undefined],
])('suggests for %s: %s', (key, expected) => {
  expect(suggestKey(key)).toBe(expected);
});

test('does not ponder over a key of ten thousand letters', () => {
  expect(suggestKey('x'.repeat(10_000))).toBeUndefined();
});

test('suggests a variable', () => {
  expect(suggestVariable('WX_DEV_PROT')).toBe('WX_DEV_PORT');
  expect(suggestVariable('WX_DEV_SOMETHING_ELSE')).toBeUndefined();
});

test('lists each flag and each variable once, and no secret as a flag', () => {
  const definitions = settingKeys.map((key): SettingDefinition<unknown> => settings[key]);
  const flags = definitions.flatMap(({ flag }) => flag ?? []);
  const variables = definitions.flatMap(({ env }) => env);
  expect(new Set(flags).size).toBe(flags.length);
  expect(new Set(variables).size).toBe(variables.length);
  // The flag of a proxy takes no password; its variable may hold one.
  expect(
    settingKeys.filter((key) => settings[key].secret && 'flag' in settings[key] && key !== 'proxy'),
  ).toEqual([]);
  expect(settingKeys.length).toBeGreaterThan(30);
});
