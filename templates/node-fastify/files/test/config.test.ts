import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../src/config.ts';
import { environment } from './support.ts';

test('takes the defaults of what is empty', () => {
  const config = readConfig({ ...environment, PORT: '', WX_API_BASE: '', REDIS_URL: '' });
  assert.deepEqual([config.PORT, config.HOST], [3000, '127.0.0.1']);
  assert.equal(config.WX_API_BASE, 'https://api.weixin.qq.com');
  assert.equal(config.REDIS_URL, undefined);
});

test('names every setting that is wrong, and repeats no value', () => {
  const wrong = { WX_TOKEN: '', WX_AES_KEY: 'short-key', JWT_SECRET: 'abc', PORT: '70000' };
  assert.throws(
    () => readConfig({ ...environment, ...wrong }),
    ({ message }: Error) => {
      for (const name of Object.keys(wrong)) assert.match(message, new RegExp(`${name}: `));
      assert.match(message, /WX_TOKEN: is not set/);
      assert.doesNotMatch(message, /short-key|abc/);
      return true;
    },
  );
});
