import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes, addressText, shortestAddress } from '../../src/certs/addresses.ts';

test.each([
  ['127.0.0.1', '7f000001'],
  ['255.255.255.255', 'ffffffff'],
  ['::', '0'.repeat(32)],
  ['::1', `${'0'.repeat(31)}1`],
  ['fe80::', `fe80${'0'.repeat(28)}`],
  ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
])('packs %s as %s', (address, hex) => {
  expect(addressBytes(address).toString('hex')).toBe(hex);
});

test('gives every address back from its bytes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      expect(addressText(addressBytes(address))).toBe(shortestAddress(address));
    }),
  );
});

test('finds no address in any other number of bytes', () => {
  for (const length of [0, 3, 5, 15, 17, 32]) {
    expect(addressText(Buffer.alloc(length))).toBeUndefined();
  }
});
