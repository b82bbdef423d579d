import { expect, test } from 'vitest';
import { hashLogin, isOpenPath } from '../../src/wire/access-policy.ts';
import { decodeHello, encodeHello } from '../../src/wire/handshake.ts';

const SALT = '00112233445566778899aabbccddeeff';
const hello = { protocol: 1, agent: 'x', owner: 'o'.repeat(32) } as const;
const access = {
  basicAuth: [hashLogin('alice:correct horse', SALT)],
  allowIp: ['10.0.0.0/8', '::1'],
  openPaths: ['/wx', '/public/*'],
};

test('a login is hashed with its salt, and nothing of it is in the handshake', () => {
  const [login = ''] = access.basicAuth;
  expect(login).toMatch(/^[0-9a-f]{32}:[0-9a-f]{64}$/);
  expect(hashLogin('alice:correct horse', 'f'.repeat(32)).slice(33)).not.toBe(login.slice(33));
  const bytes = Buffer.from(encodeHello({ ...hello, features: ['access'], access }));
  expect(bytes.toString()).not.toMatch(/alice|correct/);
});

test('who may use a URL goes through the handshake as it is', () => {
  const sent = decodeHello(encodeHello({ ...hello, features: ['access'], access }));
  expect(sent.access).toEqual(access);
});

test('a client without the feature asks for nothing, one without lists for nothing either', () => {
  expect(decodeHello(encodeHello({ ...hello, features: [], access })).access).toBeUndefined();
  expect(decodeHello(encodeHello({ ...hello, features: ['access'] })).access).toEqual({
    basicAuth: [],
    allowIp: [],
    openPaths: [],
  });
});

test.each([
  { basicAuth: ['alice:secret'] },
  { basicAuth: [`${SALT}:${'A'.repeat(64)}`] },
  { basicAuth: 'x' },
  { allowIp: ['localhost'] },
  { allowIp: ['10.0.0.0/8\n'] },
  { openPaths: ['wx'] },
  { openPaths: ['/a?b'] },
  { openPaths: ['/a b'] },
  { openPaths: [`/${'a'.repeat(128)}`] },
  { allowIp: Array.from({ length: 33 }, () => '::1') },
])('refuses %j', (wrong) => {
  const encoded = encodeHello({
    ...hello,
    features: ['access'],
    access: { ...access, ...wrong } as never,
  });
  expect(() => decodeHello(encoded)).toThrow(expect.objectContaining({ code: 'WXD4009' }));
});

test.each([
  ['/wx', true],
  ['/wx/', false],
  ['/wx/a', false],
  ['/WX', false],
  ['/public/', true],
  ['/public/a.txt', true],
  ['/public/a/b/', true],
  ['/public', false],
  ['/public/../admin', false],
  ['/public/a/..', false],
  ['/public/./a', false],
  ['/public//admin', false],
  ['/public/%2e%2e/admin', false],
  ['/public/..%2fadmin', false],
  ['/public/..;/admin', false],
  ['/public\\..\\admin', false],
  ['/public/...', true],
  ['/', false],
])('%s is open: %s', (path, isOpen) => {
  expect(isOpenPath(path, access.openPaths)).toBe(isOpen);
});
