import { expect, test } from 'vitest';
import { WxDevError } from '../../src/core/errors.ts';
import { onUsualPort } from '../../src/dev/usual-port.ts';

const taken = (port: number): WxDevError<'WXD6003'> =>
  new WxDevError('WXD6003', { host: '127.0.0.1', port, run: 'wx-dev serve --port 0' });

test.each([
  ['the one asked for', 5000, [5000]],
  ['0, which is asked for too', 0, [0]],
  ['the usual one where none is asked for', undefined, [4180]],
])('starts on %s', async (_name, asked, expected) => {
  const tried: number[] = [];
  expect(
    await onUsualPort(asked, 4180, async (port) => {
      tried.push(port);
      return 'started';
    }),
  ).toBe('started');
  expect(tried).toEqual(expected);
});

test('takes a free one where the usual one is taken', async () => {
  const tried: number[] = [];
  await onUsualPort(undefined, 4180, async (port) => {
    tried.push(port);
    if (port !== 0) throw taken(port);
  });
  expect(tried).toEqual([4180, 0]);
});

test('does not swap the port that was asked for', async () => {
  await expect(onUsualPort(5000, 4180, (port) => Promise.reject(taken(port)))).rejects.toThrow(
    'Port 5000',
  );
});

test('does not try again after any other failure', async () => {
  let count = 0;
  const failure = new Error('no');
  const start = (): Promise<never> => {
    count += 1;
    return Promise.reject(failure);
  };
  await expect(onUsualPort(undefined, 4180, start)).rejects.toBe(failure);
  expect(count).toBe(1);
});

test('gives up when no port at all can be had', async () => {
  const start = (port: number): Promise<never> => Promise.reject(taken(port));
  await expect(onUsualPort(undefined, 4180, start)).rejects.toThrow('Port 0');
});
