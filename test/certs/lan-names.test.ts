import { expect, test } from 'vitest';
import { defaultConstraints } from '../../src/certs/constraints.ts';
import { lanNames } from '../../src/certs/lan-names.ts';

type Interfaces = Parameters<typeof lanNames>[0];

function interfaces(...addresses: readonly string[]): Interfaces {
  const entry = (address: string, internal: boolean): NonNullable<Interfaces[string]>[number] => {
    const rest = { mac: '02:00:00:00:00:01', internal, netmask: '', cidr: null };
    return address.includes(':')
      ? { address, family: 'IPv6', scopeid: 0, ...rest }
      : { address, family: 'IPv4', ...rest };
  };
  return {
    lo: [entry('127.0.0.1', true), entry('::1', true)],
    eth0: addresses.map((address) => entry(address, false)),
    gone: undefined,
  };
}

test('names the machine and its private addresses, and says which are public', () => {
  const found = lanNames(
    interfaces('192.168.1.20', 'fd00:0::2', '203.0.113.9', '2001:db8::1'),
    'Zhang-MacBook.local',
    defaultConstraints,
  );
  expect(found).toEqual({
    names: ['zhang-macbook.local', '192.168.1.20', 'fd00::2'],
    outside: ['203.0.113.9', '2001:db8::1'],
  });
});

test('takes everything where the authority has no limits', () => {
  const { names, outside } = lanNames(interfaces('203.0.113.9'), 'pc', undefined);
  expect(names).toEqual(['pc.local', '203.0.113.9']);
  expect(outside).toEqual([]);
});

test('leaves out what can only be reached with a zone, and what is there twice', () => {
  const { names } = lanNames(
    interfaces('fe80::1', 'febf::1', '10.0.0.1', '10.0.0.1'),
    'pc',
    defaultConstraints,
  );
  expect(names).toEqual(['pc.local', '10.0.0.1']);
});

test.each([
  ['张三的电脑', ['xn--ehqx7k68x1w3a82o.local']],
  ["Zhang's PC", ['zhang-s-pc.local']],
  ['my pc (2)', []],
  ['x'.repeat(300), []],
  ['', []],
  ['---', []],
])('makes of the host name %j what mDNS would', (host, expected) => {
  const { names } = lanNames(interfaces(), host, defaultConstraints);
  if (host.startsWith('张')) expect(names[0]).toMatch(/^xn--[a-z\d]+\.local$/);
  else expect(names).toEqual(expected);
});
