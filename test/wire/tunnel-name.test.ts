import { expect, test } from 'vitest';
import { checkTunnelName } from '../../src/wire/tunnel-name.ts';

test.each(['a', '9', 'my-app', 'a-1', 'a'.repeat(63)])('takes %s', (name) => {
  expect(checkTunnelName(name)).toBe(name);
});

test('makes it lower case', () => {
  expect(checkTunnelName('My-App')).toBe('my-app');
});

test.each([
  ['', 'empty'],
  ['a'.repeat(64), '64 characters'],
  ['a_b', 'other than'],
  ['a.b', 'other than'],
  ['ａ', 'other than'],
  ['-a', 'begins or ends'],
  ['a-', 'begins or ends'],
  ['xn--p1ai', 'third place'],
])('refuses %j and says why', (name, why) => {
  expect(() => checkTunnelName(name)).toThrow(
    expect.objectContaining({
      code: 'WXD4005',
      details: {
        name,
        reason: expect.objectContaining({ en: expect.stringContaining(why) as unknown }) as unknown,
      },
    }) as Error,
  );
});
