import { expect, test } from 'vitest';
import { nameUnder, publicUrls } from '../../src/relay/hosts.ts';

test.each([
  ['app.example.com', 'app'],
  ['APP.Example.COM', 'app'],
  ['app.example.com:8080', 'app'],
  ['app.example.com.', 'app'],
  ['app.example.com.:80', 'app'],
  ['example.com', undefined],
  ['.example.com', undefined],
  ['a.b.example.com', undefined],
  ['appexample.com', undefined],
  ['app.example.com.evil.org', undefined],
  ['evil.org', undefined],
  ['[::1]:80', undefined],
  ['127.0.0.1', undefined],
  ['', undefined],
])('%s names %s', (host, name) => {
  expect(nameUnder('example.com', host)).toBe(name);
});

test('announces HTTPS before HTTP, and leaves out ports that go without saying', () => {
  const domain = 'd.example';
  expect(publicUrls({ domain, httpPort: 80 })('a')).toBe('http://a.d.example');
  expect(publicUrls({ domain, httpPort: 8787 })('a')).toBe('http://a.d.example:8787');
  expect(publicUrls({ domain, httpPort: 80, httpsPort: 443 })('a')).toBe('https://a.d.example');
  expect(publicUrls({ domain, httpsPort: 8443 })('a')).toBe('https://a.d.example:8443');
});

test('announces what is in front when told, with or without a star', () => {
  const urlOf = (publicUrl: string) =>
    publicUrls({ publicUrl, domain: 'd.example', httpPort: 1 })('a');
  expect(urlOf('https://*.d.example')).toBe('https://a.d.example');
  expect(urlOf('https://d.example:8443/')).toBe('https://a.d.example:8443');
});
