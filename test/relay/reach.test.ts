import { expect, test } from 'vitest';
import { reachOf } from '../../src/relay/reach.ts';

test.each([
  [{}],
  [{ host: '127.0.0.1' }],
  [{ host: '::1' }],
  [{ host: 'LOCALHOST' }],
  [{ domain: 't.localhost', publicUrl: 'https://*.t.localhost:8443' }],
  [{ publicUrl: 'http://[::1]:1' }],
  [{ publicUrl: 'http://127.0.0.1:1', trustProxy: [] }],
])('only this machine reaches %o', (place) => {
  expect(reachOf(place)).toBeUndefined();
});

test.each([
  [{ host: '0.0.0.0' }, '0.0.0.0', 'host'],
  [{ host: '::', domain: 'x.com' }, '::', 'host'],
  [{ publicUrl: 'https://*.t.example.com' }, 't.example.com', 'public-url'],
  // What a browser would make of it, not what it looks like.
  [{ publicUrl: 'https://localhost:1@example.com' }, 'example.com', 'public-url'],
  [{ publicUrl: 'https://localhost.example.com' }, 'localhost.example.com', 'public-url'],
  [{ domain: 'T.example.com' }, 'T.example.com', 'domain'],
  [{ domain: 'localhost.example' }, 'localhost.example', 'domain'],
  [{ trustProxy: ['127.0.0.1', '::1'] }, '127.0.0.1', 'trust-proxy'],
] as const)('others reach %o', (place, host, via) => {
  expect(reachOf(place)).toEqual({ host, via });
});
