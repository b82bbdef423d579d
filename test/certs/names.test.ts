import { expect, test } from 'vitest';
import { isBroadWildcard, parseNames, parseSubjectAltName } from '../../src/certs/names.ts';
import { isWxDevError } from '../../src/core/errors.ts';

function valuesOf(...texts: string[]): string[] {
  return parseNames(texts).map((name) => `${name.type}:${name.value}`);
}

function faultOf(text: string): unknown {
  try {
    parseNames([text]);
  } catch (error) {
    if (isWxDevError(error, 'WXD5005')) return error.details.fault;
    throw error;
  }
  return 'accepted';
}

test.each([
  ['localhost', 'dns:localhost'],
  [' App.TEST. ', 'dns:app.test'],
  ['*.dev.test', 'dns:*.dev.test'],
  ['微信.test', 'dns:xn--vuqz89a.test'],
  ['*.微信.test', 'dns:*.xn--vuqz89a.test'],
  ['faß.test', 'dns:xn--fa-hia.test'],
  ['my_app.internal', 'dns:my_app.internal'],
  ['127.0.0.1', 'ip:127.0.0.1'],
  ['::1', 'ip:::1'],
  ['[FE80:0::1]', 'ip:fe80::1'],
  ['2001:db8:0:0:1:0:0:1', 'ip:2001:db8::1:0:0:1'],
  [`${'a'.repeat(63)}.test`, `dns:${'a'.repeat(63)}.test`],
])('reads %j as %s', (text, name) => {
  expect(valuesOf(text)).toEqual([name]);
});

test.each([
  ['', 'empty'],
  ['   ', 'empty'],
  ['https://app.test', 'url'],
  ['app.test:8443', 'url'],
  ['app.test/path', 'url'],
  ['me@app.test', 'url'],
  ['a%62.test', 'url'],
  ['[::1', 'url'],
  ['fe80::1%eth0', 'zone'],
  ['*', 'wildcard'],
  ['a.*.test', 'wildcard'],
  ['*.*.test', 'wildcard'],
  ['a*.test', 'wildcard'],
  [`${'a'.repeat(64)}.test`, 'too-long'],
  [`${'a.'.repeat(125)}test`, 'too-long'],
  ['a'.repeat(1_000_000), 'too-long'],
  ['a..test', 'malformed'],
  ['.test', 'malformed'],
  ['-a.test', 'malformed'],
  ['a-.test', 'malformed'],
  ['a b.test', 'malformed'],
  ['a\u0000b.test', 'malformed'],
  ['a,DNS:b.test', 'url'],
  ['0x7f.1', 'malformed'],
  ['256.0.0.1', 'malformed'],
])('refuses %j as %s', (text, fault) => {
  expect(faultOf(text)).toBe(fault);
});

test('refuses an empty list', () => {
  expect(() => parseNames([])).toThrow(expect.objectContaining({ code: 'WXD5005' }));
});

test('keeps the first of several spellings of one name', () => {
  expect(valuesOf('b.test', 'A.test', 'a.TEST.', '::1', '[0:0::1]')).toEqual([
    'dns:b.test',
    'dns:a.test',
    'ip:::1',
  ]);
});

test('knows the wildcards that most clients refuse', () => {
  const broad = parseNames(['*.localhost', '*.dev.localhost', 'localhost', '::1']).filter((name) =>
    isBroadWildcard(name),
  );
  expect(broad).toEqual([{ type: 'dns', value: '*.localhost' }]);
});

test('reads what node gives for subjectAltName, and is not led astray by commas in a value', () => {
  const text =
    'DNS:a.test, IP Address:0:0:0:0:0:0:0:1, URI:"http://x/, DNS:evil.test", email:a@b.test, DNS:"q\\", DNS:r"';
  expect(parseSubjectAltName(text)).toEqual([
    { type: 'dns', value: 'a.test' },
    { type: 'ip', value: '::1' },
    { type: 'dns', value: '"q\\", dns:r"' },
  ]);
  expect(parseSubjectAltName(undefined)).toEqual([]);
});
