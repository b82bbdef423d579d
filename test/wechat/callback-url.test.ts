import { expect, test } from 'vitest';
import { httpUrlAsWritten } from '../../src/config/values.ts';
import { findUrlProblem } from '../../src/wechat/callback-url.ts';

test.each([
  ['https://example.com', undefined],
  ['http://example.com', undefined],
  ['https://example.com:8443', 'port'],
  ['https://example.com:80', 'port'],
  ['http://example.com:443', 'port'],
  ['http://example.com:80', 'usual-port'],
  ['https://example.com:443/wx', 'usual-port'],
  ['https://192.168.1.20', 'private'],
  ['http://127.0.0.1:80', 'private'],
])('%s: %s', (url, problem) => {
  expect(findUrlProblem(url)).toBe(problem);
});

test('a port stays as it was written until somebody can be told about it', () => {
  const parse = (text: string): unknown => httpUrlAsWritten.parse(text, '.');
  expect(parse('http://example.com:80/')).toBe('http://example.com:80');
  expect(parse('https://example.com:443/base')).toBe('https://example.com:443/base');
  expect(parse('https://example.com/a:80')).toBe('https://example.com/a:80');
  expect(parse('https://example.com:8443')).toBe('https://example.com:8443');
  expect(parse('HTTP://EXAMPLE.com:80')).toBe('http://example.com:80');
  expect(parse('http://example.com:80?x')).toBe(undefined);
});
