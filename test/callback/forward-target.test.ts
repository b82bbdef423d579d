import { expect, test } from 'vitest';
import { parseForwardTarget } from '../../src/callback/forward-target.ts';

test.each([
  ['3000', { tls: undefined, host: 'localhost', port: 3000, path: undefined }],
  ['localhost:3000', { tls: undefined, host: 'localhost', port: 3000 }],
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080, label: 'http://127.0.0.1:8080' }],
  ['http://app.localhost', { host: 'app.localhost', port: 80, path: undefined }],
  [
    'https://app.test/',
    { tls: expect.any(Function), host: 'app.test', port: 443, path: undefined },
  ],
  ['http://[::1]:3000/wechat', { host: '::1', port: 3000, path: '/wechat' }],
  ['http://a.test/hook?tenant=1', { path: '/hook?tenant=1', label: 'http://a.test/hook' }],
])('reads %s', (text, expected) => {
  expect(parseForwardTarget(text)).toMatchObject(expected);
});

test.each(['', ' ', '0', '65536', '99999', 'http://', 'ftp://a.test', 'http://u:p@a.test', 'a b'])(
  'refuses %j',
  (text) => {
    expect(() => parseForwardTarget(text)).toThrow(expect.objectContaining({ code: 'WXD6001' }));
  },
);
