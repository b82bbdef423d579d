import { expect, test } from 'vitest';
import { AddressList, isAddressRange, networkOf, plainAddress } from '../../src/core/addresses.ts';

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['192.0.2.1', '192.0.2.1'],
  ['::1', '::1'],
  ['fe80::1%eth0', 'fe80::1'],
  [undefined, 'unknown'],
  ['', 'unknown'],
])('%s is shown as %s', (address, shown) => {
  expect(plainAddress(address)).toBe(shown);
});

test.each([
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0db8:0000:0000:ffff::1', '2001:db8:0:0::/64'],
  ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['192.0.2.1', '192.0.2.1'],
  ['unknown', 'unknown'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('all of a /64 counts as one, the next /64 as another', () => {
  const hosts = ['::', '::1', '::ffff', ':1:2:3:4'].map((host) => `2001:db8:0:1${host}`);
  expect(new Set(hosts.map(networkOf)).size).toBe(1);
  expect(networkOf('2001:db8:0:2::1')).not.toBe(networkOf('2001:db8:0:1::1'));
});

test.each(['10.0.0.0/8', '192.0.2.1', '::1', '2001:db8::/32', '0.0.0.0/0', '::/0'])(
  'takes %s as a range',
  (range) => {
    expect(isAddressRange(range)).toBe(true);
  },
);

test.each([
  '',
  'localhost',
  '10.0.0.0/33',
  '::/129',
  '10/8',
  '1.2.3.4/',
  '1.2.3.4/8/8',
  '1.2.3.4/-1',
  'fe80::1%lo',
  '1.2.3.4,5.6.7.8',
])('takes %j as none', (range) => {
  expect(isAddressRange(range)).toBe(false);
});

test('a list has what is in its ranges, and nothing that is no address', () => {
  const list = new AddressList(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32']);
  for (const address of ['10.255.0.1', '192.0.2.1', '2001:db8:ffff::1'])
    expect(list.has(address), address).toBe(true);
  for (const address of ['11.0.0.1', '192.0.2.2', '2001:db9::1', '::1', 'unknown', '', '10.1'])
    expect(list.has(address), address).toBe(false);
});
