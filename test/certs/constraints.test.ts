import { expect, test } from 'vitest';
import { defaultConstraints, findBrokenRule } from '../../src/certs/constraints.ts';
import { parseNames } from '../../src/certs/names.ts';

function ruleFor(text: string, constraints = defaultConstraints): string | undefined {
  const [name] = parseNames([text]);
  const broken = name && findBrokenRule(name, constraints);
  return broken && `${broken.rule}: ${broken.subtrees.join(' ')}`;
}

test.each([
  'localhost',
  'abc.localhost',
  '*.localhost',
  'a.b.test',
  'printer.local',
  'x.home.arpa',
  'x.internal',
  'x.lan',
  '127.255.255.255',
  '10.1.2.3',
  '172.31.255.255',
  '192.168.1.20',
  '169.254.0.1',
  '::1',
  'fd00::1',
  'fe80::1',
])('may certify %s by default', (name) => {
  expect(ruleFor(name)).toBeUndefined();
});

test.each([
  'api.weixin.qq.com',
  'example.com',
  'notlocalhost',
  'test.com',
  'arpa',
  'latest',
  '8.8.8.8',
  '172.32.0.1',
  '172.15.255.255',
  '100.64.0.1',
  '0.0.0.0',
  '::2',
  '::',
  '2001:db8::1',
  'fec0::1',
  '::ffff:127.0.0.1',
])('may not certify %s by default', (name) => {
  expect(ruleFor(name)).toMatch(/^permittedSubtrees: /);
});

test('names the rule with the list that was looked through', () => {
  expect(ruleFor('example.com')).toBe(
    'permittedSubtrees: localhost test local home.arpa internal lan',
  );
  expect(ruleFor('8.8.8.8')).toContain('192.168.0.0/16');
});

test('a kind of name that is not mentioned is free, and an excluded one is refused first', () => {
  const onlyDns = { permitted: [{ type: 'dns', base: '.test' }], excluded: [] } as const;
  expect(ruleFor('8.8.8.8', onlyDns)).toBeUndefined();
  expect(ruleFor('a.test', onlyDns)).toBeUndefined();
  const excluded = {
    permitted: [{ type: 'dns', base: 'test' }],
    excluded: [{ type: 'dns', base: 'secret.test' }],
  } as const;
  expect(ruleFor('a.secret.test', excluded)).toBe('excludedSubtrees: secret.test');
});
