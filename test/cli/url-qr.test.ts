import { expect, test } from 'vitest';
import { urlQr } from '../../src/cli/url-qr.ts';
import { createFakeOutput } from './fake-output.ts';

const URL_OF_SHOP = 'https://my-shop.t.example.com';

test.each([40, 80])('draws a code that fits into %i columns', async (columns) => {
  const lines = await urlQr(URL_OF_SHOP, createFakeOutput({ columns }));
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
});

test('draws none that would be broken, that no phone could use, or that nobody sees', async () => {
  expect(await urlQr(URL_OF_SHOP, createFakeOutput({ columns: 24 }))).toEqual([]);
  expect(await urlQr(URL_OF_SHOP, createFakeOutput({ isTTY: false }))).toEqual([]);
  for (const url of ['https://a.localhost:8443', 'http://127.0.0.1:1', 'http://[::1]:1'])
    expect(await urlQr(url, createFakeOutput())).toEqual([]);
});
