import { expect, test } from 'vitest';
import { expand } from '../../../src/simulator/scenario/expand.ts';

const place = { path: 'x.json', line: 3 };

function values(written: Record<string, string>, saved: Record<string, string> = {}) {
  return { written, saved: new Map(Object.entries(saved)), env: { CODE: '绑定$&' } };
}

test('replaces values, also those that refer to others, and leaves what is none', () => {
  const known = values({ a: '<${b}>', b: '中' }, { sid: '42' });
  expect(expand('x ${a} ${ sid } ${env:CODE} $1 $${a} $', known, place)).toBe(
    'x <中> 42 绑定$& $1 ${a} $',
  );
});

test('takes what an app answered as it is', () => {
  expect(expand('${sid}', values({}, { sid: '${env:CODE}' }), place)).toBe('${env:CODE}');
});

test.each([
  [{ a: '${a}' }, ['a', 'a']],
  [{ a: '${b}', b: '${c}', c: '${a}' }, ['a', 'b', 'c', 'a']],
])('refuses the circle %j', (written, chain) => {
  expect(() => expand('${a}', values(written), place)).toThrow(
    expect.objectContaining({ code: 'WXD6047', details: { chain, ...place } }),
  );
});

test.each(['x'.repeat(100), ''])('refuses values that double each other for ever', (end) => {
  const written: Record<string, string> = { v0: end };
  for (let index = 1; index <= 60; index += 1) {
    written[`v${index}`] = `\${v${index - 1}}\${v${index - 1}}`;
  }
  expect(() => expand('${v60}', values(written), place)).toThrow(
    expect.objectContaining({ code: 'WXD6047' }),
  );
});

test.each(['sid', 'env:NOTHING', '', 'constructor', '__proto__'])('refuses ${%s}', (name) => {
  expect(() => expand(`\${${name}}`, values({ b: '' }), place)).toThrow(
    expect.objectContaining({ code: 'WXD6046', details: { name, known: ['b'], ...place } }),
  );
});
