import { expect, test } from 'vitest';
import { startRelay } from '../../src/relay/relay.ts';

const token = 'a-token-of-the-relay-0001';

test('a public URL in front of a loopback address makes a relay without tokens as open as any', async () => {
  const publicUrl = 'https://*.t.example.com';
  await expect(startRelay({ httpPort: 0, publicUrl })).rejects.toMatchObject({
    code: 'WXD4010',
    details: { host: '*.t.example.com' },
  });
  await using relay = await startRelay({ httpPort: 0, publicUrl, tokens: [token] });
  expect(relay.urlOf('a')).toBe('https://a.t.example.com');
});

test('a public URL that names this machine only needs no token', async () => {
  await using relay = await startRelay({ httpPort: 0, publicUrl: 'https://*.t.localhost:8443' });
  expect(relay.urlOf('a')).toBe('https://a.t.localhost:8443');
});
