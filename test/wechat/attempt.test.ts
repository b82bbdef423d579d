import { expect, test } from 'vitest';
import { WxDevError } from '../../src/core/errors.ts';
import { attempt } from '../../src/wechat/attempt.ts';

test('gives the value or the mistake, and lets bugs through', () => {
  expect(attempt(() => 1)).toEqual({ value: 1 });
  const mistake = new WxDevError('WXD1205', {});
  const refused = attempt(() => {
    throw mistake;
  });
  expect(refused).toEqual({ error: mistake });
  expect(() =>
    attempt(() => {
      throw new TypeError('a bug');
    }),
  ).toThrow(TypeError);
});
